"""The audit log: who did what, when, under which content. It holds ids and numbers, never a text of an enquiry."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from bot.records.database import Database
from bot.records.models import AuditRow, StaffRow
from bot.records.paging import PER_PAGE, Page, within

LARGEST_NUMBER = 2**31 - 1  # of the column
type Detail = str | int | bool | list[str] | None


@dataclass(frozen=True, slots=True)
class AuditLine:
    """One line. `staff_id`: None: nobody who signed in. `enquiry_number`: None: not about an enquiry. `at`: UTC."""

    at: datetime
    staff_id: str | None
    name: str
    action: str
    enquiry_number: int | None
    content_version: str
    detail: dict[str, Any]


def record(
    session: Session,
    who: str | None,
    action: str,
    enquiry_number: int | None = None,
    content_version: str = "",
    *,
    at: datetime,
    **detail: Detail,
) -> None:
    """Add a line to the transaction of the change, so that neither is there without the other.

    Args:
        who: id of the person; the name is kept beside it, as it is at that time.
        detail: ids, names of fields, numbers; never anything that people typed.
    """
    person = session.get(StaffRow, who) if who else None
    session.add(
        AuditRow(
            at=at,
            staff_id=who,
            name=person.name if person else "",
            action=action,
            enquiry_number=enquiry_number,
            content_version=content_version,
            detail=detail,
        )
    )


class AuditLog:
    """The log, for reading. Lines are added by `record` and go when they are old (bot.records.purge)."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def list(
        self, *, action: str = "", person: str = "", number: int | None = None, page: int = 1, per_page: int = PER_PAGE
    ) -> Page[AuditLine]:
        """Lines, the newest first.

        Args:
            action: the name of one; "" for all. person: an id, or part of a name. number: of an enquiry.
            page: from 1; the nearest that there is.
        """
        action, person = action.replace("\0", " "), person.replace("\0", " ")  # PostgreSQL refuses it
        query = select(AuditRow)
        if action:
            query = query.where(AuditRow.action == action)
        if person:
            query = query.where(or_(AuditRow.staff_id == person, AuditRow.name.icontains(person, autoescape=True)))
        if number is not None:
            query = query.where(AuditRow.enquiry_number == max(-1, min(number, LARGEST_NUMBER)))
        with self._database.session() as session:
            total = session.scalar(select(func.count()).select_from(query.subquery())) or 0
            shown = within(page, total, per_page)
            query = query.order_by(AuditRow.at.desc(), AuditRow.id.desc())
            rows = session.scalars(query.offset((shown - 1) * per_page).limit(per_page))
            return Page(tuple(map(_line, rows)), shown, total, per_page)

    def actions(self) -> tuple[str, ...]:
        """The actions that stand in the log, by name."""
        with self._database.session() as session:
            return tuple(session.scalars(select(AuditRow.action).distinct().order_by(AuditRow.action)))

    def people(self) -> tuple[tuple[str, str], ...]:
        """Id and newest name of those who stand in the log, by name."""
        newest = select(func.max(AuditRow.id)).where(AuditRow.staff_id.is_not(None)).group_by(AuditRow.staff_id)
        query = select(AuditRow.staff_id, AuditRow.name).where(AuditRow.id.in_(newest)).order_by(AuditRow.name)
        with self._database.session() as session:
            return tuple((staff_id or "", name) for staff_id, name in session.execute(query))


def _line(row: AuditRow) -> AuditLine:
    return AuditLine(
        row.at, row.staff_id, row.name, row.action, row.enquiry_number, row.content_version, dict(row.detail)
    )
