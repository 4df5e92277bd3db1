"""Statements as the content pages show them: found by words and filters, described in words. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bot.desk.conditions import BOUNDS, ConditionWords, amount_in_words
from bot.guidance.area import AreaKnowledge, Knowledge
from bot.guidance.uses import Use, uses_of
from bot.knowledge.lookups import fold
from bot.knowledge.model import Statement, Value
from bot.knowledge.passages import CHANGED, Signed, State, passages, signable, state_of

ALL_ROUTES = "all"


@dataclass(frozen=True, slots=True)
class Filter:
    """What is looked for; "" looks at everything.

    `words`: all of them, in any order, as parts of words. `route`: `area/route`, or "all": for all routes alike.
    `state`: signed, unsigned, or changed (in either way).
    """

    words: str = ""
    area: str = ""
    topic: str = ""
    route: str = ""
    kind: str = ""
    state: str = ""


@dataclass(frozen=True, slots=True)
class Line:
    """A statement in a list."""

    area: AreaKnowledge
    statement: Statement
    state: State


def states_in(area: AreaKnowledge, signed: Mapping[str, Sequence[Signed]]) -> dict[str, State]:
    """Statement -> whether it is signed off as it stands."""
    return {s.id: state_of(signable(area.content, s), signed.get(s.id, ())) for s in area.content.statements}


def found(knowledge: Knowledge, signed: Mapping[str, Sequence[Signed]], wanted: Filter) -> list[Line]:
    """The statements that fit a filter, in the order of the content."""
    lines = []
    for area in knowledge.areas.values():
        if wanted.area and area.id != wanted.area:
            continue
        states = states_in(area, signed)
        lines += [Line(area, s, states[s.id]) for s in area.content.statements if _fits(area, s, states[s.id], wanted)]
    return lines


def _fits(area: AreaKnowledge, statement: Statement, state: State, wanted: Filter) -> bool:
    if wanted.topic and wanted.topic not in statement.topics:
        return False
    if wanted.kind and statement.kind.value != wanted.kind:
        return False
    states = CHANGED if wanted.state == "changed" else {wanted.state}
    if wanted.state and state not in states:
        return False
    routes = area.routes_of[statement.id]
    if wanted.route == ALL_ROUTES:
        if routes is not None:
            return False
    elif wanted.route and wanted.route not in {f"{area.id}/{r}" for r in routes or ()}:
        return False
    return not wanted.words or _has_words(area, statement, fold(wanted.words).split())


def _has_words(area: AreaKnowledge, statement: Statement, words: Sequence[str]) -> bool:
    opens = [p.opens for p in passages(area.content, statement.source)]
    text = fold(" ".join([statement.id, statement.text, statement.parent_text or "", *statement.asked_as, *opens]))
    return all(word in text for word in words)


def next_to_sign(states: Mapping[str, State], after: str) -> str | None:
    """The next statement that is not signed off as it stands, from the last round to the first; None: all are.

    Args:
        states: of all statements of an area, in their order. after: one of them; it is not the next itself.
    """
    ids = list(states)
    place = ids.index(after) + 1
    return next((i for i in (*ids[place:], *ids[: place - 1]) if states[i] is not State.SIGNED), None)


def file_of(content_dir: Path, area: str, statement_id: str) -> str:
    """The file that holds a statement, from the content folder on; its authority's folder where it is not found.

    The files may be newer than what is loaded, or not be on this machine.
    """
    record = re.compile(rf"\bid:\s*[\"']?{re.escape(statement_id)}(?![\w/-])")
    for path in sorted((content_dir / area).rglob("*.yml")):
        try:
            text = path.read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError):
            continue
        if record.search(text):
            return (Path("content") / path.relative_to(content_dir)).as_posix()
    return f"content/{area}/"


@dataclass(frozen=True, slots=True)
class Near:
    """Something that a statement hangs together with. `text`: in words; `statement`: another statement's id, or ""."""

    text: str
    statement: str = ""


class Describer:
    """Says in words what the data of statements means.

    Args:
        words: those of words/content.yml.
    """

    def __init__(self, knowledge: Knowledge, words: Mapping[str, Any]) -> None:
        self._words = words
        self._conditions = ConditionWords(knowledge.common, words)
        self._events = {e.id: e.label for e in knowledge.common.events}
        self._topics = {t.id: t.title for t in knowledge.common.topics}
        self._needs = {n.id: n.name for n in knowledge.common.needs}

    def rows(self, area: AreaKnowledge, statement: Statement) -> list[tuple[str, str]]:
        """What belongs to a statement: (name in `rows:` of the words, value in words); what is not set is left out."""
        s, words = statement, self._words
        rows = [
            ("kind", words["kinds"][s.kind.value]),
            ("force", words["forces"][s.force.value]),
            ("hedge", words["hedges"][s.hedge.value]),
            ("binds", self._who(s.binds)),
            ("routes", self._routes(area, s)),
            ("needs", ", ".join(self._needs.get(n, n) for n in s.needs)),
            ("when", self._conditions.said(s.when) if s.when else ""),
            ("unless", words["decided_by"].format(who=self._who(s.unless.decided_by)) if s.unless else ""),
            ("judged_by", self._who(s.judged_by)),
            ("value", self._value(area, s.value) if s.value else ""),
            ("requirement", words["is_requirement"] if s.requirement else ""),
            ("met_when", self._conditions.said(s.met_when) if s.met_when else ""),
            ("topics", ", ".join(self._topics.get(t, t) for t in s.topics)),
            ("priority", words["priorities"][s.priority]),
        ]
        return [(name, text) for name, text in rows if text]

    def near(self, area: AreaKnowledge, statement: Statement) -> list[Near]:
        """Where a statement is used, and what it hangs together with."""
        return [self._near(area, use) for use in uses_of(area, statement)]

    def _near(self, area: AreaKnowledge, use: Use) -> Near:
        pattern = self._words["uses" if use.names_it else "names"][use.how.value]
        route = area.routes[use.route].name if use.route else ""
        other = area.statements[use.statement].text if use.statement else ""
        what = route or other or use.step.replace("-", " ").replace("_", " ")
        return Near(pattern.format(what=what, area=area.name), use.statement)

    def _who(self, who: str | None) -> str:
        return self._words["who"].get(who, who.replace("-", " ")) if who else ""

    def _routes(self, area: AreaKnowledge, statement: Statement) -> str:
        routes = area.routes_of[statement.id]
        if routes is None:
            return str(self._words["all_routes"])
        return ", ".join(r.name for r in area.content.routes if r.id in routes)

    def _value(self, area: AreaKnowledge, value: Value) -> str:
        given = {name: b for name in (*BOUNDS, "exactly") if (b := getattr(value, name)) is not None}
        numbers = [f"{bound:g}" for bound in given.values()]
        numbers[-1] = amount_in_words(list(given.values())[-1], value.unit, self._words["units"])
        patterns = [self._words["condition"][name] for name in given]
        text = str(self._words["condition"]["both"]).join(
            pattern.format(number=number) for pattern, number in zip(patterns, numbers, strict=True)
        )
        events = self._events | {e.id: e.label for e in area.content.events}
        for name in ("counts_from", "ends_at"):
            event = getattr(value, name)
            if event is not None:
                text += self._words[name].format(event=events.get(event, event))
        return text
