"""An offer as data: statements, routes, services, forms, the authority, its places, terms and paragraphs."""

from __future__ import annotations

import re
from datetime import date
from enum import StrEnum
from typing import Annotated, Literal

from pydantic import Field, StringConstraints, field_validator, model_validator

from bot.knowledge.model.record import Record, Slug, StatementId, Text
from bot.knowledge.model.values import Condition, Force, Hedge, Value

MAX_WORDS_A_SENTENCE = 25


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
    `met_when` says which facts about what was done meet a requirement.
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
    met_when: Condition | None = None
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
        if self.met_when is not None and not self.requirement:
            raise ValueError("met_when belongs to a requirement")
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

    `default` routes are considered when the person has not named a need or team that leads elsewhere. `meanwhile`
    are statements on what to do while a requirement of the route is not met yet.
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
    meanwhile: tuple[StatementId, ...] = ()


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
