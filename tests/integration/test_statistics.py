"""The use is counted by days of London, whole periods, and never less than one; replies by the week of their answer."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import update

from bot.records.database import Database
from bot.records.enquiries import Enquiries
from bot.records.models import EnquiryRow, TurnRow
from bot.records.statistics import Count, DayCount, slow, use_between, weeks_of
from tests.records_support import Clock, add_enquiry, add_staff


def add_turn(database: Database, at: datetime, **values: str) -> None:
    given = {"channel": "web", "area": "suffolk", "topic": "cost", "status": "answered"} | values
    with database.session() as session:
        session.add(TurnRow(at=at, milliseconds=5, **given))


def add_answered(database: Database, created_at: datetime, hours: float | None) -> None:
    """An enquiry that was answered after so many hours, or not yet."""
    enquiry = add_enquiry(Enquiries(database, Clock(created_at)))
    answered_at = None if hours is None else created_at + timedelta(hours=hours)
    with database.session() as session:
        session.execute(update(EnquiryRow).where(EnquiryRow.id == enquiry.id).values(answered_at=answered_at))


def test_days_are_those_of_london_in_summer_and_winter(database):
    for at in (
        datetime(2026, 7, 1, 22, 59, tzinfo=UTC),  # a minute to midnight, summer time
        datetime(2026, 7, 1, 23, 0, tzinfo=UTC),
        datetime(2026, 12, 1, 23, 59, tzinfo=UTC),
        datetime(2026, 12, 2, 0, 0, tzinfo=UTC),
        datetime(2026, 10, 25, 0, 30, tzinfo=UTC),  # half past one, twice that night
        datetime(2026, 10, 25, 1, 30, tzinfo=UTC),
    ):
        add_turn(database, at)
    use = use_between(database, date(2026, 7, 1), date(2026, 12, 2))
    assert use.days == (
        DayCount(date(2026, 7, 1), 1),
        DayCount(date(2026, 7, 2), 1),
        DayCount(date(2026, 10, 25), 2),
        DayCount(date(2026, 12, 1), 1),
        DayCount(date(2026, 12, 2), 1),
    )
    assert use.total == 6


def test_the_first_and_the_last_day_count_and_their_neighbours_do_not(database):
    for hour, minute, day in ((22, 59, 30), (23, 0, 30)):
        add_turn(database, datetime(2026, 6, day, hour, minute, tzinfo=UTC))
    for hour, minute, day in ((22, 59, 2), (23, 0, 2)):
        add_turn(database, datetime(2026, 7, day, hour, minute, tzinfo=UTC))
    use = use_between(database, date(2026, 7, 1), date(2026, 7, 2))
    assert use.days == (DayCount(date(2026, 7, 1), 1), DayCount(date(2026, 7, 2), 1))
    assert sum(each.count for each in use.topics) == 2


def test_what_was_asked_is_counted_by_kind_most_first_and_nothing_is_nought(database):
    at = datetime(2026, 11, 2, 12, tzinfo=UTC)
    add_turn(database, at, topic="review", status="not_stated")
    add_turn(database, at, channel="teams")
    add_turn(database, at, area="", topic="")
    add_turn(database, at)
    use = use_between(database, date(2026, 11, 2), date(2026, 11, 2))
    assert use.topics == (Count("cost", 2), Count("", 1), Count("review", 1))
    assert use.areas == (Count("suffolk", 3), Count("", 1))
    assert use.channels == (Count("web", 3), Count("teams", 1))
    assert use.statuses == (Count("answered", 3), Count("not_stated", 1))


def test_an_empty_database_has_no_counts(database):
    use = use_between(database, date(2026, 11, 2), date(2026, 11, 2))
    assert (use.total, use.days, use.topics, use.reply_times) == (0, (), (), ())


def test_times_to_reply_are_by_the_week_of_the_answer(database):
    add_staff(database)
    monday = datetime(2026, 11, 2, 9, tzinfo=UTC)
    for hours in (1, 2, 3, 4, 5, 6, 7, 8, 9, 50):
        add_answered(database, monday, hours)
    add_answered(database, monday + timedelta(days=6), 24)  # asked on Sunday, answered on Monday
    add_answered(database, monday, None)
    first, second = use_between(database, date(2026, 11, 1), date(2026, 11, 30)).reply_times
    assert (first.monday, first.replies, first.median_hours, first.slow_hours) == (date(2026, 11, 2), 10, 5.5, 9)
    assert (second.monday, second.replies, second.median_hours, second.slow_hours) == (date(2026, 11, 9), 1, 24, 24)
    assert use_between(database, date(2026, 11, 9), date(2026, 11, 9)).reply_times == (second,)


@pytest.mark.parametrize(
    ("hours", "found"),
    [
        ([3.0], 3.0),
        ([5.0, 1.0], 5.0),
        ([float(n) for n in range(1, 11)], 9.0),
        ([float(n) for n in range(1, 12)], 10.0),
    ],
)
def test_nine_in_ten_do_not_take_longer(hours, found):
    assert slow(hours) == found
    assert sum(each <= found for each in hours) >= 0.9 * len(hours)


def test_a_period_has_1_to_400_days(database):
    since = date(2026, 1, 1)
    for days in (1, 400):
        assert use_between(database, since, since + timedelta(days=days - 1)).total == 0
    for days in (0, 401):
        with pytest.raises(ValueError, match="period"):
            use_between(database, since, since + timedelta(days=days - 1))


def test_weeks_begin_on_monday():
    days = [DayCount(date(2026, 11, 1), 2), DayCount(date(2026, 11, 2), 3), DayCount(date(2026, 11, 8), 4)]
    assert weeks_of(days) == (DayCount(date(2026, 10, 26), 2), DayCount(date(2026, 11, 2), 7))
