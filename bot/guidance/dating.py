"""Dates in a conversation: facts from days that were said, and windows counted for the points of a reply. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from bot.guidance.area import AreaKnowledge, Knowledge
from bot.guidance.calendar_days import age_in_months
from bot.guidance.compose import text_of
from bot.guidance.dates import DateSaid, read_dates
from bot.guidance.reply import DateItem, Reply, Status
from bot.guidance.turn import Memory
from bot.guidance.understanding import Understood
from bot.guidance.windows import Window, countable, window
from bot.knowledge.model import Event, Statement, Unit, Wording

SENTENCE_END = re.compile(r"[.!?;]+(?=\s|$)|\n")
ECHOED_CHARS = 30
AFTER_THE_DAY = 20  # characters by which an event that is named after a day counts as farther away
REMEMBERED_CHARS = 400


@dataclass(frozen=True)
class Dated:
    """A day that was said, and the event that its sentence says happened then (None: it does not say)."""

    said: DateSaid
    event: str | None


@dataclass(frozen=True, order=True)
class _Named:
    """An event named in a text: how many characters from a day, which, and where."""

    gap: int
    event: str
    at: int


class Dater:
    """Reads days and counts from them, for one version of the knowledge."""

    def __init__(self, knowledge: Knowledge, wording: Wording) -> None:
        self._knowledge = knowledge
        self._wording = wording
        events = [*knowledge.common.events, *(e for a in knowledge.areas.values() for e in a.content.events)]
        self._events: dict[str, Event] = {e.id: e for e in events}
        self._patterns = {e.id: [re.compile(p, re.IGNORECASE) for p in e.patterns] for e in self._events.values()}

    def dated(self, text: str, today: date) -> list[Dated]:
        """The days of a text, each with the event named nearest to it in the same sentence.

        Of several days that would take the same words for theirs only the nearest does.
        """
        found = [(said, self._event_at(text, said)) for said in read_dates(text, today)]
        nearest: dict[tuple[int, str], int] = {}
        for _, named in found:
            if named is not None:
                nearest[named.at, named.event] = min(named.gap, nearest.get((named.at, named.event), named.gap))
        return [
            Dated(said, named.event if named and named.gap == nearest[named.at, named.event] else None)
            for said, named in found
        ]

    def facts(self, text: str, today: date) -> dict[str, float]:
        """Facts of type age (months) that follow from days on which something happened."""
        found: dict[str, float] = {}
        for each in self.dated(text, today):
            fact = self._events[each.event].fact if each.event else None
            day = each.said.day
            if fact and day and day <= today:
                age = age_in_months(day, today)
                found[fact] = round(max(0.0, age - each.said.beyond * 0.01), 2)
        return found

    def heard(self, heard: Understood, text: str, today: date) -> Understood:
        """What was understood, with the facts that follow from days; other facts stay as they are."""
        facts = self.facts(text, today)
        if not facts:
            return heard
        merged: Mapping[str, Any] = {**heard.reading.facts, **facts}
        return replace(heard, reading=replace(heard.reading, facts=merged))

    def settles(self, memory: Memory, text: str, today: date) -> bool:
        """Whether a message names a day from which something in the last answer counts ("It was agreed on 3 March")."""
        area = self._knowledge.areas.get(memory.last.area)
        last = [area.statements[s] for s in memory.last.statements if s in area.statements] if area else []
        counting = [s for s in last if countable(s.value)]
        return bool(counting) and any(self._matching(d, counting) for d in self.dated(text, today))

    def said(self, text: str, today: date) -> str:
        """The message, where it names a day that is worth remembering; else nothing."""
        return text[:REMEMBERED_CHARS] if any(not d.said.today for d in self.dated(text, today)) else ""

    def add(self, reply: Reply, text: str, memory: Memory, today: date) -> Reply:
        """A reply with the windows of its points, and kind words about days that do not exist.

        Args:
            text: the message.
            memory: what was remembered before it: questions that waited for an answer may have named the day.
        """
        if reply.dates:
            return reply
        waiting = [f"{c.context} {c.text}." for c in memory.pending] if reply.parts else []
        dated = self.dated("\n".join([*waiting, text]), today)
        before = {d.event for d in self.dated(memory.last.days, today) if d.event}
        if len(before) == 1:  # a day that is put right: what happened on it was said before
            dated = [replace(d, event=d.event or next(iter(before))) if not d.said.today else d for d in dated]
        if not dated:  # of a day said before only what happened on it is counted from
            dated = [d for d in self.dated(memory.last.days, today) if d.event is not None]
        if not dated or not (reply.parts or reply.status is Status.CLARIFY):
            return reply
        impossible = [d.text[:ECHOED_CHARS] for d in read_dates(text, today) if d.day is None]
        notices = [self._wording.date_impossible.format(date=words) for words in dict.fromkeys(impossible)]
        items = self._items(reply, dated)
        if not items and not notices:
            return reply
        changed = reply.model_copy(update={"dates": items, "notices": [*reply.notices, *notices]})
        said = text_of(changed, self._wording) if reply.parts else "\n".join([reply.text, *notices])
        return changed.model_copy(update={"text": said})

    def _event_at(self, text: str, said: DateSaid) -> _Named | None:
        """The event named nearest to a day, in its own sentence."""
        start = max((m.end() for m in SENTENCE_END.finditer(text) if m.end() <= said.start), default=0)
        end = min((m.start() for m in SENTENCE_END.finditer(text) if m.start() >= said.end), default=len(text))
        found: list[_Named] = []
        for name, patterns in self._patterns.items():
            matches = (m for p in patterns for m in p.finditer(text, start, end))
            found += [_Named(_gap(m, said), name, m.start()) for m in matches]
        return min(found, default=None)

    def _matching(self, dated: Dated, statements: Sequence[Statement]) -> list[Statement]:
        """The statements that count from a day: from its event; or, where it is not said what happened, any of them."""
        if dated.said.day is None or dated.said.beyond:
            return []
        counts = {s.id: s.value.counts_from for s in statements if s.value is not None}
        if dated.event is not None:
            return [s for s in statements if counts[s.id] == dated.event]
        return [] if dated.said.today else list(statements)

    def _items(self, reply: Reply, dated: Sequence[Dated]) -> list[DateItem]:
        items: dict[tuple[str, bool], DateItem] = {}
        for part in reply.parts:
            area = self._knowledge.areas.get(part.area or "")
            shown = (
                [area.statements[p.statement_id] for p in part.points if p.statement_id in area.statements]
                if area
                else []
            )
            counting = [s for s in shown if countable(s.value)]
            for each in dated:
                for statement in self._matching(each, counting):
                    if area is not None:
                        items.setdefault((statement.id, each.event is not None), self.item(statement, each, area))
        sure = {statement_id for statement_id, known in items if known}
        return [item for (statement_id, known), item in items.items() if known or statement_id not in sure]

    def item(self, statement: Statement, dated: Dated, area: AreaKnowledge) -> DateItem:
        """The window of a statement whose value is countable, from a day that is known."""
        value, day = statement.value, dated.said.day
        assert value is not None
        assert value.counts_from is not None
        assert day is not None
        years = area.content.school_years
        found = window(value, day, years)
        words = self._wording.date_counted if dated.event else self._wording.date_if
        assumption = ""
        if value.unit is Unit.WORKING_DAY:
            assumption = self._wording.date_working_days
        elif value.unit is Unit.SCHOOL_WEEK and found.plain_weeks:
            assumption = self._wording.date_no_terms.format(area=area.name)
        elif value.unit is Unit.SCHOOL_WEEK:
            sources = dict.fromkeys(
                y.source for y in years if y.first_day <= (found.end or found.start or day) and day <= y.last_day
            )
            assumption = self._wording.date_terms.format(source="; ".join(sources))
        return DateItem(
            label=words.format(day=in_words(day), event=self._events[value.counts_from].label),
            text=" ".join(p for p in (self._span(found) + ".", assumption) if p),
            start=found.start,
            end=found.end,
            counts_from=day,
            event=value.counts_from,
            unit=value.unit.value,
            assumption=assumption,
            statement_id=statement.id,
            sure=dated.event is not None,
        )

    def _span(self, found: Window) -> str:
        """A window in words."""
        start, end = found.start, found.end
        if start and end:
            if start == end:
                return self._wording.date_on.format(start=in_words(start))
            shown = in_words(start) if start.year != end.year else f"{start.day} {start:%B}"
            return self._wording.date_between.format(start=shown, end=in_words(end))
        if end:
            return self._wording.date_by.format(end=in_words(end))
        assert start is not None
        if found.beyond:
            return self._wording.date_after.format(before=in_words(date.fromordinal(start.toordinal() - 1)))
        return self._wording.date_from.format(start=in_words(start))


def _gap(event: re.Match[str], said: DateSaid) -> int:
    """How far an event is named from a day; what happened mostly stands before its day ("left on 17 July")."""
    after = event.start() - said.end
    return after + AFTER_THE_DAY if after >= 0 else max(said.start - event.end(), 0)


def in_words(day: date) -> str:
    """3 March 2026."""
    return f"{day.day} {day:%B} {day.year}"
