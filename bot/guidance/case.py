"""Case links: the state of a readiness check, taken away with its reply and opened again under the current content."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Literal

from bot.guidance.area import AreaKnowledge, Knowledge
from bot.guidance.calendar_days import age_in_months
from bot.guidance.case_packing import DIGEST, Case, CaseDate, CaseError, CaseFault, fitting_value, pack, unpack
from bot.guidance.checklist import ChecklistSpeaker
from bot.guidance.compose import text_of
from bot.guidance.dates import DateSaid
from bot.guidance.dating import Dated, Dater, in_words
from bot.guidance.frame import Frame
from bot.guidance.readiness import Readiness, Result, rests_on
from bot.guidance.reply import Answer, DateItem, Reply, Status, Takeaway
from bot.guidance.speaking import Speaker
from bot.guidance.turn import Memory
from bot.guidance.windows import countable
from bot.knowledge.model import Statement, Wording

__all__ = ["CASE", "Case", "CaseDate", "CaseError", "CaseFault", "Change", "Opened", "opened", "pack", "unpack"]

CASE = "case"  # kind of the takeaway
TAKEN_ALONG = frozenset({"year", "ehcp", "needs", "setting", "subject"})  # though the check may not rest on them
AS_SAID = 0.05  # months by which an age may differ from that of the day it was taken from


@dataclass(frozen=True)
class Change:
    """What became of a statement since a case was made. `text` is what it says now; empty where it is gone.

    Of a window counted for a statement the same is said: it is another one now, or is not counted any more.
    """

    kind: Literal["changed", "added", "removed"]
    statement_id: str
    text: str = ""


@dataclass(frozen=True)
class Opened:
    """A case under the current content. `reply` says all of it, the changes too, in its notices.

    `ticked`: the statement ids ticked by hand that are still on the checklist; their state in it goes by facts only.
    """

    reply: Reply
    changes: tuple[Change, ...] = ()
    ticked: tuple[str, ...] = ()


def with_case(
    reply: Reply,
    knowledge: Knowledge,
    area: AreaKnowledge,
    route_id: str,
    facts: Mapping[str, Any],
    today: date,
    ticked: Iterable[str] = (),
) -> Reply:
    """A reply with the state of its checklist to take away; as it is where it has none, or it is too long for a link.

    Args:
        facts: all that is known; taken along is what the check rests on, and never a value in somebody's own words.
    """
    if not reply.checklist:
        return reply
    declared = {f.id: f for f in knowledge.common.facts}
    needs = {n.id: n for n in knowledge.common.needs}
    names = [n for n in facts if n in declared and n in rests_on(area, route_id) | TAKEN_ALONG]
    case = Case(
        area=area.id,
        route=route_id,
        made=today,
        version=knowledge.version,
        facts={n: facts[n] for n in names if fitting_value(declared[n], facts[n], needs)},
        items=tuple((i.statement_id, digest(area, route_id, area.statements[i.statement_id])) for i in reply.checklist),
        dates=tuple(
            CaseDate(d.statement_id, d.event, d.start, d.end, d.counts_from, d.sure)
            for d in reply.dates
            if d.statement_id in area.statements
        ),
        ticked=tuple(ticked),
    )
    try:
        packed = pack(case)
    except ValueError:
        return reply
    return reply.model_copy(update={"takeaways": [*reply.takeaways, Takeaway(kind=CASE, body=packed)]})


def digest(area: AreaKnowledge, route_id: str, statement: Statement) -> str:
    """Of what an item asks for: its words, how firm they are, for whom, and the conditions that decide on it."""
    criteria = [c.when for c in area.routes[route_id].criteria if c.statement == statement.id]
    conditions = [c for c in (statement.when, statement.met_when, *criteria) if c is not None]
    said = [statement.text, statement.force, statement.hedge, statement.binds, statement.needs]
    meant = [c.model_dump(mode="json", by_alias=True, exclude_none=True) for c in conditions]
    return hashlib.sha256(json.dumps([said, meant], sort_keys=True).encode()).hexdigest()[:DIGEST]


def opened(case: Case, knowledge: Knowledge, today: date) -> Opened:
    """The checklist of a case as it is now, and what changed since the case was made.

    Args:
        case: one of `unpack` with this knowledge: its area and its route are there.
        today: local date (Europe/London).
    Raises: ValueError: the content has no wording.
    """
    wording = knowledge.common.wording
    if wording is None:
        raise ValueError("content/common/wording.yml is missing")
    area = knowledge.areas[case.area]
    speaker, dater = Speaker(knowledge, wording), Dater(knowledge, wording)
    facts = _aged(case, knowledge, today)
    frame = Frame(area=area.id, routes=(case.route,)).with_facts(facts, {f.id: f for f in knowledge.common.facts})
    found, items, parts = ChecklistSpeaker(knowledge, wording, speaker).said(area, case.route, frame)
    dates = _dates(case, area, dater)
    shown = {p.statement_id for part in parts for p in part.points}
    also = [area.statements[i] for i in dict.fromkeys(d.statement_id for d in dates) if i not in shown]
    if also:
        points = [area.point(s) for s in also]
        parts = [*parts, Answer(area=area.id, lead=wording.readiness.case_dates, points=points)]
    changes = _changes(case, area, found, dates) if case.version != knowledge.version else ()
    overdue, _ = speaker.overdue([area], today, Memory())
    notices = [*_told(case, changes, wording), *overdue]
    reply = speaker.reply(Status.ANSWERED, parts, frame, [area.id], notices, dates=dates)
    reply = reply.model_copy(update={"checklist": items})
    reply = reply.model_copy(update={"text": text_of(reply, wording)})
    ticked = tuple(i.statement_id for i in items if i.statement_id in case.ticked)
    return Opened(with_case(reply, knowledge, area, case.route, facts, today, ticked), changes, ticked)


def _aged(case: Case, knowledge: Knowledge, today: date) -> dict[str, Any]:
    """The facts of a case, those that say how long ago something was as they are today.

    They go by the day on which it was, where that is known; else by how old the case is.
    """
    events = [*knowledge.common.events, *(e for a in knowledge.areas.values() for e in a.content.events)]
    days = {d.event: d.counts_from for d in case.dates if d.sure}
    facts = dict(case.facts)
    for event in events:
        if event.fact is None or event.fact not in case.facts:
            continue
        then, day = case.facts[event.fact], days.get(event.id)
        if day is not None and abs(age_in_months(day, case.made) - then) <= AS_SAID:
            facts[event.fact] = age_in_months(day, today)
        else:
            facts[event.fact] = round(then + age_in_months(case.made, today), 2)
    return facts


def _dates(case: Case, area: AreaKnowledge, dater: Dater) -> list[DateItem]:
    """The windows of a case, counted anew by what the statements say now."""
    items = []
    for counted in case.dates:
        statement = area.statements.get(counted.statement)
        if statement is None or statement.value is None or not countable(statement.value):
            continue
        if statement.value.counts_from == counted.event:
            said = DateSaid("", 0, 0, counted.counts_from)
            items.append(dater.item(statement, Dated(said, counted.event if counted.sure else None), area))
    return items


def _changes(case: Case, area: AreaKnowledge, found: Readiness, dates: Sequence[DateItem]) -> tuple[Change, ...]:
    """What differs from the case, each statement once: items in their order now, then windows, then what is gone."""
    then, now = dict(case.items), [i.statement for i in found.items]
    changed: dict[str, Change] = {}
    gone: list[str] = []
    if found.result is Result.ELSEWHERE:  # nothing is asked for any more: what rules the route out is what changed
        now = [area.statements[i] for i in dict.fromkeys(c.statement for c in found.failed)]
        changed = {s.id: Change("changed", s.id, s.text) for s in now}
    else:
        for s in now:
            if then.get(s.id) != digest(area, case.route, s):
                changed[s.id] = Change("changed" if s.id in then else "added", s.id, s.text)
        gone += [i for i in then if i not in {s.id for s in now}]
    counted = {(d.statement_id, d.counts_from): (d.start, d.end) for d in dates}
    for d in case.dates:
        window = counted.get((d.statement, d.counts_from))
        if window is None:
            gone.append(d.statement)
        elif window != (d.start, d.end):
            changed.setdefault(d.statement, Change("changed", d.statement, area.statements[d.statement].text))
    return (*changed.values(), *(Change("removed", i) for i in dict.fromkeys(gone) if i not in changed))


def _told(case: Case, changes: Sequence[Change], wording: Wording) -> list[str]:
    """When a case was made, and a line for each change; what is gone is only counted, its words are not known."""
    words = wording.readiness
    made = in_words(case.made)
    if not changes:
        return [words.case_made.format(day=made)]
    lines = {"changed": words.case_changed, "added": words.case_added}
    told = [lines[c.kind].format(text=c.text) for c in changes if c.kind in lines]
    gone = sum(c.kind == "removed" for c in changes)
    if gone:
        number = words.numbers[gone] if gone < len(words.numbers) else str(gone)
        told.append(words.case_one_removed if gone == 1 else words.case_removed.format(count=number))
    return [words.case_since.format(day=made), *told]
