"""What is old is deleted. The limits are settings; what is exactly as old as a limit stays."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Delete, Select, delete, exists, func, or_, select
from sqlalchemy.orm import Session

from bot.records.database import Database
from bot.records.models import (
    AuditRow,
    Base,
    EnquiryRow,
    ReplyRow,
    ReplyTextRow,
    ReportRow,
    SessionRow,
    StaffRow,
    TeamsTurnRow,
    TurnRow,
    UnansweredRow,
)

AT_ONCE = 500  # enquiries a statement


def purge(
    database: Database,
    now: datetime,
    *,
    enquiries_keep_days: int,
    reports_keep_days: int,
    counts_keep_days: int,
    conversations_keep_hours: int,
) -> dict[str, int]:
    """Delete what is older than it may be.

    * enquiries with their replies and texts: neither was changed for `enquiries_keep_days`
    * reports that an answer is wrong, and unanswered questions: older than `reports_keep_days`
    * counted questions, lines of the audit log, and people whom nothing refers to: older than `counts_keep_days`
    * turns of conversations in Teams: older than `conversations_keep_hours`
    * sessions: ended or revoked

    Each is a transaction of its own, so that nobody at work waits for all of it.
    Returns: rows deleted, by table; tables without any are left out.
    """

    def before(days: int) -> datetime:
        return now - timedelta(days=days)

    counts: Counter[str] = Counter()
    with database.session() as session:
        counts.update(_enquiries(session, before(enquiries_keep_days)))
    counted, reported = before(counts_keep_days), before(reports_keep_days)
    old: tuple[tuple[type[Base], Sequence[ColumnElement[bool]]], ...] = (
        (ReportRow, [ReportRow.at < reported]),
        (UnansweredRow, [UnansweredRow.at < reported]),
        (TurnRow, [TurnRow.at < counted]),
        (AuditRow, [AuditRow.at < counted]),
        (TeamsTurnRow, [TeamsTurnRow.at < now - timedelta(hours=conversations_keep_hours)]),
        (SessionRow, [or_(SessionRow.ends_at <= now, SessionRow.revoked_at.is_not(None))]),
        (StaffRow, [StaffRow.last_seen < counted, *_nothing_refers_to_them()]),
    )
    for row, conditions in old:
        with database.session() as session:
            counts[row.__tablename__] += _deleted(session, delete(row).where(*conditions))
    return {table: count for table, count in counts.items() if count}


def _enquiries(session: Session, limit: datetime) -> dict[str, int]:
    newer_reply = exists().where(ReplyRow.enquiry_id == EnquiryRow.id, ReplyRow.updated_at >= limit)
    is_old = (EnquiryRow.updated_at < limit, ~newer_reply)
    ids = session.scalars(select(EnquiryRow.id).where(*is_old).with_for_update()).all()
    found: Counter[str] = Counter()
    for start in range(0, len(ids), AT_ONCE):
        some = ids[start : start + AT_ONCE]
        found.update(_hanging_on(session, some))
        # Asked again in the deleting statement: SQLite has no lock on rows, and one of them may have been changed.
        found["enquiries"] += _deleted(session, delete(EnquiryRow).where(EnquiryRow.id.in_(some), *is_old))
    return found


def _hanging_on(session: Session, ids: Sequence[str]) -> dict[str, int]:
    """How many rows go with enquiries, by table."""
    replies = select(ReplyRow.id).where(ReplyRow.enquiry_id.in_(ids))
    return {
        "replies": _count(session, replies),
        "reply_texts": _count(session, select(ReplyTextRow.id).where(ReplyTextRow.reply_id.in_(replies))),
    }


def _nothing_refers_to_them() -> list[ColumnElement[bool]]:
    """Of people: no row of any table names them. The log has no foreign key, since it outlives people."""
    columns = [
        column
        for table in Base.metadata.tables.values()
        for column in table.columns
        if any(key.references(StaffRow.__table__) for key in column.foreign_keys)  # type: ignore[arg-type]
    ]
    return [~exists().where(column == StaffRow.id) for column in [*columns, AuditRow.__table__.c.staff_id]]


def _count(session: Session, query: Select[Any]) -> int:
    return session.scalar(select(func.count()).select_from(query.subquery())) or 0


def _deleted(session: Session, gone: Delete) -> int:
    return session.connection().execute(gone).rowcount
