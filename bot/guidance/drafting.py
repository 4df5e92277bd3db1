"""Drafts for e-mailed enquiries: which questions a letter asks, which statements answer each. Embedding apart, pure."""

from __future__ import annotations

import itertools
import math
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from bot.guidance.answer_parts import ways
from bot.guidance.answers import Answerer
from bot.guidance.area import AreaKnowledge, Knowledge
from bot.guidance.checklist import ChecklistSpeaker
from bot.guidance.choosing import Scores, Unit, scores_of, units_of
from bot.guidance.conversation import Conversations
from bot.guidance.draft import Checked, Draft, Question
from bot.guidance.frame import Frame, plausible
from bot.guidance.likeness import Embed
from bot.guidance.mail import Sentence, sentences, without_closing
from bot.guidance.pupils import pupils_of
from bot.guidance.readiness import candidates, first_of
from bot.guidance.reply import Status
from bot.guidance.routes import fit, fitting
from bot.guidance.search import stems
from bot.guidance.slots import clause_from
from bot.guidance.turn import Clause, Memory
from bot.knowledge.model import Kind

MOST_QUESTIONS = 8
BEST_EACH = 3  # statements that each question has before the letter's best are shared out
FOR_EACH = 5  # statements of a draft, for each question
LEAST, MOST = 8, 20
LIKELY = -1.0  # log-odds from which a statement is chosen beside the best one
ANSWERED_COUNTS = (1.0, 0.85, 0.7, 0.55, 0.4)  # what the conversation's own answer would say, first to fifth
OF_ANOTHER_LEVEL = 2.0  # less likely: what is for the school where a pupil is asked about
LEVELS = ("pupil", "school", "senco", "setting")
OF_A_PUPIL = frozenset({"ehcp", "age"})
UNSURE = 0.15  # confidence below which a question is said to be out of scope if the engine thinks so
OTHERS = 6
NEITHER = -99.0


class Drafting:
    """Makes drafts from one version of the knowledge."""

    def __init__(self, knowledge: Knowledge, embed: Embed) -> None:
        self.knowledge = knowledge
        self.embed = embed
        self._conversations = Conversations(knowledge, embed)
        self._reader = self._conversations.reader
        self._respondent = self._conversations.respondent
        self._speaker = self._conversations.speaker
        self._facts = {f.id: f for f in knowledge.common.facts}
        self._needs = frozenset(n.id for n in knowledge.common.needs)
        self._topics = {t.id: t for t in knowledge.common.topics}
        self._checklists = ChecklistSpeaker(knowledge, self._conversations.wording, self._speaker)

    def draft(self, parse: Mapping[str, Any], area_id: str | None, facts: Mapping[str, Any] | None = None) -> Draft:
        """The draft for a letter.

        Args:
            parse: what the engine made of the masked letter: `text`, and `clauses` with `start`.
            area_id: the authority; None: the one that the letter names, if it is one.
            facts: what is known instead of what the letter says (an adviser corrected it).
        """
        text = str(parse["text"])
        told = sentences(without_closing(text))
        reading = self._reader.read("\n".join(s.text for s in told))
        known = self._told(text, reading.facts) if facts is None else dict(facts)
        area_id = area_id or (reading.areas[0] if len(reading.areas) == 1 else None)
        area = self.knowledge.areas.get(area_id or "")
        version = self.knowledge.version
        if area is None or not told:
            return Draft(area=area.id if area else None, facts=_plain(known), content_version=version)
        level = "" if facts is None else str(facts.get("subject") or "")
        questions, level = self._questions(area, told, _clauses(parse), known, level)
        known = {**known, "subject": level} if level in self._facts["subject"].values else known
        return Draft(area=area.id, facts=_plain(known), questions=questions, content_version=version)

    def answer(self, parse: Mapping[str, Any], area_id: str, facts: Mapping[str, Any], number: str) -> Question:
        """One question that an adviser wrote or changed, with its statements. `number`: its id."""
        area = self.knowledge.areas[area_id]
        text = str(parse["text"])
        whole = Sentence(text, 0, len(text), 0)
        clauses = _clauses(parse)
        best = max((c for _, c in clauses), key=lambda c: c.score, default=Clause(text))
        unit = Unit(replace(best, text=text), whole, True, True)
        answerer = self._respondent.answerer(area_id)
        scores, _ = self._scores([unit], [whole], answerer, facts, str(facts.get("subject") or ""))
        chosen = self._best(scores[0], FOR_EACH)
        return self._question(number, unit, chosen, scores[0], area)

    def search(self, area_id: str, query: str, most: int = 20) -> list[str]:
        """Ids of the statements nearest to a query, by word and by meaning; none for a blank one."""
        if not query.strip():
            return []
        index = self._respondent.answerer(area_id).index
        near, plain = index.likeness(list(self.embed([query[:200]])), 1.0)
        score = near + 0.4 * plain + index.overlaps(stems(query))
        ids = list(index.places)
        return [ids[int(i)] for i in np.argsort(-score, kind="stable")[:most]]

    def _told(self, text: str, facts: Mapping[str, Any]) -> dict[str, Any]:
        """What a letter tells; of several pupils, not what differs between them."""
        pupils = pupils_of(text, lambda part: self._of_pupil(self._reader.read(part).facts))
        if len(pupils) < 2:
            return dict(facts)
        told_of = [self._of_pupil(p.facts) for p in pupils]
        differs = {n for each in told_of for n, v in each.items() if any(o.get(n, v) != v for o in told_of)}
        return {n: v for n, v in facts.items() if n not in differs}

    def _of_pupil(self, facts: Mapping[str, Any]) -> dict[str, Any]:
        return {n: v for n, v in facts.items() if n in self._facts and self._facts[n].scope == "pupil"}

    def known(self, facts: Mapping[str, Any]) -> dict[str, Any]:
        """Those of some facts that exist and have a value they may have."""
        return {
            n: tuple(v) if isinstance(v, (list, tuple)) else v
            for n, v in facts.items()
            if n in self._facts and plausible(self._facts[n], v) and (n != "needs" or set(v) <= self._needs)
        }

    # ------------------------------------------------------------------ questions

    def _questions(
        self,
        area: AreaKnowledge,
        told: Sequence[Sentence],
        clauses: Sequence[tuple[int, Clause]],
        facts: Mapping[str, Any],
        level: str,
    ) -> tuple[list[Question], str]:
        units = units_of(told, clauses)
        answerer = self._respondent.answerer(area.id)
        scores, level = self._scores(units, told, answerer, facts, level)
        best = scores.max(axis=1)
        asking = [n for n, u in enumerate(units) if u.asks] or [int(np.argmax(best))]
        asking = sorted(sorted(asking, key=lambda n: -best[n])[:MOST_QUESTIONS])
        held = {n: self._best(scores[n], BEST_EACH) for n in asking}
        taken = {i for each in held.values() for i in each}
        most = min(MOST, max(LEAST, FOR_EACH * len(asking)))
        highest = scores.max(axis=0)
        for place in np.argsort(-highest, kind="stable"):
            if len(taken) >= most or highest[place] < LIKELY:
                break
            if int(place) not in taken:
                taken.add(int(place))
                held[max(asking, key=lambda n: float(scores[n][place]))].append(int(place))
        joined = _by_sentence(units, held)
        return [
            self._question(f"q{n}", units[first], places, scores[first], area)
            for n, (first, places) in enumerate(joined, start=1)
        ], level

    @staticmethod
    def _best(scores: Any, most: int) -> list[int]:
        """The best statements of a question: those that are likely enough, the first in any case."""
        order = [int(i) for i in np.argsort(-scores)[:most]]
        return [i for n, i in enumerate(order) if not n or scores[i] >= LIKELY]

    def _scores(
        self,
        units: Sequence[Unit],
        told: Sequence[Sentence],
        answerer: Answerer,
        facts: Mapping[str, Any],
        level: str,
    ) -> tuple[Scores, str]:
        """The scores under what is known, and whom the letter is about: the pupil, the school, the SENCo."""
        area, statements = answerer.area, answerer.area.content.statements
        hard = {n: v for n, v in facts.items() if n != "subject"}
        routes = frozenset(self._possible(area, hard))
        allowed = np.array([answerer.applies(s, routes, hard) for s in statements])
        scores = scores_of(units, told, answerer, hard, self.embed, self._respondent.without_areas)
        scores = np.where(allowed, scores, NEITHER)
        of = [area.routes_of[s.id] for s in statements]
        levels = [None if r is None else {area.routes[i].level for i in r} for r in of]
        fits = {x: np.array([held is None or x in held for held in levels]) for x in LEVELS}
        if not level and facts.get("subject") == "pupil" and OF_A_PUPIL & set(facts):
            level = "pupil"
        if not level:
            asks = np.array([u.clause_asks for u in units])
            rows = scores[asks] if asks.any() else scores
            level = max(LEVELS, key=lambda x: float(np.where(fits[x], rows, NEITHER).max(axis=1).mean()))
        scores = scores - np.where(fits.get(level, np.array(True)), 0.0, OF_ANOTHER_LEVEL)
        places = answerer.index.places
        for route, way in ways(area).items():  # another route's form is not only less likely, it is wrong
            if level in LEVELS and area.routes[route].level != level and not fits[level][places[way]]:
                scores[:, places[way]] = NEITHER
        frame = Frame(area=area.id).with_facts(self._subject(hard, level), self._facts)
        for row, unit in zip(scores, units, strict=True):
            if unit.asks:
                before = unit.sentence.text.partition(unit.clause.text)[0]
                clause = replace(unit.clause, context=(_before(told, unit.sentence) + " " + before).strip()[-240:])
                said = self._respondent.respond(clause, frame, area.id, Memory(), alone=False).answer.points
                for counts, point in zip(ANSWERED_COUNTS, said, strict=False):
                    if point.statement_id in places:
                        row[places[point.statement_id]] += counts
        return scores, level

    def _subject(self, facts: Mapping[str, Any], level: str) -> dict[str, Any]:
        return {**facts, "subject": level} if level in self._facts["subject"].values else dict(facts)

    @staticmethod
    def _possible(area: AreaKnowledge, facts: Mapping[str, Any]) -> list[str]:
        """The routes that a letter may be about. One for a need counts only where that need is told of."""
        fits_need = set(fitting(area, facts))
        return [
            r.id
            for r in area.content.routes
            if fit(r, facts).fits is not False
            and (r.id in fits_need or not any(c.when.not_ is None and "needs" in c.when.facts() for c in r.criteria))
        ]

    def _question(self, number: str, unit: Unit, places: Sequence[int], scores: Any, area: AreaKnowledge) -> Question:
        statements = area.content.statements
        chosen = [statements[i] for i in places]
        topics = [t for s in chosen[:1] for t in s.topics]
        topic = max(topics, key=lambda t: unit.clause.ranking.get(f"ask_{t}", 0.0), default="")
        sure = 1 / (1 + math.exp(-float(scores[places[0]]))) if places else 0.0
        others = [int(i) for i in np.argsort(-scores)[: OTHERS + len(places)] if scores[i] > NEITHER / 2]
        title = self._topics[topic].title if topic in self._topics else ""
        found = Question(
            id=number,
            text=unit.sentence.text if len(unit.sentence.text) <= 300 else unit.clause.text,
            heading=title,
            topic=topic,
            intent=unit.clause.intent,
            status=Status.NOT_STATED if chosen and chosen[0].kind is Kind.GAP else Status.ANSWERED,
            confidence=round(sure, 2),
            statements=[s.id for s in chosen],
            others=[statements[i].id for i in others if i not in places][:OTHERS],
        )
        if sure < UNSURE:
            pointer = self._respondent.pointer(unit.clause, area.id, 0.5)
            if pointer is not None:
                return found.model_copy(
                    update={"status": Status.OUT_OF_SCOPE, "lead": pointer.lead, "statements": [], "topic": ""}
                )
        return found

    # ------------------------------------------------------------------ the case

    def checked(self, area: AreaKnowledge, facts: Mapping[str, Any]) -> Checked | None:
        """The readiness of the route concerned, where it is clear which one that is."""
        first = first_of(area, candidates(area, (), (), facts))
        if first is None:
            return None
        frame = Frame(area=area.id).with_facts(facts, self._facts)
        _, items, parts = self._checklists.said(area, first[0], frame)
        if not items:
            return None
        return Checked(route=first[0], title=area.routes[first[0]].name, lead=parts[0].lead, items=items)

    def labels(self, facts: Mapping[str, Any], area_id: str | None) -> list[tuple[str, str]]:
        """Facts, and the area, as (fact, label)."""
        frame = Frame(area=area_id).with_facts({n: v for n, v in facts.items() if n in self._facts}, self._facts)
        return [(chip.fact, chip.label) for chip in self._speaker.chips(frame)]


def _clauses(parse: Mapping[str, Any]) -> list[tuple[int, Clause]]:
    return [(int(c["start"]), clause_from({**c, "entities": None})) for c in parse.get("clauses") or ()]


def _before(told: Sequence[Sentence], sentence: Sentence) -> str:
    return next((before.text for before, s in itertools.pairwise(told) if s == sentence), "")


def _by_sentence(units: Sequence[Unit], held: Mapping[int, Sequence[int]]) -> list[tuple[int, list[int]]]:
    """Questions of one sentence as one, by its first unit; what an earlier one has only where there is nothing else."""
    found: dict[int, tuple[int, list[int]]] = {}
    for number, places in held.items():
        first, known = found.setdefault(units[number].sentence.start, (number, []))
        known += [p for p in places if p not in known]
    said: set[int] = set()
    joined = []
    for first, places in found.values():
        joined.append((first, [p for p in places if p not in said] or places[:1]))
        said |= set(places)
    return joined


def _plain(facts: Mapping[str, Any]) -> dict[str, Any]:
    return {k: list(v) if isinstance(v, (tuple, set, frozenset)) else v for k, v in facts.items()}
