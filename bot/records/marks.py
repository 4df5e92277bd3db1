"""What is learnt from use, and what content owners decided about it: unanswered questions, reports, edited replies."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, cast

from sqlalchemy import CursorResult, delete, func, select, update
from sqlalchemy.orm import Session, contains_eager

from bot.records.audit import record
from bot.records.database import Database
from bot.records.errors import RecordsError
from bot.records.models import EnquiryRow, MarkRow, ReplyRow, ReportRow, UnansweredRow
from bot.records.states import ReplyState, is_free
from bot.records.turns import TurnLog, Unanswered

MOST_QUESTIONS = 2000  # looked at at once, the newest
MOST_OTHERS = 200  # reports, and edited replies
ENDED = (ReplyState.APPROVED, ReplyState.SENT)  # states of a reply whose text somebody answers for
MOST_NOTE = 1000

Rows = type[UnansweredRow] | type[ReportRow] | type[ReplyRow]


class MarkKind(StrEnum):
    """What a content owner can decide."""

    PHRASING = "phrasing"
    STATEMENT_WANTED = "statement_wanted"
    GAP_WANTED = "gap_wanted"
    OUT_OF_SCOPE = "out_of_scope"
    NOTHING = "nothing"


class MarkedMeanwhileError(RecordsError):
    """Some of what was to be marked is marked already or gone. Nothing was changed."""


@dataclass(frozen=True, slots=True)
class Wrong:
    """A report that an answer is wrong. `statements`: ids of those then shown."""

    id: int
    at: datetime
    area: str
    said: str
    question: str
    statements: tuple[str, ...]
    content_version: str


@dataclass(frozen=True, slots=True)
class Edited:
    """A reply that was changed and then approved or sent. `questions`: those of its enquiry; `at`: last decision."""

    id: int
    enquiry_id: str
    number: int
    area: str
    at: datetime
    verified: str
    text: str
    questions: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Members:
    """Ids of what is marked together."""

    questions: Collection[int] = ()
    reports: Collection[int] = ()
    replies: Collection[int] = ()


@dataclass(frozen=True, slots=True)
class Mark:
    """A decision. `count`: how many questions, reports and replies it stands for that are still kept."""

    id: int
    kind: MarkKind
    intent: str
    area: str
    phrasings: tuple[str, ...]
    note: str
    name: str
    at: datetime
    content_version: str
    count: int = 0


class Marks:
    """The marks of one installation, and what is not marked yet.

    Args:
        clock: the time now, with a zone.
    """

    def __init__(self, database: Database, clock: Callable[[], datetime]) -> None:
        self._database = database
        self._clock = clock

    def unanswered(self, most: int = MOST_QUESTIONS) -> tuple[Unanswered, ...]:
        """Questions without a mark, the newest first."""
        return TurnLog(self._database).unanswered(most=most)

    def wrong(self, most: int = MOST_OTHERS) -> list[Wrong]:
        """Reports without a mark, the newest first."""
        query = select(ReportRow).where(ReportRow.mark_id.is_(None))
        with self._database.session() as session:
            rows = session.scalars(query.order_by(ReportRow.at.desc(), ReportRow.id.desc()).limit(most))
            return [Wrong(r.id, r.at, r.area, r.said, r.question, tuple(r.statements), r.content_version) for r in rows]

    def edited(self, most: int = MOST_OTHERS) -> list[Edited]:
        """Replies without a mark that are approved or sent and read otherwise than composed, the newest first.

        Line ends and blanks at the end of a line make no difference.
        """
        at = func.coalesce(ReplyRow.sent_at, ReplyRow.decided_at, EnquiryRow.updated_at)
        query = (
            select(ReplyRow)
            .join(ReplyRow.enquiry)
            .options(contains_eager(ReplyRow.enquiry))
            .where(
                ReplyRow.mark_id.is_(None),
                ReplyRow.state.in_([state.value for state in ENDED]),
                ReplyRow.text != ReplyRow.verified,
            )
            .order_by(at.desc(), ReplyRow.id.desc())
            .limit(most)
        )
        with self._database.session() as session:
            return [_edited(row) for row in session.scalars(query) if not is_free(row.verified, row.text)]

    def counts(self) -> dict[str, int]:
        """How many of each are not marked yet: `questions`, `reports`, `replies`."""
        with self._database.session() as session:
            numbers = {
                name: session.scalar(select(func.count()).select_from(rows).where(rows.mark_id.is_(None))) or 0
                for name, rows in (("questions", UnansweredRow), ("reports", ReportRow))
            }
        return {**numbers, "replies": len(self.edited())}

    def mark(
        self,
        kind: MarkKind,
        members: Members,
        *,
        by: str,
        name: str,
        content_version: str,
        area: str = "",
        intent: str = "",
        phrasings: Sequence[str] = (),
        note: str = "",
    ) -> Mark:
        """Decide about some of what is learnt, all in one transaction with a line of the audit log.

        Args:
            intent, phrasings: of a phrasing only; texts masked, each on one line.
            note: masked.
        Raises: MarkedMeanwhileError. ValueError: nothing to mark, or a phrasing without an intent or a text.
        """
        wanted: list[tuple[Rows, Collection[int]]] = [
            (UnansweredRow, members.questions),
            (ReportRow, members.reports),
            (ReplyRow, members.replies),
        ]
        if not any(ids for _, ids in wanted):
            raise ValueError("nothing to mark")
        if (kind is MarkKind.PHRASING) != bool(intent and phrasings):
            raise ValueError("an intent and phrasings belong to a phrasing, and to nothing else")
        with self._database.session() as session:
            row = MarkRow(
                kind=kind.value,
                intent=intent,
                area=area,
                phrasings=list(phrasings),
                note=note[:MOST_NOTE],
                by=by,
                name=name,
                at=self._clock(),
                content_version=content_version,
            )
            session.add(row)
            session.flush()
            for rows, ids in wanted:
                _claim(session, rows, set(ids), row.id)
            count = sum(len(set(ids)) for _, ids in wanted)
            detail = {"mark": row.id, "kind": kind.value, "count": count}
            record(session, by, "marked", None, content_version, at=row.at, **detail)
            return _mark(row, count)

    def take_back(self, mark_id: int, *, by: str, content_version: str) -> bool:
        """Undo a mark: what it stood for is to be decided again. False when there is none (any more)."""
        with self._database.session() as session:
            # The tables of what was marked forget it by themselves (ON DELETE SET NULL).
            kind = session.scalar(delete(MarkRow).where(MarkRow.id == mark_id).returning(MarkRow.kind))
            if kind is None:
                return False
            detail = {"mark": mark_id, "kind": kind}
            record(session, by, "mark_taken_back", None, content_version, at=self._clock(), **detail)
            return True

    def all(self, most: int = MOST_OTHERS) -> list[Mark]:
        """The marks, the newest first."""
        return self._read(most, only_phrasings=False)

    def phrasings(self) -> list[Mark]:
        """All marks that accepted phrasings, the newest first."""
        return self._read(None, only_phrasings=True)

    def _read(self, most: int | None, *, only_phrasings: bool) -> list[Mark]:
        query = select(MarkRow).order_by(MarkRow.at.desc(), MarkRow.id.desc()).limit(most)
        if only_phrasings:
            query = query.where(MarkRow.kind == MarkKind.PHRASING.value)
        with self._database.session() as session:
            rows = session.scalars(query).all()
            counts: dict[int, int] = {}
            for kept in (UnansweredRow, ReportRow, ReplyRow):
                numbers = select(kept.mark_id, func.count()).where(kept.mark_id.is_not(None)).group_by(kept.mark_id)
                for mark_id, count in session.execute(numbers):
                    counts[mark_id or 0] = counts.get(mark_id or 0, 0) + count
            return [_mark(row, counts.get(row.id, 0)) for row in rows]


def _claim(session: Session, rows: Rows, ids: set[int], mark_id: int) -> None:
    if not ids:
        return
    claimed = session.execute(
        update(rows)
        .where(rows.id.in_(ids), rows.mark_id.is_(None))
        .values(mark_id=mark_id)
        .execution_options(synchronize_session=False)
    )
    if cast("CursorResult[Any]", claimed).rowcount != len(ids):
        raise MarkedMeanwhileError


def _edited(row: ReplyRow) -> Edited:
    enquiry = row.enquiry
    return Edited(
        id=row.id,
        enquiry_id=enquiry.id,
        number=enquiry.number,
        area=enquiry.area or "",
        at=row.sent_at or row.decided_at or enquiry.updated_at,
        verified=row.verified,
        text=row.text,
        questions=tuple(str(question.get("text", "")) for question in enquiry.questions),
    )


def _mark(row: MarkRow, count: int) -> Mark:
    return Mark(
        id=row.id,
        kind=MarkKind(row.kind),
        intent=row.intent,
        area=row.area,
        phrasings=tuple(row.phrasings),
        note=row.note,
        name=row.name,
        at=row.at,
        content_version=row.content_version,
        count=count,
    )
