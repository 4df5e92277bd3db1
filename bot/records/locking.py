"""Nobody overwrites another unknowingly: what a person saw is held against what stands there now."""

from __future__ import annotations

import re
from types import MappingProxyType
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.records.errors import ChangedMeanwhileError, GoneError
from bot.records.models import LONG_ID, EnquiryRow, ReplyRow, StaffRow

ID = re.compile(rf"[\w-]{{1,{LONG_ID}}}", re.ASCII)
# Of a reply whose text is to be looked at anew.
UNDECIDED: Final = MappingProxyType(
    dict.fromkeys(("submitted_by", "submitted_at", "decided_by", "decided_at", "sent_by", "sent_at"))
)


def lock(session: Session, enquiry_id: str) -> EnquiryRow:
    """An enquiry as it is now; on PostgreSQL nobody else changes it before the transaction ends.

    SQLite has no lock on a row: there each write must say which version it replaces. Every transaction that writes an
    enquiry or what hangs on it begins here, so that no two wait for each other.
    Raises: GoneError.
    """
    if not ID.fullmatch(enquiry_id):
        raise GoneError
    query = select(EnquiryRow).where(EnquiryRow.id == enquiry_id).with_for_update()
    row = session.scalar(query.execution_options(populate_existing=True))
    if row is None:
        raise GoneError
    return row


def as_seen(session: Session, enquiry_id: str, version: int) -> EnquiryRow:
    """An enquiry, if it still is the version that the person saw. Raises: GoneError, ChangedMeanwhileError."""
    row = lock(session, enquiry_id)
    if row.version != version:
        raise changed_meanwhile(session, row)
    return row


def changed_meanwhile(session: Session, row: EnquiryRow | ReplyRow) -> ChangedMeanwhileError:
    """Who changed it last, and when."""
    return ChangedMeanwhileError(row.updated_by, name_of(session, row.updated_by), row.updated_at, row.version)


def name_of(session: Session, staff_id: str | None) -> str:
    """The name of a person; "" when they are not known any more."""
    person = session.get(StaffRow, staff_id) if staff_id else None
    return person.name if person else ""
