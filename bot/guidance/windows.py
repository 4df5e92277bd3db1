"""From a statement's value and the day it counts from to the days between which something falls. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from bot.guidance.calendar_days import COUNTABLE, DAY, FIRST_YEAR, LAST_YEAR, LONGEST, TermDatesUnknownError, add
from bot.knowledge.model import SchoolYear, Unit, Value


@dataclass(frozen=True)
class Window:
    """The first and the last day, both included; None: no such bound.

    `beyond` says that `start` is the day after a bound that is itself not included ("more than six weeks").
    `plain_weeks`: school weeks were counted as if there were no holidays, since the term dates are not known.
    """

    start: date | None
    end: date | None
    beyond: bool = False
    plain_weeks: bool = False


def countable(value: Value | None) -> bool:
    """Whether days can be counted from a value: whole numbers of a unit of time, from a named event."""
    if value is None or value.counts_from is None or value.unit not in COUNTABLE:
        return False
    bounds = (value.at_least, value.at_most, value.more_than, value.less_than, value.exactly)
    return all(b is None or (b == int(b) and b <= LONGEST[value.unit]) for b in bounds)


def window(value: Value, day: date, years: Sequence[SchoolYear] = ()) -> Window:
    """The window of a countable value, counted from `day`.

    Args:
        day: lies in FIRST_YEAR to LAST_YEAR.
        years: term dates; needed for school weeks only.
    Raises: ValueError: the value is not countable, or the day lies too far away.
    """
    if not countable(value) or not FIRST_YEAR <= day.year <= LAST_YEAR:
        raise ValueError("nothing can be counted from this")
    try:
        return _window(value, value.unit, day, years)
    except TermDatesUnknownError:
        found = _window(value, Unit.WEEK, day, ())
        return Window(found.start, found.end, found.beyond, plain_weeks=True)


def _window(value: Value, unit: Unit, day: date, years: Sequence[SchoolYear]) -> Window:
    def after(amount: float | None) -> date | None:
        return None if amount is None else add(day, amount, unit, years)

    if value.exactly is not None:
        on = after(value.exactly)
        return Window(on, on)
    start, end = after(value.at_least), after(value.at_most)
    more, less = after(value.more_than), after(value.less_than)
    start = more + DAY if more is not None else start
    end = less - DAY if less is not None else end
    return Window(start, end, beyond=more is not None)
