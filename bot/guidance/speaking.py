"""Build replies: parts, leads, chips, notices. The sentences are statements or stand in content/common/wording.yml."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from bot.guidance.area import AreaKnowledge, Knowledge
from bot.guidance.calendar_days import age_in_words
from bot.guidance.compose import text_of
from bot.guidance.frame import Frame
from bot.guidance.reply import Answer, Choice, DateItem, Reply, Status
from bot.guidance.reply import Understood as Chip
from bot.guidance.turn import Memory
from bot.knowledge.model import Wording

SHOWN_IN_LEAD = ("ehcp", "year")
SHOWN_OF_PUPIL = ("year", "ehcp", "needs")


class Speaker:
    """Puts answers into a Reply for one version of the knowledge."""

    def __init__(self, knowledge: Knowledge, wording: Wording) -> None:
        self._knowledge = knowledge
        self._wording = wording
        self._facts = {f.id: f for f in knowledge.common.facts}
        self._needs = {n.id: n.name for n in knowledge.common.needs}
        self._titles = {t.id: t.title for t in knowledge.common.topics}

    def say(self, status: Status, text: str) -> Reply:
        """A reply that is one text of our own."""
        return Reply(status=status, text=text, content_version=self._knowledge.version)

    def reply(
        self,
        status: Status,
        parts: Sequence[Answer],
        frame: Frame,
        areas: Sequence[str],
        notices: Sequence[str] = (),
        choices: Sequence[Choice] = (),
        dates: Sequence[DateItem] = (),
    ) -> Reply:
        """A reply of several parts, with its text."""
        reply = Reply(
            status=status,
            text="",
            area=areas[0] if len(areas) == 1 else None,
            parts=list(parts),
            notices=list(dict.fromkeys(notices)),
            understood=self.chips(frame),
            choices=list(choices),
            dates=list(dates),
            content_version=self._knowledge.version,
        )
        return reply.model_copy(update={"text": text_of(reply, self._wording)})

    def nothing(self, area_id: str) -> Answer:
        """The honest word that an authority's offer does not have it."""
        lead = self._wording.not_covered.format(area=self._knowledge.areas[area_id].name)
        return Answer(area=area_id, status=Status.NOT_STATED, lead=lead)

    def headed(self, parts: Sequence[Answer], label: str = "") -> list[Answer]:
        """Several parts with a heading each: the pupil (`label`), the area where there are several, the topic."""
        several_areas = len({p.area for p in parts if p.area}) > 1
        found = []
        for part in parts:
            name = self._knowledge.areas[part.area].name if part.area and several_areas else ""
            title = self._titles.get(part.topic, "")
            heading = ": ".join(p for p in (label, name, title) if p)
            found.append(part.model_copy(update={"question": heading + ":" if heading else ""}))
        return found

    def lead(self, frame: Frame, areas: Sequence[str]) -> str:
        """What an answer rests on, in a few words: the area and the pupil."""
        shown = [self._knowledge.areas[a].name for a in areas]
        shown += [c.label for c in self.chips(frame) if c.fact in SHOWN_IN_LEAD]
        carried = frame.carried & set(SHOWN_IN_LEAD)
        return ", ".join(shown) + (f" ({self._wording.carried})" if carried else "") + ":"

    def rests_on(self, frame: Frame) -> list[Answer]:
        """The first line of a reply of several parts that rests on what was said in an earlier message."""
        carried = frame.carried & set(SHOWN_IN_LEAD)
        shown = ", ".join(c.label for c in self.chips(frame) if c.fact in carried)
        return [Answer(lead=self._wording.carried_lead.format(facts=shown))] if shown else []

    def pupil(self, frame: Frame, number: int) -> str:
        """How one of several pupils is called: EHCP, year and need as far as they are known, else by number."""
        chips = {c.fact: c.label for c in self.chips(frame) if c.fact in frame.pupil}
        shown = ", ".join(chips[fact] for fact in SHOWN_OF_PUPIL if fact in chips)
        return shown[:1].upper() + shown[1:] or self._wording.pupil_number.format(number=number)

    def chips(self, frame: Frame) -> list[Chip]:
        """What was understood, each fact with its label."""
        chips: list[Chip] = []
        if frame.area in self._knowledge.areas:
            area = self._knowledge.areas[str(frame.area)]
            chips.append(Chip(fact="area", value=frame.area, label=area.name))
        for name, value in frame.facts.items():
            plain = list(value) if isinstance(value, tuple) else value
            chips.append(Chip(fact=name, value=plain, label=self._label(name, value)))
        return chips

    def _label(self, name: str, value: object) -> str:
        if name == "year" and isinstance(value, (int, float)):
            early = "under school age" if value < -1 else {0: "Reception", -1: "nursery"}.get(int(value), "")
            return early or f"Year {value:g}"
        if name == "ehcp":
            return "EHCP" if value else "no EHCP"
        if name == "needs" and isinstance(value, tuple):
            return ", ".join(self._needs.get(str(n), str(n)) for n in value)
        label = self._facts[name].label if name in self._facts else name
        past = name != "age" and name in self._facts and self._facts[name].type == "age"
        if past and isinstance(value, (int, float)):
            return f"{label}: {age_in_words(value)}"
        if isinstance(value, bool):
            return label if value else f"not: {label}"
        return f"{label}: {value}"

    def overdue(self, areas: Sequence[AreaKnowledge], today: date, memory: Memory) -> tuple[list[str], Memory]:
        """The notices that an offer is past its review date, each said once in a conversation."""
        notices = []
        for area in areas:
            key = f"overdue/{area.id}"
            due = [d.review_due for d in area.content.authority.documents if d.review_due]
            past = [d for d in due if d < today]
            if past and key not in memory.told:
                notices.append(self._wording.overdue.format(area=area.name, date=f"{past[0]:%B %Y}"))
                memory = memory.telling(key)
        return notices, memory
