"""Days are read in the forms that people use; what is no day is left alone, and what cannot be is said to be so."""

from __future__ import annotations

from datetime import date, timedelta
from itertools import pairwise

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.guidance.dates import read_dates

unhurried = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
TODAY = date(2026, 6, 10)  # a Wednesday


def days(text: str, today: date = TODAY) -> list[date | None]:
    return [d.day for d in read_dates(text, today)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("agreed on 3 March", date(2026, 3, 3)),
        ("the 3rd of March 2025 it was", date(2025, 3, 3)),
        ("March 3rd", date(2026, 3, 3)),
        ("March 3, 2025", date(2025, 3, 3)),
        ("Tue 3 Mar 2026", date(2026, 3, 3)),
        ("3-Mar-26", date(2026, 3, 3)),
        ("3 March '25", date(2025, 3, 3)),
        ("12th sept", date(2025, 9, 12)),
        ("1st September", date(2026, 9, 1)),  # less than three months ahead
        ("20 December", date(2025, 12, 20)),  # the last one
        ("03/04/26", date(2026, 4, 3)),  # day first
        ("3.4.2026", date(2026, 4, 3)),
        ("3-4-2026", date(2026, 4, 3)),
        ("2026-04-03", date(2026, 4, 3)),
        ("we met on 3/4 and", date(2026, 4, 3)),
        ("yesterday", date(2026, 6, 9)),
        ("today", date(2026, 6, 10)),
        ("tomorrow", date(2026, 6, 11)),
        ("the day before yesterday", date(2026, 6, 8)),
        ("the day after tomorrow", date(2026, 6, 12)),
        ("last Tuesday", date(2026, 6, 9)),
        ("last Wednesday", date(2026, 6, 3)),
        ("next Wednesday", date(2026, 6, 17)),
        ("it came on Monday", date(2026, 6, 8)),
        ("she will leave on Friday", date(2026, 6, 12)),
        ("by Friday", date(2026, 6, 12)),
        ("Monday just gone", date(2026, 6, 8)),
        ("a week on Monday", date(2026, 6, 22)),
        ("Monday week", date(2026, 6, 22)),
        ("this Friday", date(2026, 6, 12)),
        ("two weeks ago", date(2026, 5, 27)),
        ("2 wks ago", date(2026, 5, 27)),
        ("3 weeks ago in Milton Keynes", date(2026, 5, 20)),
        ("a fortnight ago", date(2026, 5, 27)),
        ("a couple of months ago", date(2026, 4, 10)),
        ("6 months back", date(2025, 12, 10)),
        ("a year ago", date(2025, 6, 10)),
        ("3 working days ago", date(2026, 6, 5)),
        ("in two weeks’ time", date(2026, 6, 24)),
        ("3 weeks from now", date(2026, 7, 1)),
        ("3 may", date(2026, 5, 3)),
    ],
)
def test_a_day_is_read(text: str, expected: date) -> None:
    assert days(text) == [expected]


@pytest.mark.parametrize(
    "text",
    [
        "31 February", "30 Feb 2026", "31 April 2026", "32 March", "0 March", "29/02/2025", "32/13/26", "on 32/13",
        "03/25/26", "2026-13-01", "February 30th", "3 March 1900",
    ],
)  # fmt: skip
def test_a_day_that_cannot_be_is_reported_and_not_put_right(text: str) -> None:
    assert days(text) == [None]


@pytest.mark.parametrize(
    "text",
    [
        "year 3 may need help now", "Y4 march to lunch", "3 may be enough", "he may 3 times a day", "6 weeks of support",
        "4 to 12 weeks", "6-12 weeks", "24/7", "7/10 on the test", "on 9/10 occasions", "the school year 2025/26", "for 24/25",
        "March 2026", "he sat in class", "Year 4, 2 cycles", "£3.50.20", "01473 260 026", "paragraph 3.2.1 of it",
        "he last sat in on it", "Mondays are hard", "12-14 March", "a while ago", "400 years ago", "Y9 w EHCP",
        "we march on", "five days back in school", "second of all", "5-11 years", "10.11", "half a term ago",
    ],
)  # fmt: skip
def test_what_is_no_day_is_left_alone(text: str) -> None:
    assert days(text) == []


def test_it_is_told_where_a_day_stands() -> None:
    text = "Agreed on 3rd March, sent last Tuesday."
    assert [text[d.start : d.end] for d in read_dates(text, TODAY)] == ["3rd March", "last Tuesday"]


def test_more_than_six_weeks_ago_is_no_day_to_count_from() -> None:
    assert [d.beyond for d in read_dates("more than six weeks ago; under 2 weeks ago; 3 weeks ago", TODAY)] == [
        -1,
        1,
        0,
    ]


MONTH_NAMES = ["January", "feb", "March", "Apr", "May", "june", "Jul", "August", "Sept", "october", "Nov", "December"]


@unhurried
@given(st.dates(date(1950, 1, 1), date(2099, 12, 31)), st.dates(date(2000, 1, 1), date(2090, 12, 31)))
def test_a_day_with_its_year_is_read_the_same_on_any_day(day: date, today: date) -> None:
    name = MONTH_NAMES[day.month - 1]
    forms = [f"{day.day} {name} {day.year}", f"{day:%d/%m/%Y}", f"{day:%Y-%m-%d}", f"{name} {day.day}, {day.year}"]
    assert [days(f"It was {f}, I think", today) for f in forms] == [[day]] * len(forms)


@unhurried
@given(st.dates(date(2000, 1, 1), date(2090, 12, 31)), st.integers(0, 364 - 92))
def test_a_day_without_its_year_is_the_last_one_that_was(today: date, ago: int) -> None:
    day = today - timedelta(days=ago)
    if (day.month, day.day) != (2, 29):
        assert days(f"on {day.day} {MONTH_NAMES[day.month - 1]}", today) == [day]


@unhurried
@given(st.text(max_size=200), st.dates(date(2000, 1, 1), date(2090, 12, 31)))
def test_any_text_can_be_read(text: str, today: date) -> None:
    found = read_dates(text, today)
    assert all(0 <= d.start < d.end <= len(text) for d in found)


PIECES = st.sampled_from(
    [
        "3",
        "31",
        "February",
        "may",
        "/",
        "-",
        " ",
        "on ",
        "last ",
        "Monday",
        "ago",
        "two",
        "weeks",
        "year",
        "2026",
        "13",
        ".",
        "a ",
    ]
)


@unhurried
@given(st.lists(PIECES, max_size=14).map("".join))
def test_pieces_of_dates_in_any_order_can_be_read_and_do_not_overlap(text: str) -> None:
    found = read_dates(text, TODAY)
    assert all(a.end <= b.start for a, b in pairwise(found))


@pytest.mark.parametrize(
    ("text", "days"),
    [
        ("It was allocated on Wednesday 4 February 2026.", ["2026-02-04"]),
        ("agreed on Friday the 9th of January 2026", ["2026-01-09"]),
        ("next Tuesday, 13 January 2026, they come", ["2026-01-13"]),
        ("we met on Thursday, 2 weeks later he left", ["2026-11-26"]),
    ],
)
def test_a_weekday_before_a_date_is_no_day_of_its_own(text, days):
    assert [str(said.day) for said in read_dates(text, date(2026, 11, 27))] == days
