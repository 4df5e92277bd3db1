"""Blanks of a reply: what stands in square brackets is to be filled in, by a person, before the reply leaves. Pure.

Names of people are never stored. So the text is stored with its blanks, and they are filled at the last moment only;
what was typed over a blank is taken out of the text again (`put_back`).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from difflib import SequenceMatcher

from bot.desk.errors import DeskError

LONGEST_VALUE = 100  # characters that are filled into one blank
MOST_IN_A_LINE = 2  # blanks of a line in which what was typed over them can still be told apart
# "[1]" and "[1, 3]" are marks of sources.
BLANK = re.compile(r"\[(?!\d+(?:, \d+)*\])([^\[\]]*)\]")
_NEITHER = re.compile(r"[\[\]\n\r\v\f\x1c-\x1e\x85\u2028\u2029]")


def unfilled(text: str) -> list[str]:
    """The names of the blanks that are left, each once, in order: "[your name]" gives "your name"."""
    return list(dict.fromkeys(_name(match[1]) for match in BLANK.finditer(text)))


def is_value(value: str) -> bool:
    """Whether this may be filled into a blank: something, on one line, not too long, and not a blank again."""
    return bool(value.strip()) and len(value) <= LONGEST_VALUE and not _NEITHER.search(value)


def fill(text: str, values: Mapping[str, str]) -> str:
    """The text with its blanks filled. `values` by the names of the blanks; empty ones are left as they are.

    Raises: DeskError: a value is too long, has a line break or square brackets.
    """
    given = {name: value.strip() for name, value in values.items() if value.strip()}
    if not all(is_value(value) for value in given.values()):
        raise DeskError("bad_blank")
    return BLANK.sub(lambda match: given.get(_name(match[1]), match[0]), text)


def put_back(verified: str, text: str) -> tuple[str, dict[str, str]]:
    """Take out again what was typed over blanks of the verified text.

    Returns: the text with the blanks, and what stood in them, by name. A line counts as filled where it is a line of
    the verified text but for its blanks; a blank that was filled in different ways stays as it was typed.
    """
    theirs, ours = verified.split("\n"), text.split("\n")
    if len(theirs) == len(ours) and all(_values(a, b) is not None for a, b in zip(theirs, ours, strict=True)):
        pairs: Iterator[tuple[int, int]] = ((n, n) for n in range(len(ours)))
    else:
        pairs = _changed(theirs, ours)
    values: dict[str, str] = {}
    for their, our in pairs:
        found = _values(theirs[their], ours[our])
        if found and all(values.get(name, value) == value for name, value in found.items()):
            values |= found
            ours[our] = theirs[their]
    return "\n".join(ours), values


def _changed(theirs: Sequence[str], ours: Sequence[str]) -> Iterator[tuple[int, int]]:
    """Pairs of lines of which one stands where the other stood; a line may have been followed by more."""
    for kind, start, end, first, last in SequenceMatcher(None, theirs, ours, autojunk=False).get_opcodes():
        if kind == "replace" and end - start in (1, last - first):
            yield from zip(range(start, end), range(first, last), strict=False)


def _values(theirs: str, ours: str) -> dict[str, str] | None:
    """What was filled into the blanks of one line; None where the line is another one."""
    if theirs == ours:
        return {}
    names = [_name(name) for name in BLANK.findall(theirs)]
    if not 0 < len(names) <= MOST_IN_A_LINE:
        return None
    pieces = (re.escape(piece) for piece in re.split(BLANK.pattern, theirs)[::2])
    match = re.fullmatch(rf"([^\[\]]{{1,{LONGEST_VALUE}}}?|\[[^\[\]]*\])".join(pieces), ours)
    if match is None:
        return None
    found: dict[str, str] = {}
    for name, value in zip(names, match.groups(), strict=True):
        if unfilled(value) == [name]:
            continue
        if not is_value(value) or found.get(name, value) != value:
            return None
        found[name] = value
    return found


def _name(inside: str) -> str:
    return " ".join(inside.split())
