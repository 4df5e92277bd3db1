"""One turn of a conversation: message and memory in, reply and memory out. Pure but for the embedding it is given."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import Any

from bot.guidance.answering import FIRST_GUESS, IN_STORY, Answering
from bot.guidance.area import Knowledge
from bot.guidance.asking import FIND_ROUTE, GLOSSARY, Respondent
from bot.guidance.bridging import Bridging
from bot.guidance.checking import ROUTE, Checking, asks_plainly
from bot.guidance.clarifying import FORGET, Clarifier
from bot.guidance.contradictions import contradicted
from bot.guidance.controls import ASKS_WHOM, Controls
from bot.guidance.dating import Dater
from bot.guidance.frame import Frame, plausible
from bot.guidance.framing import DAY, Framer
from bot.guidance.likeness import Embed
from bot.guidance.reading import Reader
from bot.guidance.reply import CHANGE, Answer, Reply, Status
from bot.guidance.report import Report
from bot.guidance.several import Several
from bot.guidance.speaking import Speaker
from bot.guidance.taking import Taking
from bot.guidance.triage import STOPS, Triage, beside, forget_questions, led, surely, wants_route
from bot.guidance.turn import Clause, Last, Memory, Turn, topic_clause
from bot.guidance.understanding import Limits, Thresholds, Understood, understand
from bot.knowledge.lookups import entity_words, fold
from bot.knowledge.model import Bridge, Fact, Wording

ALONE = 0.5  # without an area there is no statement to compare with: be surer
# "It is the deaf team. Does that change anything?": the last question once more.
CHANGES = re.compile(
    r"\b(?:does|would|will|do|did) (?:that|this|it|they|those)(?: then)? (?:change|alter|affect|matter|make)\b"
    r"|\b(?:is|are) (?:that|it|this|they) (?:any )?different\b|\bany different\b",
    re.IGNORECASE,
)
PLEASANTRIES = frozenset({"greet", "thank", "goodbye"})  # said while a question waits, they leave it waiting


class Conversations:
    """Answers turns from one version of the knowledge.

    Args:
        note: keeps a report that an answer is wrong and says whether it could.
    """

    def __init__(
        self,
        knowledge: Knowledge,
        embed: Embed,
        limits: Limits | None = None,
        note: Callable[[Report], bool] = lambda report: False,
    ) -> None:
        if knowledge.common.wording is None:
            raise ValueError("content/common/wording.yml is missing")
        self.knowledge = knowledge
        self.wording: Wording = knowledge.common.wording
        self._limits = limits or Limits()
        self._thresholds = Thresholds()
        contents = [a.content for a in knowledge.areas.values()]
        ambiguous = frozenset(fold(p) for c in contents for p in c.places.ambiguous)
        words = entity_words(knowledge.common, contents)
        self.reader = Reader(words, knowledge.common.cues, ambiguous)
        self.respondent = Respondent(knowledge, self.wording, self.reader, embed)
        self.framer = Framer(knowledge, self.wording, self.reader)
        self.speaker = Speaker(knowledge, self.wording)
        self._dater = Dater(knowledge, self.wording)
        self._clarifier = Clarifier(knowledge, self.wording, self.speaker, note)
        self._triage = Triage(knowledge, self.wording, self.speaker)
        self._controls = Controls(knowledge, self.wording, self.framer, self.speaker, self._clarifier, self._limits)
        self._taking = Taking(knowledge, self.wording)
        self._bridging = Bridging(knowledge, self.reader)
        self._checking = Checking(knowledge, self.wording, self.reader, self.speaker)
        self._answering = Answering(
            knowledge, self.respondent, self.speaker, self._clarifier, self._triage, self._checking, self._thresholds
        )
        self._several = Several(knowledge, self._answering, self.framer, self._dater, self.speaker)
        self._facts: dict[str, Fact] = {f.id: f for f in knowledge.common.facts}
        self._topics = {t.id: t for t in knowledge.common.topics}

    def reply(self, turn: Turn, memory: Memory, today: date) -> tuple[Reply, Memory]:
        """The reply to one message, and what to remember.

        Args:
            turn: the message as the engine read it (masked already).
            memory: what the conversation remembers.
            today: local date (Europe/London).
        """
        if DAY in self.framer.taken_back(turn.text, memory.frame):
            memory = replace(memory, last=replace(memory.last, days=""))
        reply, after = self._reply(turn, memory, today)
        if after.last.area:
            same = len(after.frame.others) == len(memory.frame.others)
            days = self._dater.said(turn.text, today) or (memory.last.days if same else "")
            after = replace(after, last=replace(after.last, days=days))
        reply = self._checking.with_case(self._dater.add(reply, turn.text, memory, today), after, today)
        return self._taking.add(reply, after), after

    def _reply(self, turn: Turn, memory: Memory, today: date) -> tuple[Reply, Memory]:
        choice = turn.choice or self._clarifier.typed_choice(turn, memory)
        if choice is not None:
            return self._chosen(choice, memory, today)
        if wants_route(memory.pending) and STOPS.search(turn.text):
            stopped = replace(forget_questions(memory), pending=(), offered=())
            return self.speaker.say(Status.SMALL_TALK, self.wording.small_talk["goodbye"]), stopped
        heard = self._dater.heard(understand(turn, self.reader, self._limits), turn.text, today)
        heard = self._checking.hear(heard, turn, memory)
        taken_back = self.framer.taken_back(turn.text, memory.frame)
        if taken_back:
            heard = heard.without(taken_back)
            last = replace(memory.last, routes=())
            memory = replace(memory, frame=memory.frame.without(taken_back), last=last)
        control = None if taken_back else self._controls.reply(heard, turn, memory)
        if control is not None:
            return control
        frame, memory, notices = self.framer.frame(heard, turn, memory)
        bridge = self._bridging.asked(heard, self.framer.compares(heard, memory.frame))
        if bridge is not None:
            return self._bridged(bridge, heard.reading.terms, replace(memory, frame=frame), notices)
        areas = self.framer.areas(heard, frame, memory.last.areas)
        frame = replace(frame, area=areas[0] if len(areas) == 1 else frame.area)
        twofold = contradicted(turn.text)
        unclear = [fact for name, fact in self._facts.items() if name in twofold]
        if unclear:
            known = replace(memory, frame=frame.without({f.id for f in unclear}), pending=heard.asking)
            return self._triage.ask_anew(unclear[0], known, self.wording.contradiction)
        if not areas:
            return self._without_area(heard, turn, replace(memory, frame=frame))
        waiting, asking = (
            memory.pending,
            surely(self.respondent.settled(led(heard.asking, turn.text)), bool(memory.last.topics))[
                : self._limits.questions
            ],
        )
        memory = replace(memory, frame=frame, pending=())
        if len(areas) > 1:  # side by side there is nothing to be led to: how to ask is said for each
            asking = [self._first_guess(c.text) if c.intent == FIND_ROUTE else c for c in asking]
        if len(frame.each()) > 1:
            return self._several.reply(asking or waiting, frame, areas, memory, today, notices, turn.text)
        if (wants_route(waiting) or wants_route(asking)) and not self._checking.wanted(asking):
            return self._answering.guide(frame, areas, memory, today, notices, beside(asking))
        if waiting and not [c for c in asking if c.intent not in ("inform", "affirm", "deny")]:
            settled = replace(frame, carried=frozenset())
            return self._answering.answer(waiting, settled, areas, memory, today, notices)
        asks = any(asks_plainly(c.text) for c in turn.clauses)
        dated = self._dater.settles(memory, turn.text, today) and not heard.reading.new_pupil
        moved = bool(heard.reading.areas) and memory.last.area not in ("", *areas)
        moved = (
            moved
            and not self._checking.wanted(asking)
            and not [c for c in asking if c.intent.startswith("ask_") and c.score >= self._limits.asks]
        )
        if (taken_back or dated or moved) and memory.last.topics and not asks:
            return self._answering.again(frame, areas, memory, today, notices)
        if not asking:
            return self._nothing_asked(heard, turn, memory, frame, areas, today, notices)
        if (
            memory.last.topics
            and (heard.reading.facts or heard.reading.routes)
            and all(CHANGES.search(c.text) for c in asking)
        ):
            return self._answering.again(frame, areas, memory, today, notices)
        message = turn.ranking if len(turn.clauses) > 1 else None
        compares = self.framer.compares(heard, frame)
        return self._answering.answer(asking, frame, areas, memory, today, notices, message, side_by_side=compares)

    def _bridged(
        self, bridge: Bridge, named: Sequence[str], memory: Memory, notices: Sequence[str]
    ) -> tuple[Reply, Memory]:
        """What terms of two authorities mean, side by side, after the word that they are not to be mixed up."""
        parts, comparison = self._bridging.answers(bridge, named, memory.frame.area)
        areas = [str(p.area) for p in parts]
        reply = self.speaker.reply(
            Status.ANSWERED, [Answer(lead=bridge.note), *parts], memory.frame, areas, notices
        ).model_copy(update={"comparison": comparison})
        statements = tuple(p.statement_id for part in parts for p in part.points)
        last = Last(area=areas[0], topics=(GLOSSARY,), statements=statements)
        return reply, replace(memory, last=last, pending=(), offered=())

    # ------------------------------------------------------------------ choices

    def _chosen(self, choice: Mapping[str, Any], memory: Memory, today: date) -> tuple[Reply, Memory]:
        """A choice {"kind", "value"}: an area, a topic (with the question it was offered for), or a fact."""
        kind, value = str(choice.get("kind") or ""), choice.get("value")
        frame = memory.frame
        if kind == "area" and value in self.knowledge.areas:
            frame = replace(frame, area=str(value))
        elif kind == CHANGE and value in self._facts:
            return self._triage.ask_anew(self._facts[str(value)], memory)
        elif kind == CHANGE and value == "area":
            return self._clarifier.ask_area(memory)
        elif kind == FORGET and value in self._facts:
            frame, memory = frame.without({str(value)}), replace(memory, last=replace(memory.last, routes=()))
        elif kind in self._facts and plausible(self._facts[kind], value):
            frame = frame.with_facts({kind: tuple(value) if isinstance(value, list) else value}, self._facts)
            if kind in frame.pupil and "subject" not in frame.facts:
                frame = frame.with_facts({"subject": "pupil"}, self._facts)
        elif kind == ROUTE:
            frame = self._checking.choose(frame, str(value))
        frame = replace(frame, carried=frozenset())
        pending, memory = memory.pending, replace(memory, frame=frame, offered=(), pending=())
        if kind == "topic" and isinstance(value, Mapping) and value.get("topic") in self._topics:
            pending = (topic_clause(self._topics[str(value["topic"])], str(value.get("question") or "")),)
        if pending and frame.area is None:
            return self._clarifier.ask_area(replace(memory, pending=pending))
        if pending and frame.area is not None and len(frame.each()) > 1:
            return self._several.reply(pending, frame, [frame.area], memory, today, [], "")
        if pending and frame.area is not None and wants_route(pending):
            return self._answering.guide(frame, [frame.area], memory, today, [])
        if pending and frame.area is not None:
            return self._answering.answer(pending, frame, [frame.area], memory, today, [])
        if frame.area is not None and memory.last.topics:
            return self._answering.again(frame, [frame.area], memory, today, [])
        return self.speaker.say(Status.SMALL_TALK, self.wording.small_talk["affirm"]), memory

    def _nothing_asked(
        self,
        heard: Understood,
        turn: Turn,
        memory: Memory,
        frame: Frame,
        areas: Sequence[str],
        today: date,
        notices: Sequence[str],
    ) -> tuple[Reply, Memory]:
        """A message without a question: a fact that changes the last answer, a described pupil, small talk."""
        reading = heard.reading
        if (reading.facts or reading.areas) and memory.last.topics and not reading.new_pupil:
            return self._answering.again(frame, areas, memory, today, notices)
        for_whom = bool(memory.last.topics and ASKS_WHOM.search(turn.text))
        if heard.intent in self.wording.small_talk and heard.score >= self._limits.small_talk / 2 and not for_whom:
            return self.speaker.say(Status.SMALL_TALK, self.wording.small_talk[heard.intent]), memory
        if reading.areas and heard.intent == "inform" and not reading.facts:  # only the area was named
            return self._clarifier.unsure([], frame, areas, memory, notices)
        whole = Clause(turn.text, heard.intent, heard.score, 1.0, dict(turn.ranking))
        outcome = self.respondent.respond(whole, frame, areas[0], memory)
        told = self.respondent.cued(turn.text) and outcome.score >= self._thresholds.hardly
        if told or (outcome.score >= self._thresholds.hardly + 0.2 and outcome.similarity >= 0.6):
            return self._answering.answer([whole], frame, areas, memory, today, notices)
        if not reading.facts:
            least = self._thresholds.out_of_scope + IN_STORY
            pointer = self.respondent.pointer(whole, areas[0], least, outcome.likeness)
            if pointer is not None:
                return self.speaker.reply(Status.OUT_OF_SCOPE, [pointer], frame, areas, notices), memory
        if reading.facts and frame.facts.get("subject"):
            return self._answering.answer([self._first_guess()], frame, areas, memory, today, notices)
        return self._clarifier.unsure([whole], frame, areas, memory, notices)

    def _first_guess(self, text: str = "") -> Clause:
        return topic_clause(self._topics[FIRST_GUESS], text)

    # ------------------------------------------------------------------ turns without an area

    def _without_area(self, heard: Understood, turn: Turn, memory: Memory) -> tuple[Reply, Memory]:
        """No area is known: what needs none is answered, anything else waits for the area."""
        asking = list(heard.asking)[: self._limits.questions]
        if heard.reading.elsewhere:
            place = heard.reading.elsewhere[0].title()
            text = self.wording.elsewhere.format(place=place)
            return self.speaker.say(Status.OUT_OF_SCOPE, text), memory
        whole = [] if asking or heard.reading.facts else [Clause(turn.text, ranking=dict(turn.ranking))]
        pointers = [self.respondent.pointer(c, None, self._thresholds.out_of_scope + ALONE) for c in asking or whole]
        found = [p for p in pointers if p is not None]
        if found and len(found) == len(pointers):
            return self.speaker.reply(Status.OUT_OF_SCOPE, found[:1], memory.frame, []), memory
        meanings = [p for c in asking if (p := self.respondent.meaning(c)) is not None]
        if asking and len(meanings) == len(asking):
            return self.speaker.reply(Status.ANSWERED, meanings[:1], memory.frame, []), memory
        if heard.intent in PLEASANTRIES and not asking and not heard.reading.facts:
            return self.speaker.say(Status.SMALL_TALK, self.wording.small_talk[heard.intent]), memory
        pending = tuple(asking) or memory.pending
        if not pending and heard.reading.facts:
            pending = (self._first_guess(),)
        if not pending and heard.intent in self.wording.small_talk:
            return self.speaker.say(Status.SMALL_TALK, self.wording.small_talk[heard.intent]), memory
        return self._clarifier.ask_area(replace(memory, pending=pending))
