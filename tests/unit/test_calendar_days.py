"""Days are counted: working days without England's bank holidays, weeks, months, years, school weeks."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.guidance.calendar_days import (
    TermDatesUnknownError,
    add,
    add_working_days,
    age_in_months,
    age_in_words,
    is_bank_holiday,
    is_working_day,
)
from bot.guidance.conditions import holds
from bot.guidance.windows import Window, countable, window
from bot.knowledge.model import Condition, SchoolYear, Unit, Value

unhurried = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
DAYS = st.dates(date(2000, 1, 1), date(2060, 12, 31))
AMOUNTS = st.integers(0, 60)
TERMS = (
    SchoolYear.model_validate(
        {
            "id": "2025-26",
            "source": "invented",
            "terms": [
                {"name": "Autumn 1", "first_day": "2025-09-03", "last_day": "2025-10-24"},
                {"name": "Autumn 2", "first_day": "2025-11-03", "last_day": "2025-12-19"},
                {"name": "Spring", "first_day": "2026-01-05", "last_day": "2026-03-27"},
                {"name": "Summer", "first_day": "2026-04-13", "last_day": "2026-07-21"},
            ],
        }
    ),
)


@pytest.mark.parametrize(
    ("day", "amount", "expected"),
    [
        (date(2026, 6, 2), 10, date(2026, 6, 16)),  # a Tuesday
        (date(2026, 4, 1), 3, date(2026, 4, 8)),  # over Good Friday and Easter Monday
        (date(2026, 12, 24), 1, date(2026, 12, 29)),  # Boxing Day is a Saturday: Monday instead
        (date(2026, 6, 6), 1, date(2026, 6, 8)),  # from a Saturday
        (date(2026, 6, 6), 0, date(2026, 6, 6)),
        (date(2026, 6, 8), -1, date(2026, 6, 5)),
        (date(2025, 12, 31), 1, date(2026, 1, 2)),
    ],
)
def test_working_days_leave_out_weekends_and_bank_holidays(day: date, amount: int, expected: date) -> None:
    assert add_working_days(day, amount) == expected


def test_the_bank_holidays_are_those_of_england() -> None:
    assert is_bank_holiday(date(2026, 8, 31))
    assert not is_bank_holiday(date(2026, 8, 3))  # Scotland
    assert not is_bank_holiday(date(2026, 3, 17))  # Northern Ireland
    assert is_bank_holiday(date(2022, 9, 19))  # the funeral of the Queen, once only


@unhurried
@given(DAYS, st.integers(1, 60))
def test_the_last_working_day_is_one_and_as_many_lie_between_as_were_counted(day: date, amount: int) -> None:
    last = add_working_days(day, amount)
    between = [day + timedelta(days=n) for n in range(1, (last - day).days + 1)]
    assert is_working_day(last)
    assert sum(is_working_day(d) for d in between) == amount


@unhurried
@given(DAYS, AMOUNTS, st.sampled_from([Unit.WORKING_DAY, Unit.WEEK, Unit.MONTH]))
def test_counting_never_goes_back_and_more_is_never_earlier(day: date, amount: int, unit: Unit) -> None:
    assert day <= add(day, amount, unit) <= add(day, amount + 1, unit)


def test_a_month_ends_with_the_shorter_month() -> None:
    assert add(date(2026, 1, 31), 1, Unit.MONTH) == date(2026, 2, 28)
    assert add(date(2024, 2, 29), 1, Unit.YEAR) == date(2025, 2, 28)


@pytest.mark.parametrize("amount", [-1, 0.5, 100000])
def test_what_cannot_be_counted_is_refused(amount: float) -> None:
    with pytest.raises(ValueError, match="cannot count"):
        add(date(2026, 1, 1), amount, Unit.WEEK)
    with pytest.raises(ValueError, match="cannot count"):
        add(date(2026, 1, 1), 1, Unit.REVIEW)


def test_school_weeks_leave_out_the_holidays() -> None:
    assert add(date(2026, 1, 14), 3, Unit.SCHOOL_WEEK, TERMS) == date(2026, 2, 4)  # inside a term
    assert add(date(2025, 10, 22), 1, Unit.SCHOOL_WEEK, TERMS) == date(2025, 11, 5)  # over half-term
    assert add(date(2026, 3, 27), 1, Unit.SCHOOL_WEEK, TERMS) == date(2026, 4, 17)  # over Easter


def test_school_weeks_without_term_dates_are_not_guessed() -> None:
    for years in ((), TERMS):
        with pytest.raises(TermDatesUnknownError):
            add(date(2026, 8, 20), 3, Unit.SCHOOL_WEEK, years)


@unhurried
@given(st.dates(date(2025, 9, 1), date(2026, 3, 1)), st.integers(0, 6), st.integers(0, 6))
def test_school_weeks_add_up_and_are_never_shorter_than_weeks(day: date, one: int, more: int) -> None:
    both = add(day, one + more, Unit.SCHOOL_WEEK, TERMS)
    assert both == add(add(day, one, Unit.SCHOOL_WEEK, TERMS), more, Unit.SCHOOL_WEEK, TERMS)
    assert both >= add(day, one + more, Unit.WEEK)


# ---------------------------------------------------------------------- how long ago


@unhurried
@given(DAYS, st.integers(1, 12))
def test_within_some_weeks_is_decided_to_the_day(today: date, weeks: int) -> None:
    within = Condition.model_validate({"fact": "observation_age", "within": {"at_most": weeks, "unit": "week"}})
    last = today - timedelta(weeks=weeks)
    assert holds(within, {"observation_age": age_in_months(last, today)}) is True
    assert holds(within, {"observation_age": age_in_months(last - timedelta(days=1), today)}) is False


@unhurried
@given(DAYS, st.integers(1, 24))
def test_within_some_months_is_decided_to_the_day(day: date, months: int) -> None:
    within = Condition.model_validate({"fact": "stt_last_involved", "within": {"at_most": months, "unit": "month"}})
    last = add(day, months, Unit.MONTH)
    if last.day != day.day:
        return  # a shorter month: the day after may count as well
    assert holds(within, {"stt_last_involved": age_in_months(day, last)}) is True
    if months > 3:
        assert holds(within, {"stt_last_involved": age_in_months(day, last + timedelta(days=1))}) is False


def test_how_long_ago_is_said_in_words() -> None:
    today = date(2026, 6, 10)
    shown = [age_in_words(age_in_months(today - timedelta(days=n), today)) for n in (2, 7, 21, 84, 190)]
    assert shown == ["under a week", "1 week", "3 weeks", "12 weeks", "6 months"]


# ---------------------------------------------------------------------- windows of values


def value(**keys: object) -> Value:
    return Value.model_validate({"counts_from": "somewhere", **keys})


MARCH_3 = date(2026, 3, 3)


@pytest.mark.parametrize(
    ("of", "expected"),
    [
        ({"at_least": 4, "at_most": 12, "unit": "week"}, Window(date(2026, 3, 31), date(2026, 5, 26))),
        ({"at_most": 10, "unit": "working_day"}, Window(None, date(2026, 3, 17))),
        ({"less_than": 4, "unit": "week"}, Window(None, date(2026, 3, 30))),
        ({"more_than": 4, "unit": "week"}, Window(date(2026, 4, 1), None, beyond=True)),
        ({"at_least": 1, "unit": "year"}, Window(date(2027, 3, 3), None)),
        ({"exactly": 6, "unit": "month"}, Window(date(2026, 9, 3), date(2026, 9, 3))),
        ({"more_than": 6, "unit": "school_week"}, Window(date(2026, 4, 15), None, beyond=True, plain_weeks=True)),
    ],
)
def test_each_kind_of_bound_gives_its_window(of: dict[str, object], expected: Window) -> None:
    assert window(value(**of), MARCH_3) == expected


def test_school_weeks_go_by_the_term_dates_where_there_are_some() -> None:
    found = window(value(more_than=6, unit="school_week"), MARCH_3, TERMS)
    assert found == Window(date(2026, 4, 29), None, beyond=True)  # two weeks of Easter holidays later


@pytest.mark.parametrize(
    "of",
    [
        {"at_most": 2, "unit": "review"},
        {"at_most": 0.5, "unit": "year"},
        {"at_most": 100, "unit": "year"},
        {"at_most": 6, "unit": "week", "counts_from": None},
    ],
)
def test_nothing_is_counted_from_what_is_no_time_or_counts_from_nothing(of: dict[str, object]) -> None:
    assert not countable(value(**of))
    with pytest.raises(ValueError, match="nothing can be counted"):
        window(value(**of), MARCH_3)
    assert not countable(None)


@unhurried
@given(DAYS, st.integers(0, 20), st.integers(0, 20), st.sampled_from(["working_day", "week", "month", "school_week"]))
def test_a_window_never_ends_before_it_starts(day: date, low: int, more: int, unit: str) -> None:
    found = window(value(at_least=low, at_most=low + more, unit=unit), day, TERMS)
    assert found.start is not None
    assert found.end is not None
    assert day <= found.start <= found.end
