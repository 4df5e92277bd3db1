"""The words of a checklist: its result, what is missing, to check and done, and what to do now."""

from __future__ import annotations

from collections.abc import Sequence

from bot.guidance.answer_parts import ways, ways_instead
from bot.guidance.area import AreaKnowledge, Knowledge
from bot.guidance.frame import Frame
from bot.guidance.readiness import Item, Readiness, Result, readiness
from bot.guidance.reply import Answer, ChecklistItem, ItemState, Point, Verdict
from bot.guidance.routes import instead
from bot.guidance.speaking import Speaker
from bot.knowledge.model import Hedge, Statement, Wording

TOPIC = "requirements"
INSTEAD = 2
MOST_WORDS = 80  # words of requirements from which those that are done are named only
LONG = 110  # and from which one statement on what to do meanwhile is enough


class ChecklistSpeaker:
    """Puts a checklist into words. Pure."""

    def __init__(self, knowledge: Knowledge, wording: Wording, speaker: Speaker) -> None:
        self._wording = wording
        self._words = wording.readiness
        self._speaker = speaker
        self._facts = {f.id: f for f in knowledge.common.facts}
        self._ways = {a.id: ways(a) for a in knowledge.areas.values()}

    def said(
        self, area: AreaKnowledge, route_id: str, frame: Frame
    ) -> tuple[Readiness, list[ChecklistItem], list[Answer]]:
        """The checklist of a route under what is known: as found, as data, and in words."""
        found = readiness(area, route_id, frame.facts)
        items = [self._item(area, i, frame) for i in found.items]
        return found, items, self._parts(area, found, items, frame)

    def _parts(
        self, area: AreaKnowledge, found: Readiness, items: Sequence[ChecklistItem], frame: Frame
    ) -> list[Answer]:
        route, words = area.routes[found.route], self._words
        lead = f"{self._speaker.lead(frame, [area.id])[:-1]}, {route.name}: {self._result(found, area)}"
        if found.result is Result.ELSEWHERE:
            reasons = [area.statements[i] for i in dict.fromkeys(c.statement for c in found.failed)]
            said = {s.id for s in reasons}
            ways_there = [area.statements[i] for i in self._fitting(area, frame) if i not in said][:INSTEAD]
            no = Answer(topic=TOPIC, area=area.id, verdict=Verdict.NO, lead=lead, points=_points(area, reasons))
            if ways_there:
                return [no, Answer(area=area.id, lead=self._wording.fits_instead, points=_points(area, ways_there))]
            nothing = self._wording.no_route.format(area=area.name) + " " + self._wording.contact_lead
            return [no, Answer(area=area.id, lead=nothing, points=[self.contact(area)])]
        by_state = {state: [_point(i) for i in items if i.state is state] for state in ItemState}
        then, then_lead = self._then(area, found)
        blocks: list[tuple[str, list[Point]]] = [
            ("", by_state[ItemState.MISSING]),
            (words.check_lead if _begun(found) else "", by_state[ItemState.UNKNOWN]),
            (words.done_lead, by_state[ItemState.DONE]),
        ]
        if by_state[ItemState.DONE] and _length(items) > MOST_WORDS:
            blocks[2] = (f"{words.done_lead} {self._done(found)}", [])
        blocks.insert(
            1 if found.result is Result.NOT_YET else 3,
            (then_lead, _points(area, then[: 1 if _length(items) > LONG else None])),
        )
        if then_lead != words.send_lead and _length(items) <= LONG:
            blocks.append((words.send_lead, _points(area, self._way(area, found))))
        blocks = [(title, points) for title, points in blocks if points or title.endswith(".")]
        shown = [Answer(area=area.id, lead=title, points=points) for title, points in blocks]
        if shown and not shown[0].lead:
            return [shown[0].model_copy(update={"lead": lead, "topic": TOPIC}), *shown[1:]]
        return [Answer(topic=TOPIC, area=area.id, lead=lead), *shown]

    def _done(self, found: Readiness) -> str:
        """What is done, in a few words: the facts that say so."""
        facts = [
            f for i in found.of(ItemState.DONE) if i.statement.met_when for f in sorted(i.statement.met_when.facts())
        ]
        return "; ".join(self._facts[f].label for f in dict.fromkeys(facts)) + "."

    def _fitting(self, area: AreaKnowledge, frame: Frame) -> list[str]:
        return ways_instead(area, self._ways[area.id], frame.facts) or instead(area, frame.facts)

    def _result(self, found: Readiness, area: AreaKnowledge) -> str:
        words = self._words
        missing, unknown = len(found.of(ItemState.MISSING)), len(found.of(ItemState.UNKNOWN))
        if missing > 1:
            return words.missing.format(count=self._number(missing))
        if found.result is Result.TO_CHECK and unknown > 1:
            return (words.to_check if _begun(found) else words.all_needed).format(count=self._number(unknown))
        return {
            Result.READY: words.ready,
            Result.TO_CHECK: words.one_to_check,
            Result.NOT_YET: words.one_missing,
            Result.ELSEWHERE: words.elsewhere,
            Result.NOTHING_ASKED: words.nothing_asked.format(area=area.name),
        }[found.result]

    def _number(self, count: int) -> str:
        return self._words.numbers[count] if count < len(self._words.numbers) else str(count)

    def _then(self, area: AreaKnowledge, found: Readiness) -> tuple[list[Statement], str]:
        """What to do now: how to ask where nothing is missing, else what may be done meanwhile."""
        if found.result is Result.NOT_YET:
            return [area.statements[i] for i in area.routes[found.route].meanwhile], self._words.meanwhile_lead
        if found.result is Result.TO_CHECK:
            return [], ""
        return self._way(area, found), self._words.send_lead

    def _way(self, area: AreaKnowledge, found: Readiness) -> list[Statement]:
        """How the route is asked for."""
        way = self._ways[area.id].get(found.route)
        return [area.statements[way]] if way else []

    def _item(self, area: AreaKnowledge, item: Item, frame: Frame) -> ChecklistItem:
        """An item as data."""
        s, words = item.statement, self._words
        firm = [str(s.force)] + ([str(s.hedge)] if s.hedge is not Hedge.NONE else [])
        return ChecklistItem(
            text=self._text(item, frame),
            statement_id=s.id,
            state=item.state,
            firmness=", ".join(words.firmness.get(f, f) for f in firm),
            who=words.who.get(s.binds or "", ""),
            open=[self._facts[f].label for f in item.open],
            sources=area.sources(s),
        )

    def _text(self, item: Item, frame: Frame) -> str:
        """The statement, with what it still hangs on where a part of it is there already."""
        known, condition = frame.facts, item.statement.met_when
        asked = len(condition.all or ()) if condition is not None else 0
        # how long ago something was is said by its date
        counts = [f for f in item.open if f in known and self._facts[f].type != "age"]
        still = [f for f in item.open if item.state is ItemState.UNKNOWN or f in counts]
        if not 0 < len(still) < asked:
            return item.statement.text
        counted = [f for f in still if f in known and self._facts[f].type == "number"]
        labels = [self._facts[f].label + (f" ({known[f]:g})" if f in counted else "") for f in still]
        return f"{item.statement.text} ({self._words.still_open.format(facts=', '.join(labels))})"

    def contact(self, area: AreaKnowledge) -> Point:
        """Whom to ask."""
        return area.point(area.statements[area.content.authority.contact])


def _begun(found: Readiness) -> bool:
    """Whether anything is known of the checklist, a part of an item at least."""
    parts = {i.statement.id: len(i.statement.met_when.all or ()) for i in found.items if i.statement.met_when}
    return any(i.state is not ItemState.UNKNOWN or 0 < len(i.open) < parts.get(i.statement.id, 0) for i in found.items)


def _length(items: Sequence[ChecklistItem]) -> int:
    return sum(len(i.text.split()) for i in items)


def _points(area: AreaKnowledge, statements: Sequence[Statement]) -> list[Point]:
    return [area.point(s) for s in statements]


def _point(item: ChecklistItem) -> Point:
    return Point(text=item.text, statement_id=item.statement_id, sources=item.sources)
