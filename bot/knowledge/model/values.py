"""Force, hedge, figures with units, and conditions over facts."""

from __future__ import annotations

from enum import StrEnum

from pydantic import Field, model_validator

from bot.knowledge.model.record import Record, Slug


class Force(StrEnum):
    """How binding a statement is."""

    MUST = "must"
    MUST_NOT = "must_not"
    EXPECTED = "expected"
    MAY = "may"
    DOES = "does"
    DOES_NOT = "does_not"
    IS = "is"


class Hedge(StrEnum):
    """What softens a statement: part of the truth, so part of the data."""

    NONE = "none"
    USUALLY = "usually"
    IN_MOST_CIRCUMSTANCES = "in_most_circumstances"
    AIMS_TO = "aims_to"
    WHERE_APPROPRIATE = "where_appropriate"
    CASE_BY_CASE = "case_by_case"
    POSSIBLY = "possibly"
    WHERE_ABLE = "where_able"


class Unit(StrEnum):
    """Units of counted things. Working days, school weeks and calendar weeks are different things."""

    WORKING_DAY = "working_day"
    SCHOOL_WEEK = "school_week"
    WEEK = "week"
    MONTH = "month"
    YEAR = "year"
    MINUTE = "minute"
    REVIEW = "review"
    CYCLE = "cycle"
    APDR_CYCLE = "apdr_cycle"
    VISIT = "visit"
    POUND = "pound"
    SCORE = "score"
    YEAR_GROUP = "year_group"


class Value(Record):
    """A figure with its unit, its bounds (each says whether it is included) and what it counts from."""

    at_least: float | None = None
    at_most: float | None = None
    more_than: float | None = None
    less_than: float | None = None
    exactly: float | None = None
    unit: Unit
    counts_from: Slug | None = None
    ends_at: Slug | None = None

    @model_validator(mode="after")
    def _bounds_can_hold(self) -> Value:
        low = self.at_least if self.at_least is not None else self.more_than
        high = self.at_most if self.at_most is not None else self.less_than
        if self.at_least is not None and self.more_than is not None:
            raise ValueError("at_least and more_than exclude each other")
        if self.at_most is not None and self.less_than is not None:
            raise ValueError("at_most and less_than exclude each other")
        if self.exactly is not None and (low is not None or high is not None):
            raise ValueError("exactly stands alone: no other bound beside it")
        if self.exactly is None and low is None and high is None:
            raise ValueError("a value needs at least one bound")
        if low is not None and high is not None:
            open_end = self.more_than is not None or self.less_than is not None
            if low > high or (low == high and open_end):
                raise ValueError(f"impossible bounds: nothing lies between {low:g} and {high:g}")
        for bound in (low, high, self.exactly):
            if bound is not None and bound < 0:
                raise ValueError("a bound is never negative")
        return self


class Within(Record):
    """How recent a fact must be, e.g. within the last 6 months."""

    at_most: float = Field(gt=0)
    unit: Unit


class Condition(Record):
    """A condition over declared facts; three-valued: true, false, not known.

    Either one of `all`, `any`, `not`, or a leaf: `fact` with at most one kind of test (default: is true).
    `in` asks of a set whether it holds one of the values, `only` whether it holds nothing else.
    """

    all: tuple[Condition, ...] | None = None
    any: tuple[Condition, ...] | None = None
    not_: Condition | None = Field(default=None, alias="not")
    fact: Slug | None = None
    is_: bool | str | None = Field(default=None, alias="is")
    in_: tuple[str, ...] | None = Field(default=None, alias="in")
    only: tuple[str, ...] | None = None
    at_least: float | None = None
    at_most: float | None = None
    more_than: float | None = None
    less_than: float | None = None
    within: Within | None = None

    @model_validator(mode="after")
    def _one_shape(self) -> Condition:
        shapes = [s for s in (self.all, self.any, self.not_, self.fact) if s is not None]
        if len(shapes) != 1:
            raise ValueError("a condition has exactly one of: all, any, not, fact")
        tests = (
            self.is_,
            self.in_,
            self.only,
            self.at_least,
            self.at_most,
            self.more_than,
            self.less_than,
            self.within,
        )
        if self.fact is None and any(t is not None for t in tests):
            raise ValueError("a test (is, in, at_least ...) needs a fact")
        if self.all == () or self.any == ():
            raise ValueError("all and any need at least one condition")
        low = self.at_least if self.at_least is not None else self.more_than
        high = self.at_most if self.at_most is not None else self.less_than
        if low is not None and high is not None and low > high:
            raise ValueError(f"impossible bounds: nothing lies between {low:g} and {high:g}")
        return self

    def facts(self) -> set[str]:
        """Names of all facts that the condition rests on."""
        if self.fact is not None:
            return {self.fact}
        parts = [*(self.all or ()), *(self.any or ())] + ([self.not_] if self.not_ else [])
        return set().union(*(p.facts() for p in parts))


Condition.model_rebuild()
