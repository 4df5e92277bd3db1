"""What tests of content and guidance share: the real offers in process, loaded and embedded once a test run."""

from __future__ import annotations

import tempfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np

from bot.embedding import Embedder
from bot.guidance.answer_parts import Outcome, Question
from bot.guidance.answers import Answerer
from bot.guidance.area import AreaKnowledge, Knowledge
from bot.guidance.conditions import holds
from bot.guidance.conversation import Conversations
from bot.guidance.reading import Reader
from bot.guidance.reply import Answer, Point, Reply
from bot.guidance.service import knowledge_of
from bot.guidance.turn import Clause, Memory, Turn
from bot.guidance.understanding import named_routes
from bot.knowledge.content import AreaContent, Content, read_content
from bot.knowledge.lookups import entity_words, fold
from bot.knowledge.model import Condition, Statement
from bot.knowledge.store import Phrases, Store

ROOT = Path(__file__).resolve().parents[1]
CONTENT = ROOT / "content"
AREAS = ("milton-keynes", "suffolk")
TODAY = date(2025, 6, 2)  # before the offers' review dates, so that no notice is added
SURE = 0.95
QUESTIONS_EACH = 3


class RememberingEmbedder:
    """The real sentence embedding, which keeps every vector: the tests ask the same things over and over."""

    def __init__(self) -> None:
        self._embedder = Embedder(threads=2, cache_size=0)
        self._known: dict[str, np.ndarray] = {}

    def embed(self, texts: Sequence[str]) -> np.ndarray:
        """Vectors of `texts`: float32, shape (n, 384)."""
        new = [t for t in dict.fromkeys(texts) if t not in self._known]
        if new:
            self._known.update(zip(new, self._embedder.embed(new), strict=True))
        return np.array([self._known[t] for t in texts], dtype=np.float32).reshape(len(texts), 384)


@cache
def embedder() -> RememberingEmbedder:
    """The embedding of this test run."""
    return RememberingEmbedder()


@cache
def content() -> Content:
    """The content as it stands; it must have no fault."""
    read = read_content(CONTENT)
    assert read.faults == [], [str(f) for f in read.faults]
    return read.content


@cache
def knowledge() -> Knowledge:
    """The content, loaded into a store of its own and read back."""
    with tempfile.TemporaryDirectory() as folder:
        store = Store(f"sqlite:///{folder}/knowledge.db")
        store.load(content(), embedder().embed)
        found = knowledge_of(store)
        store.engine.dispose()
    return found


@cache
def conversations() -> Conversations:
    """Conversations over the real content."""
    return Conversations(knowledge(), embedder().embed)


@cache
def answerer(area_id: str) -> Answerer:
    """The answerer of one authority, over the real content."""
    return Answerer(knowledge().areas[area_id])


def area_content(area_id: str) -> AreaContent:
    """The content of one authority."""
    return next(a for a in content().areas if a.authority.id == area_id)


def all_statements() -> list[Statement]:
    """Every statement of every authority."""
    return [s for area in content().areas for s in area.statements]


def changed_area(area: AreaContent, statements: Iterable[Statement]) -> AreaKnowledge:
    """An authority with other statements, its phrases arranged as the store arranges them."""
    kept = tuple(statements)
    rows: list[tuple[str, bool, str]] = []
    for s in kept:
        rows += [(s.id, False, s.text), *((s.id, True, q) for q in dict.fromkeys(s.asked_as))]
    phrases = Phrases(
        tuple(i for i, _, _ in rows),
        tuple(t for _, _, t in rows),
        tuple(q for _, q, _ in rows),
        embedder().embed([t for _, _, t in rows]),
    )
    return AreaKnowledge(replace(area, statements=kept), phrases)


@cache
def reader() -> Reader:
    """A reader of the words of all authorities, as conversations have one."""
    ambiguous = frozenset(fold(p) for a in content().areas for p in a.places.ambiguous)
    return Reader(entity_words(content().common, content().areas), content().common.cues, ambiguous)


# ---------------------------------------------------------------------- turns


def clause(text: str, topic: str = "", confidence: float = SURE) -> Clause:
    """A clause as the engine would give it, sure of one topic (none: of nothing)."""
    if not topic:
        return Clause(text, "", 0.0, 0.0, {})
    intent = topic if topic.startswith(("out_of_scope_", "ask_")) else f"ask_{topic}"
    return Clause(text, intent, confidence, confidence, {intent: confidence})


def turn(text: str, topic: str = "", **keys: Any) -> Turn:
    """A message of one clause, sure of one topic."""
    one = clause(text, topic)
    return Turn(text=text, clauses=(one,), intent=one.intent, ranking=dict(one.ranking), **keys)


def said(text: str, intent: str, **keys: Any) -> Turn:
    """A message of one clause whose intent is given in full, e.g. `inform` or `compare`."""
    one = Clause(text, intent, SURE, SURE, {intent: SURE})
    return Turn(text=text, clauses=(one,), intent=intent, ranking={intent: SURE}, **keys)


def ask(text: str, topic: str = "", memory: Memory | None = None, **keys: Any) -> tuple[Reply, Memory]:
    """One turn of a conversation over the real content."""
    return conversations().reply(turn(text, topic, **keys), memory or Memory(), TODAY)


def points(reply: Reply) -> list[Point]:
    """All points of a reply, in order."""
    return [p for part in reply.parts for p in part.points]


def ids(answer: Answer | Reply) -> list[str]:
    """The statements that an answer or a reply is made of."""
    parts = answer.parts if isinstance(answer, Reply) else [answer]
    return [p.statement_id for part in parts for p in part.points]


# ---------------------------------------------------------------------- facts that make a condition true or false


def _candidates(fact_id: str) -> list[Any]:
    fact = next(f for f in content().common.facts if f.id == fact_id)
    if fact.type == "bool":
        return [True, False]
    if fact.type == "choice":
        return list(fact.values)
    if fact.type == "set":
        needs = [n.id for n in content().common.needs]
        return [(n,) for n in needs]
    return [5, -1, 0, 1, 2, 3, 7, 11, 12, 13, 14, 18, 25, 26, 30, -3]


def solutions(
    wanted: Sequence[tuple[Condition, bool]], facts: Mapping[str, Any] | None = None
) -> Iterator[dict[str, Any]]:
    """All ways (of a few values a fact) to make each condition what is wanted, beside the facts given.

    Facts are assigned only as far as needed, so the others stay unknown.
    """
    known = dict(facts or {})
    if not wanted:
        yield known
        return
    (condition, truth), rest = wanted[0], list(wanted[1:])
    if condition.not_ is not None:
        yield from solutions([(condition.not_, not truth), *rest], known)
    elif condition.all is not None or condition.any is not None:
        parts = condition.all or condition.any or ()
        if (condition.all is not None) == truth:
            yield from solutions([*((c, truth) for c in parts), *rest], known)
        else:
            for part in parts:
                yield from solutions([(part, truth), *rest], known)
    else:
        name = condition.fact or ""
        for value in [known[name]] if name in known else _candidates(name):
            tried = {**known, name: value}
            if holds(condition, tried) is truth:
                yield from solutions(rest, tried)


def solve(wanted: Sequence[tuple[Condition, bool]], facts: Mapping[str, Any] | None = None) -> dict[str, Any] | None:
    """The first of the solutions, or None where there is none."""
    return next(solutions(wanted, facts), None)


# ---------------------------------------------------------------------- every statement, asked as it says it is asked


@dataclass(frozen=True)
class Asked:
    """A statement's own question, put under facts that make the statement applicable, and the answer to it."""

    statement_id: str
    question: Question
    facts: Mapping[str, Any]
    focus: tuple[str, ...]
    outcome: Outcome

    @property
    def reached(self) -> bool:
        """Whether the statement is among the points shown."""
        return self.statement_id in ids(self.outcome.answer)


def frame_for(statement: Statement, area: AreaKnowledge) -> dict[str, Any]:
    """Facts under which a statement may be said: a route that it holds for fits, its condition and its need are met.

    Empty where no route that it holds for can fit then: it says what to do instead, and is asked without facts.
    """
    held = area.routes_of[statement.id]
    own = [(statement.when, True)] if statement.when is not None else []
    need = {"needs": (statement.needs[0],)} if statement.needs else {}
    if held is None:
        return solve(own, need) or {}
    for route in area.content.routes:
        if route.id in held:
            found = solve([*own, *((c.when, True) for c in route.criteria)], need)
            if found is not None:
                return found
    return {}


@cache
def all_asked() -> tuple[Asked, ...]:
    """Of each statement some of its own questions, answered by the real answerer, no topic being known.

    A few first, spread over the list; all the others only where none of those shows the statement.
    """
    found: list[Asked] = []
    for area_id in AREAS:
        area = knowledge().areas[area_id]
        for s in area.content.statements:
            held = area.routes_of[s.id]
            usual = held is None or any(area.routes[r].default for r in held)
            focus = () if usual else tuple(r for r in area.routes if r in held)
            facts = frame_for(s, area)
            few = s.asked_as[:: max(1, round(len(s.asked_as) / QUESTIONS_EACH))]
            rest = [q for q in s.asked_as if q not in few]
            answers = [_asked(s, text, facts, focus, area) for text in few]
            if not any(a.reached for a in answers):
                answers += [_asked(s, text, facts, focus, area) for text in rest]
            found += answers
    return tuple(found)


def _asked(
    statement: Statement, text: str, facts: dict[str, Any], focus: tuple[str, ...], area: AreaKnowledge
) -> Asked:
    question = Question(text, {}, list(embedder().embed([text])), named_routes(reader().read(text), area))
    return Asked(statement.id, question, facts, focus, answerer(area.id).answer(question, facts, focus))
