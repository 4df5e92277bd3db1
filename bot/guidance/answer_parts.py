"""What an answer is made from: limits, the question, the outcome, and small rules about statements."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from bot.guidance.area import AreaKnowledge
from bot.guidance.reply import Answer
from bot.guidance.routes import fit_instead, instead
from bot.knowledge.model import Kind, Statement

CONTACT = "contact"
ADDRESS = re.compile(r"[\w.-]+@[\w-]+(?:\.[\w-]+)+")


@dataclass(frozen=True)
class Limits:
    """How much an answer holds: points, words, and how far below the best statement's score one may lie.

    `near` for any statement, `complete` for first-priority facts of the topic, `margin` for its other facts.
    Measured; see docs/evaluation.md.
    """

    points: int = 5
    words: int = 78
    list_points: int = 8
    list_words: int = 130
    near: float = 0.12
    complete: float = 0.70
    margin: float = 0.60


@dataclass(frozen=True)
class Question:
    """One question: its text, what it is about, and the vectors it is searched with (alone, then in context).

    `said`: statements of the last answer, which a follow-up asks for more than. `described`: whether the message says
    for whom, or for which setting, it asks. `ruled`: whether a no was said already in this message.
    `cued`: the topics whose own words stand in it.
    """

    text: str
    topics: Mapping[str, float]
    vectors: Sequence[np.ndarray]
    named_routes: tuple[str, ...] = ()
    last_topics: tuple[str, ...] = ()
    said: frozenset[str] = frozenset()
    described: bool = False
    ruled: bool = False
    cued: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Outcome:
    """An answer with how sure it is (the best statement's score) and the routes it considered.

    `asked`: the number of the question in its message.
    """

    answer: Answer
    score: float
    similarity: float
    likeness: float = 0.0
    routes: tuple[str, ...] = ()
    topics: tuple[str, ...] = field(default_factory=tuple)
    asked: int = 0


def ways(area: AreaKnowledge) -> dict[str, str]:
    """Route id -> id of the statement that says how to ask: it names the route's address or form."""
    found: dict[str, str] = {}
    forms = {f.id: f.name for f in area.content.authority.forms}
    for route in area.content.routes:
        marks = [m for m in (route.address, forms.get(route.form or "")) if m]
        for s in area.content.statements:
            its_routes = area.routes_of[s.id]
            says_how = s.kind is Kind.FACT and s.priority == 1 and "how_to_refer" in s.topics
            if says_how and its_routes and route.id in its_routes and any(m in s.text for m in marks):
                found[route.id] = s.id
                break
    return found


def how_instead(area: AreaKnowledge, known: Mapping[str, str], facts: Mapping[str, Any]) -> list[str]:
    """How to ask for what fits a pupil for whom a route is ruled out (`known`, see `ways`), then what else."""
    ways_there = ways_instead(area, known, facts)
    return list(dict.fromkeys([*ways_there, *instead(area, facts)]))


def ways_instead(area: AreaKnowledge, known: Mapping[str, str], facts: Mapping[str, Any]) -> list[str]:
    """The statements on how to ask for the routes that fit instead; empty where none is said."""
    return list(dict.fromkeys(known[r] for r in fit_instead(area, facts) if r in known))


def silent_on(area: AreaKnowledge, facts: Mapping[str, Any]) -> bool:
    """Whether the offer is known to say nothing on a need of the pupil: then no yes may be said."""
    needs = set(facts.get("needs") or ())
    return any(s.kind is Kind.GAP and needs & set(s.needs) for s in area.content.statements)


def same_address(one: Statement, other: Statement) -> bool:
    """Whether a statement gives an address, and none that the other does not give as well."""
    given = set(ADDRESS.findall(one.text))
    return bool(given) and given <= set(ADDRESS.findall(other.text))


def same(one: Statement, other: Statement) -> bool:
    """Whether two statements would read as a repetition: nearly the same words, the same figures and addresses."""
    figures = r"\d+|\S+@\S+"
    if re.findall(figures, one.text) != re.findall(figures, other.text):
        return False
    a, b = set(one.text.casefold().split()), set(other.text.casefold().split())
    return len(a & b) / max(1, min(len(a), len(b))) > 0.85


def says_again(area: AreaKnowledge, statement: Statement, said: Statement, topic: str) -> bool:
    """Whether a statement says again what was said, for no case that it was not said for."""
    repeated = CONTACT in statement.topics and statement.routes == "all" and same_address(statement, said)
    if topic != CONTACT and repeated:
        return True
    mine, theirs = area.routes_of[statement.id], area.routes_of[said.id]
    return same(statement, said) and (theirs is None or (mine is not None and mine <= theirs))
