"""What an authority may want to put right in its offer: conflicts, gaps that people ask about, old dates, open terms.

Pure: the content and the counts are handed in, and so is today.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum

from bot.knowledge.content import AreaContent
from bot.knowledge.model import Kind, Statement, Term
from bot.knowledge.passages import CHANGED, Passage, State, passages

# How a glossary says that the offer leaves a term open: "The offer does not describe it" (docs/content.md).
LEFT_OPEN = re.compile(r"\boffer\b[^.;]*\b(?:does not|never|without)\b", re.IGNORECASE)
ABBREVIATION = re.compile(r"(?<![\w@./-])(?:[A-Z]+[a-z]*){2,}(?![\w@/-]|\.\w)")
LEAST_CAPITALS = 2


class Openness(StrEnum):
    """How an offer leaves a term open: it says too little of it; only others explain it; nobody explains it."""

    LEFT_OPEN = "left_open"
    ELSEWHERE = "elsewhere"
    NOWHERE = "nowhere"


class Date(StrEnum):
    """How the review date of a document stands."""

    OVERDUE = "overdue"
    MISSING = "missing"
    AHEAD = "ahead"


@dataclass(frozen=True, slots=True)
class Counts:
    """What is counted elsewhere.

    `asked`: gap or conflict -> how often it was told since `since` (a local date). `states`: statement -> whether it
    is signed off; one that is not there is not.
    """

    since: date
    asked: Mapping[str, int] = field(default_factory=dict)
    states: Mapping[str, State] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Told:
    """A gap or a conflict, how often people were told it, and the passages that it rests on."""

    statement_id: str
    text: str
    asked: int
    passages: tuple[Passage, ...]


@dataclass(frozen=True, slots=True)
class DocumentDate:
    """The review date of one document. `days`: overdue by so many."""

    document: str
    title: str
    last_reviewed: str
    review_due: date | None
    state: Date
    days: int = 0


@dataclass(frozen=True, slots=True)
class OpenTerm:
    """A term that the offer uses and does not define. `uses`: statements that have it; `meaning`: what is known."""

    term: str
    openness: Openness
    uses: int
    meaning: str
    passages: tuple[Passage, ...] = ()


@dataclass(frozen=True, slots=True)
class Changed:
    """A statement that changed, or whose passage did, after somebody signed it off."""

    statement_id: str
    text: str
    state: State
    passages: tuple[Passage, ...]


@dataclass(frozen=True, slots=True)
class OfferAudit:
    """The audit of one offer on one day. Lists are in the order of the content unless said otherwise.

    `conflicts` and `asked_gaps`: the most asked first; `quiet_gaps`: never asked since. `dates`: of all documents.
    `terms`: the most used first, by kind. `states`: how many statements are in each state.
    """

    area: str
    name: str
    since: date
    today: date
    statements: int
    conflicts: tuple[Told, ...]
    asked_gaps: tuple[Told, ...]
    quiet_gaps: tuple[Told, ...]
    dates: tuple[DocumentDate, ...]
    terms: tuple[OpenTerm, ...]
    changed: tuple[Changed, ...]
    states: Mapping[State, int]

    @property
    def bad_dates(self) -> tuple[DocumentDate, ...]:
        """Documents whose review date has passed or is missing."""
        return tuple(d for d in self.dates if d.state is not Date.AHEAD)

    @property
    def unsigned(self) -> int:
        """How many statements nobody has signed off as they stand, the changed ones too."""
        return sum(count for state, count in self.states.items() if state is not State.SIGNED)


def audit_of(area: AreaContent, general: Sequence[Term], counts: Counts, today: date) -> OfferAudit:
    """The audit of one authority's offer.

    Args:
        general: the terms that all authorities share.
        today: local date (Europe/London). A review that is due today is not overdue.
    """
    told = {kind: _told(area, kind, counts.asked) for kind in (Kind.CONFLICT, Kind.GAP)}
    states = Counter(dict.fromkeys(State, 0))
    states.update(counts.states.get(s.id, State.UNSIGNED) for s in area.statements)
    return OfferAudit(
        area=area.authority.id,
        name=area.authority.name,
        since=counts.since,
        today=today,
        statements=len(area.statements),
        conflicts=told[Kind.CONFLICT],
        asked_gaps=tuple(t for t in told[Kind.GAP] if t.asked),
        quiet_gaps=tuple(t for t in told[Kind.GAP] if not t.asked),
        dates=_dates(area, today),
        terms=open_terms(area, general),
        changed=tuple(
            Changed(s.id, s.text, state, passages(area, s.source))
            for s in area.statements
            if (state := counts.states.get(s.id, State.UNSIGNED)) in CHANGED
        ),
        states=dict(states),
    )


def _told(area: AreaContent, kind: Kind, asked: Mapping[str, int]) -> tuple[Told, ...]:
    found = [
        Told(s.id, s.text, asked.get(s.id, 0), passages(area, s.source)) for s in area.statements if s.kind is kind
    ]
    return tuple(sorted(found, key=lambda t: -t.asked))


def _dates(area: AreaContent, today: date) -> tuple[DocumentDate, ...]:
    found = []
    for document in area.authority.documents:
        due = document.review_due
        days = max(0, (today - due).days) if due else 0
        state = Date.MISSING if due is None else Date.OVERDUE if days else Date.AHEAD
        found.append(DocumentDate(document.id, document.title, document.last_reviewed or "", due, state, days))
    return tuple(found)


def open_terms(area: AreaContent, general: Sequence[Term]) -> tuple[OpenTerm, ...]:
    """Terms that the offer uses and does not define.

    Those whose meaning in its glossary says so; those in its statements that only the shared glossary explains; and
    abbreviations in its statements that no glossary explains. Names of authority, forms, routes and services count
    as explained. Sorted by kind, then by the number of statements that have the term.
    """
    said = [s for s in area.statements if s.kind is not Kind.GAP]
    own = {name.casefold() for term in area.terms for name in (term.term, *term.aliases)}
    found = [
        OpenTerm(t.term, Openness.LEFT_OPEN, _uses(said, _names(t)), t.meaning, passages(area, t.source))
        for t in area.terms
        if LEFT_OPEN.search(t.meaning)
    ]
    for term in general:
        # a single plain word may mean something else in an offer: "statement", "reception"
        names = [n for n in _names(term) if " " in n or _capitals(n) >= LEAST_CAPITALS]
        is_own = any(name.casefold() in own for name in _names(term))
        if not is_own and (uses := _uses(said, names)):
            found.append(OpenTerm(term.term, Openness.ELSEWHERE, uses, term.meaning))
    explained = own | {n.casefold() for t in general for n in _names(t)} | _called(area)
    unknown = Counter(name for s in said for name in set(_abbreviations(s.text)) if not _is_explained(name, explained))
    found += [OpenTerm(name, Openness.NOWHERE, uses, "") for name, uses in sorted(unknown.items())]
    order = list(Openness)
    return tuple(sorted(found, key=lambda t: (order.index(t.openness), -t.uses)))


def _capitals(name: str) -> int:
    return sum(c.isupper() for c in name)


def _names(term: Term) -> list[str]:
    return [term.term, *term.aliases]


def _uses(statements: Sequence[Statement], names: Iterable[str]) -> int:
    """How many statements have one of the names as whole words; the case of a name with two capitals counts."""
    patterns = []
    for name in names:
        flags = 0 if _capitals(name) >= LEAST_CAPITALS else re.IGNORECASE
        patterns.append(re.compile(rf"(?<![\w-]){re.escape(name)}s?(?![\w-])", flags))
    return sum(any(p.search(s.text) for p in patterns) for s in statements)


def _abbreviations(text: str) -> list[str]:
    return [name for name in ABBREVIATION.findall(text) if _capitals(name) >= LEAST_CAPITALS]


def _is_explained(name: str, explained: set[str]) -> bool:
    return bool({name.casefold(), name.removesuffix("s").casefold()} & explained)


def _called(area: AreaContent) -> set[str]:
    """Names that stand for themselves, in lower case: of the authority (and each word), its forms, routes, services."""
    authority = area.authority
    names = [word for name in (authority.name, *authority.aliases) for word in (name, *name.split())]
    for form in authority.forms:
        names += [form.name, *form.aliases]
    for route in area.routes:
        names += [route.name, *route.aliases]
    for service in area.services:
        names += [service.name, *service.aliases]
    return {n.casefold() for n in names}
