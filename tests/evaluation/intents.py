"""Measures of understanding: labelled messages, what the classifier said of them, and figures."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import sqrt
from pathlib import Path
from typing import Any

import yaml

OUT_OF_SCOPE = "out_of_scope_"


@dataclass(frozen=True)
class Labelled:
    """A message with its intent, and others that are right too."""

    text: str
    intent: str
    also: tuple[str, ...] = ()

    def is_right(self, intent: str) -> bool:
        """Whether `intent` would be right."""
        return intent == self.intent or intent in self.also


@dataclass(frozen=True)
class Figures:
    """Shares from 0 to 1. `confusions`: (expected, found, how often), the most frequent first."""

    messages: int
    accuracy: float
    in_first_three: float
    macro_f1: float
    confusions: tuple[tuple[str, str, int], ...]

    @property
    def error(self) -> float:
        """Standard error of the accuracy."""
        return standard_error(self.accuracy, self.messages)


def standard_error(share: float, number: int) -> float:
    """Standard error of a share measured on `number` (> 0) independent messages."""
    return sqrt(share * (1 - share) / number)


def load_labelled(path: Path) -> list[Labelled]:
    """Messages of a file that maps an intent to texts, or to mappings of `text` and `also`."""
    raw: Mapping[str, Sequence[Any]] = yaml.safe_load(path.read_text(encoding="utf-8"))
    return [
        Labelled(entry, intent)
        if isinstance(entry, str)
        else Labelled(entry["text"], intent, tuple(entry.get("also") or ()))
        for intent, entries in raw.items()
        for entry in entries
    ]


def figures(messages: Sequence[Labelled], rankings: Sequence[Sequence[str]], worst: int = 10) -> Figures:
    """Figures from each message's intents as ranked by the classifier, the best first (at least one each)."""
    found = [ranking[0] for ranking in rankings]
    # An intent that is right too counts as the expected one.
    judged = [m.intent if m.is_right(f) else f for m, f in zip(messages, found, strict=True)]
    right = [m.intent == f for m, f in zip(messages, judged, strict=True)]
    wrong = Counter((m.intent, f) for m, f in zip(messages, judged, strict=True) if m.intent != f)
    return Figures(
        messages=len(messages),
        accuracy=sum(right) / len(messages),
        in_first_three=sum(
            any(m.is_right(name) for name in ranking[:3]) for m, ranking in zip(messages, rankings, strict=True)
        )
        / len(messages),
        macro_f1=macro_f1([m.intent for m in messages], judged),
        confusions=tuple((a, b, n) for (a, b), n in sorted(wrong.items(), key=lambda e: (-e[1], e[0]))[:worst]),
    )


def macro_f1(expected: Sequence[str], found: Sequence[str]) -> float:
    """Mean F1 over the expected classes, each weighing the same."""
    hits = Counter(a for a, b in zip(expected, found, strict=True) if a == b)
    there, said = Counter(expected), Counter(found)
    # F1 = 2 hits / (there + said)
    return sum(2 * hits[name] / (there[name] + said[name]) for name in there) / len(there)


def share_out_of_scope(intents: Sequence[str]) -> float:
    """Share of intents that say: out of scope, of whatever kind."""
    return sum(intent.startswith(OUT_OF_SCOPE) for intent in intents) / len(intents)


def questions_found(questions: Sequence[str], clauses: Sequence[Sequence[str]]) -> int:
    """How many questions have a clause of their own among whose intents they are; each clause serves once.

    Args:
        questions: intents that the message asks.
        clauses: of each clause the intents to look at (the best one, or the first few).
    """
    partner: dict[int, int] = {}  # clause -> question

    def place(question: int, seen: set[int]) -> bool:
        for clause, intents in enumerate(clauses):
            if questions[question] in intents and clause not in seen:
                seen.add(clause)
                if clause not in partner or place(partner[clause], seen):
                    partner[clause] = question
                    return True
        return False

    return sum(place(number, set()) for number in range(len(questions)))
