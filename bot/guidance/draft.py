"""What a draft for an e-mailed enquiry holds: its questions, each with the statements chosen for it."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from bot.guidance.reply import ChecklistItem, Status


class Question(BaseModel):
    """One question of an e-mail.

    `statements`: ids, in the order in which they are said; `others`: next-best ids, not chosen. `confidence`: 0 to 1,
    of the statements being about the question. `lead`: a sentence of ours before them (out of scope, a pupil's name
    in a heading). `heading`: what it is about, in a few words.
    """

    model_config = ConfigDict(extra="ignore")

    id: str
    text: str
    heading: str = ""
    topic: str = ""
    intent: str = ""
    status: Status = Status.ANSWERED
    lead: str = ""
    confidence: float = 0.0
    statements: list[str] = Field(default_factory=list)
    others: list[str] = Field(default_factory=list)


class Checked(BaseModel):
    """The readiness of a route, as far as the e-mail shows: `title` of the route, what it says first, its items."""

    route: str
    title: str
    lead: str
    items: list[ChecklistItem]


class Draft(BaseModel):
    """A draft. `facts`: what was understood, as data; `Drafting.labels` and `.checked` tell more of it."""

    area: str | None
    facts: dict[str, Any] = Field(default_factory=dict)
    questions: list[Question] = Field(default_factory=list)
    content_version: str = ""
