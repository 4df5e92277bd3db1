"""What a message says of a pupil that cannot both be so: it is asked about, not guessed. Pure."""

from __future__ import annotations

import re

_YEAR = r"(?:year|yr|y)[ .-]?(1[0-4]|[1-9]|r)\b"
_WHO = r"(?:he|she|they|(?:the|this|my|our) (?:boy|girl|lad|lass|pupil|child|kid|student))"
TWO_YEARS = re.compile(
    rf"\b{_WHO}(?:'s|'re| is| are)(?: both)? in {_YEAR} and (?:also )?(?:in )?{_YEAR}(?! class)", re.IGNORECASE
)
_NONE = r"(?:no|hasn't (?:got )?an?|has not got an?|doesn't have an?|without an?) ehcp?"
_ONE = r"(?:has|got|have|does have|with) an? ehcp?"
_AND = rf",? (?:and|but)(?: also)?(?: {_WHO})?(?: also)? "
TWO_STATES = re.compile(rf"{_NONE}{_AND}{_ONE}\b|{_ONE}{_AND}(?:has )?{_NONE}\b", re.IGNORECASE)
MIXED = 1  # years apart that one class may hold


def contradicted(text: str) -> frozenset[str]:
    """The facts, by id, of which a text says two things at once."""
    straight = text.replace("’", "'")
    found = set()
    for m in TWO_YEARS.finditer(straight):
        years = [0 if y.casefold() == "r" else int(y) for y in m.groups()]
        if abs(years[0] - years[1]) > MIXED:
            found.add("year")
    if TWO_STATES.search(straight):
        found.add("ehcp")
    return frozenset(found)
