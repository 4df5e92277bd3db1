"""The reply contract: what every channel gets, and renders in its own way. Published at /schemas/reply.json."""

from __future__ import annotations

from datetime import date
from enum import StrEnum
from typing import Any

from pydantic import BaseModel, ConfigDict, Field

CHANGE = "change"  # kind of the choice to change a fact that was understood; its value is the fact


class Status(StrEnum):
    """Every way a turn can end. Console, logs and tests use this list."""

    ANSWERED = "answered"
    PARTLY_ANSWERED = "partly_answered"
    CLARIFY = "clarify"
    NOT_STATED = "not_stated"
    OUT_OF_SCOPE = "out_of_scope"
    SAFEGUARDING = "safeguarding"
    SMALL_TALK = "small_talk"
    ERROR = "error"
    TOO_LONG = "too_long"
    EMPTY = "empty"
    SWITCHED_OFF = "switched_off"


class Verdict(StrEnum):
    """The answer to a yes/no question, computed from criteria; DEPENDS where a fact is not known."""

    YES = "yes"
    NO = "no"
    DEPENDS = "depends"


class Part(BaseModel):
    """Base of the parts of a reply: no key beyond those named."""

    model_config = ConfigDict(extra="forbid")


class SourceRef(Part):
    """Where a point comes from: document, section and number of the paragraph within the document."""

    document: str
    section: str
    paragraph: int
    opens: str


class Point(Part):
    """One statement of the knowledge base, as said. `label`: the case it holds for, its source, or whom it tells."""

    text: str
    statement_id: str
    label: str = ""
    sources: list[SourceRef] = Field(default_factory=list)


class Answer(Part):
    """What is said to one question. `question` is set where a message held several.

    `confidence`: how sure it is that the points are about the question, 0 to 1; None where nobody asked (a checklist)
    or nothing is told. It is kept for those who look after the content and not shown in a conversation.
    """

    question: str = ""
    topic: str = ""
    area: str | None = None
    status: Status = Status.ANSWERED
    verdict: Verdict | None = None
    lead: str = ""
    points: list[Point] = Field(default_factory=list)
    confidence: float | None = None


class ItemState(StrEnum):
    """Where a requirement stands, going by what was said."""

    DONE = "done"
    MISSING = "missing"
    UNKNOWN = "unknown"


class ChecklistItem(Part):
    """A requirement of a route: how firm it is, who provides it, and whether it is there.

    `open` names what it still hangs on, where it asks for several things at once.
    """

    text: str
    statement_id: str
    state: ItemState
    firmness: str
    who: str = ""
    open: list[str] = Field(default_factory=list)
    sources: list[SourceRef] = Field(default_factory=list)


class Understood(Part):
    """A fact that the answer rests on: `fact` and `value` as data, `label` as shown.

    `payload`: sent back it asks for another value; the front door adds it, signed.
    """

    fact: str
    value: Any
    label: str
    payload: str = ""


class Choice(Part):
    """Something to choose. Actions give `value`; the front door adds the signed `payload`."""

    title: str
    value: dict[str, Any] = Field(default_factory=dict)
    payload: str = ""


class Takeaway(Part):
    """Something to take away.

    Kind `email`: a draft, with `to`, `subject` and `body`, in which blanks to fill stand in square brackets; `title`
    names the form that goes with it. `case`: the state of a readiness check, packed in `body`. `print`: the reply is
    worth a document. `calendar`: it has dates.
    """

    kind: str
    title: str = ""
    to: str = ""
    subject: str = ""
    body: str = ""


class DateItem(Part):
    """A window counted for one point: `label` says what it counts from, `text` the window and what was assumed.

    Both days are included; `start` is missing where there is only a last day, `end` where there is only a first one.
    `sure` is false where the day was said without saying what happened on it. `heading`: that of the only part of the
    reply in which it was counted; empty: any.
    """

    label: str
    text: str
    start: date | None = None
    end: date | None = None
    counts_from: date
    event: str
    unit: str
    assumption: str = ""
    statement_id: str
    sure: bool = True
    heading: str = ""


class Cell(Part):
    """What one authority's offer says in a row of a comparison: what differs first, then what is alike."""

    area: str
    name: str
    verdict: Verdict | None = None
    lead: str = ""
    points: list[Point] = Field(default_factory=list)


class Row(Part):
    """One question held against each offer. `alike`: statement ids of what both say, in whatever words."""

    title: str
    cells: list[Cell]
    alike: list[str] = Field(default_factory=list)


class Comparison(Part):
    """The same questions for several authorities, a row each; rows that differ come first. Never mixed in a cell."""

    note: str = ""
    rows: list[Row]


class Reply(Part):
    """One turn's reply. `text` is the whole reply in plain text, for any client of the REST channel.

    The front door adds `mark`, a short name of the conversation for calendar entries, and `seal`, by which it knows
    its own reply when documents are made from it.
    """

    status: Status
    text: str
    area: str | None = None
    parts: list[Answer] = Field(default_factory=list)
    checklist: list[ChecklistItem] = Field(default_factory=list)
    dates: list[DateItem] = Field(default_factory=list)
    comparison: Comparison | None = None
    notices: list[str] = Field(default_factory=list)
    understood: list[Understood] = Field(default_factory=list)
    choices: list[Choice] = Field(default_factory=list)
    takeaways: list[Takeaway] = Field(default_factory=list)
    content_version: str = ""
    mark: str = ""
    seal: str = ""
