"""Rank statements for a question: likeness to the questions that they answer, topic, words, route."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from bot.guidance.area import AreaKnowledge
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


@dataclass(frozen=True)
class Ranked:
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
    """How rare each word is among the statements of an authority, and which statements hold it."""

    def __init__(self, area: AreaKnowledge) -> None:
        self._words = {s.id: stems(" ".join([s.text, *s.asked_as])) for s in area.content.statements}
        count: dict[str, int] = {}
        for words in self._words.values():
            for word in words:
                count[word] = count.get(word, 0) + 1
        total = max(1, len(self._words))
        self._rarity = {w: math.log(1 + total / n) for w, n in count.items()}
        self._rarest = math.log(1 + total)

    def overlap(self, statement_id: str, asked: set[str]) -> float:
        """Share (0 to 1) of the question's weight of words that the statement or its questions hold."""
        weight = sum(self._rarity.get(w, self._rarest / 2) for w in asked)
        if not weight:
            return 0.0
        return sum(self._rarity[w] for w in asked if w in self._words[statement_id]) / weight


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
    likeness = [area.space.compare(v) for v in vectors]
    asked = stems(question)
    ranked = []
    for statement_id in allowed:
        statement = area.statements[statement_id]
        similarity = likeness[0].score.get(statement_id, 0.0) if likeness else 0.0
        plain = likeness[0].plain.get(statement_id, 0.0) if likeness else 0.0
        for in_context in likeness[1:]:
            similarity = max(similarity, weights.context * in_context.score.get(statement_id, 0.0))
            plain = max(plain, weights.context * in_context.plain.get(statement_id, 0.0))
        topic = max((topics.get(t, 0.0) for t in statement.topics), default=0.0)
        routes = area.routes_of[statement_id]
        score = (
            weights.similarity * similarity
            + weights.plain * plain
            + weights.topic * topic
            + weights.words * index.overlap(statement_id, asked)
            + (weights.named_route if routes is not None and named_routes & routes else 0.0)
            + (weights.fits_facts if statement_id in fitting_facts else 0.0)
            + (weights.first_priority if statement.priority == 1 else 0.0)
            - (weights.last_priority if statement.priority == 3 else 0.0)
            - (weights.said if statement_id in said else 0.0)
            - (weights.gap if statement.kind is not Kind.FACT else 0.0)
        )
        ranked.append(Ranked(statement_id, score, plain, topic, similarity))
    return sorted(ranked, key=lambda r: -r.score)
