"""From what was heard to the frame: whose pupil, which facts, which area."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from bot.guidance.area import Knowledge
from bot.guidance.ehcp import is_unsure
from bot.guidance.frame import Frame
from bot.guidance.pupils import Described, gone_back_to, is_somebody_else, one_of_them, pupils_of
from bot.guidance.reading import Reader, Reading
from bot.guidance.turn import Memory, Turn
from bot.guidance.understanding import Understood
from bot.knowledge.lookups import fold
from bot.knowledge.model import Wording

# "and one who hasn't", "and if he did have one?": the opposite of what was said before.
ELLIPSIS = re.compile(
    r"^\W*(?:and|but|what|or|so|if|even)\b.{0,40}"
    r"\b(?:(?:has|have|does|did|is|had)n'?t|does not|did not|has not|without|did|does|has|had)"
    r"(?: have)?(?: got)?(?: one)?(?:, [^,.?!]{1,25})?\W*$",
    re.IGNORECASE,
)
# "Is it the same in Milton Keynes?", asked about Suffolk.
DIFFERS = re.compile(
    r"\b(?:is|are|was|would|does|do) (?:it|that|this|they|those|things?|the \w+)(?: \w+)? (?:the same|different|differ"
    r"|vary|work the same)\b|\bhow (?:is|are|does|do) .{0,30}(?:differ|different|compare)\b|\bcompared? (?:to|with)\b"
    r"|\bcompare\b",
    re.IGNORECASE,
)
ALL_OF_THEM = re.compile(
    r"\b(?:both|each|either|the two) (?:councils?|authorit(?:y|ies)|areas?|offers?|las?)\b", re.IGNORECASE
)
DAY = "day"  # taken back like a fact
TAKES_BACK = re.compile(
    r"\b(?:forget|ignore|disregard|scrap|scratch|leave out|never ?mind|drop|take (?:out|back))(?: about)?"
    r"(?: what i (?:said|told you|wrote) about)? (?:the |that |his |her |their |its )?",
    re.IGNORECASE,
)
HELD_TOGETHER = re.compile(
    r"\b(?:compar\w*|differ\w*|contrast\w*|both|each|versus|vs|side by side|same"
    r"|the other (?:council|authority|area|one)|the two|elsewhere)\b",
    re.IGNORECASE,
)
COMPARES = 0.45  # score from which a message is taken to compare the authorities


class Framer:
    """Keeps the frame of a conversation."""

    def __init__(self, knowledge: Knowledge, wording: Wording, reader: Reader) -> None:
        self._knowledge = knowledge
        self._wording = wording
        self._reader = reader
        self._facts = {f.id: f for f in knowledge.common.facts}

    def frame(self, heard: Understood, turn: Turn, memory: Memory) -> tuple[Frame, Memory, list[str]]:
        """The frame after this message, and notices about what was set aside or could not be taken."""
        frame, reading = memory.frame, heard.reading
        notices: list[str] = []
        if turn.preset_area in self._knowledge.areas and frame.area is None:
            frame = replace(frame, area=turn.preset_area)
        said = dict(reading.facts)
        described = pupils_of(turn.text, self._of_pupil)
        if described:
            return self._several(frame, said, described, turn.text), memory, notices
        frame, new = self._whose(frame, turn.text, reading)
        notices += [self._wording.new_pupil] if new else []
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

    def taken_back(self, text: str, frame: Frame) -> frozenset[str]:
        """The known facts that a message takes back: "forget the year", "not sure she has an EHCP after all"."""
        found = set()
        for m in TAKES_BACK.finditer(text):
            rest = fold(text[m.end() :])
            if rest.startswith((DAY, "date")):
                found.add(DAY)
            for fact in self._facts.values():
                names = (fact.id.replace("_", " "), fold(fact.label))
                if fact.id in frame.facts and rest.startswith(names):
                    found.add(fact.id)
        if "ehcp" in frame.pupil and is_unsure(text):
            found.add("ehcp")
        if "year" in found or "age" in found:  # the one is reckoned from the other
            found |= {"year", "age"} & set(frame.pupil)
        return frozenset(found)

    def _of_pupil(self, text: str) -> dict[str, Any]:
        """What a text says of a pupil."""
        facts = self._reader.read(text).facts
        return {n: v for n, v in facts.items() if n in self._facts and self._facts[n].scope == "pupil"}

    def of_each(self, text: str) -> list[str]:
        """What is said of each of several pupils, piece by piece."""
        return [text[p.start : p.end] for p in pupils_of(text, self._of_pupil)]

    def _several(self, frame: Frame, said: Mapping[str, Any], described: Sequence[Described], text: str) -> Frame:
        """The frame after a message about several pupils: the last of them, the others beside them."""
        about = {n: v for n, v in said.items() if self._facts[n].scope == "conversation"}
        frame = frame.with_facts({**about, "subject": "pupil"}, self._facts)
        for pupil in described:
            areas = self._reader.read(text[pupil.start : pupil.end]).areas
            frame = frame.new_pupil(pupil.facts)
            frame = replace(frame, area=areas[0]) if len(areas) == 1 else frame
        return replace(frame, together=len(described))

    def _whose(self, frame: Frame, text: str, reading: Reading) -> tuple[Frame, bool]:
        """The frame of the pupil whom a message is about, and whether that is one not spoken of before."""
        said = {n: v for n, v in reading.facts.items() if self._facts[n].scope == "pupil"}
        back = gone_back_to(text, said, frame.others, frame.pupil)
        if back is None and frame.together > 1:
            back = one_of_them([f.pupil for f in frame.each()[:-1]], frame.pupil, said)
            back = None if back is None else len(frame.others) + 1 - frame.together + back
        if back is not None:
            return frame.back_to(back), False
        if frame.pupil and (reading.new_pupil or is_somebody_else(text, said, frame.pupil)):
            return frame.new_pupil(), True
        return (replace(frame, together=0) if said else frame), False

    def compares(self, heard: Understood, frame: Frame) -> bool:
        """Whether a message holds authorities against each other: said so, or asked whether another one differs."""
        elsewhere = set(heard.reading.areas) - {frame.area}
        differs = elsewhere and frame.area and any(DIFFERS.search(c.text) for c in heard.asking)
        both = any(ALL_OF_THEM.search(c.text) for c in heard.asking)
        compares = heard.intent == "compare" and heard.score >= COMPARES
        if compares and frame.area and not elsewhere:  # "how far apart?", asked of one authority
            compares = any(HELD_TOGETHER.search(c.text) for c in heard.asking)
        return compares or bool(differs) or both

    def areas(self, heard: Understood, frame: Frame, last: Sequence[str] = ()) -> list[str]:
        """The areas to answer for: those named; else the conversation's; else those of the last answer (`last`).

        Else the one whose words were used.
        """
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
        if len(last) > 1:
            return [a for a in last if a in known]
        signs = [a for a in known if a in heard.reading.signs]
        return signs if len(signs) == 1 else []
