"""From what was heard to the frame: whose pupil, which facts, which area."""

from __future__ import annotations

import re
from dataclasses import replace

from bot.guidance.area import Knowledge
from bot.guidance.frame import Frame
from bot.guidance.turn import Memory, Turn
from bot.guidance.understanding import Understood
from bot.knowledge.model import Wording

# "and one who hasn't", "and if he did have one?": the opposite of what was said before.
ELLIPSIS = re.compile(
    r"^\W*(?:and|but|what|or|so|if|even)\b.{0,40}"
    r"\b(?:hasn't|haven't|doesn't|does not|has not|isn't|without|did|does|has|had)"
    r"(?: have)?(?: got)?(?: one)?\W*$",
    re.IGNORECASE,
)
# "Is it the same in Milton Keynes?", asked about Suffolk.
DIFFERS = re.compile(
    r"\b(?:is|are|was|would|does|do) (?:it|that|this|they|those|things?|the \w+)(?: \w+)? (?:the same|different|differ"
    r"|vary|work the same)\b|\bhow (?:is|are|does|do) .{0,30}(?:differ|different|compare)\b|\bcompared? (?:to|with)\b",
    re.IGNORECASE,
)
ALL_OF_THEM = re.compile(
    r"\b(?:both|each|either|the two) (?:councils?|authorit(?:y|ies)|areas?|offers?|las?)\b", re.IGNORECASE
)
COMPARES = 0.45  # score from which a message is taken to compare the authorities


class Framer:
    """Keeps the frame of a conversation."""

    def __init__(self, knowledge: Knowledge, wording: Wording) -> None:
        self._knowledge = knowledge
        self._wording = wording
        self._facts = {f.id: f for f in knowledge.common.facts}

    def frame(self, heard: Understood, turn: Turn, memory: Memory) -> tuple[Frame, Memory, list[str]]:
        """The frame after this message, and notices about what was set aside or could not be taken."""
        frame, reading, notices = memory.frame, heard.reading, []
        if turn.preset_area in self._knowledge.areas and frame.area is None:
            frame = replace(frame, area=turn.preset_area)
        if reading.new_pupil and frame.pupil:
            frame = frame.new_pupil()
            notices.append(self._wording.new_pupil)
        said = dict(reading.facts)
        if ELLIPSIS.search(turn.text) and "ehcp" in frame.pupil and "ehcp" not in said:
            said["ehcp"] = not frame.pupil["ehcp"]
        if "year" in said and "age" not in said:
            frame = replace(frame, pupil={k: v for k, v in frame.pupil.items() if k != "age"})
        if "subject" in said and said["subject"] != frame.conversation.get("subject"):
            frame = replace(frame, routes=())
        frame = frame.with_facts(said, self._facts)
        wrong = {"year": self._wording.invalid_year, "age": self._wording.invalid_age}
        notices += [text for name, text in wrong.items() if name in reading.invalid]
        return frame, memory, notices

    def compares(self, heard: Understood, frame: Frame) -> bool:
        """Whether a message holds authorities against each other: said so, or asked whether another one differs."""
        elsewhere = set(heard.reading.areas) - {frame.area}
        differs = elsewhere and frame.area and any(DIFFERS.search(c.text) for c in heard.asking)
        both = any(ALL_OF_THEM.search(c.text) for c in heard.asking)
        return (heard.intent == "compare" and heard.score >= COMPARES) or bool(differs) or both

    def areas(self, heard: Understood, frame: Frame) -> list[str]:
        """The areas to answer for: those named; else the conversation's; else the one whose words were used."""
        known = list(self._knowledge.areas)
        named = [a for a in known if a in heard.reading.areas]
        if self.compares(heard, frame) and len(named) < 2:  # "compare with Milton Keynes", asked about Suffolk
            mine = [a for a in known if a == frame.area]  # the conversation's own comes first
            return [*mine, *(a for a in named or known if a not in mine)]
        if named:
            return named
        if heard.reading.elsewhere and (frame.area is None or heard.reading.asks_elsewhere):
            return []
        if frame.area in self._knowledge.areas:
            return [str(frame.area)]
        signs = [a for a in known if a in heard.reading.signs]
        return signs if len(signs) == 1 else []
