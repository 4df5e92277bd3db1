"""One turn of a conversation: message and memory in, reply and memory out. Pure but for the embedding it is given."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import Any

import numpy as np

from bot.guidance.answers import Answerer, Outcome, Question
from bot.guidance.area import Knowledge
from bot.guidance.compose import text_of
from bot.guidance.frame import Frame
from bot.guidance.reading import Reader
from bot.guidance.reply import Answer, Choice, Point, Reply, Status
from bot.guidance.reply import Understood as Chip
from bot.guidance.turn import Clause, Last, Memory, Turn
from bot.guidance.understanding import (
    REFERS_BACK,
    Limits,
    Understood,
    named_routes,
    topic_weights,
    understand,
)
from bot.knowledge.lookups import entity_words, fold
from bot.knowledge.model import Fact, Wording

Embed = Callable[[Sequence[str]], np.ndarray]
FOLLOW_UPS = frozenset({"follow_up", "inform", "affirm", "deny", "choose"})
SURE, HARDLY = 0.95, 0.62


class Conversations:
    """Answers turns from one version of the knowledge."""

    def __init__(self, knowledge: Knowledge, embed: Embed, limits: Limits | None = None) -> None:
        if knowledge.common.wording is None:
            raise ValueError("content/common/wording.yml is missing")
        self.knowledge = knowledge
        self.wording: Wording = knowledge.common.wording
        self._embed = embed
        self._limits = limits or Limits()
        contents = [a.content for a in knowledge.areas.values()]
        ambiguous = frozenset(fold(p) for c in contents for p in c.places.ambiguous)
        self._reader = Reader(entity_words(knowledge.common, contents), knowledge.common.cues, ambiguous)
        self._answerers = {a.id: Answerer(a) for a in knowledge.areas.values()}
        self._facts: dict[str, Fact] = {f.id: f for f in knowledge.common.facts}
        self._topics = {t.id: t for t in knowledge.common.topics}

    # ------------------------------------------------------------------ the turn

    def reply(self, turn: Turn, memory: Memory, today: date) -> tuple[Reply, Memory]:
        """The reply to one message, and what to remember.

        Args:
            turn: the message as the engine read it (masked already).
            memory: what the conversation remembers.
            today: local date (Europe/London).
        """
        choice = turn.choice or self._typed_choice(turn.text, memory)
        if choice is not None:
            return self._chosen(choice, turn, memory, today)
        heard = understand(turn, self._reader, self._limits)
        control = self._control(heard, turn, memory)
        if control is not None:
            return control
        frame, memory, notices = self._frame(heard, turn, memory)
        areas = self._areas(heard, frame)
        if not areas:
            if heard.reading.elsewhere:
                place = heard.reading.elsewhere[0].title()
                return self._say(Status.OUT_OF_SCOPE, self.wording.elsewhere.format(place=place)), replace(
                    memory, frame=frame
                )
            return self._without_area(heard, replace(memory, frame=frame))
        frame = replace(frame, area=areas[0])
        questions, asked = self._questions(heard, turn, memory)
        memory = replace(memory, frame=frame, pending=())
        if not questions:
            return self._nothing_asked(heard, memory, frame, areas, today, notices)
        return self._answer(questions, asked, frame, areas, memory, today, notices, heard)

    def _typed_choice(self, text: str, memory: Memory) -> Mapping[str, Any] | None:
        typed = fold(text).strip(" .!")
        return next((value for title, value in memory.offered if fold(title) == typed), None)

    def _chosen(
        self, choice: Mapping[str, Any], turn: Turn, memory: Memory, today: date
    ) -> tuple[Reply, Memory]:
        frame = memory.frame
        if choice.get("area") in self.knowledge.areas:
            frame = replace(frame, area=str(choice["area"]))
        said = {k: v for k, v in choice.items() if k in self._facts}
        frame = frame.with_facts(said, self._facts)
        memory = replace(memory, frame=frame, offered=())
        topic = str(choice.get("topic") or "")
        if topic in self._topics:
            clause = Clause(
                str(choice.get("question") or self._topics[topic].title),
                f"ask_{topic}",
                1.0,
                1.0,
                {f"ask_{topic}": 1.0},
            )
            if frame.area is None:
                return self._ask_area(replace(memory, pending=(clause,)))
            return self._answer([clause], {0: ""}, frame, [frame.area], memory, today, [], None)
        if frame.area is not None and memory.pending:
            pending = memory.pending
            memory = replace(memory, pending=())
            return self._answer(pending, {}, frame, [frame.area], memory, today, [], None)
        if frame.area is not None and memory.last.topics:
            return self._again(frame, [frame.area], memory, today, [])
        return self._say(Status.SMALL_TALK, self.wording.small_talk["affirm"]), memory

    # ------------------------------------------------------------------ understanding

    def _control(self, heard: Understood, turn: Turn, memory: Memory) -> tuple[Reply, Memory] | None:
        """Turns that are about the conversation itself."""
        if heard.intent == "safeguarding" and heard.score >= self._limits.small_talk:
            return self._say(Status.SAFEGUARDING, self.wording.safeguarding), memory
        intent, sure = heard.intent, heard.score >= self._limits.small_talk
        asking_topics = [c for c in heard.asking if c.intent.removeprefix("ask_") in self._topics]
        if sure and intent == "start_again":
            return self._say(Status.SMALL_TALK, self.wording.small_talk["start_again"]), Memory()
        if sure and intent == "ask_source" and not asking_topics:
            return self._sources(memory), memory
        if sure and intent == "say_wrong" and not asking_topics:
            return self._wrong(memory), memory
        if sure and intent == "talk_to_person" and not asking_topics:
            return self._person(heard, turn, memory)
        plain = intent in self.wording.small_talk and not asking_topics
        if sure and plain and intent not in FOLLOW_UPS and not heard.reading.facts:
            if heard.reading.areas:
                memory = replace(memory, frame=replace(memory.frame, area=heard.reading.areas[-1]))
            return self._say(Status.SMALL_TALK, self.wording.small_talk[intent]), memory
        return None

    def _frame(self, heard: Understood, turn: Turn, memory: Memory) -> tuple[Frame, Memory, list[str]]:
        """The frame after this message, and notices about what could not be taken."""
        frame, reading, notices = memory.frame, heard.reading, []
        if turn.preset_area in self.knowledge.areas and frame.area is None:
            frame = replace(frame, area=turn.preset_area)
        if reading.new_pupil and frame.pupil:
            frame = frame.new_pupil()
            notices.append(self.wording.new_pupil)
            memory = replace(memory, last=replace(memory.last, question=""))
        said = dict(reading.facts)
        if "year" in said and "age" not in said:
            frame = replace(frame, pupil={k: v for k, v in frame.pupil.items() if k != "age"})
        frame = frame.with_facts(said, self._facts)
        notices += [
            w
            for name, w in (("year", self.wording.invalid_year), ("age", self.wording.invalid_age))
            if name in reading.invalid
        ]
        return frame, memory, notices

    def _areas(self, heard: Understood, frame: Frame) -> list[str]:
        """The areas to answer for: those named; else the conversation's; else the one whose words were used."""
        named = [a for a in self.knowledge.areas if a in heard.reading.areas]
        if named:
            return named
        if frame.area in self.knowledge.areas:
            return (
                list(self.knowledge.areas)
                if heard.intent == "compare" and heard.score >= 0.5
                else [str(frame.area)]
            )
        if heard.intent == "compare" and heard.score >= 0.5:
            return list(self.knowledge.areas)
        if heard.reading.elsewhere:
            return []
        signs = [a for a in self.knowledge.areas if a in heard.reading.signs]
        return signs if len(signs) == 1 else []

    def _questions(
        self, heard: Understood, turn: Turn, memory: Memory
    ) -> tuple[list[Clause], dict[int, str]]:
        """The clauses to answer with the context of each; those that waited for an answer come first."""
        if memory.pending and not [c for c in heard.asking if c.intent not in FOLLOW_UPS]:
            return list(memory.pending), {}
        asking = list(heard.asking)[: self._limits.questions]
        return asking, dict(heard.context)

    # ------------------------------------------------------------------ answering

    def _answer(
        self,
        clauses: Sequence[Clause],
        context: Mapping[int, str],
        frame: Frame,
        areas: Sequence[str],
        memory: Memory,
        today: date,
        notices: list[str],
        heard: Understood | None,
    ) -> tuple[Reply, Memory]:
        parts: list[Answer] = []
        outcomes: list[Outcome] = []
        room = {1: 1.0, 2: 0.75, 3: 0.6}.get(len(clauses) * len(areas), 0.5)
        for number, clause in enumerate(clauses):
            for area_id in areas:
                pointer = self._out_of_scope(clause, area_id if len(areas) == 1 else None)
                outcome = self._one(clause, context.get(number, ""), frame, area_id, memory, room, heard)
                if pointer is not None and outcome.score < SURE + 0.25:
                    outcome = Outcome(pointer, 1.0)
                if any(self._repeats(outcome.answer, p) for p in parts):
                    continue
                outcomes.append(outcome)
                parts.append(outcome.answer)
        best = max(o.score for o in outcomes)
        if best < HARDLY:
            return self._unsure(clauses, frame, areas, memory, notices)
        kept = [o for o in outcomes if o.score >= HARDLY]
        return self._finish(kept, frame, areas, memory, today, notices, clauses[0].text)

    def _one(
        self,
        clause: Clause,
        context: str,
        frame: Frame,
        area_id: str,
        memory: Memory,
        room: float,
        heard: Understood | None,
    ) -> Outcome:
        area = self.knowledge.areas[area_id]
        reading = self._reader.read(clause.text, clause.entities)
        glossary = self._glossary(clause, reading.terms, area_id)
        texts = [clause.text]
        short = len(clause.text.split()) <= 9
        if context:
            texts.append(f"{context} {clause.text}")
        elif (
            memory.last.question
            and (short or REFERS_BACK.search(clause.text))
            and memory.last.area == area_id
        ):
            texts.append(f"{memory.last.question} {clause.text}")
        topics = topic_weights(clause, {})
        keep: tuple[str, ...] = ()
        if clause.intent == "follow_up" and memory.last.topics:
            keep = memory.last.topics
        question = Question(clause.text, topics, list(self._embed(texts)), named_routes(reading, area), keep)
        focus = frame.routes if memory.last.area == area_id else ()
        outcome = self._answerers[area_id].answer(question, frame.facts, focus, room)
        if glossary:
            answer = outcome.answer.model_copy(
                update={
                    "points": [*glossary, *outcome.answer.points[:2]],
                    "topic": "glossary",
                    "status": Status.ANSWERED,
                    "verdict": None,
                }
            )
            return Outcome(answer, max(outcome.score, SURE), outcome.routes, ("glossary",))
        return outcome

    def _glossary(self, clause: Clause, terms: Sequence[str], area_id: str) -> list[Point]:
        """The meanings of the terms that a clause asks about."""
        if clause.ranking.get("ask_glossary", 0.0) < 0.35 or not terms:
            return []
        area = self.knowledge.areas[area_id]
        known = {t.id: t for t in (*self.knowledge.common.terms, *area.content.terms)}
        found = [known[t] for t in terms if t in known]
        mine = [t for t in found if t.authority == area_id or t in area.content.terms] or found
        points = []
        for term in mine[:3]:
            fake = [s for s in term.source]
            sources = [ref for s in fake for ref in area.refs(s)]
            points.append(
                Point(text=f"{term.term}: {term.meaning}", statement_id=f"term/{term.id}", sources=sources)
            )
        return points

    def _out_of_scope(self, clause: Clause, area_id: str | None) -> Answer | None:
        if not clause.intent.startswith("out_of_scope_") or clause.score < self._limits.out_of_scope:
            return None
        kind = clause.intent.removeprefix("out_of_scope_")
        pointer = next((p for p in self.knowledge.common.pointers if p.kind == kind), None)
        if pointer is None:
            return Answer(status=Status.OUT_OF_SCOPE, lead=self.wording.not_covered_anywhere)
        more = pointer.by_area.get(area_id or "", "")
        return Answer(status=Status.OUT_OF_SCOPE, lead=" ".join(p for p in (pointer.text, more) if p))

    def _repeats(self, answer: Answer, other: Answer) -> bool:
        mine, others = {p.statement_id for p in answer.points}, {p.statement_id for p in other.points}
        if not mine and not others:
            return answer.lead == other.lead
        return bool(mine) and len(mine & others) >= 0.6 * len(mine)

    def _finish(
        self, outcomes: Sequence[Outcome], frame: Frame, areas: Sequence[str], memory: Memory, today: date,
        notices: list[str], question: str,
    ) -> tuple[Reply, Memory]:  # fmt: skip
        parts = [o.answer for o in outcomes]
        if len(parts) > 1:
            several_areas = len({p.area for p in parts if p.area}) > 1
            parts = [p.model_copy(update={"question": self._heading(p, several_areas)}) for p in parts]
        elif parts[0].points:
            parts[0] = parts[0].model_copy(
                update={"lead": " ".join(x for x in (parts[0].lead, self._lead(frame, areas)) if x)}
            )
        for area_id in areas:
            notice = self._overdue(area_id, today, memory)
            if notice and any(p.area == area_id and p.points for p in parts):
                notices.append(notice)
                memory = memory.telling(f"overdue/{area_id}")
        statuses = {p.status for p in parts}
        status = parts[0].status if len(statuses) == 1 else Status.PARTLY_ANSWERED
        routes = next((o.routes for o in outcomes if o.routes), frame.routes)
        answered = [p for p in parts if p.points]
        if answered:
            last = Last(
                area=areas[-1],
                topics=tuple(dict.fromkeys(t for o in outcomes for t in o.topics))[:3],
                statements=tuple(dict.fromkeys(x.statement_id for p in answered for x in p.points)),
                question=question[:200],
            )
            memory = replace(memory, last=last, frame=replace(frame, routes=routes))
        memory = replace(memory, told=memory.told - {"clarified"}, offered=())
        return self._reply(status, parts, frame, areas, notices), memory

    def _heading(self, part: Answer, several_areas: bool) -> str:
        title = self._topics[part.topic].title if part.topic in self._topics else ""
        name = self.knowledge.areas[part.area].name if part.area and several_areas else ""
        return ": ".join(p for p in (name, title) if p) + (":" if name or title else "")

    def _lead(self, frame: Frame, areas: Sequence[str]) -> str:
        """What the answer rests on, in a few words: area and pupil."""
        shown = [self.knowledge.areas[a].name for a in areas]
        shown += [c.label for c in self._chips(frame) if c.fact in ("ehcp", "year")]
        carried = f" ({self.wording.carried})" if frame.carried & {"ehcp", "year", "needs"} else ""
        return ", ".join(shown) + carried + ":"

    def _overdue(self, area_id: str, today: date, memory: Memory) -> str:
        if f"overdue/{area_id}" in memory.told:
            return ""
        area = self.knowledge.areas[area_id]
        due = next(
            (d.review_due for d in area.content.authority.documents if d.review_due and d.review_due < today),
            None,
        )
        return self.wording.overdue.format(area=area.name, date=due.strftime("%B %Y")) if due else ""

    def _chips(self, frame: Frame) -> list[Chip]:
        chips: list[Chip] = []
        if frame.area in self.knowledge.areas:
            chips.append(
                Chip(fact="area", value=frame.area, label=self.knowledge.areas[str(frame.area)].name)
            )
        needs = {n.id: n.name for n in self.knowledge.common.needs}
        for name, value in frame.facts.items():
            fact = self._facts[name]
            if name == "year":
                label = {0: "Reception", -1: "nursery"}.get(
                    value, f"Year {value}" if value > 0 else "under school age"
                )
            elif name == "ehcp":
                label = "EHCP" if value else "no EHCP"
            elif name == "needs":
                label = ", ".join(needs.get(n, n) for n in value)
            elif isinstance(value, bool):
                label = fact.label if value else f"not: {fact.label}"
            else:
                label = f"{fact.label}: {value}"
            chips.append(
                Chip(fact=name, value=list(value) if isinstance(value, tuple) else value, label=label)
            )
        return chips

    # ------------------------------------------------------------------ other turns

    def _again(
        self, frame: Frame, areas: Sequence[str], memory: Memory, today: date, notices: list[str]
    ) -> tuple[Reply, Memory]:
        """The last question once more, under a changed frame or for another area."""
        topics = dict.fromkeys(memory.last.topics, 1.0)
        text = memory.last.question or self._topics[memory.last.topics[0]].title
        clause = Clause(
            text, f"ask_{memory.last.topics[0]}", 1.0, 1.0, {f"ask_{t}": v for t, v in topics.items()}
        )
        return self._answer([clause], {}, frame, areas, memory, today, notices, None)

    def _nothing_asked(
        self,
        heard: Understood,
        memory: Memory,
        frame: Frame,
        areas: Sequence[str],
        today: date,
        notices: list[str],
    ) -> tuple[Reply, Memory]:
        changed = bool(heard.reading.facts or heard.reading.areas)
        if changed and memory.last.topics and heard.intent in (*FOLLOW_UPS, ""):
            return self._again(frame, areas, memory, today, notices)
        if heard.reading.facts and frame.facts.get("subject"):
            clause = Clause(
                self._topics["how_to_refer"].title, "ask_how_to_refer", 1.0, 1.0, {"ask_how_to_refer": 1.0}
            )
            return self._answer([clause], {}, frame, areas, memory, today, notices, heard)
        if heard.intent in self.wording.small_talk and heard.score >= self._limits.small_talk / 2:
            return self._say(Status.SMALL_TALK, self.wording.small_talk[heard.intent]), memory
        if memory.last.topics and changed:
            return self._again(frame, areas, memory, today, notices)
        return self._unsure([], frame, areas, memory, notices)

    def _unsure(
        self,
        clauses: Sequence[Clause],
        frame: Frame,
        areas: Sequence[str],
        memory: Memory,
        notices: list[str],
    ) -> tuple[Reply, Memory]:
        """Low confidence: one good question with choices; the second time an honest word and whom to ask."""
        if "clarified" in memory.told:
            area = self.knowledge.areas[areas[0]]
            contact = area.statements[area.content.authority.contact]
            part = Answer(
                area=area.id,
                status=Status.NOT_STATED,
                lead=f"{self.wording.not_covered.format(area=area.name)} {self.wording.contact_lead}",
                points=[area.point(contact)],
            )
            return self._reply(Status.NOT_STATED, [part], frame, areas, notices), replace(
                memory, told=memory.told - {"clarified"}
            )
        weights: dict[str, float] = {}
        for clause in clauses:
            for topic, weight in topic_weights(clause, {}).items():
                weights[topic] = weights.get(topic, 0.0) + weight
        likely = [t for t in sorted(weights, key=lambda t: -weights[t]) if t in self._topics][:3]
        lead = self.wording.clarify if likely else self.wording.clarify_nothing
        likely = likely or ["how_to_refer", "requirements", "eligibility"]
        question = clauses[0].text if clauses else ""
        choices = [
            Choice(title=self._topics[t].title, value={"topic": t, "question": question}) for t in likely
        ]
        part = Answer(status=Status.CLARIFY, lead=lead)
        reply = self._reply(Status.CLARIFY, [part], frame, areas, notices, choices)
        return reply, replace(memory, offered=_offered(choices)).telling("clarified")

    def _without_area(self, heard: Understood, memory: Memory) -> tuple[Reply, Memory]:
        """No area is known: what needs none is answered, anything else waits for the area."""
        asking = list(heard.asking)
        pointers = [p for c in asking if (p := self._out_of_scope(c, None)) is not None]
        if asking and len(pointers) == len(asking):
            return self._reply(Status.OUT_OF_SCOPE, pointers[:1], memory.frame, [], []), memory
        pending = tuple(asking)[: self._limits.questions] or memory.pending
        if not pending and heard.reading.facts:
            pending = (
                Clause(
                    self._topics["how_to_refer"].title,
                    "ask_how_to_refer",
                    1.0,
                    1.0,
                    {"ask_how_to_refer": 1.0},
                ),
            )
        if not pending:
            if heard.intent in self.wording.small_talk:
                return self._say(Status.SMALL_TALK, self.wording.small_talk[heard.intent]), memory
            pending = (Clause(" ".join(c.text for c in heard.asking) or self.wording.empty),)
        return self._ask_area(replace(memory, pending=pending))

    def _ask_area(self, memory: Memory) -> tuple[Reply, Memory]:
        again = "asked_area" in memory.told
        choices = [Choice(title=a.name, value={"area": a.id}) for a in self.knowledge.areas.values()]
        part = Answer(
            status=Status.CLARIFY, lead=self.wording.ask_area_again if again else self.wording.ask_area
        )
        reply = self._reply(Status.CLARIFY, [part], memory.frame, [], [], choices)
        return reply, replace(memory, offered=_offered(choices)).telling("asked_area")

    def _sources(self, memory: Memory) -> Reply:
        area = self.knowledge.areas.get(memory.last.area)
        if area is None or not memory.last.statements:
            return self._say(Status.SMALL_TALK, self.wording.sources_none)
        points = []
        for statement_id in memory.last.statements:
            statement = area.statements.get(statement_id)
            if statement is not None:
                points.append(area.point(statement))
        part = Answer(area=area.id, lead=self.wording.sources_lead, points=points)
        return self._reply(Status.ANSWERED, [part], memory.frame, [area.id], [])

    def _wrong(self, memory: Memory) -> Reply:
        area = self.knowledge.areas.get(memory.last.area or memory.frame.area or "")
        if area is None:
            return self._say(Status.SMALL_TALK, self.wording.small_talk["say_wrong"])
        ids = [*memory.last.statements[:2], area.content.authority.contact]
        points = [area.point(area.statements[i]) for i in dict.fromkeys(ids) if i in area.statements]
        part = Answer(
            area=area.id,
            lead=f"{self.wording.small_talk['say_wrong']} {self.wording.repeat_lead}",
            points=points,
        )
        return self._reply(Status.ANSWERED, [part], memory.frame, [area.id], [])

    def _person(self, heard: Understood, turn: Turn, memory: Memory) -> tuple[Reply, Memory]:
        frame, memory, _ = self._frame(heard, turn, memory)
        areas = self._areas(heard, frame)
        if not areas:
            clause = Clause(turn.text, "ask_contact", 1.0, 1.0, {"ask_contact": 1.0})
            return self._ask_area(replace(memory, frame=frame, pending=(clause,)))
        area = self.knowledge.areas[areas[0]]
        contact = area.statements[area.content.authority.contact]
        part = Answer(area=area.id, lead=self.wording.contact_lead, points=[area.point(contact)])
        frame = replace(frame, area=area.id)
        return self._reply(Status.ANSWERED, [part], frame, [area.id], []), replace(memory, frame=frame)

    def _say(self, status: Status, text: str) -> Reply:
        return Reply(status=status, text=text, content_version=self.knowledge.version)

    def _reply(
        self, status: Status, parts: list[Answer], frame: Frame, areas: Sequence[str], notices: Sequence[str],
        choices: Sequence[Choice] = (),
    ) -> Reply:  # fmt: skip
        reply = Reply(
            status=status,
            text="",
            area=areas[0] if len(areas) == 1 else None,
            parts=parts,
            notices=list(dict.fromkeys(notices)),
            understood=self._chips(frame),
            choices=list(choices),
            content_version=self.knowledge.version,
        )
        return reply.model_copy(update={"text": text_of(reply, self.wording)})


def _offered(choices: Sequence[Choice]) -> tuple[tuple[str, Mapping[str, Any]], ...]:
    return tuple((c.title, c.value) for c in choices)
