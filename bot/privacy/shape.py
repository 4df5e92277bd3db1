"""What an e-mail is built of: head lines, greeting, closing, signature. Told by lines, never by who is named."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from bot.privacy.cues import Cues
from bot.privacy.lexicon import fold

LONG_TEXT = 50  # words of a message in one piece that is taken for an e-mail
LONG_GREETED = 25  # words of one that opens with a greeting
_LONGEST_BLOCK = 12  # lines of a signature
_SENTENCE = 9  # a line of more words is no part of a signature
_HEAD = re.compile(r"(?i)^[>\s*]*(?P<label>from|to|cc|bcc|sent by|reply-to|subject|re)\s*:\**[ \t]*(?P<value>\S.*)$")
_OTHER_HEAD = re.compile(r"(?i)^[>\s*]*(?:sent|date|fwd?|importance|attachments?)\s*:")
_MARK = re.compile(
    r"(?i)^\s*(?:>|[-_=*]{2,}|begin forwarded|forwarded message|original message|on .{4,80}wrote:?\s*$|fwd?:\s*$)"
)
_GREETING = re.compile(
    r"(?i)^\s*(?:dear|hi|hiya|hey|hello|helo|good (?:morning|afternoon|evening|day)|morning|afternoon)\b"
)
_WORDS = re.compile(r"[^\W\d_](?:[\w'’&-]*[\w])?")
_ITEM = re.compile(r"^\s*(?:[-*•]|\d{1,2}[.)]|\(?[a-z]\))\s")


@dataclass(frozen=True, slots=True)
class Line:
    """A line with its place in the text."""

    start: int
    end: int
    text: str

    def words(self) -> list[str]:
        return [fold(word) for word in _WORDS.findall(self.text)]


@dataclass(frozen=True, slots=True)
class Shape:
    """Where the parts of an e-mail stand. Of any other message `is_letter` is false and the rest empty.

    `heads` are the values of From, To and Cc; `subjects` those of Subject and Re; `signatures` are whole blocks,
    the first of their lines right after a closing or at the end.
    """

    is_letter: bool = False
    heads: tuple[tuple[int, int], ...] = ()
    subjects: tuple[tuple[int, int], ...] = ()
    signatures: tuple[tuple[int, int], ...] = ()


def shape_of(text: str, cues: Cues) -> Shape:
    """The shape of a message."""
    lines = list(_lines(text))
    full = [line for line in lines if line.text.strip()]
    heads, subjects = _heads(full)
    closings = [place for place, line in enumerate(lines) if _closes(line, cues)]
    greeted = any(_GREETING.match(line.text) for line in full[:4])
    is_letter = len(full) > 1 and bool(greeted or closings or heads or subjects)
    is_letter = is_letter or (len(full) > 2 and "\n\n" in text)
    if not is_letter and len(text.split()) < (LONG_GREETED if greeted else LONG_TEXT):
        return Shape()
    blocks = [block for place in closings if (block := _after_closing(lines, place))]
    last = _last_lines(full, cues)
    if last and not any(start <= last[0] < end for start, end in blocks):
        blocks.append(last)
    return Shape(True, tuple(heads), tuple(subjects), tuple(blocks))


def _lines(text: str) -> Iterator[Line]:
    start = 0
    for piece in text.splitlines(keepends=True):
        yield Line(start, start + len(piece.rstrip("\r\n")), piece.rstrip("\r\n"))
        start += len(piece)


def _heads(lines: list[Line]) -> tuple[list[tuple[int, int]], list[tuple[int, int]]]:
    heads: list[tuple[int, int]] = []
    subjects: list[tuple[int, int]] = []
    for line in lines:
        match = _HEAD.match(line.text)
        if match:
            found = subjects if fold(match["label"]) in ("subject", "re") else heads
            found.append((line.start + match.start("value"), line.end))
    return heads, subjects


def _closes(line: Line, cues: Cues) -> bool:
    """Is this line nothing but a closing ("With thanks & best wishes,")?"""
    words = line.words()
    if not 0 < len(words) <= 8 or line.text.rstrip().endswith(("?", ":")):
        return False
    pair = " ".join(words[:2])
    core = words[0] in cues["closing_first"] or pair in ("take care", "bye for", "speak soon", "talk soon")
    core = core or any(word in cues["closing_core"] for word in words)
    return core and all(word in cues["closing_words"] or word in cues["closing_core"] for word in words)


def _ends_block(line: Line) -> bool:
    if _MARK.match(line.text) or _HEAD.match(line.text) or _OTHER_HEAD.match(line.text):
        return True
    pieces = re.split(r"[|,/•·]|\s[-–]\s", line.text)
    return any(len(piece.split()) > _SENTENCE for piece in pieces) or line.text.rstrip().endswith("?")


def _after_closing(lines: list[Line], place: int) -> tuple[int, int] | None:
    """The block of short lines after a closing, or None."""
    block: list[Line] = []
    for line in lines[place + 1 :]:
        if not line.text.strip():
            continue
        if _ends_block(line) or len(block) == _LONGEST_BLOCK:
            break
        block.append(line)
    return (block[0].start, block[-1].end) if block else None


def _last_lines(full: list[Line], cues: Cues) -> tuple[int, int] | None:
    """The short lines at the end that close no sentence: a name, and what stands below it."""
    block: list[Line] = []
    for line in reversed(full[1:]):
        text, words = line.text.rstrip(), line.words()
        is_short = len(words) <= 7 and not text.endswith(("?", "!", ":", ";")) and not _ITEM.match(text)
        if not is_short or (text.endswith(".") and len(words) > 3) or _ends_block(line) or _closes(line, cues):
            break
        block.insert(0, line)
    if not block or len(block) > 5 or _GREETING.match(block[0].text):
        return None
    return (block[0].start, block[-1].end)
