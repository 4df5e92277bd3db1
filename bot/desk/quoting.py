"""The newest message of an e-mail in plain text: without headers, earlier messages and signature. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

MOST_READ = 200_000  # characters; the newest message of a longer one stands in its beginning
MOST_ROUNDS = 5  # a message that was forwarded and forwarded again
LOOKED_AHEAD = 6  # lines in which the headers of an earlier message stand together
LONGEST_LINE = 500  # a longer one is no header, nor does it bring in an earlier message

_HEADER = re.compile(
    r"^\s{0,3}\**(?P<name>from|sent|date|to|cc|bcc|subject|reply-to|importance|attachments)\**:\**\s*(?P<value>.*)$",
    re.IGNORECASE,
)
_OF_OTHERS = frozenset({"sent", "date", "to", "subject"})
_BROUGHT_IN = re.compile(
    r"^\s*(?:-{2,} ?(?:original|forwarded) (?:message|e-?mail)(?: follows)? ?-{2,}"
    r"|begin forwarded message:|_{10,}|-{10,} ?forwarded message ?-{5,})\s*$",
    re.IGNORECASE,
)
_WROTE = re.compile(r"^\s*on\b.{5,300}\bwrote:\s*$", re.IGNORECASE)
_ON = re.compile(r"^\s*on\b", re.IGNORECASE)
_WHEN = re.compile(r"@|\b20\d\d\b|\d\d[:.]\d\d")
_QUOTED = re.compile(r"^\s{0,3}>")
_QUOTE_MARKS = re.compile(r"^\s{0,3}(?:> ?)+")


@dataclass(frozen=True, slots=True)
class Newest:
    """The newest message, and the headers that stood above it, by their names in lower case."""

    text: str
    headers: dict[str, str] = field(default_factory=dict)


def newest(text: str) -> Newest:
    """The newest message of an e-mail.

    Where nothing was written above what is quoted or forwarded, that is the message. Only where everything else is
    empty is a signature kept.

    Args:
        text: line ends are "\\n".
    """
    lines = [line.rstrip() for line in text[:MOST_READ].split("\n")]
    headers: dict[str, str] = {}
    signed: list[str] = []  # the first that said something, though only below a signature mark
    for _ in range(MOST_ROUNDS):
        lines, found = _without_headers(lines)
        headers |= found
        kept, rest = _apart(lines)
        written = _without_signature(kept)
        if _says_something(written) or not _says_something(rest):
            found_text = _joined(written if _says_something(written) else kept)
            return Newest(found_text or _joined(signed), headers)
        signed = signed or (kept if _says_something(kept) else [])
        lines = rest
    return Newest(_joined(_QUOTE_MARKS.sub("", line) for line in lines), headers)


def _without_headers(lines: Sequence[str]) -> tuple[list[str], dict[str, str]]:
    """Take off what stands above the message: a line that brings it in, and its headers."""
    start = _past_blank(lines, 0)
    while start < len(lines) and _BROUGHT_IN.match(_short(lines[start])):
        start = _past_blank(lines, start + 1)
    headers: dict[str, str] = {}
    at = start
    while at < len(lines) and (match := _HEADER.match(_short(lines[at]))):
        name, value = match["name"].casefold(), match["value"]
        at += 1
        while at < len(lines) and lines[at][:1] in (" ", "\t") and lines[at].strip() and not _HEADER.match(lines[at]):
            value += " " + lines[at].strip()
            at += 1
        headers.setdefault(name, value.strip(" *"))
    if len(headers) > 1 or "subject" in headers:
        return list(lines[at:]), headers
    return list(lines[start:]), {}


def _apart(lines: Sequence[str]) -> tuple[list[str], list[str]]:
    """What was written, and what is left of the rest for the case that nothing was."""
    end = next((n for n in range(len(lines)) if _brings_in(lines, n)), len(lines))
    written: list[str] = []
    quoted: list[str] = []
    for n, line in enumerate(lines[:end]):
        if _QUOTED.match(line):
            quoted.append(_QUOTE_MARKS.sub("", line, count=1) if line.lstrip() != ">" else "")
        elif not _before_quote(lines, n):
            written.append(line)
    below = list(lines[end:])
    if below and (_wrote(lines, end) and not _HEADER.match(below[0])):
        below = below[_wrote(lines, end) :]
    return written, quoted if _says_something(quoted) else below


def _brings_in(lines: Sequence[str], n: int) -> bool:
    """Whether an earlier message begins with this line, one that is not marked with ">"."""
    line = _short(lines[n])
    if _HEADER.match(line) and line.strip(" *").casefold().startswith("from"):
        others = (_HEADER.match(_short(each)) for each in lines[n + 1 : n + LOOKED_AHEAD])
        return any(match and match["name"].casefold() in _OF_OTHERS for match in others)
    if _BROUGHT_IN.match(line):
        follows = _past_blank(lines, n + 1)
        return "_" not in line or (follows < len(lines) and _brings_in(lines, follows))
    return bool(_wrote(lines, n)) and not _before_quote(lines, n)


def _wrote(lines: Sequence[str], n: int) -> int:
    """How many lines "On Monday, 12 May 2025, somebody wrote:" takes from here: 0 where it does not stand here."""
    if not _ON.match(lines[n]):
        return 0
    for count in (1, 2, 3):
        joined = " ".join(_short(line) for line in lines[n : n + count])
        if _WROTE.match(joined) and _WHEN.search(joined):
            return count
    return 0


def _before_quote(lines: Sequence[str], n: int) -> bool:
    """Whether this line belongs to "On ... wrote:" above lines that are marked with ">"."""
    for start in range(max(0, n - 2), n + 1):
        count = _wrote(lines, start)
        if count and start + count > n:
            follows = _past_blank(lines, start + count)
            return follows < len(lines) and bool(_QUOTED.match(lines[follows]))
    return False


def _without_signature(lines: Sequence[str]) -> list[str]:
    end = next((n for n, line in enumerate(lines) if line == "--"), len(lines))
    return list(lines[:end])


def _past_blank(lines: Sequence[str], n: int) -> int:
    while n < len(lines) and not lines[n].strip():
        n += 1
    return n


def _short(line: str) -> str:
    return line if len(line) <= LONGEST_LINE else ""


def _says_something(lines: Sequence[str]) -> bool:
    return any(line.strip() for line in lines)


def _joined(lines: Iterable[str]) -> str:
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip()
