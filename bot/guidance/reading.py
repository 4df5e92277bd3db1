"""Read facts from what was said: areas, needs, EHCP, year, setting, role ... Pure; the words come from the content."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from bot.guidance.ehcp import NEGATION, any_of, read_ehcp
from bot.guidance.telling import NUMBERS, read_ages, read_cycles, told_at
from bot.knowledge.lookups import fold
from bot.knowledge.model import Cue

EntityWords = Mapping[str, Mapping[str, tuple[str, ...]]]


@dataclass(frozen=True)
class Found:
    """An entity found in a text: its kind, the names it may have, and where (character offsets)."""

    entity: str
    names: tuple[str, ...]
    start: int
    end: int
    word: str


@dataclass(frozen=True)
class Reading:
    """All that one text says about the frame. `invalid` names facts whose value cannot be (year 17)."""

    facts: Mapping[str, Any] = field(default_factory=dict)
    areas: tuple[str, ...] = ()
    elsewhere: tuple[str, ...] = ()
    routes: tuple[str, ...] = ()  # with their authority, e.g. suffolk/bespoke
    services: tuple[str, ...] = ()
    forms: tuple[str, ...] = ()
    terms: tuple[str, ...] = ()
    signs: tuple[str, ...] = ()
    new_pupil: bool = False
    asks_elsewhere: bool = False
    invalid: tuple[str, ...] = ()


WORDS_TOO = frozenset({"hi", "ta", "la", "st", "ap"})  # abbreviations only in capitals; else greetings and the like
YEAR = re.compile(
    r"\b(?:year|yr|y)[ .-]?(?:group )?([1-9][0-9]?)(?:'?s)?\b(?! ?(?:weeks?|days?|months?|%))|\b(?:year |yr |y)(r)\b",
    re.IGNORECASE,
)
AGE = re.compile(
    r"\b(?:aged? |is |he'?s |she'?s |be )?(\d{1,2}|two|three|four|five|six|seven|eight|nine|ten)[ -]?"
    r"(?:(?:years?|yrs?)[ -]?(?:olds?|of age)\b|y/?o\b)",
    re.IGNORECASE,
)
AGE_BARE = re.compile(
    r"\b(?:aged|who is|he'?s|she'?s|he is|she is|who'?s) (\d{1,2})\b(?! ?(?:weeks?|days?|%|hours?|cycles?))",
    re.IGNORECASE,
)
AGE_RANGE = re.compile(
    r"\b(?:aged?|both|now|are|is|all)\s+(1[0-9])(?:\s*(?:-|–|/|or|and|to)\s*(1[0-9]))?\b"
    r"(?! ?(?:weeks?|days?|%|hours?|cycles?|pupils?|mins?))"
    r"|\b(1[0-9])\s*(?:-|–|/|or)\s*(1[0-9])(?=\s*(?:now|year|yr|y/?o)|s?\b\s*,)",
    re.IGNORECASE,
)
AGE_MONTHS = re.compile(r"\b(\d{1,2}) months? old\b|\bbaby (?:is|of) (\d{1,2}) months\b", re.IGNORECASE)
NEW_PUPIL = any_of(
    r"\b(?:different|another|other|new|next|second) (?:kid|child|pupil|boy|girl|lad|lass|case|student|youngster)\b"
    r"(?! (?:to|in the) )",
    r"^\W*(?:and |ok |now |right )*(?:a )?(?:different|another|new|next) one\b",
    r"\b(?:his|her|their) (?:brother|sister|twin|sibling)\b",
)


class Reader:
    """Reads texts with the words and cues of the content."""

    def __init__(self, words: EntityWords, cues: Sequence[Cue] = (), ambiguous: frozenset[str] = frozenset()) -> None:
        self._words = words
        self._cues = [(cue, any_of(*cue.patterns)) for cue in cues]
        self._ambiguous = ambiguous
        self._patterns = {entity: _word_pattern(table) for entity, table in words.items()}

    def find(self, text: str, entities: Sequence[Mapping[str, Any]] | None = None) -> list[Found]:
        """The entities of a text: those the engine found, or (None) found here with the same words.

        Of overlapping ones of a kind the longest counts.
        """
        found: list[Found] = []
        if entities is None:
            plain = text.replace("’", "'").replace("–", "-")
            for entity, pattern in self._patterns.items():
                found += [self._named(entity, m.start(), m.end(), m.group()) for m in pattern.finditer(plain)]
        else:
            for e in entities:
                if e.get("entity") in self._words:
                    word = str(e.get("value") or "")
                    found.append(self._named(str(e["entity"]), int(e.get("start") or 0), int(e.get("end") or 0), word))
        found = [f for f in found if f.names and self._counts(f, text)]
        return [f for f in found if not any(_covers(o, f) for o in found)]

    def _named(self, entity: str, start: int, end: int, word: str) -> Found:
        return Found(entity, self._words[entity].get(fold(word), ()), start, end, word)

    def _counts(self, found: Found, text: str) -> bool:
        """A place that is also a word or a name counts only where it is written like a place."""
        if found.entity == "term" and fold(found.word) in WORDS_TOO:
            return found.word.isupper()
        if found.entity not in ("area", "elsewhere") or fold(found.word) not in self._ambiguous:
            return True
        before = text[: found.start]
        return (
            bool(re.search(r"\b(?:in|at|near|from|of|to|around)\s+$", before, re.IGNORECASE))
            and text[found.start : found.end][:1].isupper()
        )

    def read(self, text: str, entities: Sequence[Mapping[str, Any]] | None = None) -> Reading:
        """Everything that a text says about the frame."""
        found = self.find(text, entities)

        def names(entity: str) -> tuple[str, ...]:
            return tuple(dict.fromkeys(n for f in found if f.entity == entity for n in f.names))

        facts: dict[str, Any] = {}
        invalid: list[str] = []
        ehcp = read_ehcp(text)
        if ehcp is not None:
            facts["ehcp"] = ehcp
        _read_year(text, facts, invalid)
        needs = tuple(n for f in found if f.entity == "need" and not _negated(text, f.start, f.end) for n in f.names)
        if needs:
            facts["needs"] = tuple(dict.fromkeys(needs))
        if "ebsa" in needs:
            facts["ebsa"] = True
        straight = text.replace("’", "'")
        facts |= read_cycles(straight) | read_ages(straight)
        for cue, pattern in self._cues:
            if cue.fact not in facts and any(
                not cue.told or told_at(straight, m.start()) for m in pattern.finditer(straight)
            ):
                facts[cue.fact] = cue.value
        if "subject" not in facts and ("ehcp" in facts or "year" in facts):
            facts["subject"] = "pupil"
        return Reading(
            facts=facts,
            areas=names("area"),
            elsewhere=names("elsewhere") and tuple(f.word for f in found if f.entity == "elsewhere"),
            routes=names("route"),
            services=names("service"),
            forms=names("form"),
            terms=names("term"),
            signs=names("sign"),
            new_pupil=bool(NEW_PUPIL.search(text)),
            asks_elsewhere=any(_is_asked_about(text, f) for f in found if f.entity == "elsewhere"),
            invalid=tuple(invalid),
        )


ABOUT_A_PLACE = re.compile(
    r"\b(?:what about|how about|and in|same in|same for|schools? in|we'?re in|i'?m in|cover)\s+$", re.IGNORECASE
)


def _is_asked_about(text: str, place: Found) -> bool:
    """Whether a question is about another authority ("what about Norfolk?"), not about who lives or was there."""
    before, after = text[: place.start], text[place.end :]
    return bool(
        re.search(
            r"\b(?:what about|how about|and in|same in|same for|school in|schools in|we'?re in|i'?m in|cover)\s+$",
            before,
            re.IGNORECASE,
        )
        or re.match(r"\s+(?:schools?|here|council|senco)\b", after, re.IGNORECASE)
    )


def _word_pattern(table: Mapping[str, tuple[str, ...]]) -> re.Pattern[str]:
    ordered = sorted(table, key=len, reverse=True)
    return re.compile(
        r"(?<!\w)(?:" + "|".join(re.escape(w) for w in ordered) + r")(?!\w)" if ordered else r"(?!)",
        re.IGNORECASE,
    )


def _covers(other: Found, found: Found) -> bool:
    """Whether `other`, of the same kind, holds `found` and more."""
    inside = other.start <= found.start and found.end <= other.end
    return other.entity == found.entity and inside and (other.end - other.start) > (found.end - found.start)


def _negated(text: str, start: int, end: int) -> bool:
    before = text[max(0, start - 30) : start]
    return bool(
        re.search(
            rf"\b{NEGATION}(?: (?:an?|any|got|have|has|identified|formal|specific|real))*[ -]*(?:$)",
            before,
            re.IGNORECASE,
        )
    ) or bool(re.match(r"\s*(?:label|diagnosis)?\s*(?:[:=-]\s*(?:no|none)\b)", text[end : end + 20], re.IGNORECASE))


def _read_year(text: str, facts: dict[str, Any], invalid: list[str]) -> None:
    years = [(m.group(1) or "r") for m in YEAR.finditer(text)]
    if years:
        year = 0 if years[-1] == "r" else int(years[-1])
        if year > 14:
            invalid.append("year")
        else:
            facts["year"] = year
    elif re.search(r"\breception\b", text, re.IGNORECASE):
        facts["year"] = 0
    elif re.search(r"\bnursery\b", text, re.IGNORECASE):
        facts["year"] = -1
    elif re.search(r"\b(?:sixth|6th)[- ]?form(?:er|ers)?\b", text, re.IGNORECASE):
        facts["year"] = 12
    months = AGE_MONTHS.search(text)
    age = AGE.search(text) or AGE_BARE.search(text)
    between = None if age or years else AGE_RANGE.search(text)
    if months:
        facts["age"] = round(int(next(g for g in months.groups() if g)) / 12, 2)
    elif between:
        facts["age"] = max(int(g) for g in between.groups() if g)
    elif age:
        years_old = _number(age.group(1))
        if years_old > 30:
            invalid.append("age")
        else:
            facts["age"] = years_old
    if "age" in facts and "year" not in facts:
        facts["year"] = int(facts["age"]) - 5


def _number(word: str) -> int:
    return int(word) if word.isdigit() else NUMBERS[word.casefold()]
