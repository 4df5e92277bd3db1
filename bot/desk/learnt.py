"""What is learnt from use, made ready to be looked at: groups of questions that ask alike, and what marks hold."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

import numpy as np

from bot.desk.phrasings import Accepted
from bot.guidance.grouping import grouped
from bot.records.marks import Mark
from bot.records.turns import Unanswered

Embed = Callable[[Sequence[str]], np.ndarray]


@dataclass(frozen=True, slots=True)
class AskedAlike:
    """Questions that ask alike, at least one.

    `text`: the one most like all; `texts`: each once, the newest first; `ids`: of all, the newest first; `topic`: the
    best guess, "" where there is none; `channels`, `areas`, `statuses`: (name, how many), most first.
    """

    text: str
    texts: tuple[str, ...]
    ids: tuple[int, ...]
    newest: datetime
    topic: str
    channels: tuple[tuple[str, int], ...]
    areas: tuple[tuple[str, int], ...]
    statuses: tuple[tuple[str, int], ...]

    @property
    def count(self) -> int:
        """How many questions they are."""
        return len(self.ids)


def asked_alike(questions: Sequence[Unanswered], embed: Embed) -> list[AskedAlike]:
    """Questions in groups, the largest first.

    Args:
        questions: the newest first.
        embed: texts to vectors of length 1, shape (n, any).
    """
    texts = [question.question for question in questions]
    if not texts:
        return []
    return [
        together([questions[place] for place in group.members], group.text) for group in grouped(texts, embed(texts))
    ]


def together(questions: Sequence[Unanswered], text: str = "") -> AskedAlike:
    """Some questions as one group. `questions`: the newest first, at least one. `text`: "" for the newest's."""
    topics = _most_first(question.topic for question in questions if question.topic)
    return AskedAlike(
        text=text or questions[0].question,
        texts=tuple(dict.fromkeys(question.question for question in questions)),
        ids=tuple(question.id for question in questions),
        newest=questions[0].at,
        topic=topics[0][0] if topics else "",
        channels=_most_first(question.channel for question in questions),
        areas=_most_first(question.area for question in questions),
        statuses=_most_first(question.status for question in questions),
    )


def accepted_in(marks: Iterable[Mark]) -> list[Accepted]:
    """The phrasings of marks, for the file."""
    return [Accepted(mark.id, mark.at, mark.intent, mark.phrasings) for mark in marks if mark.phrasings]


def _most_first(names: Iterable[str]) -> tuple[tuple[str, int], ...]:
    return tuple(sorted(Counter(names).items(), key=lambda each: (-each[1], each[0])))
