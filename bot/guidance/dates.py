"""Read days from what was said, in the English forms that people use. Pure: "today" is given, there is no clock.

A day that does not exist (31 February, 32/13) is reported as such and never put right. Why no library does this:
docs/decisions/0006-dates-are-read-by-a-small-grammar.md.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta

from dateutil.relativedelta import relativedelta

from bot.guidance.calendar_days import FIRST_YEAR, LAST_YEAR, add_working_days

MONTHS = ("january", "february", "march", "april", "may", "june", "july", "august", "september", "october", "november",
          "december")  # fmt: skip
WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
NUMBERS = {w: n for n, w in enumerate(["a", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten",
                                       "eleven", "twelve"], start=1)} | {"an": 1, "one": 1, "a couple of": 2,
                                                                         "couple of": 2}  # fmt: skip
_TENS = ("first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth", "tenth", "eleventh",
         "twelfth", "thirteenth", "fourteenth", "fifteenth", "sixteenth", "seventeenth", "eighteenth", "nineteenth",
         "twentieth")  # fmt: skip
NTHS = {word: n for n, word in enumerate(_TENS, start=1)} | {"thirtieth": 30, "thirty-first": 31, "thirty first": 31}
NTHS |= {f"twenty{dash}{word}": 20 + n for n, word in enumerate(_TENS[:9], start=1) for dash in "- "}
AHEAD_MONTHS = 3  # a day without a year lies at most so far ahead; else it is the last one that was

_MONTH = (
    r"(?P<month>jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?"
    r"|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)\b\.?"
)
_YEAR = r"(?:,?\s+(?P<year>(?:19|20)\d\d)(?![\d/]|-\d)|,?\s+'(?P<short>\d\d)\b"
_YEAR += r"|[\s-](?P<bare>[23]\d)(?=\s*(?:$|[,;:.?!)])))?"
_DAY = rf"(?:(?P<day>\d{{1,2}})(?P<nth>st|nd|rd|th)?|(?P<word>{'|'.join(sorted(NTHS, key=len, reverse=True))}))"
_WEEKDAY = r"(?P<weekday>mon|tues?|wed(?:nes)?|thu(?:rs?)?|fri|sat(?:ur)?|sun)(?:day)?"
_FULL_WEEKDAY = r"(?P<weekday>monday|tuesday|wednesday|thursday|friday|saturday|sunday)\b(?!s)"
_COUNT = r"(?P<count>\d{1,3}|" + "|".join(sorted(NUMBERS, key=len, reverse=True)) + ")"
_UNIT = r"(?P<unit>working days?|days?|wee?ks?|wks?|fortnights?|months?|mths?|years?|yrs?)"
_BEFORE_A_DAY = r"(?:on|since|from|by|before|after|until|till|dated?|agreed|held|was|is|it's|were|the|of|for|and|to)"


def _pattern(text: str) -> re.Pattern[str]:
    return re.compile(text, re.IGNORECASE)


DAY_MONTH = _pattern(rf"(?<![\d/.£$-])\b{_DAY}(?:\s+(?P<of>of)\s+|\s+|-){_MONTH}{_YEAR}")
MONTH_DAY = _pattern(
    rf"\b{_MONTH}\s+(?:the\s+)?{_DAY}(?![\d/%]|\.\d)\b{_YEAR}(?!\s*(?:{_UNIT}|pupils?|cycles?|visits?)\b)"
)
ISO = _pattern(r"(?<![\d/.-])(?P<year>(?:19|20)\d\d)-(?P<number>\d{1,2})-(?P<day>\d{1,2})(?![\d/-])")
FIGURES = _pattern(
    r"(?<![\d/.£$-])(?P<day>\d{1,2})(?P<mark>[/.-])(?P<number>\d{1,2})(?P=mark)(?P<year>(?:19|20)\d\d|\d\d)(?![\d/-]|\.\d)"
)
FIGURES_SHORT = _pattern(
    rf"\b{_BEFORE_A_DAY}\s+(?P<whole>(?P<day>\d{{1,2}})/(?P<number>\d{{1,2}}))(?![\d/%.-]*\d)"
    r"(?=\s*(?:$|[,;:.?!)\n]|(?:and|but|so|when|what|how|we|he|she|they|it|i|the|until|is|was|with|then|which|at|by"
    r"|because|if|who|do|does|can|by|for|to)\b))"
)
NAMED = _pattern(
    r"\b(?P<before>(?:the )?day before yesterday)\b|\b(?P<beyond>(?:the )?day after tomorrow)\b"
    r"|\b(?P<word>yesterday|today|tomorrow)\b"
)
AGO = _pattern(
    rf"\b(?P<hedge>(?:more than|over|less than|under|nearly|almost|at least) )?"
    rf"(?:{_COUNT}[ -])?{_UNIT} (?:ago|back(?! (?:to|in|into|at|on) ))\b"
)
AHEAD = _pattern(rf"\b(?:in )?{_COUNT} {_UNIT}(?:'? time| from (?:now|today))\b")
# "on Monday 12 January" is one day, and the weekday no day of its own.
_NO_DATE = (
    r"(?!,?\s+(?:the\s+)?(?:\d{1,2}(?:st|nd|rd|th)?\s+(?:of\s+)?(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)"
    r"|\d{1,2}(?:st|nd|rd|th)\b|\d{1,2}[/.]\d))"
)
WEEKDAY = _pattern(
    rf"\b(?:(?P<which>last|this past|this coming|this|next|coming|past)\s+{_WEEKDAY}\b{_NO_DATE}"
    r"(?! (?:in|on|with|down|at|through)\b)"
    rf"|(?:(?P<added>a week|a fortnight|two weeks)\s+)?(?:on|since|from|by|until|till|before|after|for)\s+"
    rf"{_FULL_WEEKDAY.replace('weekday', 'plain')}{_NO_DATE}(?P<after> (?:last|gone|just gone|week|next|coming))?"
    rf"|{_FULL_WEEKDAY.replace('weekday', 'alone')} (?P<later>just gone|gone|last|week|next|coming)\b)"
)
NO_MONTH = _pattern(
    r"\b(?:year|yr|years|y|ks|key stage|stage|class|set|room|group|unit|phase|age|aged|level|top|first)\.?\s*$"
)
MAY_DO = _pattern(
    r"\s+(?:be|need|have|not|go|get|want|also|well|still|come|or|do|use|take|ask|only|no|we|i|they|he|she)\b"
)
LOOKS_AHEAD = _pattern(r"(?:by|until|till|for)\b")
FUTURE = _pattern(
    r"\b(?:will|'ll|going to|due|next|plan(?:ned)? (?:to|for)|book(?:ed)? for|coming|about to|starts?|leaves"
    r"|is (?:leaving|starting|moving)|can we|could we|should we|meeting is|review is)\b"
)


@dataclass(frozen=True)
class DateSaid:
    """A day that was said: its words, where they stand, and the day (None: there is no such day).

    `today` marks the bare word "today", which is often no date ("I need to know today"). `beyond` is -1 or 1 where it
    was said to be before or after this day ("more than six weeks ago": -1): then it is no day to count from.
    """

    text: str
    start: int
    end: int
    day: date | None
    today: bool = False
    beyond: int = 0


def read_dates(text: str, today: date) -> list[DateSaid]:
    """The days that a text names, in order.

    Days are read day first (03/04/26 is 3 April). A day without a year is the one nearest in time: it may lie up to
    three months ahead, else it is the last one that was. A weekday is the last one, or the next one where the text
    before it looks ahead.
    """
    plain = text.replace("’", "'").replace("–", "-")
    found: list[DateSaid] = []
    for pattern, read in READERS:
        for match in pattern.finditer(plain):
            said = read(match, plain, today)
            if said is not None and not any(said.start < f.end and f.start < said.end for f in found):
                found.append(said)
    return sorted(found, key=lambda f: f.start)


def _said(match: re.Match[str], day: date | None, group: str | int = 0, beyond: int = 0) -> DateSaid:
    words = match.group(group)
    return DateSaid(words.strip(" ,"), match.start(group), match.end(group), day, words.lower() == "today", beyond)


def _day_month(match: re.Match[str], text: str, today: date) -> DateSaid | None:
    """3 March, 3rd of March 2026, March 3rd. "Year 3 may need" and "he may 3 times" are none."""
    word, month = match["word"], match["month"].lower()[:3]
    number, nth = (NTHS[word.lower()], word) if word else (int(match["day"]), match["nth"])
    if NO_MONTH.search(text[: match.start()]) and not nth:
        return None
    a_word = match["month"] in ("may", "march", "mar") and not nth and match["year"] is None
    day_first = max(match.start("day"), match.start("word")) < match.start("month")
    if a_word and (not day_first or MAY_DO.match(text, match.end())):
        return None
    months = [m[:3] for m in MONTHS]
    short = match["short"] or match["bare"]
    year = match["year"] or (f"20{short}" if short else None)
    return _said(match, _on(number, months.index(month) + 1, int(year) if year else None, today))


def _figures(match: re.Match[str], _: str, today: date) -> DateSaid | None:
    """03/03/26, 3.3.2026, 2026-03-03: day first but where the year stands first."""
    year = int(match["year"])
    if year < 100:
        year += 2000 if year < 70 else 1900
    return _said(match, _on(int(match["day"]), int(match["number"]), year, today))


def _figures_short(match: re.Match[str], _: str, today: date) -> DateSaid | None:
    """On 3/3. Two school years (24/25) and fractions are none."""
    day, month = int(match["day"]), int(match["number"])
    if month == day + 1 and month > 12:
        return None
    return _said(match, _on(day, month, None, today), "whole")


def _named(match: re.Match[str], _: str, today: date) -> DateSaid | None:
    words = {"yesterday": -1, "today": 0, "tomorrow": 1}
    days = -2 if match["before"] else 2 if match["beyond"] else words[match["word"].lower()]
    return _said(match, today + timedelta(days=days))


def _ago(match: re.Match[str], _: str, today: date) -> DateSaid | None:
    unit = match["unit"].lower()
    if match["count"] is None and not unit.startswith("fortnight"):
        return None
    hedge = (match["hedge"] or "").lower().strip()
    beyond = -1 if hedge in ("more than", "over", "at least") else 1 if hedge else 0
    day = _away(-_number(match["count"] or "a"), unit, today)
    return _said(match, day, beyond=beyond) if day else None


def _ahead(match: re.Match[str], _: str, today: date) -> DateSaid | None:
    day = _away(_number(match["count"]), match["unit"].lower(), today)
    return _said(match, day) if day else None


def _weekday(match: re.Match[str], text: str, today: date) -> DateSaid | None:
    named = (match["weekday"] or match["plain"] or match["alone"]).lower()
    wanted = next(n for n, name in enumerate(WEEKDAYS) if name.startswith(named[:3]))
    which = (match["which"] or match["after"] or match["later"] or "").lower().strip()
    back = (today.weekday() - wanted) % 7 or 7
    last, following = today - timedelta(days=back), today + timedelta(days=(wanted - today.weekday()) % 7 or 7)
    this_week = today + timedelta(days=wanted - today.weekday())
    if which in ("last", "past", "this past", "gone", "just gone"):
        day = last
    elif which in ("next", "coming", "this coming"):
        day = following
    elif which == "week" or match["added"]:
        day = following + timedelta(days=14 if match["added"] and "week" not in match["added"][:6] else 7)
    elif which == "this":
        day = this_week
    else:
        sentence = re.split(r"[.!?\n]", text[: match.start()])[-1]
        ahead = LOOKS_AHEAD.match(match.group()) or FUTURE.search(sentence[-60:])
        day = following if ahead else last
    return _said(match, day)


def _on(day: int, month: int, year: int | None, today: date) -> date | None:
    """The day, or None where there is none such."""
    if year is not None:
        return _exists(year, month, day)
    latest = today + relativedelta(months=AHEAD_MONTHS)
    known = [d for y in (today.year + 1, today.year, today.year - 1) if (d := _exists(y, month, day))]
    return next((d for d in known if d <= latest), None)


def _exists(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day) if FIRST_YEAR <= year <= LAST_YEAR else None
    except ValueError:
        return None


def _away(count: int, unit: str, today: date) -> date | None:
    """`count` units from today; None where that lies outside the years that are counted."""
    if unit.startswith("working"):
        return add_working_days(today, count)
    if unit.startswith("m"):
        day = today + relativedelta(months=count)
    elif unit.startswith("y"):
        day = today + relativedelta(years=max(-today.year + 1, count))
    else:
        day = today + timedelta(days=count * (14 if unit.startswith("f") else 7 if unit.startswith("w") else 1))
    return day if FIRST_YEAR <= day.year <= LAST_YEAR else None


def _number(word: str) -> int:
    return int(word) if word.isdigit() else NUMBERS[word.lower()]


Read = Callable[[re.Match[str], str, date], DateSaid | None]
READERS: tuple[tuple[re.Pattern[str], Read], ...] = (
    (ISO, _figures),
    (FIGURES, _figures),
    (DAY_MONTH, _day_month),
    (MONTH_DAY, _day_month),
    (FIGURES_SHORT, _figures_short),
    (AGO, _ago),
    (AHEAD, _ahead),
    (NAMED, _named),
    (WEEKDAY, _weekday),
)
