"""Questions back, and turns about what was said: its source, simpler words for it, that it looks wrong."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from bot.guidance.area import AreaKnowledge, Knowledge
from bot.guidance.frame import Frame
from bot.guidance.reply import Answer, Choice, Point, Reply, Status
from bot.guidance.report import Report
from bot.guidance.speaking import Speaker
from bot.guidance.turn import Clause, Memory, Turn
from bot.guidance.understanding import topic_weights
from bot.knowledge.lookups import fold
from bot.knowledge.model import Wording

SKIP = "skip"  # the kind of the choice "I don't know"; its value is the fact that was asked for
FORGET = "forget"  # of the choice that it is not known after all
UNKNOWN = re.compile(
    r"(?:i |we )?(?:really |honestly )?(?:don'?t know|do not know|not sure|unsure|no idea|dunno|idk)\b"
)
SHORT_ANSWER = 4
FOREIGN = re.compile(r"\b\w*[^\W\d_\x00-\x7f]\w*\b")  # a word with a letter that English has not
FOREIGN_WORDS = 2
TO_START_WITH = ("how_to_refer", "requirements", "eligibility")


class Clarifier:
    """Asks back with choices, once; says again what was said, with its sources or in simpler words."""

    def __init__(
        self, knowledge: Knowledge, wording: Wording, speaker: Speaker, note: Callable[[Report], bool]
    ) -> None:
        self._knowledge = knowledge
        self._wording = wording
        self._speaker = speaker
        self._note = note
        self._types = {f.id: f.type for f in knowledge.common.facts}
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
        if len(FOREIGN.findall(" ".join(c.text for c in clauses))) >= FOREIGN_WORDS:
            return self._speaker.say(Status.SMALL_TALK, self._wording.small_talk["ask_language"]), memory
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
        return reply, replace(memory, offered=offered(choices)).telling("clarified")

    def ask_area(self, memory: Memory) -> tuple[Reply, Memory]:
        """The question for the area; what was asked waits in `memory.pending`."""
        again = "asked_area" in memory.told
        areas = self._knowledge.areas.values()
        choices = [Choice(title=a.name, value={"kind": "area", "value": a.id}) for a in areas]
        lead = self._wording.ask_area_again if again else self._wording.ask_area
        part = Answer(status=Status.CLARIFY, lead=lead)
        reply = self._speaker.reply(Status.CLARIFY, [part], memory.frame, [], (), choices)
        return reply, replace(memory, offered=offered(choices)).telling("asked_area")

    def typed_choice(self, turn: Turn, memory: Memory) -> Mapping[str, Any] | None:
        """The choice that was taken by typing its title, or what means it: "yes he does", "not sure", "4"."""
        typed = fold(turn.text).strip(" .!,")
        for title, value in memory.offered:
            if fold(title) == typed:
                return value
        unknown = next((v for _, v in memory.offered if v.get("kind") in (SKIP, FORGET)), None)
        if unknown is None:
            return None
        if UNKNOWN.match(typed):
            return unknown
        kind = str(unknown["value"])
        if typed.isdigit() and self._types.get(kind) in ("number", "age"):
            return {"kind": kind, "value": int(typed)}
        if len(typed.split()) <= SHORT_ANSWER and turn.intent in ("affirm", "deny"):
            wanted = turn.intent == "affirm"
            return next((v for _, v in memory.offered if v.get("value") is wanted), None)
        return None

    def sources(self, memory: Memory) -> Reply:
        """Document, section and paragraph of each point of the last answer, written beside it."""
        parts = [Answer(area=area.id, points=[self._traced(p) for p in points]) for area, points in self._told(memory)]
        return self._repeated(parts, self._wording.sources_lead, self._wording.sources_none, memory)

    def simpler(self, memory: Memory, lead: str) -> Reply:
        """The points of the last answer once more, in the words for parents; one that has none says so."""
        parts = [
            Answer(area=area.id, points=[self._for_parents(p, area) for p in points])
            for area, points in self._told(memory)
        ]
        return self._repeated(parts, lead, self._wording.simpler_none, memory)

    def _told(self, memory: Memory) -> list[tuple[AreaKnowledge, list[Point]]]:
        """The points of the last answer by area, the one last spoken of first; what is gone by now is left out."""
        areas = sorted(self._knowledge.areas.values(), key=lambda a: a.id != memory.last.area)
        found = [(a, [p for i in memory.last.statements if (p := a.said(i)) is not None]) for a in areas]
        return [(area, points) for area, points in found if points]

    def _traced(self, point: Point) -> Point:
        places = [self._wording.source_of.format(**s.model_dump()) for s in point.sources]
        return point.model_copy(update={"label": "; ".join(places) or self._wording.source_of_none})

    def _for_parents(self, point: Point, area: AreaKnowledge) -> Point:
        statement = area.statements.get(point.statement_id)
        if statement is None:  # what a term means is the same for everybody
            return point
        words = statement.parent_text
        return point.model_copy(update={"text": words} if words else {"label": self._wording.for_school})

    def _repeated(self, parts: Sequence[Answer], lead: str, none: str, memory: Memory) -> Reply:
        """What was said before, said again under one lead; with a heading each where it was about several areas."""
        if not parts:
            return self._speaker.say(Status.SMALL_TALK, none)
        headed = self._speaker.headed(parts) if len(parts) > 1 else list(parts)
        headed[0] = headed[0].model_copy(update={"lead": lead})
        areas = [p.area for p in parts if p.area]
        return self._speaker.reply(Status.ANSWERED, headed, memory.frame, areas)

    def wrong(self, memory: Memory, text: str) -> Reply:
        """What the offer says once more, and whom to ask, after "that's wrong", which is noted for its owners."""
        area = self._knowledge.areas.get(memory.last.area or memory.frame.area or "")
        if area is None:
            return self._speaker.say(Status.SMALL_TALK, self._wording.small_talk["say_wrong"])
        ids = [*memory.last.statements[:2], area.content.authority.contact]
        points = [area.point(area.statements[i]) for i in dict.fromkeys(ids) if i in area.statements]
        said = memory.last.statements
        noted = bool(said) and self._note(Report(area.id, text, memory.last.question, said, self._knowledge.version))
        words = [self._wording.small_talk["say_wrong"], self._wording.noted if noted else "", self._wording.repeat_lead]
        lead = " ".join(w for w in words if w)
        part = Answer(area=area.id, lead=lead, points=points)
        return self._speaker.reply(Status.ANSWERED, [part], memory.frame, [area.id])

    def person(self, area_id: str, memory: Memory) -> tuple[Reply, Memory]:
        """Whom to write to, for somebody who would rather talk to a person."""
        area = self._knowledge.areas[area_id]
        contact = area.point(area.statements[area.content.authority.contact])
        part = Answer(area=area.id, lead=self._wording.contact_lead, points=[contact])
        frame = replace(memory.frame, area=area.id)
        return self._speaker.reply(Status.ANSWERED, [part], frame, [area.id]), replace(memory, frame=frame)


def offered(choices: Sequence[Choice]) -> tuple[tuple[str, Mapping[str, Any]], ...]:
    """Choices as they are remembered: title and value."""
    return tuple((c.title, c.value) for c in choices)
