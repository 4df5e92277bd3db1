"""Text as a document may hold it, and the addresses in it. Pure functions."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

REPLACED = "\N{REPLACEMENT CHARACTER}"
LONGEST_ADDRESS = 500  # characters; a longer one stays text

EMAIL = r"[A-Za-z0-9._%+-]+@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+"
# Looked for at the beginning of words only, so that a long word takes no longer than its length.
_ADDRESS = re.compile(rf"(?P<email>(?<![A-Za-z0-9._%+-]){EMAIL})|(?P<url>(?:https?://|\bwww\.)[!-~]*)")
_AFTER_ADDRESS = "\"'<>()[]{}.,;:!?"  # stands after a web address, not in it
_JOINERS = "\u200c\u200d"  # without them some scripts and emoji are spelt wrongly


@dataclass(frozen=True)
class Run:
    """A stretch of text; `target` is where it leads, if anywhere: a mailto:, http: or https: address."""

    text: str
    target: str = ""


def clean(text: str) -> str:
    """The text without characters that a document may not hold or that change how others are shown.

    Control and format characters (also those that turn the direction) go, line ends become "\\n", spaces of all
    widths one kind, what has no meaning in Unicode becomes a replacement character.
    """
    plain = re.sub(r"\r\n?|[\u2028\u2029\v\f\x85]", "\n", text).replace("\t", " ")
    return unicodedata.normalize("NFC", "".join(map(_allowed, plain)))


def line_of(text: str) -> str:
    """The text, cleaned, on one line without doubled spaces."""
    return " ".join(clean(text).split())


def runs_of(text: str) -> list[Run]:
    """The text as stretches of which the e-mail and web addresses lead somewhere."""
    runs, end = [], 0
    for match in _ADDRESS.finditer(text):
        shown = match.group().rstrip(_AFTER_ADDRESS) if match["url"] else match.group()
        target = f"mailto:{shown}" if match["email"] else shown if "://" in shown else f"https://{shown}"
        if len(target) > LONGEST_ADDRESS or (match["url"] and not re.search(r"[\w]\.\w", shown)):
            continue
        runs += [Run(text[end : match.start()]), Run(shown, target)]
        end = match.start() + len(shown)
    return [run for run in (*runs, Run(text[end:])) if run.text]


def _allowed(character: str) -> str:
    if character == "\n" or character in _JOINERS:
        return character
    category = unicodedata.category(character)
    if category in ("Cc", "Cf"):
        return ""
    if category == "Zs" and character != "\u00a0":
        return " "
    return REPLACED if category in ("Cs", "Cn", "Co") else character
