"""Texts without the names of places: they say whose offer counts, not what is asked. Python 3.10 and later."""

from __future__ import annotations

import re
from collections.abc import Iterable

PREPOSITION = r"(?P<before>\b(?:in|at|for|from|within|near)\s+)?"
LONG_WORD = 6  # a shorter one may be another word ("eye", "clare"), unless it is written like a place
ENOUGH_WORDS = 2


class AreaNames:
    """The names of areas, and the names that hold one of them and stay whole ("New to Suffolk")."""

    def __init__(self, areas: Iterable[str], kept: Iterable[str] = ()) -> None:
        names = sorted(set(areas), key=lambda n: (-len(n), n))
        either = "|".join(re.escape(n) for n in names)
        self._area = re.compile(rf"{PREPOSITION}(?<!\w)(?P<name>{either})(?!\w)(?:'s\b)?", re.IGNORECASE)
        within = re.compile(rf"(?<!\w)(?:{either})(?!\w)", re.IGNORECASE)
        whole = sorted({n for n in kept if within.search(n)} - set(names), key=lambda n: (-len(n), n)) if names else []
        self._kept = re.compile(rf"(?<!\w)(?:{'|'.join(re.escape(n) for n in whole)})(?!\w)", re.IGNORECASE)
        self._any = bool(names)
        self._any_kept = bool(whole)

    def without(self, text: str) -> str:
        """The text with the names left out; as it is where hardly anything else would be left."""
        if not self._any:
            return text
        kept = [m.span() for m in self._kept.finditer(text)] if self._any_kept else []

        def left_out(m: re.Match[str]) -> str:
            start, end = m.span("name")
            short = len(m["name"]) < LONG_WORD and not m["name"][0].isupper() and not m["before"]
            return m[0] if short or any(a <= start and end <= b for a, b in kept) else " "

        rest = " ".join(self._area.sub(left_out, text).split())
        return rest if len(re.findall(r"\w+", rest)) >= ENOUGH_WORDS else text
