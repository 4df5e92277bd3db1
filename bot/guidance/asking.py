"""Answer one clause for one authority: from its statements, from the glossary, or by saying it is out of scope."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace

from bot.guidance.answer_parts import Outcome, Question
from bot.guidance.answers import Answerer
from bot.guidance.area import TERM, Knowledge, explained
from bot.guidance.ehcp import any_of
from bot.guidance.frame import Frame
from bot.guidance.likeness import Embed
from bot.guidance.reading import Reader
from bot.guidance.reply import Answer, Point, Status
from bot.guidance.turn import Clause, Memory
from bot.guidance.understanding import follows_up, leans_on_context, named_routes, topic_weights
from bot.knowledge.lookups import fold
from bot.knowledge.model import Wording

GLOSSARY = "glossary"
FIND_ROUTE = "find_route"
GLOSSARY_ASKED = 0.35
MEANINGS = 3
WORD = re.compile(r"[a-z]+(?:'[a-z]+)?")
MEANING = frozenset(["what", "what's", "whats", "define", "explain", "meaning"])
ASKS_FOR_MEANING = MEANING | {
    *("is", "are", "does", "do", "a", "an", "the", "mean", "means", "stand", "for", "short", "again", "then", "please"),
    *("and", "so", "ok", "sorry", "exactly", "actually", "of", "by", "that"),
}
CUED = 0.65  # how surely words that a topic declares make a question one about it
BESIDE_A_CUE = 0.4  # how surely it can then be about anything else
SURE_OF_ANOTHER = 0.85  # from which the engine's own topic still comes first
CUE_COUNTS = 0.35  # by how much it is then less likely out of scope
FEW_WORDS = 7  # of a question that may be vague
VAGUE = 0.4  # a short question of no clear topic is as likely about what was answered last
FOLLOWED = 0.8  # how surely a follow-up is about what was answered last
OUT_OF_SCOPE = "out_of_scope_"
STORY_DOUBT = 0.25  # what a clause may be less sure of in a message that is about something else
LIKENESS_COUNTS = 0.7  # measured: docs/evaluation.md


class Respondent:
    """Finds the answer to single clauses. Pure but for the embedding it is given."""

    def __init__(self, knowledge: Knowledge, wording: Wording, reader: Reader, embed: Embed) -> None:
        self._knowledge = knowledge
        self._wording = wording
        self._reader = reader
        self._embed = embed
        self._topics = {t.id: any_of(*t.patterns) if t.patterns else None for t in knowledge.common.topics}
        self._answerers = {a.id: Answerer(a) for a in knowledge.areas.values()}

    def respond(
        self,
        clause: Clause,
        frame: Frame,
        area_id: str,
        memory: Memory,
        room: float = 1.0,
        message: Mapping[str, float] | None = None,
        alone: bool = True,
        ruled: bool = False,
    ) -> Outcome:
        """The answer to one clause.

        Args:
            room: share of the usual length.
            message: the ranking of intents of the whole message, where it has several clauses.
            alone: whether this clause is its only question.
            ruled: whether another of its questions was answered with a no.
        """
        message = message if alone else None
        area = self._knowledge.areas[area_id]
        last = memory.last if memory.last.area else None
        leans = leans_on_context(clause)
        texts = self._texts(clause, memory)
        asked = texts[0]
        reading = self._reader.read(clause.text, clause.entities)
        named = named_routes(reading, area)
        if not named and leans and clause.context:
            named = named_routes(self._reader.read(clause.context), area)
        follows = follows_up(clause) and not clause.context
        topics = {t: w for t, w in topic_weights(clause, message).items() if t in self._topics}
        cued = self.cued(asked)
        sure = max((w for t, w in topics.items() if t not in cued), default=0.0) >= SURE_OF_ANOTHER
        topics = {t: min(w, BESIDE_A_CUE) if cued and t not in cued else w for t, w in topics.items()}
        topics |= {t: max(topics.get(t, 0.0), CUED) for t in cued}
        vague = len(clause.text.split()) <= FEW_WORDS and leans and max(topics.values(), default=0.0) < VAGUE
        if last and (follows or vague):
            leaning = FOLLOWED if follows and not cued else VAGUE
            topics |= {t: max(topics.get(t, 0.0), leaning) for t in last.topics}
        question = Question(
            text=asked,
            topics=topics,
            vectors=list(self._embed(texts)) if clause.text else [],
            named_routes=named,
            last_topics=last.topics if last and follows else (),
            described=self._describes(clause, frame),
            ruled=ruled,
            cued=frozenset() if sure else frozenset(cued),
            said=frozenset(last.statements)
            if last and follows and not set(reading.facts) - {"subject"}
            else frozenset(),
        )
        focus = frame.routes or (last.routes if last and leans and last.area == area_id else ())
        outcome = self._answerers[area_id].answer(question, frame.facts, focus, room)
        if not clause.text:
            outcome = replace(outcome, score=max(outcome.score, 1.0))
        return self._with_terms(clause, reading.terms, area_id, outcome)

    def answerer(self, area_id: str) -> Answerer:
        """What answers for one authority."""
        return self._answerers[area_id]

    def settled(self, clauses: Sequence[Clause]) -> Sequence[Clause]:
        """The clauses; one that seems to ask for a route but whose words tell another topic is about that."""
        return [
            replace(c, intent=f"ask_{cued[0]}") if c.intent == FIND_ROUTE and c.score < 1 and cued else c
            for c in clauses
            for cued in [sorted(self.cued(c.text))]
        ]

    def cued(self, text: str) -> set[str]:
        """The topics whose own words stand in a question."""
        return {t for t, words in self._topics.items() if words and words.search(text)}

    def without_areas(self, text: str) -> str:
        """A question without the names of authorities, so that it can be asked for another one."""
        return self._reader.area_names.without(text)

    def embed_all(self, clauses: Sequence[Clause], memory: Memory) -> None:
        """Have the vectors of several clauses computed at once; the embedding remembers them."""
        self._embed([t for c in clauses if c.text for t in self._texts(c, memory)])

    def _texts(self, clause: Clause, memory: Memory) -> list[str]:
        """What a clause is searched by: its text, and with it what stood before or was asked last."""
        asked = self._reader.area_names.without(clause.text)
        if clause.context:
            return [asked, f"{clause.context} {asked}"]
        if memory.last.area and memory.last.question and leans_on_context(clause):
            return [asked, f"{memory.last.question} {asked}"]
        return [asked]

    def named_areas(self, clause: Clause, areas: Sequence[str], side_by_side: bool) -> Sequence[str]:
        """Of several areas asked about those that a clause names itself; all of them where it names none.

        A question that compares is asked about all of them.
        """
        apart = len(areas) > 1 and not side_by_side and clause.intent != "compare"
        named = self._reader.read(clause.text).areas if apart else ()
        return [a for a in areas if a in named] or areas

    def _describes(self, clause: Clause, frame: Frame) -> bool:
        """Whether this message, not an earlier one, says who or which setting it is about."""
        of_pupil = {"year", "age"} & set(frame.pupil) - frame.carried
        return bool(of_pupil) or "setting" in self._reader.read(f"{clause.context} {clause.text}").facts

    def _with_terms(self, clause: Clause, terms: Sequence[str], area_id: str, outcome: Outcome) -> Outcome:
        """The answer with the meanings of the terms that the clause asks about in front."""
        if not terms or not self._asks_for_meaning(clause):
            return outcome
        # Else a word of another authority's offer: what it means there, and whose word it is.
        points = self._meanings(terms, [area_id]) or [p for p in self._meanings_anywhere(terms) if p.label]
        if not points:
            return outcome
        kept = [p for p in outcome.answer.points if outcome.similarity > 0.6][:3]
        answer = outcome.answer.model_copy(
            update={"points": [*points, *kept], "topic": GLOSSARY, "status": Status.ANSWERED, "verdict": None}
        )
        return replace(outcome, answer=answer, score=max(outcome.score, 1.0), topics=(GLOSSARY,))

    def meaning(self, clause: Clause) -> Answer | None:
        """The meaning of a term that a clause asks about, where no area is known: in each area that explains it."""
        terms = self._reader.read(clause.text, clause.entities).terms
        points = self._meanings_anywhere(terms) if terms and self._asks_for_meaning(clause) else []
        return Answer(topic=GLOSSARY, points=points) if points else None

    def _meanings_anywhere(self, terms: Sequence[str]) -> list[Point]:
        """What terms mean in each area that explains them, labelled by it; else what they mean in general."""
        areas = self._knowledge.areas.values()
        found = [(area, p) for area in areas for p in self._meanings(terms, [area.id])]
        offers = [p.model_copy(update={"label": area.name}) for area, p in found if p.sources]
        return (offers or list({p.text: p for _, p in found}.values()))[:MEANINGS]

    def _asks_for_meaning(self, clause: Clause) -> bool:
        return clause.ranking.get("ask_glossary", 0.0) >= GLOSSARY_ASKED or self._only_a_term(clause)

    def _meanings(self, terms: Sequence[str], area_ids: Sequence[str]) -> list[Point]:
        points: list[Point] = []
        for area_id in area_ids:
            area = self._knowledge.areas[area_id]
            points += [area.meaning(term) for term in area.content.terms if term.id in terms]
        common = [t for t in self._knowledge.common.terms if t.id in terms]
        points += [Point(text=explained(t), statement_id=f"{TERM}{t.id}") for t in common if not points]
        return points[:MEANINGS]

    def _only_a_term(self, clause: Clause) -> bool:
        """Whether nothing but a term is asked about: "what's APDR", "and what is the SMIF then"."""
        rest = fold(clause.text)
        for found in self._reader.find(clause.text, clause.entities):
            if found.entity == "term":
                rest = rest.replace(fold(found.word), " ", 1)
        words = WORD.findall(rest)
        return rest != fold(clause.text) and bool(MEANING & set(words)) and ASKS_FOR_MEANING.issuperset(words)

    def pointer(
        self,
        clause: Clause,
        area_id: str | None,
        least: float,
        likeness: float = 0.0,
        message: Mapping[str, float] | None = None,
    ) -> Answer | None:
        """What is said to a clause that is out of scope, or None where it is not.

        Args:
            least: how much more likely out of scope than like a statement's questions it must be.
            likeness: of the clause to the questions of the best statement.
        """
        kinds = {i: c for i, c in clause.ranking.items() if i.startswith(OUT_OF_SCOPE)}
        if message:  # a clause of a story is out of scope only if the whole message is, or if it is quite sure
            kinds = {i: max(min(c, message.get(i, 0.0)), c - STORY_DOUBT) for i, c in kinds.items()}
        if self.cued(clause.text):
            least += CUE_COUNTS
        if not kinds or sum(kinds.values()) - LIKENESS_COUNTS * likeness < least:
            return None
        kind = max(kinds, key=lambda i: kinds[i]).removeprefix(OUT_OF_SCOPE)
        found = next((p for p in self._knowledge.common.pointers if p.kind == kind), None)
        if found is None:
            return Answer(status=Status.OUT_OF_SCOPE, lead=self._wording.not_covered_anywhere)
        more = found.by_area.get(area_id or "", "")
        return Answer(status=Status.OUT_OF_SCOPE, area=area_id, lead=" ".join(p for p in (found.text, more) if p))
