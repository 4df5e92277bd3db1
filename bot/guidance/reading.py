"""Read facts from what was said: areas, needs, EHCP, year, setting, role ... Pure; the words come from the content."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from bot.embedding import AreaNames
from bot.guidance.ages import read_years
from bot.guidance.ehcp import any_of, read_ehcp
from bot.guidance.needs import Span, not_the_pupils
from bot.guidance.telling import read_ages, read_cycles, told_at
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


READ_AT_ONCE = 32  # texts: a message and its clauses are read several times in one turn
WORDS_TOO = frozenset({"hi", "ta", "la", "st", "ap"})  # abbreviations only in capitals; else greetings and the like
NEW_PUPIL = any_of(
    r"\b(?:different|another|other|new|next|second|third|fourth|fifth|final) "
    r"(?:kid|child|pupil|boy|girl|lad|lass|case|student|youngster)\b"
    r"(?! (?:to|in the) )",
    r"^\W*(?:and |ok |now |right )*(?:a )?(?:different|another|new|next) one\b",
    r"\bnow (?:for )?(?:one|another)\b(?= (?:in|at|from|with|who|is)\b)",
    r"\b(?:his|her|their) (?:brother|sister|twin|sibling)\b",
    r"\b(?:also|then|plus) (?:there'?s |there is |got |have |have got |we'?ve got |we have )(?:got )?an? (?:\w+ ){0,3}?"
    r"(?:girl|boy|lad|lass|pupil|child|kid|student)\b",
)


class Reader:
    """Reads texts with the words and cues of the content."""

    def __init__(self, words: EntityWords, cues: Sequence[Cue] = (), ambiguous: frozenset[str] = frozenset()) -> None:
        self._words = words
        self._cues = [(cue, any_of(*cue.patterns)) for cue in cues]
        self._ambiguous = ambiguous
        others = [w for entity, table in words.items() if entity != "area" for w in table]
        self.area_names = AreaNames(words.get("area", ()), others)
        self._patterns = {entity: _word_pattern(table) for entity, table in words.items()}
        self._told = lru_cache(maxsize=READ_AT_ONCE)(self._read_told)

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
            passed: dict[str, int] = {}  # behind the last place of each word
            for e in entities:
                if e.get("entity") in self._words:
                    word = str(e.get("value") or "")
                    kind = str(e["entity"])
                    given = int(e.get("start") or 0), int(e.get("end") or 0)
                    start, end = _where(text, word, given, passed.get(kind + word, 0))
                    passed[kind + word] = end
                    found.append(self._named(kind, start, end, word))
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

    @staticmethod
    def _needs(text: str, found: Sequence[Found]) -> tuple[str, ...]:
        """The needs of the pupil: not those that are denied, nor those of somebody else."""
        named = sorted((f for f in found if f.entity == "need"), key=lambda f: f.start)
        others = not_the_pupils(text, [Span(f.start, f.end) for f in named])
        return tuple(dict.fromkeys(n for i, f in enumerate(named) if i not in others for n in f.names))

    def read(self, text: str, entities: Sequence[Mapping[str, Any]] | None = None) -> Reading:
        """Everything that a text says about the frame."""
        found = self.find(text, entities)

        def names(entity: str) -> tuple[str, ...]:
            return tuple(dict.fromkeys(n for f in found if f.entity == entity for n in f.names))

        told, invalid = self._told(text)
        facts = dict(told)
        needs = self._needs(text, found)
        if needs:
            facts["needs"] = needs
        if "ebsa" in needs:
            facts["ebsa"] = True
        if "subject" not in facts and ("ehcp" in facts or "year" in facts):
            facts["subject"] = "pupil"
        return Reading(
            facts=facts,
            areas=_meant([f for f in found if f.entity == "area"], text),
            elsewhere=names("elsewhere") and tuple(f.word for f in found if f.entity == "elsewhere"),
            routes=names("route"),
            services=names("service"),
            forms=names("form"),
            terms=names("term"),
            signs=names("sign"),
            new_pupil=bool(NEW_PUPIL.search(text)),
            asks_elsewhere=any(_is_asked_about(text, f) for f in found if f.entity == "elsewhere"),
            invalid=invalid,
        )

    def _read_told(self, text: str) -> tuple[Mapping[str, Any], tuple[str, ...]]:
        """What the words of a text say, whatever entities are in it; and the facts whose value cannot be."""
        facts: dict[str, Any] = {}
        invalid: list[str] = []
        ehcp = read_ehcp(text)
        if ehcp is not None:
            facts["ehcp"] = ehcp
        read_years(text, facts, invalid)
        straight = text.replace("’", "'")
        facts |= read_cycles(straight) | read_ages(straight)
        for cue, pattern in self._cues:
            if cue.fact not in facts and any(
                not cue.told or told_at(straight, m.start()) for m in pattern.finditer(straight)
            ):
                facts[cue.fact] = cue.value
        return facts, tuple(invalid)


ABOUT_A_PLACE = re.compile(
    r"\b(?:what about|how about|and in|same in|same for|schools? in|we'?re in|i'?m in|cover)\s+$", re.IGNORECASE
)

THEIR_OFFER = re.compile(
    r"\s+(?:schools?|here|council|senco)\b"
    r"|'s? (?:send |specialist |own |local |council'?s? )*(?:teams?|offers?|services?|forms?|teachers?|way)\b",
    re.IGNORECASE,
)

# An authority that is denied or was left: "in Milton Keynes not Suffolk", "moved from Suffolk".
NOT_MEANT = re.compile(
    r"\b(?:not|isn'?t|rather than|instead of|moved (?:here )?from|came (?:here )?from|coming from|come (?:over )?from"
    r"|transferred from|moving from|used to (?:be|work|teach)(?: \w+)? in|previously(?: \w+)? in|formerly in|left)"
    r"(?: (?:in|an?|the|my|our|his|her|their|old))*\s*$",
    re.IGNORECASE,
)

AT_THE_BORDER = re.compile(r"\s+(?:border|boundary|county line)\b", re.IGNORECASE)


def _meant(areas: Sequence[Found], text: str) -> tuple[str, ...]:
    """The authorities that a text is about: where it names several, not those that it denies or leaves behind."""
    kept = [f for f in areas if not NOT_MEANT.search(text[: f.start]) and not AT_THE_BORDER.match(text[f.end :])]
    denied = len(areas) > 1 or not any(AT_THE_BORDER.match(text[f.end :]) for f in areas)
    return tuple(dict.fromkeys(n for f in kept or (areas if denied else ()) for n in f.names))


def _is_asked_about(text: str, place: Found) -> bool:
    """Whether a question is about another authority ("what about Norfolk?"), not about who lives or was there."""
    before, after = text[: place.start], text[place.end :]
    return bool(ABOUT_A_PLACE.search(before) or THEIR_OFFER.match(after))


def _where(text: str, word: str, given: tuple[int, int], passed: int) -> tuple[int, int]:
    """Where an entity stands: the engine counts from the beginning of its clause, `text` may be the whole message."""
    pattern = re.compile(rf"(?<!\w){re.escape(word)}(?!\w)", re.IGNORECASE)
    if given[0] >= passed and pattern.match(text, given[0]):
        return given
    found = pattern.search(text, passed)
    return found.span() if word and found else given


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
