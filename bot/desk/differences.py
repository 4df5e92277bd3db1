"""What was changed in a verified text, word by word, as data. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from itertools import groupby
from typing import Literal

from bot.desk.blanks import put_back
from bot.records.states import is_free, normalised

Kind = Literal["equal", "added", "removed"]
MOST_COMPARED = 250_000  # words of one piece times those of the other; more is shown as taken out and put in
_WORDS = re.compile(r"\n|[^\S\n]+|\S+")


@dataclass(frozen=True, slots=True)
class Run:
    """A stretch of text that stayed, was put in or was taken out."""

    kind: Kind
    text: str


def is_changed(verified: str, text: str) -> bool:
    """Whether a text says anything else than the verified one. Filling in its blanks is no change."""
    return not is_free(verified, put_back(normalised(verified), normalised(text))[0])


def difference(verified: str, text: str) -> tuple[Run, ...]:
    """How the one became the other, in order; neighbours differ in kind, and no run is empty.

    The runs that are not "added" make up the verified text, those that are not "removed" the other one, both with
    line ends "\\n" and without blanks before them.
    """
    theirs, ours = (normalised(each).splitlines(keepends=True) for each in (verified, text))
    found: list[Run] = []
    for kind, start, end, first, last in SequenceMatcher(None, theirs, ours, autojunk=False).get_opcodes():
        if kind == "equal":
            found.append(Run("equal", "".join(theirs[start:end])))
        else:
            found += _by_words("".join(theirs[start:end]), "".join(ours[first:last]))
    return tuple(_joined(found))


def lines_of(runs: Sequence[Run]) -> list[list[Run]]:
    """Runs as lines of a page; an empty line has no runs."""
    lines: list[list[Run]] = [[]]
    for run in runs:
        for number, piece in enumerate(run.text.split("\n")):
            if number:
                lines.append([])
            if piece:
                lines[-1].append(Run(run.kind, piece))
    return lines


def _by_words(theirs: str, ours: str) -> Iterator[Run]:
    a, b = _WORDS.findall(theirs), _WORDS.findall(ours)
    if len(a) * len(b) > MOST_COMPARED:
        yield from (Run("removed", theirs), Run("added", ours))
        return
    for kind, start, end, first, last in SequenceMatcher(None, a, b, autojunk=False).get_opcodes():
        if kind == "equal":
            yield Run("equal", "".join(a[start:end]))
        else:
            yield from (Run("removed", "".join(a[start:end])), Run("added", "".join(b[first:last])))


def _joined(runs: Sequence[Run]) -> Iterator[Run]:
    kept = (run for run in runs if run.text)
    for kind, group in groupby(kept, key=lambda run: run.kind):
        yield Run(kind, "".join(run.text for run in group))
