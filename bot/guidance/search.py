"""Rank statements for a question: likeness to the questions that they answer, topic, words, route."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from bot.guidance.area import AreaKnowledge
from bot.guidance.likeness import Row
from bot.knowledge.model import Kind

STOP = frozenset({
    "a", "about", "also", "am", "an", "and", "any", "are", "as", "at", "be", "been", "but", "by", "can", "did",
    "do", "does", "for", "from", "get", "had", "has", "have", "he", "her", "him", "his", "how", "i", "if", "in",
    "is", "it", "its", "just", "me", "my", "need", "no", "not", "of", "on", "one", "or", "our", "out", "she",
    "so", "that", "the", "their", "them", "then", "there", "they", "this", "to", "up", "us", "was", "we",
    "what", "when", "where", "which", "who", "why", "will", "with", "would", "you", "your",
})  # fmt: skip


@dataclass(frozen=True)
class Weights:
    """Weights of the ranking; measured, see docs/evaluation.md."""

    similarity: float = 1.25
    plain: float = 0.4
    topic: float = 0.40
    words: float = 0.25
    named_route: float = 0.05
    first_priority: float = 0.03
    last_priority: float = 0.06
    gap: float = 0.06
    context: float = 0.94
    fits_facts: float = 0.10
    said: float = 0.10


class Ranked(NamedTuple):
    """A statement with its score and the parts of it: plain cosine, topic, whitened likeness."""

    statement_id: str
    score: float
    similarity: float
    topic: float
    likeness: float = 0.0


def stems(text: str) -> set[str]:
    """The words of a text that carry meaning, crudely stemmed."""
    words = re.findall(r"[a-z0-9]+", text.casefold())
    return {_stem(w) for w in words if w not in STOP}


def _stem(word: str) -> str:
    for ending in ("ations", "ation", "ings", "ing", "ies", "ied", "ers", "er", "es", "ed", "s", "y", "e"):
        if word.endswith(ending) and len(word) - len(ending) >= 3:
            return word[: -len(ending)]
    return word


class WordIndex:
    """What ranking reads of each statement of an authority, laid out by place in the content. Immutable."""

    def __init__(self, area: AreaKnowledge) -> None:
        statements = area.content.statements
        self.places: dict[str, int] = {s.id: place for place, s in enumerate(statements)}
        self._space = area.space
        known = [(number, self.places[i]) for number, i in enumerate(area.space.ids) if i in self.places]
        self._phrased = np.array(known, dtype=np.int64).reshape(-1, 2)
        self._words = [stems(" ".join([s.text, *s.asked_as])) for s in statements]
        self._holders = _holders(self._words)
        self._topics = _holders([s.topics for s in statements])
        routes = [area.routes_of[s.id] or () for s in statements]
        self._routes = _holders(routes)
        self.first = np.array([s.priority == 1 for s in statements], dtype=bool)
        self.last = np.array([s.priority == 3 for s in statements], dtype=bool)
        self.gap = np.array([s.kind is not Kind.FACT for s in statements], dtype=bool)
        total = max(1, len(self._words))
        self._rarity = {w: math.log(1 + total / len(held)) for w, held in self._holders.items()}
        self._rarest = math.log(1 + total)

    def overlaps(self, asked: set[str]) -> Row:
        """For each statement the share (0 to 1) of the question's weight of words that it or its questions hold."""
        shares = np.zeros(len(self.places))
        words = sorted(asked)  # a set's own order differs from start to start, and with it the last digits of sums
        weight = sum(self._rarity.get(w, self._rarest / 2) for w in words)
        if not weight:
            return shares
        for word in words:
            if word in self._holders:
                shares[self._holders[word]] += self._rarity[word]
        return shares / weight

    def likeness(self, vectors: Sequence[np.ndarray], context: float) -> tuple[Row, Row]:
        """Whitened and plain likeness to the best of the vectors (0 without any); all but the first count `context`
        times."""
        if not vectors:
            return np.zeros(len(self.places)), np.zeros(len(self.places))
        both = [self._measure(vector) for vector in vectors]
        score, plain = both[0]
        for in_context in both[1:]:
            score = np.maximum(score, context * in_context[0])
            plain = np.maximum(plain, context * in_context[1])
        return score, plain

    def topic(self, topics: Mapping[str, float]) -> Row:
        """The highest probability of a statement's topics; 0 where none is given."""
        highest = np.full(len(self.places), -np.inf)
        for name, held in self._topics.items():
            highest[held] = np.maximum(highest[held], topics.get(name, 0.0))
        highest[np.isneginf(highest)] = 0.0
        return highest

    def on_routes(self, named: frozenset[str]) -> npt.NDArray[np.bool_]:
        """Which statements hold for one of some routes and not for all."""
        found = np.zeros(len(self.places), dtype=bool)
        for route in named & self._routes.keys():
            found[self._routes[route]] = True
        return found

    def _measure(self, vector: np.ndarray) -> tuple[Row, Row]:
        score, plain = np.zeros(len(self.places)), np.zeros(len(self.places))
        found = self._space.measure(vector)
        numbers, places = self._phrased.T
        score[places], plain[places] = found[0][numbers], found[1][numbers]
        return score, plain


def _holders(sets: Sequence[Iterable[str]]) -> dict[str, npt.NDArray[np.int64]]:
    """Word -> places of the sets that hold it."""
    found: dict[str, list[int]] = {}
    for place, words in enumerate(sets):
        for word in dict.fromkeys(words):
            found.setdefault(word, []).append(place)
    return {word: np.array(places, dtype=np.int64) for word, places in found.items()}


def rank(
    area: AreaKnowledge,
    index: WordIndex,
    question: str,
    vectors: Sequence[np.ndarray],
    topics: Mapping[str, float],
    allowed: Sequence[str],
    named_routes: frozenset[str],
    fitting_facts: frozenset[str],
    weights: Weights,
    said: frozenset[str] = frozenset(),
) -> list[Ranked]:
    """Statements of `allowed`, best first; ties in the order of the content.

    Args:
        vectors: of the question alone, then of the question in its context (each 384, length 1); none where only the
            topics count.
        topics: topic id -> probability.
        named_routes: routes that the question itself names.
        fitting_facts: statements whose condition or need is known to be met.
        said: statements that were said just before.
    """
    similarity, plain = index.likeness(vectors, weights.context)
    topic = index.topic(topics)
    fits = np.zeros(len(index.places), dtype=bool)
    fits[[index.places[i] for i in fitting_facts]] = True
    repeated = np.zeros(len(index.places), dtype=bool)
    repeated[[index.places[i] for i in said if i in index.places]] = True
    score = (
        weights.similarity * similarity
        + weights.plain * plain
        + weights.topic * topic
        + weights.words * index.overlaps(stems(question))
        + weights.named_route * index.on_routes(named_routes)
        + weights.fits_facts * fits
        + weights.first_priority * index.first
        - weights.last_priority * index.last
        - weights.said * repeated
        - weights.gap * index.gap
    )
    places = np.array([index.places[i] for i in allowed], dtype=np.int64)
    order = places[np.argsort(-score[places], kind="stable")]
    ids = [area.content.statements[place].id for place in order.tolist()]
    columns = (score[order], plain[order], topic[order], similarity[order])
    return [Ranked(*row) for row in zip(ids, *(column.tolist() for column in columns), strict=True)]
