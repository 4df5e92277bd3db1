"""A report that an answer is wrong, for the content owners."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True)
class Report:
    """One report. `said`: the message as the engine had it, masked; `question`: what the answer had been to.

    `at`: when, in UTC; filled in when it is kept.
    """

    area: str
    said: str
    question: str
    statements: tuple[str, ...]
    content_version: str
    at: datetime | None = None
