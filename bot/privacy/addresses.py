"""Postal addresses: house numbers with streets in any message; in e-mails also what stands before a postcode."""

import re
from collections.abc import Iterator

from bot.privacy.lexicon import Lexicon, fold

# Endings that name nothing but a street, and endings that are ordinary words and so want capitals or a label.
_STREET = r"(?:road|rd|street|avenue|ave|lane|crescent|cres|drive|terrace|mews|grove|gardens|gdns)"
_WORDY = (
    r"(?:st|close|way|view|court|hill|walk|square|rise|green|place|park|row|quay|croft|path|end|fields?|meadows?"
    r"|chase|gate|loke|dr|yard|fold|snicket|passage|wharf|drove|ride|dene|alley|hythe|staithe|common|heath)"
)
_FLAT = r"(?:flat|apt|apartment|unit|room)\.? ?\w{1,4}"
_NUMBER = rf"(?:{_FLAT},? )?\d{{1,4}}[a-z]?(?: ?[-–] ?\d{{1,4}}[a-z]?)?,? "
_PLAIN_WORD = (
    r"(?!(?:in|of|for|and|a|to|at|on|we|is|are|has|weeks?|terms?|pupils?|children|year|minutes?)\b)"
    r"[a-z][\w'’-]*"
)
_LIVES = (
    r"(?:\baddress\b(?: is)?|\b(?:lives?|living|resid\w+) (?:at|on|in)|\bmoved to|\bstaying at"
    r"|\b(?:we're|we are|i'm|i am|they're) at)[ \t:\n]{1,3}"
)
_ADDRESSES = (
    re.compile(rf"(?i)\b{_NUMBER}(?:the )?(?:{_PLAIN_WORD} ){{1,4}}{_STREET}\b"),
    re.compile(rf"\b(?i:{_NUMBER})(?:The )?(?:[A-Z][\w'’.-]* ){{1,4}}(?i:{_WORDY})\b"),
    re.compile(rf"(?i){_LIVES}(?P<value>(?:{_NUMBER})(?:{_PLAIN_WORD} ){{1,4}}(?:{_STREET}|{_WORDY})\b)"),
    re.compile(rf"(?i){_LIVES}(?P<value>(?:(?:{_PLAIN_WORD}),? ){{1,4}}{_STREET}\b)"),
)
_LABELLED_STREET = _ADDRESSES[3]

_WORD = r"[A-Z][\w'’-]*"
_PIECE = re.compile(
    rf"(?:(?i:{_FLAT}|\d{{1,4}}[a-z]?(?: ?[-–] ?\d{{1,4}}[a-z]?)?),? ?)?"
    rf"(?:{_WORD}(?: (?:{_WORD}|of|the|on|le|in))*)?$"
)
_BARE_STREET = re.compile(
    rf"(?:{_WORD} ){{1,3}}(?:Road|Rd|Street|Avenue|Ave|Lane|Crescent|Drive|Terrace|Mews|Loke|Gardens|Grove|Cottages?)\b"
)
_AT_NUMBER = re.compile(
    rf"(?:{_LIVES}|(?i:\breply to\b|\bwrite to (?:me|us) at\b) )(?P<value>\d{{1,4}}[a-z]? {_WORD}(?: {_WORD})*)"
)
_FLAT_AND_HOUSE = re.compile(rf"\b(?i:{_FLAT}),? {_WORD}(?: {_WORD})*")
_LONGEST = 80  # characters of a piece of an address
_OF_ADDRESSES = frozenset(("road", "street", "town", "park", "hall", "house", "centre", "theatre"))
_NO_PLACE = frozenset(("mr", "mrs", "ms", "miss", "mx", "dr", "prof", "sir", "lady", "rev", "postcode"))


def addresses(text: str) -> Iterator[tuple[int, int]]:
    """Places of addresses that any message shows."""
    for pattern in _ADDRESSES if any(mark.isdigit() for mark in text) else (_LABELLED_STREET,):
        for match in pattern.finditer(text):
            yield match.span("value" if "value" in pattern.groupindex else 0)


def addresses_in_letter(text: str, postcodes: list[int], lexicon: Lexicon) -> Iterator[tuple[int, int]]:
    """Places of more addresses in an e-mail. `postcodes`: where full postcodes start. Towns of the lists stay."""
    for match in _BARE_STREET.finditer(text):
        start = _without_openers(text, match.start(), match.end(), lexicon)
        words = [fold(word) for word in text[start : match.end()].split()]
        if len(words) > 1 and not _names_school(text, match.end(), lexicon) and not any(map(lexicon.is_kept, words)):
            yield start, match.end()
    for pattern in (_AT_NUMBER, _FLAT_AND_HOUSE):
        for match in pattern.finditer(text):
            start, end = match.span("value" if "value" in pattern.groupindex else 0)
            words = [fold(word) for word in text[start:end].split()[1:]]
            if not any(map(lexicon.is_kept, words)) and not _names_school(text, end, lexicon):
                yield start, end
    for start in postcodes:
        yield from _before_postcode(text, start, lexicon)


def _without_openers(text: str, start: int, end: int, lexicon: Lexicon) -> int:
    """Past words at the start that only have their capital from the sentence ("Is Otter Lane ...")."""
    first = text[start:end].split()[0]
    return start + len(first) + 1 if lexicon.count(fold(first)) > 1_000_000 and fold(first) != "the" else start


def _names_school(text: str, end: int, lexicon: Lexicon) -> bool:
    after = text[end : end + 30].split()
    return bool(after) and text[end : end + 1] == " " and fold(after[0].strip(",.;()")) in lexicon.things | {"first"}


def _before_postcode(text: str, place: int, lexicon: Lexicon) -> Iterator[tuple[int, int]]:
    """The pieces between commas before a postcode, as far back as they look like house, street and village."""
    end = place
    for _ in range(6):
        end = len(text[:end].rstrip(" \t,\n"))
        line = max(end - _LONGEST, text.rfind("\n", 0, end), text.rfind(",", 0, end)) + 1
        match = _last_piece(text, line, end)
        if match is None or not match[0].strip():
            return
        start = match.start()
        words = [fold(word.strip(",.")) for word in match[0].split()]
        if any(word in _NO_PLACE or (word in lexicon.things and word not in _OF_ADDRESSES) for word in words):
            return
        if line and text[line - 1] == "\n" and not _is_street(words, match[0]) and start == line:
            return  # a line of its own that is no street: a school or a person
        if not all(lexicon.is_kept(word) for word in words):
            yield start, end
        if start > line + 1 or (line and text[line - 1] == "\n" and _is_street(words, match[0])):
            return
        end = line


def _last_piece(text: str, line: int, end: int) -> re.Match[str] | None:
    """The longest end of the text from `line` to `end` that looks like a piece of an address."""
    for at in range(line, end):
        if (at == line or text[at - 1].isspace()) and not text[at].isspace() and (match := _PIECE.match(text, at, end)):
            return match
    return None


def _is_street(words: list[str], piece: str) -> bool:
    return piece.strip()[:1].isdigit() or re.fullmatch(rf"{_STREET}|{_WORDY}|cottages?", words[-1]) is not None
