"""Which statements a long message asks for: every sentence that asks, held against every statement.

In a conversation the engine's clauses and one answer a question do. An e-mail tells a story, asks between the lines
and means the story by "it", so each clause is compared alone, within its sentence, with the sentence before it, and
within its paragraph. The weights were fitted on tests/desk/enquiries in eight parts, each judged by the weights of the
other seven, and rounded; see docs/evaluation.md.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from bot.guidance.answers import Answerer
from bot.guidance.likeness import Embed
from bot.guidance.mail import ASKS_BETWEEN_THE_LINES, Sentence
from bot.guidance.search import stems
from bot.guidance.turn import Clause
from bot.guidance.understanding import INTERROGATIVE, WRAPPING, topic_weights

Scores = npt.NDArray[np.float64]
LONGEST = 600  # characters of what is compared at once


@dataclass(frozen=True)
class Weights:
    """What counts how much for a statement being asked for."""

    clause: float = 7.2
    plain: float = 1.25
    sentence: float = 4.4
    before: float = 4.25
    paragraph: float = 3.2
    anywhere: float = -4.2  # near to any sentence at all: what the whole offer is about, so it tells little
    topic: float = 1.43
    topic_anywhere: float = 0.58
    words: float = 1.14
    words_around: float = 2.23
    first: float = 0.31
    gap: float = -0.17
    fits: float = 0.94
    asks: float = 0.21
    sentence_asks: float = 0.6
    even: float = -6.0  # makes a share of it: where a statement is as likely asked for as not


@dataclass(frozen=True)
class Unit:
    """A clause of the engine's in its sentence. `asks`: it, or its sentence, has the form of a question."""

    clause: Clause
    sentence: Sentence
    clause_asks: bool
    asks: bool


def units_of(told: Sequence[Sentence], clauses: Sequence[tuple[int, Clause]]) -> list[Unit]:
    """Every clause with its sentence; a sentence without one stands for itself.

    Args:
        clauses: with the place in the text at which each begins.
    """
    found = []
    for sentence in told:
        inside = [c for start, c in clauses if sentence.start <= start < sentence.end]
        asks = asks_in_a_letter(sentence.text)
        for clause in inside or [Clause(sentence.text)]:
            plainly = _asks_at_once(clause.text) and not WRAPPING.search(clause.text)
            found.append(Unit(clause, sentence, plainly, asks or plainly))
    return found


def asks_in_a_letter(text: str) -> bool:
    """Whether a sentence of a letter asks for something, with or without a question mark."""
    asks = _asks_at_once(text) or bool(ASKS_BETWEEN_THE_LINES.search(text.replace("’", "'")))
    return asks and not WRAPPING.search(text)


def _asks_at_once(text: str) -> bool:
    """With a question mark, or from its first word on: later "who" and "which" mostly tell ("his mum, who is ...")."""
    return "?" in text or bool(INTERROGATIVE.match(text.strip()))


def scores_of(
    units: Sequence[Unit],
    told: Sequence[Sentence],
    answerer: Answerer,
    facts: Mapping[str, object],
    embed: Embed,
    without_areas: Callable[[str], str],
    weights: Weights | None = None,
) -> Scores:
    """How likely each statement (column, in the order of the content) is asked for by each unit (row); log-odds.

    Args:
        without_areas: takes names of authorities out of a text.
    """
    w, index = weights or Weights(), answerer.index
    around = _around(told)
    texts = list(dict.fromkeys(t for u in units for t in (u.clause.text, *around[u.sentence.start])))
    vectors = embed([without_areas(t)[:LONGEST] for t in texts])
    near = {t: index.likeness([v], 1.0) for t, v in zip(texts, vectors, strict=True)}
    topics = [topic_weights(u.clause) for u in units]
    spoken = {name: max(t.get(name, 0.0) for t in topics) for t in topics for name in t}
    overlap = {t: index.overlaps(stems(t)) for t in {a for u in units for a in around[u.sentence.start]}}
    made_for_it = answerer.fitting_facts(list(index.places), facts)
    fits = np.array([float(i in made_for_it) for i in index.places])
    anywhere = np.max([near[s.text][0] for s in told if s.text in near], axis=0)
    same = (
        w.anywhere * anywhere
        + w.topic_anywhere * index.topic(spoken)
        + w.first * index.first
        + w.gap * index.gap
        + w.fits * fits
        + w.even
    )
    rows = []
    for unit, topic in zip(units, topics, strict=True):
        alone, before, paragraph = around[unit.sentence.start]
        clause = near[unit.clause.text]
        rows.append(
            same
            + w.clause * clause[0]
            + w.plain * clause[1]
            + w.sentence * near[alone][0]
            + w.before * near[before][0]
            + w.paragraph * near[paragraph][0]
            + w.topic * index.topic(topic)
            + w.words * overlap[alone]
            + w.words_around * overlap[paragraph]
            + w.asks * unit.clause_asks
            + w.sentence_asks * unit.asks
        )
    return np.array(rows)


def _around(told: Sequence[Sentence]) -> dict[int, tuple[str, str, str]]:
    """For each sentence, by its start: itself, with the one before it, and its paragraph."""
    found = {}
    for number, sentence in enumerate(told):
        before = " ".join(s.text for s in told[max(0, number - 1) : number + 1])
        paragraph = " ".join(s.text for s in told if s.paragraph == sentence.paragraph)
        found[sentence.start] = (sentence.text, before, paragraph)
    return found
