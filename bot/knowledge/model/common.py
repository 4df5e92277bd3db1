"""What all authorities share: topics, needs, facts, cues, pointers, wording."""

from __future__ import annotations

import re
from typing import Literal

from pydantic import Field, field_validator

from bot.knowledge.model.record import Record, Slug, Text


def _patterns(patterns: tuple[str, ...]) -> tuple[str, ...]:
    for pattern in patterns:
        try:
            re.compile(pattern)
        except re.error as error:
            raise ValueError(f"no regular expression: {pattern}: {error}") from None
    return patterns


class Topic(Record):
    """What a question is about. The intent is `ask_<id>`.

    `patterns`: words that by themselves make a question likely to be about it; regular expressions, any case.
    """

    id: Slug
    title: Text
    about: Text
    related: tuple[Slug, ...] = ()
    patterns: tuple[Text, ...] = ()

    @field_validator("patterns")
    @classmethod
    def _are_patterns(cls, patterns: tuple[str, ...]) -> tuple[str, ...]:
        return _patterns(patterns)


class Need(Record):
    """An area of need, with the words that people use for it."""

    id: Slug
    name: Text
    words: tuple[Text, ...] = Field(min_length=1)
    broader: Slug | None = None


class Fact(Record):
    """A declared fact that conditions may rest on."""

    id: Slug
    type: Literal["bool", "number", "set", "choice", "age"]
    scope: Literal["conversation", "pupil"]
    label: Text
    values: tuple[Slug, ...] = ()
    question: Text | None = None


class Cue(Record):
    """How people say a fact: regular expressions (any case), tried in order; the first value that matches counts.

    `told`: counts only where it is told, not where it is asked, wished for or demanded ("do parents have to sign").
    """

    fact: Slug
    told: bool = False
    value: bool | Slug
    patterns: tuple[Text, ...] = Field(min_length=1)

    @field_validator("patterns")
    @classmethod
    def _are_patterns(cls, patterns: tuple[str, ...]) -> tuple[str, ...]:
        return _patterns(patterns)


class Pointer(Record):
    """What to say to a question out of scope, by kind; `by_area` adds whom to ask where an offer says it."""

    kind: Slug
    text: Text
    by_area: dict[Slug, Text] = Field(default_factory=dict)


class Bridge(Record):
    """Terms of different authorities that are taken for each other. `note`: how the things behind them relate.

    `terms` by authority; one that is not there is left out. What each term means is said by its own authority's
    glossary. `topics`: what a question about the things themselves is taken to be about; a question about anything
    else of them is answered as such.
    """

    id: Slug
    terms: dict[Slug, tuple[Slug, ...]] = Field(min_length=2)
    topics: tuple[Slug, ...] = ()
    note: Text


class ReadinessWording(Record):
    """What is said about a checklist. {names} are filled in; `who`: by whom a requirement binds."""

    ready: Text
    to_check: Text
    one_to_check: Text
    all_needed: Text
    one_missing: Text
    missing: Text
    nothing_asked: Text
    elsewhere: Text
    numbers: tuple[Text, ...] = Field(min_length=1)
    check_lead: Text
    done_lead: Text
    meanwhile_lead: Text
    send_lead: Text
    still_open: Text
    strands: Text
    which_route: Text
    case_made: Text
    case_since: Text
    case_changed: Text
    case_added: Text
    case_one_removed: Text
    case_removed: Text
    case_dates: Text
    firmness: dict[Slug, Text]
    who: dict[Slug, Text]


class EmailWording(Record):
    """A draft e-mail. {names} are filled in; what the person fills in stands in square brackets."""

    subject: Text
    question: Text
    greeting: Text
    with_form: Text
    without_form: Text
    which_form: Text
    about: Text
    sign_off: Text


class Wording(Record):
    """Signpost's own sentences: questions back, leads, small talk by intent."""

    small_talk: dict[Slug, Text]
    safeguarding: Text
    ask_area: Text
    ask_area_again: Text
    elsewhere: Text
    clarify: Text
    clarify_nothing: Text
    not_covered: Text
    not_covered_anywhere: Text
    contact_lead: Text
    no_route: Text
    inferred_area: Text
    new_pupil: Text
    carried: Text
    carried_lead: Text
    pupil_number: Text
    overdue: Text
    sources_lead: Text
    sources_none: Text
    source_of: Text
    source_of_none: Text
    simpler_lead: Text
    parents_lead: Text
    simpler_none: Text
    for_school: Text
    noted: Text
    change_fact: Text
    contradiction: Text
    repeat_lead: Text
    invalid_year: Text
    invalid_age: Text
    yes: Text
    no: Text
    depends: Text
    and_then: Text
    fits_instead: Text
    error: Text
    empty: Text
    compare_lead: Text
    dont_know: Text
    values: dict[Slug, Text] = Field(default_factory=dict)
    date_impossible: Text
    date_counted: Text
    date_if: Text
    date_between: Text
    date_from: Text
    date_after: Text
    date_by: Text
    date_on: Text
    date_working_days: Text
    date_terms: Text
    date_no_terms: Text
    readiness: ReadinessWording
    email: EmailWording
