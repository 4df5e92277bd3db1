"""Time in schools and events: term dates of a school year, and the days from which an offer counts."""

from __future__ import annotations

import re
from datetime import date
from itertools import pairwise
from typing import Annotated

from pydantic import Field, StringConstraints, field_validator, model_validator

from bot.knowledge.model.record import Record, Slug, Text


class SchoolTerm(Record):
    """A stretch of school: a term, or half of one where a half-term holiday divides it. Both days are school days."""

    name: Text
    first_day: date
    last_day: date

    @model_validator(mode="after")
    def _in_order(self) -> SchoolTerm:
        if self.first_day > self.last_day:
            raise ValueError(f"{self.name} ends on {self.last_day} before it begins on {self.first_day}")
        return self


class SchoolYear(Record):
    """The term dates of one school year, as the authority publishes them (`source` says where)."""

    id: Annotated[str, StringConstraints(pattern=r"^\d{4}-\d{2}$")]
    source: Text
    terms: tuple[SchoolTerm, ...] = Field(min_length=1)

    @property
    def first_day(self) -> date:
        """1 September: from this day on the term dates are known."""
        return date(int(self.id[:4]), 9, 1)

    @property
    def last_day(self) -> date:
        """31 August of the next year."""
        return date(int(self.id[:4]) + 1, 8, 31)

    @field_validator("id")
    @classmethod
    def _follows(cls, name: str) -> str:
        if (int(name[:4]) + 1) % 100 != int(name[5:]):
            raise ValueError(f"{name} is no school year: write two years that follow each other, like 2025-26")
        return name

    @model_validator(mode="after")
    def _fit(self) -> SchoolYear:
        for term in self.terms:
            if not self.first_day <= term.first_day <= term.last_day <= self.last_day:
                raise ValueError(f"{term.name} lies outside {self.first_day} to {self.last_day}")
        for term, following in pairwise(self.terms):
            if following.first_day <= term.last_day:
                raise ValueError(f"{following.name} begins on {following.first_day} before {term.name} is over")
        return self


class Event(Record):
    """A day from which a value counts (`counts_from`), and how people say that it happened.

    `label` completes "the day ..."; `patterns` are regular expressions (any case). `fact` is a fact of type age that
    follows from the day: how long ago it was.
    """

    id: Slug
    label: Text
    patterns: tuple[Text, ...] = ()
    fact: Slug | None = None

    @field_validator("patterns")
    @classmethod
    def _are_patterns(cls, patterns: tuple[str, ...]) -> tuple[str, ...]:
        for pattern in patterns:
            try:
                re.compile(pattern)
            except re.error as error:
                raise ValueError(f"no regular expression: {pattern}: {error}") from None
        return patterns
