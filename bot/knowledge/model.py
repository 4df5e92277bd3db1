"""The content model: everything that a content file may say, as Pydantic models.

Unknown keys are refused everywhere. References between records are checked in `bot.knowledge.references`,
since they need the whole content. The vocabulary is that of the README.
"""

from __future__ import annotations

import re
from datetime import date
from enum import StrEnum
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, field_validator, model_validator

Slug = Annotated[str, StringConstraints(pattern=r"^[a-z0-9]+(?:[-_][a-z0-9]+)*$")]
StatementId = Annotated[str, StringConstraints(pattern=r"^[a-z0-9-]+(?:/[a-z0-9-]+)+$")]
Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]
MAX_WORDS_A_SENTENCE = 25


class Record(BaseModel):
    """A record of content: immutable, and no key that the model does not know."""

    model_config = ConfigDict(extra="forbid", frozen=True)


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


class Source(Record):
    """Where a statement comes from: a paragraph of a document (numbers: content/<authority>/paragraphs.yml)."""

    document: Slug
    paragraph: int = Field(ge=1)


class Unless(Record):
    """An exception that somebody decides, e.g. SES may meet a pupil alone, subject to safeguarding."""

    decided_by: Slug
    subject_to: StatementId | None = None


class DependsOn(Record):
    """Order of events: before or after a named step (a slug) or a statement (an id)."""

    before: str | None = None
    after: str | None = None

    @model_validator(mode="after")
    def _one(self) -> DependsOn:
        if (self.before is None) == (self.after is None):
            raise ValueError("depends_on has exactly one of: before, after")
        return self


class Kind(StrEnum):
    """Where a statement stands: a plain fact, an honest gap, a conflict within the offer, or our own service word."""

    FACT = "fact"
    GAP = "gap"
    CONFLICT = "conflict"


def sentences(text: str) -> list[str]:
    """The sentences of a text; dots inside addresses, web links and abbreviations do not end one."""
    return [s for s in re.split(r"(?<=[.!?:])\s+(?=[A-Z0-9'\"(])", text.strip()) if s]


class Statement(Record):
    """One atomic fact in our words, with its source. Everything that a reply says is made of statements.

    `routes` says which routes it holds for ("all": every route and none in particular). `needs` limits it to pupils
    with one of these needs. `asked_as` holds phrasings of questions that it answers (for the search).
    `priority` 1 is said first and always, 2 usually, 3 only where it was closely asked for.
    """

    id: StatementId
    kind: Kind = Kind.FACT
    text: Text
    parent_text: Text | None = None
    topics: tuple[Slug, ...] = Field(min_length=1)
    routes: Literal["all"] | tuple[Slug, ...] = "all"
    except_routes: tuple[Slug, ...] = ()
    needs: tuple[Slug, ...] = ()
    binds: Slug | None = None
    force: Force
    hedge: Hedge = Hedge.NONE
    when: Condition | None = None
    unless: Unless | None = None
    judged_by: Slug | None = None
    extends: tuple[Slug, ...] = ()
    depends_on: DependsOn | None = None
    otherwise: StatementId | None = None
    on_expiry: StatementId | None = None
    value: Value | None = None
    priority: Literal[1, 2, 3] = 2
    requirement: bool = False
    asked_as: tuple[Text, ...] = ()
    source: tuple[Source, ...] = ()

    @field_validator("text", "parent_text")
    @classmethod
    def _short_sentences(cls, text: str | None) -> str | None:
        for sentence in sentences(text or ""):
            if len(sentence.split()) > MAX_WORDS_A_SENTENCE:
                raise ValueError(f"a sentence has over {MAX_WORDS_A_SENTENCE} words: {sentence[:60]}...")
        return text

    @model_validator(mode="after")
    def _sourced(self) -> Statement:
        if self.kind is not Kind.GAP and not self.source:
            raise ValueError("source is missing: no statement without one")
        if self.except_routes and self.routes != "all" and not set(self.except_routes) <= set(self.routes):
            raise ValueError("except_routes names a route that routes does not hold")
        return self


class Form(Record):
    """A form by its exact name."""

    id: Slug
    name: Text
    aliases: tuple[Text, ...] = ()


class Criterion(Record):
    """Who a route is for: a condition, and the statement that says so."""

    id: Slug
    when: Condition
    statement: StatementId


class Route(Record):
    """A way to a service. `criteria` are all needed; one that is false rules the route out.

    `default` routes are considered when the person has not named a need or team that leads elsewhere.
    """

    id: Slug
    name: Text
    label: Text
    service: Slug
    level: Literal["pupil", "school", "senco", "setting"]
    aliases: tuple[Text, ...] = ()
    form: Slug | None = None
    address: Text | None = None
    criteria: tuple[Criterion, ...] = ()
    default: bool = True
    broader: Slug | None = None


class Service(Record):
    """A team that helps."""

    id: Slug
    name: Text
    aliases: tuple[Text, ...] = ()
    routes: tuple[Slug, ...] = ()


class Document(Record):
    """A document of an offer. `mark` is the short form shown beside a point."""

    id: Slug
    title: Text
    mark: Text
    last_reviewed: Text | None = None
    review_due: date | None = None


class Authority(Record):
    """A local authority with an offer.

    `groups` name sets of routes that statements may use like one route. `signs` are words that only this
    authority's schools use: who says one and names no area is taken to be there, and told so.
    """

    id: Slug
    name: Text
    aliases: tuple[Text, ...] = ()
    documents: tuple[Document, ...] = Field(min_length=1)
    addresses: tuple[Text, ...] = ()
    signs: tuple[Text, ...] = ()
    contact: StatementId
    forms: tuple[Form, ...] = ()
    groups: dict[Slug, tuple[Slug, ...]] = Field(default_factory=dict)


class Topic(Record):
    """What a question is about. The intent is `ask_<id>`."""

    id: Slug
    title: Text
    about: Text
    related: tuple[Slug, ...] = ()


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
    """How people say a fact: regular expressions (any case), tried in order; the first value that matches counts."""

    fact: Slug
    value: bool | Slug
    patterns: tuple[Text, ...] = Field(min_length=1)

    @field_validator("patterns")
    @classmethod
    def _are_patterns(cls, patterns: tuple[str, ...]) -> tuple[str, ...]:
        for pattern in patterns:
            try:
                re.compile(pattern)
            except re.error as error:
                raise ValueError(f"no regular expression: {pattern}: {error}") from None
        return patterns


class Term(Record):
    """A term or abbreviation, with what it means; `authority` None: used by everybody."""

    id: Slug
    term: Text
    aliases: tuple[Text, ...] = ()
    meaning: Text
    authority: Slug | None = None
    source: tuple[Source, ...] = ()


class Places(Record):
    """Towns, villages and outward postcodes of an authority (general knowledge, not from the offer)."""

    places: tuple[Text, ...] = ()
    ambiguous: tuple[Text, ...] = ()
    postcodes: tuple[Text, ...] = ()


class Pointer(Record):
    """What to say to a question out of scope, by kind; `by_area` adds whom to ask where an offer says it."""

    kind: Slug
    text: Text
    by_area: dict[Slug, Text] = Field(default_factory=dict)


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
    overdue: Text
    sources_lead: Text
    sources_none: Text
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


class Paragraph(Record):
    """A paragraph of a source: its number, section, first words and the hash of its text."""

    n: int = Field(ge=1)
    section: Text
    opens: Text
    sha256: Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{16}$")]
    omitted: Text | None = None


class DocumentParagraphs(Record):
    """All paragraphs of one document."""

    document: Slug
    paragraphs: tuple[Paragraph, ...]


Condition.model_rebuild()
