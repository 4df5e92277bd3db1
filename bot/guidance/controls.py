"""Turns about the conversation itself, not about an offer: start again, its source, simpler words, small talk."""

from __future__ import annotations

import re
from dataclasses import replace

from bot.guidance.area import Knowledge
from bot.guidance.clarifying import UNKNOWN, Clarifier
from bot.guidance.framing import Framer
from bot.guidance.reply import Reply, Status
from bot.guidance.speaking import Speaker
from bot.guidance.turn import Memory, Turn, topic_clause
from bot.guidance.understanding import SHORT, Limits, Understood
from bot.knowledge.lookups import fold
from bot.knowledge.model import Wording

# About the conversation even where a service or form is named: "say that about the SES form more simply".
WITH_NAMES = frozenset({"start_again", "say_wrong", "ask_source", "talk_to_person", "say_simpler", "for_parents"})
# The beginning of a question for a fact, not of a request about the last answer.
ASKS_A_FACT = re.compile(
    r"^\W*(?:(?:and|so|but|ok|okay|also|then)\W+)*(?:do|does|did|is|are|am|should|must|has|have|need|when|who|where|which)\b",
    re.IGNORECASE,
)
# "That's wrong, it is three": said of the answer, unless it puts right what was understood of the pupil.
SAYS_WRONG = re.compile(
    r"^\W*(?:(?:no|sorry|hang on|but|hmm|um|i think|i'?m afraid|sure|well)\W+)*"
    r"(?:that(?:'?s| is| isn'?t)|this is(?:n'?t)?|it(?:'?s| is| isn'?t)|you(?:'?re| are|'?ve got (?:that|it)))"
    r" (?:just |simply |definitely |surely |plain |quite |actually )?"
    r"(?:wrong|not right|right(?= (?:at all|,|$))|not correct|incorrect|not true|true(?= at all)|out of date)\b"
    r"|^\W*(?:(?:no|sorry|hang on|but|hmm)\W+)*that (?:can'?t|cannot|doesn'?t|does not) (?:be|sound|look|seem) right\b",
    re.IGNORECASE,
)
# The wish for plainer words, whatever the engine made of it.
PLAINER = re.compile(
    r"\bplain(?:er)? english\b|\bmore (?:simply|plainly)\b"
    r"|\bin (?:simpler|plainer|simple|plain|easier) (?:words|terms|language)\b"
    r"|\bdumb (?:it|that) down\b|\bwithout the jargon\b",
    re.IGNORECASE,
)
CAPABLE = re.compile(
    r"^\W*(?:(?:hi|hello|hey|hiya|so|ok|and|right)\W+)*what (?:is it |exactly |else |all |things )?"
    r"(?:that )?(?:do |can |are )?you (?:actually |really |even )?(?:do|able to do|for|know about|help with)\W*$",
    re.IGNORECASE,
)
# "And who do I ask?", after an answer, asks for an address; alone it may ask what this is for.
ASKS_WHOM = re.compile(
    r"^\W*(?:(?:and|so|ok|right|but)\W+)*(?:where|who|whom|how) (?:do|should|can|would|must) (?:i|we)\b", re.IGNORECASE
)
MISTAKE = re.compile(
    r"\b(?:my (?:mistake|bad|error|fault)|i (?:meant|mean|misread|mistyped)|typo|oops|slip of)\b", re.IGNORECASE
)
IN_WRITING = re.compile(r"\b(?:in writing|written up|write-?up|minutes|notes of)\b", re.IGNORECASE)
SOURCE_OF_IT = re.compile(
    r"\bwhere (?:do|does|did) (?:those|these|that|it|they|this|all that)(?: \w+)? come from\b"
    r"|\b(?:which|what) (?:paragraphs?|sections?|pages?)\b"
    r"|\bwhere(?:abouts)?(?: \w+)? (?:your|the|that|this|their) (?:\w+ )?"
    r"(?:document|offer|paper)\b.{0,25}\b(?:that|this|it|those|these)\b",
    re.IGNORECASE,
)
FOR_FAMILY = re.compile(
    r"\b(?:word|put|say|phrase|explain) (?:it|that|this|them)(?: all)? so (?:that )?"
    r"(?:he|she|they|(?:his|her|their|the )?(?:mum|dad|nan|gran|parents?|family))\b",
    re.IGNORECASE,
)
PUTS_RIGHT = frozenset({"year", "age", "ehcp", "needs"})


class Controls:
    """Answers what is said about the conversation itself."""

    def __init__(
        self,
        knowledge: Knowledge,
        wording: Wording,
        framer: Framer,
        speaker: Speaker,
        clarifier: Clarifier,
        limits: Limits,
    ) -> None:
        self.wording = wording
        self._framer = framer
        self._speaker = speaker
        self._clarifier = clarifier
        self._limits = limits
        self._topics = {t.id: t for t in knowledge.common.topics}
        self._simpler = {"say_simpler": wording.simpler_lead, "for_parents": wording.parents_lead}

    def reply(self, heard: Understood, turn: Turn, memory: Memory) -> tuple[Reply, Memory] | None:
        """The reply to a turn that is about the conversation itself; None for any other turn."""
        intent, sure = heard.intent, heard.score >= self._limits.small_talk
        if sure and intent == "safeguarding":
            return self._speaker.say(Status.SAFEGUARDING, self.wording.safeguarding), memory
        if self._says_wrong(heard, turn, memory):
            return self._clarifier.wrong(memory, turn.text), memory
        if CAPABLE.search(turn.text):
            return self._speaker.say(Status.SMALL_TALK, self.wording.small_talk["ask_capabilities"]), memory
        if memory.last.statements and len(turn.text.split()) <= SHORT and SOURCE_OF_IT.search(turn.text):
            return self._clarifier.sources(memory), memory
        if memory.last.statements and FOR_FAMILY.search(turn.text):
            return self._clarifier.simpler(memory, self._simpler["for_parents"]), memory
        if memory.last.statements and PLAINER.search(turn.text) and not ASKS_A_FACT.search(turn.text):
            return self._clarifier.simpler(memory, self._simpler["say_simpler"]), memory
        if not sure or (memory.pending and (UNKNOWN.match(fold(turn.text)) or heard.reading.areas)):
            return None
        if any(c.intent.removeprefix("ask_") in self._topics for c in heard.asking):
            return None
        whole = max((i for i in turn.ranking if i != "ask_several"), key=lambda i: turn.ranking[i], default="")
        if len(turn.clauses) > 1 and whole.removeprefix("ask_") in self._topics:
            return None  # "who gives it to the family, may we trim it" is about the report, as a whole
        if intent == "ask_language":  # whatever words of it look like facts or names
            return self._speaker.say(Status.SMALL_TALK, self.wording.small_talk[intent]), memory
        named = heard.reading.routes or heard.reading.services or heard.reading.forms
        if named and intent not in WITH_NAMES:
            return None
        if intent == "start_again":
            return self._speaker.say(Status.SMALL_TALK, self.wording.small_talk["start_again"]), Memory()
        if intent == "ask_source" and not memory.last.statements and len(turn.text.split()) > SHORT:
            return None  # nothing was said yet: it asks where something else is written
        if intent == "ask_source" and IN_WRITING.search(turn.text):
            return None  # a report is asked for, not where this is written
        if intent == "ask_source":
            return self._clarifier.sources(memory), memory
        if intent in self._simpler and ASKS_A_FACT.search(turn.text):
            return None  # "do I need mum's say so" is no wish for words that mum would understand
        if intent in self._simpler:
            return self._clarifier.simpler(memory, self._simpler[intent]), memory
        if intent == "say_wrong" and MISTAKE.search(turn.text):
            return None  # the person's own, to be put right
        if intent == "say_wrong":
            return self._clarifier.wrong(memory, turn.text), memory
        if intent == "talk_to_person":
            frame, memory, _ = self._framer.frame(heard, turn, memory)
            areas = self._framer.areas(heard, frame)
            memory = replace(memory, frame=frame)
            if areas:
                return self._clarifier.person(areas[0], memory)
            return self._clarifier.ask_area(
                replace(memory, pending=(topic_clause(self._topics["contact"], turn.text),))
            )
        if intent == "ask_capabilities" and memory.last.topics and ASKS_WHOM.search(turn.text):
            return None
        if intent in self.wording.small_talk and intent not in ("affirm", "deny") and not heard.reading.facts:
            if heard.reading.areas:
                memory = replace(memory, frame=replace(memory.frame, area=heard.reading.areas[-1]))
            return self._speaker.say(Status.SMALL_TALK, self.wording.small_talk[intent]), memory
        return None

    def _says_wrong(self, heard: Understood, turn: Turn, memory: Memory) -> bool:
        """Whether a message begins with the word that the last answer is wrong, and asks for nothing."""
        puts_right = PUTS_RIGHT & set(heard.reading.facts) or heard.reading.areas
        return bool(memory.last.statements and not puts_right and "?" not in turn.text and SAYS_WRONG.search(turn.text))
