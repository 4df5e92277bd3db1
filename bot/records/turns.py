"""What was asked on every channel and how it went; the masked words only of what was not answered, or hardly."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import insert, select

from bot.records.database import Database
from bot.records.models import TurnRow, UnansweredRow

MOST_CHARS = 500  # of a question that was not answered
_NAME_CHARS = 64  # of area and topic, as the tables have them


@dataclass(frozen=True, slots=True)
class Asked:
    """One question and how it went.

    `area`, `topic`: "" where none is known. `status`: of bot.guidance.reply.Status. `gap`: id of the gap or conflict
    that it was told. `confidence`: 0 to 1. `question`: its masked words where they are to be kept, else "".
    """

    at: datetime
    channel: str
    area: str
    topic: str
    status: str
    milliseconds: int
    gap: str | None = None
    confidence: float | None = None
    question: str = ""
    content_version: str = ""


@dataclass(frozen=True, slots=True)
class Unanswered:
    """A question (masked) that was not answered, or hardly. `mark_id`: of what a content owner decided about it."""

    id: int
    at: datetime
    channel: str
    area: str
    topic: str
    status: str
    confidence: float | None
    question: str
    content_version: str
    mark_id: int | None


class TurnLog:
    """The questions of one installation. They go when they are old (bot.records.purge)."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def add_many(self, asked: Sequence[Asked]) -> None:
        """Keep questions, all or none. Raises: SQLAlchemyError: they could not be kept."""
        turns = [
            {
                "at": a.at,
                "channel": a.channel,
                "area": a.area[:_NAME_CHARS],
                "topic": a.topic[:_NAME_CHARS],
                "status": a.status,
                "gap": a.gap,
                "confidence": a.confidence,
                "milliseconds": a.milliseconds,
            }
            for a in asked
        ]
        unanswered = [
            {
                "at": a.at,
                "channel": a.channel,
                "area": a.area[:_NAME_CHARS],
                "topic": a.topic[:_NAME_CHARS],
                "status": a.status,
                "confidence": a.confidence,
                "question": question,
                "content_version": a.content_version,
            }
            for a in asked
            if (question := _storable(a.question))
        ]
        with self._database.session() as session:
            for table, rows in ((TurnRow, turns), (UnansweredRow, unanswered)):
                if rows:
                    session.execute(insert(table), rows)

    def unanswered(
        self, since: datetime | None = None, *, only_unmarked: bool = True, most: int | None = None
    ) -> tuple[Unanswered, ...]:
        """What was not answered, the newest first.

        Args:
            since: left out: all that is kept. only_unmarked: without what a content owner has decided about.
            most: so many at most; None: all.
        """
        query = select(UnansweredRow).order_by(UnansweredRow.at.desc(), UnansweredRow.id.desc()).limit(most)
        if since is not None:
            query = query.where(UnansweredRow.at >= since)
        if only_unmarked:
            query = query.where(UnansweredRow.mark_id.is_(None))
        with self._database.session() as session:
            return tuple(_unanswered(row) for row in session.scalars(query))


def _storable(question: str) -> str:
    """Text that every database takes: without NUL and lone surrogates, and no longer than is kept."""
    return question.replace("\0", "").encode("utf-8", "replace").decode().strip()[:MOST_CHARS]


def _unanswered(row: UnansweredRow) -> Unanswered:
    return Unanswered(
        row.id,
        row.at,
        row.channel,
        row.area,
        row.topic,
        row.status,
        row.confidence,
        row.question,
        row.content_version,
        row.mark_id,
    )
