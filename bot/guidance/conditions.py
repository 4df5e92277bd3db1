"""Conditions over facts, three-valued: True, False, or None where a needed fact is not known."""

from __future__ import annotations

import operator
from collections.abc import Iterable, Mapping
from typing import Any

from bot.knowledge.model import Condition, Unit

Facts = Mapping[str, Any]
MONTHS = {
    Unit.WEEK: 12 / 52,
    Unit.SCHOOL_WEEK: 12 / 52,
    Unit.MONTH: 1.0,
    Unit.YEAR: 12.0,
    Unit.WORKING_DAY: 12 / 260,
}


def holds(condition: Condition | None, facts: Facts) -> bool | None:
    """Whether a condition holds.

    Args:
        condition: None is always true.
        facts: known facts by id; a missing one is not known. `needs` is a set of need ids, ages of things are months.
    """
    if condition is None:
        return True
    if condition.all is not None:
        return all_of(holds(c, facts) for c in condition.all)
    if condition.any is not None:
        return any_of(holds(c, facts) for c in condition.any)
    if condition.not_ is not None:
        inner = holds(condition.not_, facts)
        return None if inner is None else not inner
    value = facts.get(condition.fact or "")
    return None if value is None else _test(condition, value)


def all_of(values: Iterable[bool | None]) -> bool | None:
    """Three-valued and."""
    seen = list(values)
    if False in seen:
        return False
    return None if None in seen else True


def any_of(values: Iterable[bool | None]) -> bool | None:
    """Three-valued or."""
    seen = list(values)
    if True in seen:
        return True
    return None if None in seen else False


def _test(condition: Condition, value: Any) -> bool:
    if condition.in_ is not None:
        return (
            bool(set(condition.in_) & set(value))
            if isinstance(value, (set, frozenset, list, tuple))
            else value in condition.in_
        )
    if condition.only is not None:
        return bool(value) and set(value) <= set(condition.only)
    if condition.is_ is not None:
        return (
            condition.is_ in value if isinstance(value, (set, frozenset, list, tuple)) else bool(value == condition.is_)
        )
    if condition.within is not None:
        return float(value) <= condition.within.at_most * MONTHS.get(condition.within.unit, 1.0)
    bounds = (
        (condition.at_least, operator.ge),
        (condition.at_most, operator.le),
        (condition.more_than, operator.gt),
        (condition.less_than, operator.lt),
    )
    if any(b is not None for b, _ in bounds):
        return all(bool(test(float(value), bound)) for bound, test in bounds if bound is not None)
    return bool(value)
