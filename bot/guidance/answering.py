"""Answers to what a message asks: clause by clause and area by area, put together into one reply."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date

from bot.guidance.answer_parts import Outcome
from bot.guidance.area import Knowledge
from bot.guidance.asking import GLOSSARY, Respondent
from bot.guidance.checking import Checking
from bot.guidance.clarifying import Clarifier
from bot.guidance.comparing import as_parts, compare, same_topic
from bot.guidance.frame import Frame
from bot.guidance.outcomes import each_last_topic, held_for, repeats, said_once
from bot.guidance.reply import Answer, Comparison, Reply, Status, Verdict
from bot.guidance.speaking import Speaker
from bot.guidance.triage import Triage, forget_questions
from bot.guidance.turn import Clause, Last, Memory, topic_clause
from bot.guidance.understanding import Thresholds, follows_up, leans_on_context

ROOM = {1: 1.0, 2: 0.75, 3: 0.6, 4: 0.5}
LEAST_ROOM = 0.35  # of the usual length, for five answers in one reply and more
IN_STORY = 0.30  # a clause after others, or after an answer, is seldom out of scope
LEANING = 0.55  # still less where it says little by itself ("so where do we go with him?")
ASKED_CHARS = 200  # of a question, as it is kept to be asked again
CHAIN_CHARS = 100  # of the questions before a follow-up
THE_SAME = 0.9  # how surely a question asked of the next authority is about what it was found to be about
FIRST_GUESS = "how_to_refer"  # what a described pupil, without a question, most needs to hear
UNSTATED = 0.6  # likeness from which the offer's own silence is said rather than that it is none of our business


class Answering:
    """Puts replies together. Pure but for the embedding that the respondent was given."""

    def __init__(
        self,
        knowledge: Knowledge,
        respondent: Respondent,
        speaker: Speaker,
        clarifier: Clarifier,
        triage: Triage,
        checking: Checking,
        thresholds: Thresholds,
    ) -> None:
        self._knowledge = knowledge
        self._respondent = respondent
        self._speaker = speaker
        self._clarifier = clarifier
        self._triage = triage
        self._checking = checking
        self._thresholds = thresholds
        self._topics = {t.id: t for t in knowledge.common.topics}

    def answer(
        self,
        clauses: Sequence[Clause],
        frame: Frame,
        areas: Sequence[str],
        memory: Memory,
        today: date,
        notices: Sequence[str],
        message: Mapping[str, float] | None = None,
        label: str = "",
        pupils: int = 1,
        side_by_side: bool = False,
    ) -> tuple[Reply, Memory]:
        """The reply to the questions of a message, for each area that is asked about.

        Args:
            side_by_side: whether each question is asked of all areas, whichever it names itself.
            message: the ranking of intents of the whole message, where it has several clauses.
            label: which pupil it is about, for the headings, where the message is about several (`pupils`).
        """
        if not label and self._checking.wanted(clauses):
            return self._checking.reply(clauses, frame, areas, memory, today, notices, self.answer)
        outcomes: list[Outcome] = []
        clauses = each_last_topic(clauses, [t for t in memory.last.topics if t in self._topics])
        room = ROOM.get(len(clauses) * len(areas) * pupils, LEAST_ROOM)
        if len(clauses) > 1:
            self._respondent.embed_all(clauses, memory)
        for number, clause in enumerate(clauses):
            asked_of = self._respondent.named_areas(clause, areas, side_by_side)
            for area_id in asked_of:
                ruled = any(o.answer.verdict is Verdict.NO and o.answer.area == area_id for o in outcomes)
                outcome = self._respondent.respond(
                    clause, frame, area_id, memory, room, message, len(clauses) == 1, ruled
                )
                one_area = area_id if len(areas) == 1 else None
                least = self._thresholds.out_of_scope
                if "needs" in frame.pupil and {"year", "age"} & set(frame.pupil):
                    least += LEANING  # a described pupil is asked about, not looked up
                elif clause.context or memory.last.area:
                    least += LEANING if leans_on_context(clause) else IN_STORY
                pointer = None
                if not (memory.last.area and follows_up(clause)):
                    pointer = self._respondent.pointer(clause, one_area, least, outcome.likeness, message)
                unstated = outcome.answer.status is Status.NOT_STATED and outcome.likeness >= UNSTATED
                if pointer is not None and outcome.answer.topic != GLOSSARY and not unstated:
                    outcome = Outcome(pointer, 1.0, 0.0)
                if not any(repeats(outcome.answer, o.answer) for o in outcomes):
                    outcomes.append(replace(outcome, asked=number))
                if len(asked_of) > 1:
                    clause = _about(clause, outcome.topics)
        kept = said_once(self._none_left_out(outcomes))
        if not kept:
            return self._clarifier.unsure(clauses, frame, areas, memory, notices)
        answered = [o for o in kept if o.answer.points]
        if answered and len(kept) > len(answered) and len(clauses) > 2:
            kept = answered  # in a long message a clause that is out of scope is mostly part of the story
        return self._finish(kept, frame, areas, memory, today, list(notices), clauses, label)

    def _none_left_out(self, outcomes: Sequence[Outcome]) -> list[Outcome]:
        """Outcomes that are sure enough; where one authority's is, another's to the same question says so if not."""
        hardly = self._thresholds.hardly
        answered = {o.asked for o in outcomes if o.score >= hardly and o.answer.points}
        return [
            o if o.score >= hardly else replace(o, answer=self._speaker.nothing(o.answer.area or ""), topics=())
            for o in outcomes
            if o.score >= hardly or o.asked in answered
        ]

    def guide(
        self,
        frame: Frame,
        areas: Sequence[str],
        memory: Memory,
        today: date,
        notices: Sequence[str],
        others: Sequence[Clause] = (),
    ) -> tuple[Reply, Memory]:
        """Towards a route: the next question, or the route that was found. Another question is answered first."""
        before: list[Answer] = []
        if others:
            reply, memory = self.answer(others, frame, areas, memory, today, notices)
            before, notices = reply.parts, reply.notices
        fact = self._triage.next_question(self._knowledge.areas[areas[0]], frame.facts, memory.told)
        if fact is not None:
            return self._triage.ask(fact, frame, memory, areas, before, notices)
        topics = self._triage.told_topics(self._knowledge.areas[areas[0]], frame.facts)
        found = [replace(topic_clause(self._topics[t]), text="") for t in topics]
        return self.answer(found, frame, areas, forget_questions(memory), today, notices)

    def _finish(
        self,
        outcomes: Sequence[Outcome],
        frame: Frame,
        areas: Sequence[str],
        memory: Memory,
        today: date,
        notices: list[str],
        clauses: Sequence[Clause],
        label: str = "",
    ) -> tuple[Reply, Memory]:
        outcomes = [replace(o, answer=_surely(o)) for o in outcomes]
        parts = [o.answer for o in outcomes]
        answered = [p for p in parts if p.points]
        comparison = self._compared(outcomes)
        if len(parts) > 1 or label:
            if comparison is not None:
                parts = same_topic([(o.asked, o.answer) for o in outcomes])
            parts = self._speaker.headed(parts, label)
            if comparison is not None:
                parts = [*self._speaker.rests_on(frame), *as_parts(comparison, parts)]
        elif answered:
            mine = [parts[0].area] if parts[0].area else areas
            lead = " ".join(p for p in (self._speaker.lead(frame, mine), parts[0].lead) if p)
            parts = [parts[0].model_copy(update={"lead": lead})]
        shown = [self._knowledge.areas[a] for a in areas if any(p.area == a for p in answered)]
        overdue, memory = self._speaker.overdue(shown, today, memory)
        statuses = {p.status for p in parts}
        status = parts[0].status if len(statuses) == 1 else Status.PARTLY_ANSWERED
        if answered:
            memory = replace(
                memory,
                last=Last(
                    area=next((p.area for p in reversed(answered) if p.area), areas[-1]),
                    topics=tuple(dict.fromkeys(t for o in outcomes for t in o.topics))[:3],
                    statements=tuple(dict.fromkeys(x.statement_id for p in answered for x in p.points)),
                    question=_chain(clauses[0], memory),
                    asked=tuple((clauses[o.asked].text[:ASKED_CHARS], o.topics[0]) for o in outcomes if o.topics)[:3],
                    areas=tuple(dict.fromkeys(p.area for p in answered if p.area)),
                    routes=held_for(self._knowledge.areas[areas[-1]], answered) if len(areas) == 1 else (),
                ),
                frame=replace(frame, routes=next((o.routes for o in outcomes if o.routes), frame.routes)),
            )
        memory = replace(memory, told=memory.told - {"clarified"}, offered=())
        reply = self._speaker.reply(status, parts, frame, areas, [*notices, *overdue])
        return reply.model_copy(update={"comparison": comparison}), memory

    def _compared(self, outcomes: Sequence[Outcome]) -> Comparison | None:
        """The questions that were answered for several authorities, side by side; None where there are none."""
        by_question: dict[int, list[Answer]] = {}
        for outcome in outcomes:
            by_question.setdefault(outcome.asked, []).append(outcome.answer)
        rows = [answers for answers in by_question.values() if len({a.area for a in answers if a.area}) > 1]
        if not rows:
            return None
        titles = (next((self._topics[a.topic].title for a in row if a.topic in self._topics), "") for row in rows)
        return compare(list(zip(titles, rows, strict=True)), self._knowledge.areas)

    def again(
        self, frame: Frame, areas: Sequence[str], memory: Memory, today: date, notices: Sequence[str]
    ) -> tuple[Reply, Memory]:
        """The last question once more, under a changed frame or for another area."""
        if len({text for text, _ in memory.last.asked}) > 1:
            asked = [(self._respondent.without_areas(text), f"ask_{topic}") for text, topic in memory.last.asked]
            clauses = [Clause(text, intent, 1.0, 1.0, {intent: 1.0}) for text, intent in asked]
            return self.answer(clauses, frame, areas, memory, today, notices, side_by_side=True)
        topics = {f"ask_{t}": 1.0 for t in memory.last.topics}
        text = self._respondent.without_areas(memory.last.question) or self._topics[memory.last.topics[0]].title
        clause = Clause(text, "follow_up", 1.0, 1.0, topics)
        return self.answer([clause], frame, areas, memory, today, notices, side_by_side=True)


def _surely(outcome: Outcome) -> Answer:
    """The answer of an outcome with how sure it is, where it tells anything."""
    sure = round(min(max(outcome.score, 0.0), 1.0), 2) if outcome.answer.points else None
    return outcome.answer.model_copy(update={"confidence": sure})


def _about(clause: Clause, topics: Sequence[str]) -> Clause:
    """A question as it is asked of the next authority: about the same as it was found to be of the one before."""
    return replace(clause, ranking={**clause.ranking, **{f"ask_{t}": THE_SAME for t in topics[:1]}})


def _chain(clause: Clause, memory: Memory) -> str:
    """What a follow-up is compared with: this question, after the ones that it leans on itself."""
    if clause.text and memory.last.question.endswith(clause.text):
        return memory.last.question
    before = clause.context or (memory.last.question if leans_on_context(clause) else "")
    return f"{before[-CHAIN_CHARS:]} {clause.text}".strip()[-2 * CHAIN_CHARS :]
