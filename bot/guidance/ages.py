"""Read year groups and ages from a text."""

from __future__ import annotations

import re
from typing import Any

from bot.guidance.telling import NUMBERS

YEAR = re.compile(
    r"\b(?:(?:year|yr)(?: group)?: |(?:year|yr|y)[ .-]?(?:group )?)"
    r"([1-9][0-9]?)(?:'?s)?\b(?! ?(?:weeks?|days?|months?|%))|\b(?:year |yr |y)(r)\b",
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
DENIED_YEAR = re.compile(r"\b(?:not|isn'?t|rather than|instead of)(?: (?:in|a|an))?\s+$", re.IGNORECASE)
# "It stops at Year 11" says how far something goes, "since Year 2" when something was: not where the pupil is.
ELSEWHERE = re.compile(
    r"\b(?:(?:stop|end|cut)s?(?: off)? (?:at|in|after|with)|(?:goes|runs|go|run|only|as far as) up to|no further than"
    r"|beyond|older than|(?:when (?:he|she|they) (?:was|were)|was|were) (?:still |back |only )?in"
    r"|(?:ever )?since(?: (?:he|she|they) (?:was|were) in)?(?: (?:the )?(?:start|end|beginning) of)?|back in)\s+$",
    re.IGNORECASE,
)
# The class, not the front desk or those who work there.
RECEPTION = re.compile(
    r"(?<!main )(?<!front )(?<!phone )(?<!mobile )(?<!ring )(?<!rang )\breception\b"
    r"(?! ?(?:staff|desks?|office|area|team|phone|number|lady|ladies|window|hatch)\b)",
    re.IGNORECASE,
)
NURSERY = re.compile(
    r"\bnursery\b(?! ?(?:nurses?|staff|team|workers?|assistants?|practitioners?|managers?|leads?|rhymes?)\b)",
    re.IGNORECASE,
)


def _is_in(place: re.Pattern[str], text: str) -> bool:
    return any(not ELSEWHERE.search(text[: m.start()]) for m in place.finditer(text))


def read_years(text: str, facts: dict[str, Any], invalid: list[str]) -> None:
    """Put year group and age into `facts`; a value that cannot be is named in `invalid` instead."""
    named = [m for m in YEAR.finditer(text) if not ELSEWHERE.search(text[: m.start()])]
    meant = [m for m in named if not DENIED_YEAR.search(text[: m.start()])]
    years = [(m.group(1) or "r") for m in meant or named]
    if years:
        year = 0 if years[-1] == "r" else int(years[-1])
        if year > 14:
            invalid.append("year")
        else:
            facts["year"] = year
    elif _is_in(RECEPTION, text):
        facts["year"] = 0
    elif _is_in(NURSERY, text):
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
