"""Questions back, and turns about what was said: the source of it, that it looks wrong."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from bot.guidance.area import Knowledge
from bot.guidance.frame import Frame
from bot.guidance.reply import Answer, Choice, Reply, Status
from bot.guidance.speaking import Speaker
from bot.guidance.turn import Clause, Memory
from bot.guidance.understanding import topic_weights
from bot.knowledge.model import Wording

TO_START_WITH = ("how_to_refer", "requirements", "eligibility")


class Clarifier:
    """Asks back with choices, once; shows sources."""

    def __init__(self, knowledge: Knowledge, wording: Wording, speaker: Speaker) -> None:
        self._knowledge = knowledge
        self._wording = wording
        self._speaker = speaker
        self._topics = {t.id: t for t in knowledge.common.topics}

    def unsure(
        self,
        clauses: Sequence[Clause],
        frame: Frame,
        areas: Sequence[str],
        memory: Memory,
        notices: Sequence[str],
    ) -> tuple[Reply, Memory]:
        """Low confidence: one good question with choices; the second time an honest word and whom to ask."""
        if "clarified" in memory.told:
            area = self._knowledge.areas[areas[0]]
            contact = area.point(area.statements[area.content.authority.contact])
            lead = f"{self._wording.not_covered.format(area=area.name)} {self._wording.contact_lead}"
            part = Answer(area=area.id, status=Status.NOT_STATED, lead=lead, points=[contact])
            reply = self._speaker.reply(Status.NOT_STATED, [part], frame, areas, notices)
            return reply, replace(memory, told=memory.told - {"clarified"})
        weights: dict[str, float] = {}
        for clause in clauses:
            for topic, weight in topic_weights(clause).items():
                weights[topic] = weights.get(topic, 0.0) + weight
        likely = [t for t in sorted(weights, key=lambda t: -weights[t]) if t in self._topics][:3]
        lead = self._wording.clarify if likely else self._wording.clarify_nothing
        question = clauses[0].text if clauses else ""
        choices = [
            Choice(
                title=self._topics[t].title,
                value={"kind": "topic", "value": {"topic": t, "question": question}},
            )
            for t in likely or TO_START_WITH
        ]
        reply = self._speaker.reply(
            Status.CLARIFY, [Answer(status=Status.CLARIFY, lead=lead)], frame, areas, notices, choices
        )
        return reply, replace(memory, offered=_offered(choices)).telling("clarified")

    def ask_area(self, memory: Memory) -> tuple[Reply, Memory]:
        """The question for the area; what was asked waits in `memory.pending`."""
        again = "asked_area" in memory.told
        areas = self._knowledge.areas.values()
        choices = [Choice(title=a.name, value={"kind": "area", "value": a.id}) for a in areas]
        lead = self._wording.ask_area_again if again else self._wording.ask_area
        part = Answer(status=Status.CLARIFY, lead=lead)
        reply = self._speaker.reply(Status.CLARIFY, [part], memory.frame, [], (), choices)
        return reply, replace(memory, offered=_offered(choices)).telling("asked_area")

    def sources(self, memory: Memory) -> Reply:
        """Document, section and paragraph of each point of the last answer."""
        area = self._knowledge.areas.get(memory.last.area)
        if area is None or not memory.last.statements:
            return self._speaker.say(Status.SMALL_TALK, self._wording.sources_none)
        known = [area.statements[i] for i in memory.last.statements if i in area.statements]
        points = [area.point(s) for s in known]
        part = Answer(area=area.id, lead=self._wording.sources_lead, points=points)
        return self._speaker.reply(Status.ANSWERED, [part], memory.frame, [area.id])

    def wrong(self, memory: Memory) -> Reply:
        """What the offer says once more, and whom to ask, after "that's wrong"."""
        area = self._knowledge.areas.get(memory.last.area or memory.frame.area or "")
        if area is None:
            return self._speaker.say(Status.SMALL_TALK, self._wording.small_talk["say_wrong"])
        ids = [*memory.last.statements[:2], area.content.authority.contact]
        points = [area.point(area.statements[i]) for i in dict.fromkeys(ids) if i in area.statements]
        lead = f"{self._wording.small_talk['say_wrong']} {self._wording.repeat_lead}"
        part = Answer(area=area.id, lead=lead, points=points)
        return self._speaker.reply(Status.ANSWERED, [part], memory.frame, [area.id])

    def person(self, area_id: str, memory: Memory) -> tuple[Reply, Memory]:
        """Whom to write to, for somebody who would rather talk to a person."""
        area = self._knowledge.areas[area_id]
        contact = area.point(area.statements[area.content.authority.contact])
        part = Answer(area=area.id, lead=self._wording.contact_lead, points=[contact])
        frame = replace(memory.frame, area=area.id)
        return self._speaker.reply(Status.ANSWERED, [part], frame, [area.id]), replace(memory, frame=frame)


def _offered(choices: Sequence[Choice]) -> tuple[tuple[str, Mapping[str, Any]], ...]:
    return tuple((c.title, c.value) for c in choices)
