"""Count days: working days, calendar weeks, months and years, school weeks. Pure; there is no clock here."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from functools import cache

from dateutil.relativedelta import relativedelta
from holidays.countries.united_kingdom import UnitedKingdom  # loaded at start: half a second, once a process

from bot.knowledge.model import SchoolYear, Unit

COUNTABLE = frozenset({Unit.WORKING_DAY, Unit.SCHOOL_WEEK, Unit.WEEK, Unit.MONTH, Unit.YEAR})
DAY, WEEK = timedelta(days=1), timedelta(days=7)
FIRST_YEAR, LAST_YEAR = 1950, 2099  # years in which a day may lie that is counted from
LONGEST = {Unit.WORKING_DAY: 2600, Unit.SCHOOL_WEEK: 520, Unit.WEEK: 520, Unit.MONTH: 120, Unit.YEAR: 10}


class TermDatesUnknownError(Exception):
    """The term dates do not reach over the whole time that is counted: no date is guessed."""


@cache
def _bank_holidays() -> UnitedKingdom:
    return UnitedKingdom(subdiv="ENG")  # type: ignore[no-untyped-call]


def is_bank_holiday(day: date) -> bool:
    """Whether a day is a bank holiday in England, substitute days included."""
    return day in _bank_holidays()


def is_working_day(day: date) -> bool:
    """Monday to Friday, and no bank holiday of England."""
    return day.weekday() < 5 and not is_bank_holiday(day)


def add_working_days(day: date, amount: int) -> date:
    """The working day that is `amount` working days after `day` (before it, where negative).

    `day` itself is day 0 and is not counted, be it a working day or not. 0: `day` as it is.
    """
    step = DAY if amount > 0 else -DAY
    for _ in range(abs(amount)):
        day += step
        while not is_working_day(day):
            day += step
    return day


def add_school_weeks(day: date, amount: int, years: Sequence[SchoolYear]) -> date:
    """The same weekday, `amount` school weeks after `day`.

    A week (Monday to Sunday) is a school week when it holds at least one school day. The week of `day` is not counted.

    Args:
        amount: 0 or more.
        years: term dates of one authority, in any order.
    Raises: TermDatesUnknownError: `years` ends before the last week that is counted.
    """
    if amount == 0:
        return day
    counted = 0
    while counted < amount:
        day += WEEK
        counted += _is_school_week(day - timedelta(days=day.weekday()), years)
    return day


def _is_school_week(monday: date, years: Sequence[SchoolYear]) -> bool:
    friday = monday + timedelta(days=4)
    if not all(any(y.first_day <= d <= y.last_day for y in years) for d in (monday, friday)):
        raise TermDatesUnknownError
    return any(t.first_day <= friday and monday <= t.last_day for y in years for t in y.terms)


def add(day: date, amount: float, unit: Unit, years: Sequence[SchoolYear] = ()) -> date:
    """The day that is `amount` of `unit` after `day`.

    Months and years end on the last day of a shorter month (31 January and one month: 28 February).

    Args:
        amount: a whole number, 0 or more, and no longer than ten years.
        unit: one of COUNTABLE.
    Raises: TermDatesUnknownError: school weeks over a time without term dates. ValueError: what cannot be counted.
    """
    if unit not in COUNTABLE or amount != int(amount) or not 0 <= amount <= LONGEST[unit]:
        raise ValueError(f"cannot count {amount:g} {unit}")
    whole = int(amount)
    if unit is Unit.WORKING_DAY:
        return add_working_days(day, whole)
    if unit is Unit.SCHOOL_WEEK:
        return add_school_weeks(day, whole, years)
    if unit is Unit.WEEK:
        return day + whole * WEEK
    return day + (relativedelta(months=whole) if unit is Unit.MONTH else relativedelta(years=whole))


def age_in_months(day: date, today: date) -> float:
    """How long ago a day was, as conditions over facts of type age take it (`bot.guidance.conditions`).

    Up to twelve weeks it is counted in weeks, longer ago in calendar months, and whole months are whole: so that a
    limit in weeks (up to 12) and one in months are both decided to the day. Rounded down to hundredths, which no
    day is shorter than. Never negative.
    """
    days = max(0, (today - day).days)
    between = relativedelta(today, day)
    months = between.years * 12 + between.months
    weeks = days / 7 * 12 / 52
    if days > 12 * 7 + 6:
        exact = months + between.days / 31
    elif between.days == 0 and months > 0:
        exact = min(weeks, float(months))
    else:
        exact = weeks
    return int(exact * 100) / 100


def age_in_words(months: float) -> str:
    """An age in months as it is shown: in weeks up to twelve, then in months."""
    amount, unit = (round(months * 52 / 12), "week") if months < 2.8 else (round(months), "month")
    return f"{amount} {unit}{'' if amount == 1 else 's'}" if amount else "under a week"
