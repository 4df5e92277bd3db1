"""Answer one question from one authority's statements, under a frame."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from bot.guidance.area import AreaKnowledge
from bot.guidance.conditions import holds
from bot.guidance.reply import Answer, Point, Status, Verdict
from bot.guidance.routes import fitting, verdict
from bot.guidance.search import Ranked, Weights, WordIndex, rank
from bot.knowledge.model import Criterion, Kind, Statement

VERDICT_TOPICS = frozenset({"eligibility", "how_to_refer", "services", "semh", "referral_form", "contact"})
YES_NO = re.compile(
    r"(?:^|[,;:.?!-] |\b(?:and|so|or|but|then|also|ok|well|right) )(?:can|could|may|do|does|did|is|are|am|was|will|would|should|shall|must|has|have)(?:n'?t)? "
    r"(?:\w+ ){1,}|\b(?:yes or no|allowed|right\?|is it\?|or not|correct\?)|n'?t (?:he|she|it|they|we|you|i)\?",
    re.IGNORECASE,
)
OPEN_QUESTION = re.compile(r"\b(?:what|which|who|whom|whose|where|when|how|why)\b", re.IGNORECASE)


@dataclass(frozen=True)
class Limits:
    """How much an answer holds, and how sure it must be. Measured; see docs/evaluation.md."""

    points: int = 5
    words: int = 85
    margin: float = 0.42
    topic_margin: float = 0.62
    other_margin: float = 0.14
    aside_margin: float = 0.10
    surely: float = 0.62
    hardly: float = 0.46


@dataclass(frozen=True)
class Question:
    """One question: its text, what it is about, and the vectors it is searched with (alone, then in context)."""

    text: str
    topics: Mapping[str, float]
    vectors: Sequence[np.ndarray]
    named_routes: tuple[str, ...] = ()
    keep_topics: tuple[str, ...] = ()


@dataclass(frozen=True)
class Outcome:
    """An answer with how sure it is (the best statement's score) and the routes it considered."""

    answer: Answer
    score: float
    routes: tuple[str, ...] = ()
    topics: tuple[str, ...] = field(default_factory=tuple)


class Answerer:
    """Answers questions about one authority. Pure: the same question and frame give the same answer."""

    def __init__(
        self, area: AreaKnowledge, weights: Weights | None = None, limits: Limits | None = None
    ) -> None:
        self.area = area
        self._index = WordIndex(area)
        self._weights = weights or Weights()
        self._limits = limits or Limits()

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
        kept = tuple(r for r in mine if r in fits_now or not self.area.routes[r].default)
        if kept:
            return kept, False
        subject = facts.get("subject")
        levels = {"pupil": ("pupil",), "school": ("school", "setting"), "senco": ("senco",)}.get(
            str(subject), ()
        )
        narrowed = tuple(r for r in fits_now if self.area.routes[r].level in levels)
        return narrowed or fits_now, False

    def applies(self, statement: Statement, routes: frozenset[str], facts: Mapping[str, Any]) -> bool:
        """Whether a statement may be said: for one of the routes, its condition not false, its needs not others."""
        its_routes = self.area.routes_of[statement.id]
        if its_routes is not None and not its_routes & routes:
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
            frozenset(question.named_routes), self._weights,
        )  # fmt: skip
        topic = self._topic(ranked, question)
        ruled, speaking = self._verdict(question, topic, routes, facts)
        chosen = self._cover_cases(self._choose(ranked, topic, question), ranked, topic, active)
        if ruled is Verdict.NO:
            chosen = self._put_first([c.statement for c in speaking], chosen)
        elif ruled is not None and topic == "eligibility":
            chosen = self._put_first([c.statement for c in speaking][:2], chosen)
        points = self._points(chosen, active, room)
        score = ranked[0].score if ranked else 0.0
        statements = [self.area.statements[p.statement_id] for p in points]
        answer = Answer(
            topic=topic,
            area=self.area.id,
            status=Status.NOT_STATED if statements and statements[0].kind is Kind.GAP else Status.ANSWERED,
            verdict=ruled,
            points=points,
        )
        return Outcome(answer, score, routes if named else (), (topic,) if topic else ())

    def _topic(self, ranked: list[Ranked], question: Question) -> str:
        """The topic of an answer: that of the best statements, weighed with what the engine heard."""
        if question.keep_topics:
            return question.keep_topics[0]
        weight: dict[str, float] = dict.fromkeys(question.topics, 0.0)
        for name, probability in question.topics.items():
            weight[name] = probability
        for place, r in enumerate(ranked[:4]):
            for name in self.area.statements[r.statement_id].topics:
                weight[name] = weight.get(name, 0.0) + max(0.0, r.score - 0.3) / (1 + place)
        return max(weight, key=lambda t: weight[t]) if weight else ""

    def _verdict(
        self, question: Question, topic: str, routes: Sequence[str], facts: Mapping[str, Any]
    ) -> tuple[Verdict | None, tuple[Criterion, ...]]:
        if topic not in VERDICT_TOPICS or not routes:
            pupil_routes = [r for r in self.area.content.routes if r.level == "pupil" and r.default]
            if not routes and pupil_routes:
                return verdict(self.area, [r.id for r in pupil_routes], facts)
            return None, ()
        found, criteria = verdict(self.area, routes, facts)
        if found is Verdict.NO:
            return found, criteria
        asks_yes_no = bool(YES_NO.search(question.text)) and not OPEN_QUESTION.match(question.text.strip())
        if topic == "eligibility" and asks_yes_no and criteria != () and question.named_routes:
            return found, criteria
        if (
            topic == "eligibility"
            and asks_yes_no
            and found is Verdict.YES
            and any(f in facts for f in ("year", "age", "setting"))
        ):
            return found, criteria
        return None, ()

    def _choose(self, ranked: list[Ranked], topic: str, question: Question) -> list[Ranked]:
        """The statements to say: the best ones, and what the topic's complete answer needs."""
        if not ranked:
            return []
        limits = self._limits
        best = ranked[0].score
        chosen = []
        for r in ranked:
            statement = self.area.statements[r.statement_id]
            same_topic = topic in statement.topics
            if question.keep_topics and not same_topic:
                continue
            margin = limits.margin if same_topic else limits.other_margin
            if statement.kind is not Kind.FACT or statement.priority == 3:
                margin = limits.aside_margin
            needed = same_topic and statement.priority == 1 and statement.kind is Kind.FACT
            if best - r.score <= (limits.topic_margin if needed else margin):
                chosen.append(r)
        return chosen

    def _cover_cases(
        self, chosen: list[Ranked], ranked: list[Ranked], topic: str, active: frozenset[str]
    ) -> list[Ranked]:
        """Where the best statement holds for some of the cases in question only, each other case gets its best one.

        Cases are the routes in question; a strand within a broader route is no case of its own.
        """
        if not chosen:
            return chosen
        covered = self.area.routes_of[chosen[0].statement_id]
        if covered is None or active <= covered:
            return chosen
        first = [chosen[0]]
        done = set(covered)
        for route_id in self.area.routes:
            route = self.area.routes[route_id]
            if route_id not in active or route_id in done or (route.broader in active):
                continue
            for r in ranked:
                routes = self.area.routes_of[r.statement_id]
                statement = self.area.statements[r.statement_id]
                far = chosen[0].score - r.score > self._limits.topic_margin
                if far or statement.kind is not Kind.FACT or topic not in statement.topics:
                    continue
                if routes is not None and route_id in routes:
                    if r not in first:
                        first.append(r)
                    done |= routes
                    break
        return first + [r for r in chosen if r not in first]

    def _put_first(self, ids: Sequence[str], chosen: list[Ranked]) -> list[Ranked]:
        first = [Ranked(i, 9.0, 1.0, 1.0) for i in dict.fromkeys(ids) if i in self.area.statements]
        return first + [r for r in chosen if r.statement_id not in ids]

    def _points(self, chosen: list[Ranked], active: frozenset[str], room: float) -> list[Point]:
        points: list[Point] = []
        words = 0
        budget = self._limits.words * room
        most = max(2, round(self._limits.points * room))
        for r in chosen:
            statement = self.area.statements[r.statement_id]
            if any(self._same(statement, self.area.statements[p.statement_id]) for p in points):
                continue
            length = len(statement.text.split())
            if points and (words + length > budget or len(points) >= most):
                continue
            words += length
            points.append(self.area.point(statement, self._label(statement, active)))
        return sorted(points, key=lambda p: self._order(p, chosen))

    def _order(self, point: Point, chosen: list[Ranked]) -> tuple[int, int]:
        """Best first; then what is for the same case stands together."""
        place = next(i for i, r in enumerate(chosen) if r.statement_id == point.statement_id)
        labels = [self.area.statements[r.statement_id] for r in chosen]
        first_of_label = next(
            (
                i
                for i, s in enumerate(labels)
                if self.area.routes_of[s.id] == self.area.routes_of[point.statement_id]
            ),
            place,
        )
        return (first_of_label if point.label else place, place)

    def _label(self, statement: Statement, active: frozenset[str]) -> str:
        """For which case a statement holds, where the cases in question differ."""
        its_routes = self.area.routes_of[statement.id]
        if its_routes is None or active <= its_routes:
            return ""
        held = [self.area.routes[r] for r in self.area.routes if r in (its_routes & active)]
        labels = [r.label for r in held if not (r.broader and r.broader in its_routes & active)]
        return "; ".join(dict.fromkeys(labels)) if len(labels) <= 2 else ""

    def _same(self, one: Statement, other: Statement) -> bool:
        """Whether two statements would read as a repetition."""
        if one.otherwise == other.id and one.id == other.id:
            return True
        if re.findall(r"\d+|\S+@\S+", one.text) != re.findall(r"\d+|\S+@\S+", other.text):
            return False
        a, b = set(one.text.casefold().split()), set(other.text.casefold().split())
        return len(a & b) / max(1, min(len(a), len(b))) > 0.85
