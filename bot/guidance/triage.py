"""Which route: by as few questions as possible to the routes that fit. Pure; the questions come from the content."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from bot.guidance.area import AreaKnowledge, Knowledge
from bot.guidance.asking import FIND_ROUTE
from bot.guidance.clarifying import FORGET, SKIP, offered
from bot.guidance.conditions import holds
from bot.guidance.frame import Frame
from bot.guidance.reply import Answer, Choice, Reply, Status
from bot.guidance.routes import TAKEN_FOR_GRANTED, fit, fitting
from bot.guidance.speaking import Speaker
from bot.guidance.turn import Clause, Memory
from bot.knowledge.model import Fact, Route, Wording

TOLD = ("how_to_refer", "requirements", "next_steps")  # the topics of which a found route is told
TOLD_OF_SEVERAL = ("how_to_refer", "requirements")
TOLD_WITHOUT_A_YEAR = ("how_to_refer", "eligibility", "requirements")
ABOUT_THE_WAY = frozenset(
    [FIND_ROUTE, "ask_how_to_refer", "ask_services", "ask_eligibility", "talk_to_person", "inform", "affirm", "deny"]
)
MOST_QUESTIONS = 3
SURE = 0.35  # score from which a search for a route begins after an answer
ASKED = "triage/"
ASKABLE_THOUGH_GRANTED = frozenset({"subject"})  # most take it for granted, but here it divides the routes

STOPS = re.compile(
    r"^\W*(?:(?:actually|ok|okay|no|sorry|please|wait|oh|right)\W+)*(?:stop|never ?mind|forget (?:it|that|about it)"
    r"|leave (?:it|that)|cancel|not now|let'?s stop|i'?ll (?:stop|leave it|come back))\b(?!.*\?)",
    re.IGNORECASE,
)


# Asked in so many words to be led there by questions.
GUIDES = re.compile(
    r"\b(?:ask(?:ing)? me (?:(?:some|the|those|your|a few|any) )?(?:questions|things)|put your questions to me|ask away"
    r"|by asking (?:me )?questions|question by question|(?:guide|lead|walk) me (?:\w+ ){0,3}?(?:to|towards)"
    r"|find out with me|i'?ll answer (?:whatever|anything|your questions))\b",
    re.IGNORECASE,
)


def led(clauses: Sequence[Clause], text: str) -> Sequence[Clause]:
    """The clauses; one that asks for a route instead, where a message asks in so many words to be led to it."""
    return [Clause(text, FIND_ROUTE, 1.0, 1.0, {FIND_ROUTE: 1.0})] if GUIDES.search(text) else clauses


def wants_route(clauses: Sequence[Clause]) -> bool:
    """Whether the clauses ask to be led to the right route, and for nothing of their own beside it."""
    return any(c.intent == FIND_ROUTE for c in clauses) and not beside(clauses)


def surely(clauses: Sequence[Clause], after_an_answer: bool) -> list[Clause]:
    """The clauses; after an answer one that hardly asks to be led to a route is about that answer instead."""
    return [
        replace(c, intent="follow_up", ranking={i: s for i, s in c.ranking.items() if i != FIND_ROUTE})
        if after_an_answer and c.intent == FIND_ROUTE and c.score < SURE
        else c
        for c in clauses
    ]


def beside(clauses: Sequence[Clause]) -> list[Clause]:
    """The clauses that ask for something else than a way to support."""
    return [c for c in clauses if c.intent not in ABOUT_THE_WAY]


def forget_questions(memory: Memory) -> Memory:
    """The memory after a route was found: another search may ask everything again."""
    return replace(memory, told=frozenset(t for t in memory.told if not t.startswith(ASKED)))


class Triage:
    """Leads to a route. Nothing that is known is asked, and nothing twice."""

    def __init__(self, knowledge: Knowledge, wording: Wording, speaker: Speaker) -> None:
        self._knowledge = knowledge
        self._wording = wording
        self._speaker = speaker
        self._facts = knowledge.common.facts
        self._needs = {n.id: n for n in knowledge.common.needs}

    def next_question(self, area: AreaKnowledge, facts: Mapping[str, Any], told: frozenset[str]) -> Fact | None:
        """The fact to ask for next: unknown, not asked yet, and the one that divides the possible routes most.

        Whether it is about a pupil, the school or the SENCo comes first.
        """
        if sum(t.startswith(ASKED) for t in told) >= MOST_QUESTIONS:
            return None
        possible = self._possible(area, facts)
        best, most = None, 1
        for fact in self._facts:
            granted = fact.id in TAKEN_FOR_GRANTED - ASKABLE_THOUGH_GRANTED
            if not fact.question or granted or fact.id in facts or ASKED + fact.id in told:
                continue
            divided = self._divides(fact.id, possible, facts)
            if fact.id == "subject" and divided > 1:
                return fact
            if divided > most:
                best, most = fact, divided
        return best

    def told_topics(self, area: AreaKnowledge, facts: Mapping[str, Any]) -> tuple[str, ...]:
        """What is told at the end: where several routes are left, only how to ask and what is needed.

        Whom a route is for is told as well where that hangs on a year that nobody has said.
        """
        routes = fitting(area, facts)
        open_year = any("year" in c.when.facts() for r in routes for c in fit(area.routes[r], facts).open)
        if open_year and facts.get("subject") not in ("school", "senco"):
            return TOLD_WITHOUT_A_YEAR
        return TOLD if len(routes) <= 1 else TOLD_OF_SEVERAL

    def _possible(self, area: AreaKnowledge, facts: Mapping[str, Any]) -> list[Route]:
        """Routes with criteria that are not ruled out; a strand of a broader one is no route of its own."""
        subject = facts.get("subject")
        return [
            r
            for r in area.content.routes
            if r.criteria
            and not r.broader
            and fit(r, facts).fits is not False
            and (subject is None or r.level == subject or r.level not in ("pupil", "senco", "school"))
        ]

    def _divides(self, fact: str, routes: Sequence[Route], facts: Mapping[str, Any]) -> int:
        """Into how many groups a fact divides routes: those that need the same of it. 1: not at all.

        The subject (pupil, school, SENCo) divides routes of different levels.
        """
        if fact == "subject":
            return len({r.level for r in routes})
        tests = {
            frozenset(
                c.when.model_dump_json() for c in r.criteria if fact in c.when.facts() and holds(c.when, facts) is None
            )
            for r in routes
        }
        return len(tests)

    def ask(
        self,
        fact: Fact,
        frame: Frame,
        memory: Memory,
        areas: Sequence[str],
        before: Sequence[Answer] = (),
        notices: Sequence[str] = (),
    ) -> tuple[Reply, Memory]:
        """The question for a fact, with what may be chosen; the request waits in `memory.pending`.

        `before`: what was answered to something else in the same message.
        """
        choices = self.choices(fact, SKIP)
        part = Answer(status=Status.CLARIFY, lead=fact.question or "")
        status = Status.PARTLY_ANSWERED if before else Status.CLARIFY
        reply = self._speaker.reply(status, [*before, part], frame, areas, notices, choices)
        memory = replace(memory, frame=frame, offered=offered(choices), pending=(Clause("", FIND_ROUTE, 1.0, 1.0),))
        return reply, memory.telling(ASKED + fact.id)

    def ask_anew(self, fact: Fact, memory: Memory, before: str = "") -> tuple[Reply, Memory]:
        """The question for a fact that was understood, so that it can be put right or taken back; `before`: why."""
        choices = self.choices(fact, FORGET)
        areas = [memory.frame.area] if memory.frame.area else []
        question = fact.question or self._wording.change_fact.format(label=fact.label)
        lead = f"{before} {question}".strip()
        reply = self._speaker.reply(
            Status.CLARIFY, [Answer(status=Status.CLARIFY, lead=lead)], memory.frame, areas, (), choices
        )
        return reply, replace(memory, offered=offered(choices))

    def choices(self, fact: Fact, unknown: str) -> list[Choice]:
        """What a fact can be, and that it is not known (`unknown`: the kind of that choice)."""
        values: list[tuple[str, object]] = []
        if fact.type == "bool":
            values = [(self._wording.yes.strip("."), True), (self._wording.no.strip("."), False)]
        elif fact.id == "needs":
            values = [(n.name.capitalize(), [n.id]) for n in self._needs.values() if not n.broader]
        elif fact.type == "choice":
            values = [(self._wording.values.get(v, v.capitalize()), v) for v in fact.values]
        found = [Choice(title=title, value={"kind": fact.id, "value": value}) for title, value in values]
        return [*found, Choice(title=self._wording.dont_know, value={"kind": unknown, "value": fact.id})]
