"""How much Signpost is used, and how fast the desk replies: counts, never a text. Days are those of London."""

from __future__ import annotations

import math
import statistics
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from sqlalchemy import ColumnElement, extract, func, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from bot.guidance.zone import london
from bot.records.database import Database
from bot.records.models import EnquiryRow, TurnRow

MOST_DAYS = 400
SLOW_SHARE = 0.9


@dataclass(frozen=True, slots=True)
class Count:
    """How many questions there were of one kind, at least 1. `name`: as kept, "" where there was none."""

    name: str
    count: int


@dataclass(frozen=True, slots=True)
class DayCount:
    """How many questions there were on a day of London, at least 1."""

    day: date
    count: int


@dataclass(frozen=True, slots=True)
class ReplyTimes:
    """Times from an enquiry to its reply, of those answered in the week that begins on `monday`, in hours.

    `median_hours`; `slow_hours`: nine in ten took at most as long.
    """

    monday: date
    replies: int
    median_hours: float
    slow_hours: float


@dataclass(frozen=True, slots=True)
class Use:
    """The use in a period. `since`, `until`: its first and last day; what is counted is rising by day or most first."""

    since: date
    until: date
    total: int
    days: tuple[DayCount, ...]
    topics: tuple[Count, ...]
    areas: tuple[Count, ...]
    channels: tuple[Count, ...]
    statuses: tuple[Count, ...]
    reply_times: tuple[ReplyTimes, ...]


def use_between(database: Database, since: date, until: date) -> Use:
    """Count the use of a period.

    Args:
        since, until: first and last day in London, both counted; at most 400 days.
    Raises: ValueError: the period ends before it begins, or is too long.
    """
    if not 0 < (until - since).days + 1 <= MOST_DAYS:
        raise ValueError(f"{since} to {until} is no period of at most {MOST_DAYS} days")
    begins, ends = _midnight(since), _midnight(until + timedelta(days=1))
    asked = (TurnRow.at >= begins) & (TurnRow.at < ends)
    with database.session() as session:
        days = _days(session, asked)
        return Use(
            since=since,
            until=until,
            total=sum(day.count for day in days),
            days=days,
            topics=_counts(session, TurnRow.topic, asked),
            areas=_counts(session, TurnRow.area, asked),
            channels=_counts(session, TurnRow.channel, asked),
            statuses=_counts(session, TurnRow.status, asked),
            reply_times=_reply_times(session, begins, ends),
        )


def weeks_of(days: Sequence[DayCount]) -> tuple[DayCount, ...]:
    """The same questions by week; `day` is its Monday."""
    weeks: Counter[date] = Counter()
    for each in days:
        weeks[_monday(each.day)] += each.count
    return tuple(DayCount(day, count) for day, count in sorted(weeks.items()))


def slow(hours: Sequence[float]) -> float:
    """The least of the values that nine in ten (at least) do not exceed. `hours`: at least one."""
    return sorted(hours)[math.ceil(SLOW_SHARE * len(hours)) - 1]


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), london()).astimezone(UTC)


def _monday(day: date) -> date:
    return day - timedelta(days=day.weekday())


def _days(session: Session, asked: ColumnElement[bool]) -> tuple[DayCount, ...]:
    # Counted by the hour of UTC, since databases differ in what they know of London; it is whole hours away.
    hour = [extract(unit, TurnRow.at) for unit in ("year", "month", "day", "hour")]
    days: Counter[date] = Counter()
    for *parts, count in session.execute(select(*hour, func.count()).where(asked).group_by(*hour)):
        at = datetime(*(int(part) for part in parts), tzinfo=UTC)  # type: ignore[arg-type,misc]
        days[at.astimezone(london()).date()] += count
    return tuple(DayCount(day, count) for day, count in sorted(days.items()))


def _counts(session: Session, column: InstrumentedAttribute[str], asked: ColumnElement[bool]) -> tuple[Count, ...]:
    rows = session.execute(select(column, func.count()).where(asked).group_by(column))
    return tuple(Count(name, count) for name, count in sorted(rows, key=lambda row: (-row[1], row[0])))


def _reply_times(session: Session, begins: datetime, ends: datetime) -> tuple[ReplyTimes, ...]:
    answered = (EnquiryRow.answered_at >= begins) & (EnquiryRow.answered_at < ends)
    rows = session.execute(select(EnquiryRow.created_at, EnquiryRow.answered_at).where(answered))
    weeks: dict[date, list[float]] = {}
    for created_at, answered_at in rows:
        if answered_at is not None:
            week = weeks.setdefault(_monday(answered_at.astimezone(london()).date()), [])
            week.append(max(0.0, (answered_at - created_at).total_seconds() / 3600))
    return tuple(
        ReplyTimes(monday, len(hours), statistics.median(hours), slow(hours)) for monday, hours in sorted(weeks.items())
    )
