"""Answer one question from one authority's statements, under a frame."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from bot.guidance.answer_parts import Limits, Outcome, Question, how_instead, says_again, silent_on, ways
from bot.guidance.area import AreaKnowledge
from bot.guidance.conditions import holds
from bot.guidance.readiness import is_missing, missing
from bot.guidance.reply import Answer, Point, Status, Verdict
from bot.guidance.routes import fit, fitting, verdict
from bot.guidance.search import Ranked, Weights, WordIndex, rank
from bot.knowledge.model import Criterion, Kind, Statement

VERDICT_TOPICS = frozenset({"eligibility", "how_to_refer", "services", "semh", "referral_form", "contact"})
YES_NO = re.compile(
    r"(?:^|[,;:.?!-] |\b(?:and|so|or|but|then|also|ok|well|right) )"
    r"(?:can|could|may|do|does|did|is|are|am|was|will|would|should|shall|must|has|have)(?:n'?t)? "
    r"(?:\w+ ){1,}|\b(?:yes or no|allowed|right\?|is it\?|or not|correct\?)|n'?t (?:he|she|it|they|we|you|i)\?",
    re.IGNORECASE,
)
REFERRAL = frozenset({"how_to_refer", "eligibility", "who_can_ask", "referral_form", "services"})
HOW_TO_REFER = "how_to_refer"
FORMS = frozenset({HOW_TO_REFER, "referral_form"})  # each case has its own: they come before what is only near
SAYS_WAY = REFERRAL | {"section_f", "school_support", "senco_support", "ep_consultation", "stt_consultation"}
CLEAR = 2  # routes at most for which the way of asking is added to an answer
REQUIREMENTS = "requirements"
LISTS = frozenset(
    {REQUIREMENTS, "next_steps", "school_duties", "service_duties", "universal_expectations"}
)  # asked for as a whole
MOST_MISSING = 2
HELPED_NOW = VERDICT_TOPICS | {"involvement", "direct_work", "stt_consultation", "section_f"}
IN_ORDER = frozenset({"next_steps"})  # a process is told in the order in which it happens
OPEN_QUESTION = re.compile(r"\b(?:what|which|who|whom|whose|where|when|how|why)\b", re.IGNORECASE)


class Answerer:
    """Answers questions about one authority. Pure: the same question and frame give the same answer."""

    def __init__(self, area: AreaKnowledge, weights: Weights | None = None, limits: Limits | None = None) -> None:
        self.area = area
        self._index = WordIndex(area)
        self._ways = ways(area)
        # Routes for whoever wants them (a newsletter, training): what is said of them always applies.
        self._open = frozenset(r.id for r in area.content.routes if not r.default and not r.criteria)
        self._weights = weights or Weights()
        self._limits = limits or Limits()

    @property
    def index(self) -> WordIndex:
        """The statements laid out for ranking."""
        return self._index

    def routes_for(
        self, question: Question, facts: Mapping[str, Any], focus: Sequence[str]
    ) -> tuple[tuple[str, ...], bool]:
        """The routes that a question is about, and whether they were named (else: all that can fit).

        Named routes count even where a criterion rules them out, so that the answer can say why not.
        """
        if question.named_routes:
            fits = set(fitting(self.area, facts)) | {
                r for r in question.named_routes if not self.area.routes[r].default
            }
            kept = tuple(r for r in question.named_routes if r in fits)
            return kept or question.named_routes, True
        fits_now = fitting(self.area, facts)
        mine = [r for r in focus if r in self.area.routes]
        kept = tuple(r for r in mine if fit(self.area.routes[r], facts).fits is not False)
        if kept:
            return kept, False
        subject = facts.get("subject")
        levels = {"pupil": ("pupil",), "school": ("school", "setting"), "senco": ("senco",)}.get(str(subject), ())
        narrowed = tuple(r for r in fits_now if self.area.routes[r].level in levels)
        return narrowed or fits_now, False

    def _for_this_case(self, allowed: Sequence[str], facts: Mapping[str, Any]) -> frozenset[str]:
        """What must be in place in just this case: requirements whose condition about the pupil is met."""
        found = set()
        for statement_id in allowed:
            s = self.area.statements[statement_id]
            if s.requirement and s.when is not None and holds(s.when, facts) is True:
                found.add(statement_id)
        return frozenset(found)

    def _with_way(
        self, chosen: list[Ranked], topic: str, routes: Sequence[str], facts: Mapping[str, Any]
    ) -> list[Ranked]:
        """An answer about a referral also says how it is made, where it is clear which route it is about."""
        clear = [r for r in routes if r in self._ways and self.area.routes[r].broader not in routes]
        if topic not in SAYS_WAY or not 1 <= len(clear) <= CLEAR:
            return chosen
        says = [self.area.statements[self._ways[r]] for r in clear]
        ways = [Ranked(s.id, 0.0, 0.0, 0.0) for s in says if holds(s.when, facts) is not False]
        if topic == HOW_TO_REFER:
            given = {w.statement_id for w in ways}
            return ways + [r for r in chosen if r.statement_id not in given]
        said = {r.statement_id for r in chosen[:3]}
        return chosen[:2] + [w for w in ways if w.statement_id not in said] + chosen[2:]

    def fitting_facts(self, allowed: Sequence[str], facts: Mapping[str, Any]) -> frozenset[str]:
        """Statements made for just this case: their condition, or a need of theirs, is known to be met."""
        needs = set(facts.get("needs") or ())
        found = set()
        for statement_id in allowed:
            s = self.area.statements[statement_id]
            if (s.when is not None and holds(s.when, facts) is True) or needs & set(s.needs):
                found.add(statement_id)
        return frozenset(found)

    def applies(self, statement: Statement, routes: frozenset[str], facts: Mapping[str, Any]) -> bool:
        """Whether a statement may be said: for one of the routes, its condition not false, its needs not others."""
        its_routes = self.area.routes_of[statement.id]
        if its_routes is not None and not its_routes & (routes | self._open):
            return False
        if holds(statement.when, facts) is False:
            return False
        known = facts.get("needs")
        return not (statement.needs and known and not set(statement.needs) & set(known))

    def answer(
        self, question: Question, facts: Mapping[str, Any], focus: Sequence[str] = (), room: float = 1.0
    ) -> Outcome:
        """The answer to one question. `room` is the share of the usual length (several questions share a reply)."""
        routes, named = self.routes_for(question, facts, focus)
        active = frozenset(routes)
        allowed = [s.id for s in self.area.content.statements if self.applies(s, active, facts)]
        ranked = rank(
            self.area, self._index, question.text, question.vectors, question.topics, allowed,
            frozenset(question.named_routes), self.fitting_facts(allowed, facts), self._weights, question.said,
        )  # fmt: skip
        topic = self._topic(ranked, question)
        ruled, speaking = self._verdict(question, topic, routes, facts)
        chosen = self._choose(ranked, question, topic, active, self._for_this_case(allowed, facts))
        chosen = self._with_way(chosen, topic, routes, facts)
        if ruled is Verdict.YES:
            chosen = self._put_first([c.statement for c in speaking][:2], chosen)
        elif speaking:
            usable = frozenset(fitting(self.area, facts)) | self._open
            chosen = [r for r in chosen if self._is_for(r, usable)]
            chosen = self._put_first([c.statement for c in speaking][:3], self._instead(facts) + chosen)
        else:
            chosen = self._put_first(self._missing(question, topic, routes, facts), chosen)
        points = self._points(chosen, active, topic, room)
        score = ranked[0].score if ranked else 0.0
        statements = [self.area.statements[p.statement_id] for p in points]
        answer = Answer(
            topic=topic,
            area=self.area.id,
            status=Status.NOT_STATED if statements and statements[0].kind is Kind.GAP else Status.ANSWERED,
            verdict=ruled,
            points=points,
        )
        similarity = max((r.similarity for r in ranked[:3]), default=0.0)
        if speaking:
            score = max(score, 1.0)
        likeness = max((r.likeness for r in ranked[:3]), default=0.0)
        return Outcome(answer, score, similarity, likeness, routes if named else (), (topic,) if topic else ())

    def _topic(self, ranked: list[Ranked], question: Question) -> str:
        """The topic of an answer: that of the best statements, weighed with what the engine heard."""
        weight: dict[str, float] = dict(question.topics)
        if question.cued:
            return max(sorted(question.cued), key=lambda t: weight.get(t, 0.0))
        for name in question.last_topics:
            weight[name] = weight.get(name, 0.0) + 0.5
        for place, r in enumerate(ranked[:4]):
            for name in self.area.statements[r.statement_id].topics:
                weight[name] = weight.get(name, 0.0) + max(0.0, r.score - 0.3) / (1 + place)
        return max(weight, key=lambda t: weight[t]) if weight else ""

    def _verdict(
        self, question: Question, topic: str, routes: Sequence[str], facts: Mapping[str, Any]
    ) -> tuple[Verdict | None, tuple[Criterion, ...]]:
        """Yes or no, computed from criteria, where the question is one of whether a route may be used.

        No: every route in question is ruled out. Yes: asked so, about somebody or some setting that was described.
        """
        if question.ruled:
            return None, ()
        asked = routes or [r.id for r in self.area.content.routes if r.level == "pupil" and r.default]
        found, criteria = verdict(self.area, asked, facts)
        asks_yes_no = bool(YES_NO.search(question.text)) and not OPEN_QUESTION.match(question.text.strip())
        about_use = topic in VERDICT_TOPICS
        if found is Verdict.NO and (about_use or question.named_routes or not routes):
            return (found if asks_yes_no or about_use or not routes else None), criteria
        if topic == "eligibility" and silent_on(self.area, facts):
            return None, ()
        if topic == "eligibility" and asks_yes_no and question.described and found is Verdict.YES:
            return (None, ()) if is_missing(self.area, asked, facts) else (found, criteria)
        return None, ()

    def _missing(self, question: Question, topic: str, routes: Sequence[str], facts: Mapping[str, Any]) -> list[str]:
        """What is known not to be in place yet, where it is asked whether somebody described can be helped now."""
        if not question.described or topic not in HELPED_NOW or not YES_NO.search(question.text):
            return []
        asked = routes or [r.id for r in self.area.content.routes if r.level == "pupil" and r.default]
        return missing(self.area, asked, facts)[:MOST_MISSING]

    def _choose(
        self, ranked: list[Ranked], question: Question, topic: str, active: frozenset[str], this_case: frozenset[str]
    ) -> list[Ranked]:
        """The statements to say, most needed first.

        The best one; those about as good; where cases differ the best of each case; then the topic's complete
        answer: its first-priority facts, then the rest of it that is near enough.
        """
        if not ranked:
            return []
        limits, best = self._limits, ranked[0].score
        same = [r for r in ranked if topic in self.area.statements[r.statement_id].topics]
        facts = [r for r in same if self.area.statements[r.statement_id].kind is Kind.FACT]
        first = ranked[0]
        if same and first not in same and topic in question.cued:
            first = same[0]  # what it is about is surer than what it is like
        chosen = [first]
        chosen += [r for r in ranked if r.statement_id in this_case and (r in same or topic in REFERRAL)]
        if topic == REQUIREMENTS:
            needed = [r for r in same if self.area.statements[r.statement_id].requirement]
            chosen += sorted(needed, key=lambda r: self.area.statements[r.statement_id].priority)
        near = [r for r in (ranked if first is ranked[0] else same) if best - r.score <= limits.near]
        each = self._best_of_each_case(ranked[0], facts, active)
        unclear = len([r for r in active if r in self._ways]) > CLEAR
        chosen += each + near if topic in FORMS and unclear else near + each
        chosen += [
            r for r in facts if self.area.statements[r.statement_id].priority == 1 and best - r.score <= limits.complete
        ]
        chosen += [
            r for r in facts if self.area.statements[r.statement_id].priority == 2 and best - r.score <= limits.margin
        ]
        return list(dict.fromkeys(chosen))

    def _best_of_each_case(self, top: Ranked, facts: list[Ranked], active: frozenset[str]) -> list[Ranked]:
        """Where the top statement holds for some of the routes in question only, the best one for each other route.

        A strand within a broader route is no case of its own.
        """
        covered = self.area.routes_of[top.statement_id]
        if covered is None or active <= covered:
            return []
        found: list[Ranked] = []
        done = set(covered)
        for route_id, route in self.area.routes.items():
            if route_id not in active or route_id in done or route.broader in active:
                continue
            for r in facts:
                routes = self.area.routes_of[r.statement_id]
                if routes is not None and route_id in routes and top.score - r.score <= self._limits.complete:
                    found.append(r)
                    done |= routes
                    break
        return found

    def _instead(self, facts: Mapping[str, Any]) -> list[Ranked]:
        """Where the routes in question are ruled out: how to use the ones that fit because of the pupil's need."""
        return [Ranked(i, 8.0, 1.0, 1.0) for i in how_instead(self.area, self._ways, facts)[:2]]

    def _is_for(self, r: Ranked, routes: frozenset[str]) -> bool:
        its_routes = self.area.routes_of[r.statement_id]
        return its_routes is None or bool(its_routes & routes)

    def _put_first(self, ids: Sequence[str], chosen: list[Ranked]) -> list[Ranked]:
        first = [Ranked(i, 9.0, 1.0, 1.0) for i in dict.fromkeys(ids) if i in self.area.statements]
        return first + [r for r in chosen if r.statement_id not in ids]

    def _points(self, chosen: list[Ranked], active: frozenset[str], topic: str, room: float) -> list[Point]:
        """As many of the chosen statements as the answer has room for, in the order in which they are said."""
        taken: list[Statement] = []
        words = 0
        listing = topic in LISTS
        most = max(2, round((self._limits.list_points if listing else self._limits.points) * room))
        most_words = (self._limits.list_words if listing else self._limits.words) * room
        for r in chosen:
            statement = self.area.statements[r.statement_id]
            length = len(statement.text.split())
            full = len(taken) >= most or words + length > most_words
            if (taken and full) or any(says_again(self.area, statement, t, topic) for t in taken):
                continue
            words += length
            taken.append(statement)
        if topic in IN_ORDER:
            position = {s.id: n for n, s in enumerate(self.area.content.statements)}
            taken.sort(key=lambda s: position[s.id])
        return [self.area.point(s, self._label(s, active)) for s in taken]

    def _label(self, statement: Statement, active: frozenset[str]) -> str:
        """For which case a statement holds, where the cases in question differ."""
        its_routes = self.area.routes_of[statement.id]
        if its_routes is None or active <= its_routes:
            return ""
        held = [self.area.routes[r] for r in self.area.routes if r in (its_routes & active)]
        labels = [r.label for r in held if not (r.broader and r.broader in its_routes & active)]
        return "; ".join(dict.fromkeys(labels)) if len(labels) <= 2 else ""
