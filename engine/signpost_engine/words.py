"""Words of a message with their offsets, and where sentences end. No Rasa import, any Python >= 3.10."""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import pairwise

# A web address whole, else a run without blanks that may end in a run of ? ! ; or stand for such a run alone.
_PIECE = re.compile(r"(?:https?://|www\.)\S+|[^\s?!;\u2026]+[?!;\u2026]*|[?!;\u2026]+")
_ENDERS = frozenset("?!;\u2026")
_GLUED = re.compile(r"(?<=[a-z]{3})\.(?=[A-Z][a-z])")
_DOTTED = re.compile(r"(?:[a-z]\.)+[a-z]?\.?")
_LIST_MARK = re.compile(
    r"[-*\u2022\u2013\u2014>#]+|\(?(?:\d{1,2}|[a-h]|i{1,3}|iv|vi?)[.):]|\(\d{1,2}\)|q\d{1,2}[.):]?",
    re.IGNORECASE,
)
_EDGE = "\"'`()[]{}<>*_~|.,:;!?\u2026\u201c\u201d\u2018\u2019-\u2013\u2014"
_ABBREVIATIONS = frozenset({"mr", "mrs", "ms", "dr", "mx", "prof", "st", "rev", "vs", "eg", "ie", "cf", "inc", "dept"})
# These shorten only before a figure: "No. 5" goes on, "he said no. She ..." does not.
_BEFORE_FIGURES = frozenset(
    {"no", "nos", "p", "pp", "para", "sec", "min", "max", "fig", "approx", "yr", "yrs", "ref", "tel", "ext"}
    | {"jan", "feb", "mar", "apr", "jun", "jul", "aug", "sep", "sept", "oct", "nov", "dec"}
)
# Lines shorter than this were ended by their writer; longer ones may have been wrapped by a mail program.
_WRAPPED_LINE = 50


@dataclass(frozen=True)
class Word:
    """One run without blanks. `core` is its lower-case form without punctuation at its ends; may be empty."""

    start: int
    end: int
    core: str
    ends_sentence: bool
    is_question: bool
    has_comma: bool
    is_mark: bool


def words_of(text: str) -> list[Word]:
    """All words of `text` in order, with the sentence ends decided; in time linear in its length."""
    spans: list[tuple[int, int]] = []
    for piece in _PIECE.finditer(text):
        spans.extend(_unglue(text, piece.start(), piece.end()))
    words: list[Word] = []
    line_start = True
    for index, (start, end) in enumerate(spans):
        following = spans[index + 1][0] if index + 1 < len(spans) else len(text)
        gap = text[end:following]
        is_mark = line_start and _LIST_MARK.fullmatch(text, start, end) is not None
        words.append(_word(text, start, end, following, gap, is_mark))
        line_start = "\n" in gap or "\r" in gap
    return words


def _word(text: str, start: int, end: int, following: int, gap: str, is_mark: bool) -> Word:
    raw = text[start:end]
    core = raw.strip(_EDGE).lower().replace("\u2019", "'")
    closing = raw.rstrip("\"')]}>*_\u201d\u2019")
    ends = not is_mark and (closing[-1:] in _ENDERS or _full_stop(text, closing, core, following))
    if not ends and not is_mark and ("\n" in gap or "\r" in gap):
        ends = _line_ends(text, start, end, following, gap)
    return Word(
        start=start,
        end=end,
        core=core,
        ends_sentence=ends,
        is_question="?" in closing[-8:] and closing[-1:] in {"?", "!"},
        # A spaced dash or a colon opens what follows much as a comma does.
        has_comma=closing[-1:] in {",", ":"} or (not core and closing[-1:] in {"-", "\u2013", "\u2014"}),
        is_mark=is_mark,
    )


def _full_stop(text: str, closing: str, core: str, following: int) -> bool:
    if not closing.endswith("."):
        return False
    if closing.endswith("..") or following >= len(text):
        return True
    if core == "etc":
        return text[following].isupper()
    if core in _BEFORE_FIGURES:
        return not text[following].isdigit()
    # A single letter is an initial ("J. Example").
    return core not in _ABBREVIATIONS and not (len(core) == 1 and core.isalpha()) and not _DOTTED.fullmatch(core)


def _line_ends(text: str, start: int, end: int, following: int, gap: str) -> bool:
    if gap.count("\n") > 1 or following >= len(text):
        return True
    # Only as far back as matters: a line of 50 characters is long enough.
    long_line = "\n" not in text[max(0, end - _WRAPPED_LINE) : end] and end >= _WRAPPED_LINE
    goes_on = text[following].islower() and (text[end - 1].isalnum() or text[end - 1] == ",")
    return not (long_line and goes_on)


def _unglue(text: str, start: int, end: int) -> list[tuple[int, int]]:
    """Split "form.Then" into two words; addresses stay whole."""
    raw = text[start:end]
    if "." not in raw or "@" in raw or "/" in raw or raw[:4].lower() == "www.":
        return [(start, end)]
    cuts = [start, *(start + match.end() for match in _GLUED.finditer(raw)), end]
    return [(left, right) for left, right in pairwise(cuts) if left < right]
