r"""Text on cards, and what Markdown would make of it. Pure functions.

Clients differ: on a desk a backslash takes the meaning from a sign, on telephones it was long shown as a backslash and
did not keep a link from being one. So nothing is escaped with backslashes: text in which Markdown might see anything
is put where no Markdown is read, and where that cannot be (`inert`) the signs are parted by a mark that is not seen.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NamedTuple
from urllib.parse import quote

from bot.guidance.showing import ADDRESS, target_of

JOINER = "\u2060"  # seen by nobody, and no line breaks at it
_UNPRINTABLE = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff]")
# In a line: emphasis, code, links, HTML, entities, {{DATE()}}; at its start: headings, lists, quotes, rules.
_SIGNS = re.compile(r"[*_`~\\<>\[\]{}|^\n\r]|&(?:#|\w+;)")
_START = re.compile(r"\s*(?:#|[-+=](?=[\s=-]|$)|\d+[.)](?=\s|$))|\s{4}|\t")
_PLAIN_ADDRESS = re.compile(r"[\w.%+@:/?&=#,!$-]*")
_OUTER_UNDERSCORE = re.compile(r"(?<![^\W_])_|_(?![^\W_])")
_LONGEST_LINE = 2_000  # no sentence is as long; looking for addresses in much longer ones would take long
_AS_IT_IS = "%:/?&=#+,@!$;~"  # in an address; what Markdown could see something in is encoded
_LOOKALIKES = {"*": "\u2217", "`": "\u02cb"}


class Piece(NamedTuple):
    """Words that stand together.

    `strong`: in bold. `is_marks`: numbers of sources in brackets. `link`: an address of ours that they lead to.
    """

    text: str
    strong: bool = False
    is_marks: bool = False
    link: str = ""


Line = Sequence[Piece]


def clean(text: object) -> str:
    """Text without characters that cannot be shown or sent."""
    return _UNPRINTABLE.sub("", str(text).replace("\r\n", "\n").replace("\r", "\n"))


def markdown_of(line: Line) -> str | None:
    """A line as Markdown: bold, and addresses as links. None where Markdown might see more in it than that."""
    if not line or sum(len(piece.text) for piece in line) > _LONGEST_LINE or _START.match(line[0].text):
        return None
    pieces = [_markdown(piece) for piece in line]
    if None in pieces:
        return None
    return " ".join(filter(None, pieces))


def _markdown(piece: Piece) -> str | None:
    if piece.is_marks:
        return piece.text
    if piece.link:
        return f"[{piece.text}]({quote(piece.link, safe=_AS_IT_IS)})"
    return _strong(piece.text) if piece.strong else _linked(piece.text)


def _strong(text: str) -> str | None:
    return None if _SIGNS.search(text) or ADDRESS.search(text) else f"**{text.strip()}**"


def _linked(text: str) -> str | None:
    made, end = "", 0
    for match in ADDRESS.finditer(text):
        before, address = text[end : match.start()], match.group()
        if _SIGNS.search(before) or not _PLAIN_ADDRESS.fullmatch(address) or _OUTER_UNDERSCORE.search(address):
            return None
        made += f"{before}[{address}]({target_of(match)})"
        end = match.end()
    return None if _SIGNS.search(text[end:]) else made + text[end:]


def runs_of(text: str) -> list[str]:
    """Text in pieces none of which holds `{{`: clients put dates for {{DATE()}} wherever they find it whole."""
    return [run for run in re.split(r"(?<=\{)(?=\{)", text) if run]


def inert(text: str) -> str:
    """Text that reads the same whether or not Markdown is read in it."""
    text = re.sub(r"\](?=[(\[:])|<|\\|&(?=#|\w+;)|~(?=~)|\{(?=\{)", lambda m: m.group() + JOINER, text)
    text = re.sub(r"[*`]", lambda m: _LOOKALIKES[m.group()], text)
    text = _OUTER_UNDERSCORE.sub("\uff3f", text)
    starts = (
        JOINER + line if _START.match(line) or line.lstrip().startswith(">") else line for line in text.split("\n")
    )
    return "\n".join(starts)


def clipped(text: str, most: int) -> str:
    """Text of at most `most` characters, cut at a word."""
    if len(text) <= most:
        return text
    cut = text[: max(most - 1, 0)]
    before, _, _ = cut.rstrip().rpartition(" ")
    return (before or cut).rstrip(" ,;:.") + "…"
