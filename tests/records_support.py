"""Records for tests: people, a clock that is put forward, an enquiry. All invented."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import select

from bot.records.database import Database
from bot.records.enquiries import Enquiries, Enquiry
from bot.records.models import AuditRow, StaffRow

NOW = datetime(2026, 11, 2, 9, 30, tzinfo=UTC)
ADA, BEN, SAM = "ada", "ben", "sam"
NAMES = {ADA: "Ada Adviser", BEN: "Ben Adviser", SAM: "Sam Supervisor"}


class Clock:
    """A clock that stands still till it is put forward."""

    def __init__(self, now: datetime = NOW) -> None:
        self.now = now

    def __call__(self) -> datetime:
        return self.now

    def forward(self, **by: float) -> datetime:
        """Put it forward (`hours=1`); returns the new time."""
        self.now += timedelta(**by)
        return self.now


def add_staff(database: Database, *, last_seen: datetime = NOW, names: dict[str, str] = NAMES) -> None:
    """Keep people."""
    with database.session() as session:
        for staff_id, name in names.items():
            session.add(StaffRow(id=staff_id, name=name, roles=["adviser"], first_seen=last_seen, last_seen=last_seen))


def add_enquiry(enquiries: Enquiries, **values: Any) -> Enquiry:
    """Keep an enquiry of Ada's."""
    given = {
        "by": ADA,
        "subject": "Hearing support",
        "body": "Dear team, how do we ask for hearing support for [name]?",
        "masked": {"name": 1},
        "content_version": "0123456789ab",
        "area": "suffolk",
        "questions": [{"id": "q1", "text": "How do we ask for hearing support?", "statements": ["suffolk/a/b"]}],
        "topics": ["sensory"],
    }
    return enquiries.add(**(given | values))


def log_of(database: Database, number: int | None = None) -> list[tuple[str, str | None, dict[str, Any]]]:
    """Action, person and detail of each line of the log, the oldest first."""
    query = select(AuditRow).order_by(AuditRow.id)
    if number is not None:
        query = query.where(AuditRow.enquiry_number == number)
    with database.session() as session:
        return [(row.action, row.staff_id, row.detail) for row in session.scalars(query)]
