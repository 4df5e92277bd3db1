"""Which needs that a text names are not the pupil's: denied, or somebody else's."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NamedTuple

from bot.guidance.ehcp import NEGATION, any_of


class Span(NamedTuple):
    """Where the words of a need stand (character offsets)."""

    start: int
    end: int


FAMILY = (
    r"(?:mum|mums|mom|dad|dads|parents?|mother|father|carers?|foster carers?|family|families|guardians?|nan|gran"
    r"|grandparents?|grandma|grandad)"
)
GROWN_UP = rf"(?:{FAMILY}|staff|teachers?|tas?|ltas?|colleagues?|head|headteacher|i|we)"
DENIED = re.compile(
    rf"\b{NEGATION}(?: (?:an?|any|got|have|has|had|identified|formal|specific|real))*[ -]*$", re.IGNORECASE
)
DENIED_AFTER = re.compile(r"\s*(?:label|diagnosis)?\s*[:=-]\s*(?:no|none)\b", re.IGNORECASE)
OR = re.compile(r"\s*,?\s*(?:or|nor)\s+(?:an?\s+|any\s+)?", re.IGNORECASE)
COMMA = re.compile(r"\s*,\s*(?:an?\s+|any\s+)?", re.IGNORECASE)
# "mum is anxious", "we're worried and anxious"; "mum says he is anxious" is about him.
SOMEBODY_IS = any_of(
    rf"\b{GROWN_UP}(?:'s|'re|'m| is| are| am| was| were| feels?| seems?| has been| have been)"
    r"(?: (?:very|really|so|quite|also|a bit|a little|getting|too|both|all|now|still|understandably|worried|and))* $",
)
# "anxious parents", "a deaf dad": only a word that describes; "EBSA parents" have a child who avoids school.
DESCRIBES = re.compile(r"(?:ous|ic|ed|deaf|blind)$", re.IGNORECASE)
# "I am deaf unit lead" is about work, not a grown-up's own need.
A_KIND_OF = re.compile(
    r"\s+(?:pupil|child|kid|boy|girl|lad|student|school|unit|base|provision|specialist|teacher|lead)", re.IGNORECASE
)
IS_FAMILY = re.compile(rf"\s+(?:(?:foster|birth|step|single|young)\s+)?{FAMILY}\b", re.IGNORECASE)


def not_the_pupils(text: str, needs: Sequence[Span]) -> frozenset[int]:
    """Indexes of those of `needs` (in order of the text) that the text denies or says of a grown-up."""
    plain = text.replace("’", "'")
    denied = _denied(plain, needs)
    return frozenset(i for i, span in enumerate(needs) if i in denied or _of_a_grown_up(plain, span))


def _denied(text: str, needs: Sequence[Span]) -> set[int]:
    denied: set[int] = set()
    for i, (start, end) in enumerate(needs):
        by_itself = DENIED.search(text[max(0, start - 30) : start]) or DENIED_AFTER.match(text[end : end + 20])
        if by_itself or (i - 1 in denied and _goes_on(text, needs, i)):
            denied.add(i)
    return denied


def _goes_on(text: str, needs: Sequence[Span], i: int) -> bool:
    """Whether a "no" before the need `i - 1` holds for `i` too: "no x or y", "no x, y or z", but not "no x, y"."""
    gap = text[needs[i - 1].end : needs[i].start]
    if OR.fullmatch(gap):
        return True
    return bool(COMMA.fullmatch(gap)) and i + 1 < len(needs) and _goes_on(text, needs, i + 1)


def _of_a_grown_up(text: str, need: Span) -> bool:
    if SOMEBODY_IS.search(text[max(0, need.start - 60) : need.start]):
        return not A_KIND_OF.match(text, need.end)
    return bool(DESCRIBES.search(text[need.start : need.end]) and IS_FAMILY.match(text[need.end : need.end + 30]))
