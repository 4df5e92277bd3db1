"""Several pupils in one message, each with what is said of them; and the way back to one spoken of before. Pure."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from bot.guidance.contradictions import contradicted

Facts = Mapping[str, Any]

_NOUN = r"(?:boy|girl|lad|lass|pupil|child|kid|student|brother|sister|twin|cousin|sibling|youngster"
_NOUN += r"|toddler|son|daughter)"
_ADJ = r"(?!(?:not|sorry|now|then|was|from|to|or|is|no|actually|until|since|in|by)\b)[\w-]+"
_YEAR = r"(?:(?:year|yr|y)[ .-]?(?:1[0-4]|[1-9]|r)\b|reception\b|nursery\b)"
# Where a pupil is introduced. OTHER: as one more beside the one before.
OTHER = re.compile(
    rf"\b(?:another|the other|the second|my other|his|her|their|the (?:older|younger|elder|little|big))"
    rf" (?:[\w-]+ ){{0,3}}?{_NOUN}\b"
    r"|\b(?:another|the other|the second|the younger|the older)(?: one)?"
    r"(?= (?:in|is|has|hasn't|have|with|without|who|doesn't|does|got)\b|'s\b)",
    re.IGNORECASE,
)
INTRODUCED = re.compile(
    rf"\b(?:an?|one|two|the|my|our) (?:[\w-]+ ){{0,3}}?{_NOUN}\b|\ban? \d{{1,2}}[ -]?years?[ -]?old\b"
    r"|\bone(?: of them)?(?= (?:in|is|has|hasn't|with|without|who|doesn't|does|got)\b|'s\b)"
    rf"|\b{_NOUN}(?=,? (?:(?:is |aged? )?in |is |aged? |with |has )?{_YEAR})"
    rf"|(?:(?:\b(?:and|plus|also)\b|[,+&])(?: (?:an?|one|in))*|\b(?:an?|one))(?: {_ADJ})?? {_YEAR}",
    re.IGNORECASE,
)
# What stands before words that go on with the same pupil: corrections, ranges, times gone by.
SAME = re.compile(
    r"\b(?:sorry|i mean|no|not|actually|rather|or|from|to|since|was|until|till|than|into|end of|start of|back in|by"
    r"|during|if|unless|like)\W*$|[-–/]\s*$",
    re.IGNORECASE,
)
SOMEBODY = re.compile(rf"\b{_NOUN}s?\b|{_YEAR}|\b(?:he|she|him|her|one)\b", re.IGNORECASE)
HE_IN = re.compile(rf"\b(?P<who>he|she)(?:'s| is) (?:in )?{_YEAR}", re.IGNORECASE)
# Somebody who is only mentioned: "her brother had one years ago".
OF_OLD = re.compile(r"^.{0,60}?\b(?:had|used to|was|were|went|years ago|left|last year)\b[^.?!]*", re.IGNORECASE)
OF_ALL = re.compile(r"[^.?!;,]*\b(?:both|neither|either|each of them|all (?:of them|three))\b[^.?!;,]*", re.IGNORECASE)
HAS_ONE = re.compile(
    rf"\b(?:has|have|with|got|does(?: have)?) one\b(?! (?:[\w-]+ ){{0,2}}?{_NOUN})|\bdoes\b(?! (?:the|she|he|it)\b)",
    re.IGNORECASE,
)
HAS_NONE = re.compile(
    r"\b(?:has|does|have|had)(?:n't| not)\b(?:(?: got| have)? (?:one|any))?|\bwithout(?: one)?\s*(?:$|[,.;:?!–-])"
    r"|\bno plan\b",
    re.IGNORECASE,
)
HE_OR_SHE = re.compile(r"(?:(?<=^)|(?<=[.,;!] ))(?:and |but )?(?P<who>he|she)\b[^.?!;,]*", re.IGNORECASE)
PLAN = re.compile(r"\behcp?\b", re.IGNORECASE)
TELLING = ("year", "age", "ehcp")
MOST = 4
MOST_MARKS = 16
NEAR = 24  # characters before a mark that can say that it is the same pupil
BACK = re.compile(
    r"\b(?:back to|go(?:ing)? back to|return(?:ing)? to|as for|about|for|regarding|re|now)\b.{0,12}?"
    rf"\b(?:the|my|our|that|first|previous|earlier|original|{_YEAR})\b|\bagain\b"
    rf"|\b(?:first|earlier|previous|original) {_NOUN}\b"
    rf"|^\W*(?:and |so |but |ok )*(?:the )?(?:first|second|other|{_YEAR})\b",
    re.IGNORECASE,
)
STRANGER = re.compile(
    rf"\b(?:an?|one|another) (?:[\w-]+ ){{0,3}}?{_NOUN}\b|{_YEAR} (?:[\w-]+ )?{_NOUN}\b|\bone in {_YEAR}", re.IGNORECASE
)
CORRECTS = re.compile(
    r"\b(?:sorry|i mean|meant|actually|correction|wrong|mistake|not year|isn'?t|oops|typo|rather|he'?s|she'?s|if)\b",
    re.IGNORECASE,
)
RETURNS = re.compile(r"\b(?:back to|return(?:ing)? to)\b", re.IGNORECASE)
ORDINAL = re.compile(
    r"\b(?:(?P<first>first|1st|earlier|original)|(?P<last>second|2nd|previous|last|other|before))"
    rf"(?: (?:one|{_NOUN})| we| i|\b)",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Described:
    """A pupil of a message: what is said of them, and where in the message (character offsets)."""

    facts: Facts
    start: int
    end: int


def pupils_of(text: str, read: Callable[[str], Facts]) -> tuple[Described, ...]:
    """The pupils of a message, each with what is said of them; empty where it is about one pupil or none.

    Args:
        read: what a piece of text says of a pupil.
    """
    straight = text.replace("’", "'")
    if contradicted(straight):
        return ()
    others = [m for m in OTHER.finditer(straight) if not SAME.search(straight[max(0, m.start() - NEAR) : m.start()])]
    plain = [
        m for m in INTRODUCED.finditer(straight) if not SAME.search(straight[max(0, m.start() - NEAR) : m.start()])
    ]
    told = list(HE_IN.finditer(straight))
    if len({m["who"].casefold() for m in told}) > 1:  # "he's Y6 with an EHCP, she's Y3 without"
        plain += told
    ones = [m for m in plain if m.group().casefold().startswith("one")]
    marks = sorted({m.start(): m in others or m in ones[1:] for m in [*plain, *others]}.items())
    if not 0 < len(marks) <= MOST_MARKS:  # so many are a list, or a paste
        return ()
    pieces: list[list[int]] = [[0, marks[0][0]]]
    for n, (at, is_other) in enumerate(marks):
        end = marks[n + 1][0] if n + 1 < len(marks) else len(straight)
        before, here = read(straight[pieces[-1][0] : at]), read(straight[at:end])
        if n == 0 and not SOMEBODY.search(straight[:at]):  # what stands before the first of them is about nobody
            before = {}
        clash = any(before[f] != here[f] for f in TELLING if f in before and f in here)
        told_of_old = is_other and OF_OLD.match(straight[at:end]) and not any(f in here for f in ("year", "age"))
        if told_of_old:
            pieces[-1][1] = end
            continue
        apart = is_other and bool(before) and (bool(set(here) & {*TELLING, "needs"}) or _elliptic(straight, at, end))
        if clash or apart:
            pieces[-1][1] = at
            pieces.append([at, end])
        else:
            pieces[-1][1] = end
    if not 1 < len(pieces) <= MOST:
        return ()
    return _described(straight, pieces, read)


def _described(text: str, pieces: Sequence[Sequence[int]], read: Callable[[str], Facts]) -> tuple[Described, ...]:
    """The pieces of a text with what is said in each, with what is said of all, and "she has one" for an EHCP."""
    of_all: dict[str, Any] = {}
    for m in OF_ALL.finditer(text):
        of_all |= read(m.group())
    shared = _before_the_first(text, pieces, read)
    own = [_he_or_she(text[start:end]) for start, end in pieces]
    apart = len(set(own)) == len(own) and "" not in own
    found = []
    for (start, end), pronoun in zip(pieces, own, strict=True):
        mine = [text[start:end]]
        if apart:  # "he has an EHCP, she hasn't" after both were named
            others = [m for m in HE_OR_SHE.finditer(text, start, end) if m["who"].casefold() != pronoun]
            for m in others:
                mine = [piece.replace(m.group(), "") for piece in mine]
            elsewhere = HE_OR_SHE.finditer(text[:start] + "." * (end - start) + text[end:])
            mine += [m.group() for m in elsewhere if m["who"].casefold() == pronoun]
        facts = {**shared, **of_all}
        for piece in mine:
            facts |= {**read(piece), **_one_or_none(text, piece)}
        found.append(Described(facts, start, end))
    return tuple(found)


def _one_or_none(text: str, piece: str) -> dict[str, Any]:
    """What "she has one" or "he hasn't" says, where the text speaks of an EHCP and the piece does not name it."""
    if not PLAN.search(text) or PLAN.search(piece):
        return {}
    if HAS_NONE.search(piece):
        return {"ehcp": False}
    return {"ehcp": True} if HAS_ONE.search(piece) else {}


def _he_or_she(piece: str) -> str:
    """The pronoun of the pupil whom a piece introduces; empty where its noun does not tell."""
    found = re.search(r"\b(?:(boy|lad|son|brother)|(girl|lass|daughter|sister))\b", piece, re.IGNORECASE)
    return "" if found is None else "he" if found[1] else "she"


def _before_the_first(text: str, pieces: Sequence[Sequence[int]], read: Callable[[str], Facts]) -> dict[str, Any]:
    """What is said before anybody is told apart holds for all: "twins in Year 5: one has an EHCP, the other ..."."""
    first = re.search(r"\b(?:one|the first|the older|the elder)\b", text[pieces[0][0] : pieces[0][1]], re.IGNORECASE)
    return dict(read(text[: first.start()])) if first else {}


def _elliptic(text: str, start: int, end: int) -> bool:
    piece = text[start:end]
    return bool(PLAN.search(text)) and bool(HAS_ONE.search(piece) or HAS_NONE.search(piece))


def gone_back_to(text: str, said: Facts, others: Sequence[Facts], current: Facts) -> int | None:
    """Which of the pupils spoken of before a message goes back to; None where it goes on with the current one.

    Args:
        said: what the message says of a pupil.
        others: pupils spoken of before, in the order in which they came up.
    """
    if not others or not BACK.search(text):
        return None
    marks = {f: said[f] for f in (*TELLING, "needs") if f in said}
    if marks:
        fits = [n for n, facts in enumerate(others) if all(facts.get(f) == v for f, v in marks.items())]
        differs = any(current.get(f) != v for f, v in marks.items())
        return fits[0] if len(fits) == 1 and differs else None
    named = ORDINAL.search(text)
    if named is None:
        return None
    return 0 if named["first"] else len(others) - 1


def is_somebody_else(text: str, said: Facts, current: Facts) -> bool:
    """Whether a message is about a pupil of whom nothing was said: gone back to, or introduced, and not the current.

    "Back to the Year 10 girl", "a Year 9 girl with an EHCP", after a boy in Year 4; not "sorry, Year 9".
    """
    clashes = [f for f in TELLING if f in said and f in current and current[f] != said[f]]
    introduced = STRANGER.search(text) and not CORRECTS.search(text) and "year" in clashes
    return bool(clashes and (RETURNS.search(text) or introduced))


def one_of_them(others: Sequence[Facts], current: Facts, said: Facts) -> int | None:
    """Which of the pupils spoken of together a message is about, by year, age or EHCP; None: none of `others`."""
    marks = {f: said[f] for f in TELLING if f in said}
    fits = [n for n, facts in enumerate(others) if marks and all(facts.get(f) == v for f, v in marks.items())]
    mine = all(current.get(f) == v for f, v in marks.items())
    return fits[0] if len(fits) == 1 and not mine else None
