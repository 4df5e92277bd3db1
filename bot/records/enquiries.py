"""E-mailed enquiries, masked: added, listed, changed; nobody overwrites another unknowingly."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypedDict, Unpack

from sqlalchemy import case, delete, func, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from bot.records.audit import record
from bot.records.database import Database
from bot.records.finding import IN_ORDER, EnquiryFilter, matching
from bot.records.locking import ID, UNDECIDED, as_seen, changed_meanwhile, lock, name_of
from bot.records.models import AuditRow, EnquiryRow, ReplyRow, StaffRow, new_id
from bot.records.paging import PER_PAGE, Page, within
from bot.records.states import EnquiryStatus, ReplyState, Step, after, by_hand, normalised

MOST_TRIES = 100  # for a number; each failure means that somebody else got theirs
LONGEST_SUBJECT = 300


@dataclass(frozen=True, slots=True)
class Enquiry:
    """An enquiry. `version`: hand it back with a change. `updated_by`, `updated_at`: of that version. Times: UTC."""

    id: str
    number: int
    version: int
    area: str | None
    status: EnquiryStatus
    subject: str
    body: str
    masked: dict[str, Any]
    facts: dict[str, Any]
    questions: Sequence[dict[str, Any]]
    topics: tuple[str, ...]
    assigned_to: str | None
    assigned_name: str
    created_by: str | None
    created_at: datetime
    updated_by: str | None
    updated_at: datetime
    answered_at: datetime | None
    content_version: str


@dataclass(frozen=True, slots=True)
class EnquiryLine:
    """An enquiry in a list. `assigned_name`: "" for nobody."""

    id: str
    number: int
    version: int
    area: str | None
    status: EnquiryStatus
    subject: str
    topics: tuple[str, ...]
    assigned_to: str | None
    assigned_name: str
    created_at: datetime
    updated_at: datetime
    answered_at: datetime | None


class Changes(TypedDict, total=False):
    """What can be changed of an enquiry."""

    area: str | None
    status: EnquiryStatus
    subject: str
    facts: dict[str, Any]
    questions: list[dict[str, Any]]
    topics: list[str]
    content_version: str


class Enquiries:
    """The enquiries of one installation. `by` is always the id of the person who does it.

    Args:
        clock: the time now, with a zone.
    """

    def __init__(self, database: Database, clock: Callable[[], datetime]) -> None:
        self._database = database
        self._clock = clock

    def add(
        self,
        *,
        by: str,
        subject: str,
        body: str,
        masked: dict[str, Any],
        content_version: str,
        area: str | None = None,
        facts: dict[str, Any] | None = None,
        questions: Sequence[dict[str, Any]] = (),
        topics: Sequence[str] = (),
        assigned_to: str | None = None,
    ) -> Enquiry:
        """Keep a new enquiry, open, under the next number.

        Args:
            subject, body: masked already. masked: kind -> how often it was masked.
            questions: as data (bot.guidance.draft.Question.model_dump(mode="json")).
        Raises: IntegrityError: nobody has the id `by` or `assigned_to`.
        """
        for left in reversed(range(MOST_TRIES)):
            now = self._clock()
            row = EnquiryRow(
                id=new_id(),
                number=_next_number(),
                version=1,
                area=area,
                status=EnquiryStatus.OPEN.value,
                subject=normalised(subject)[:LONGEST_SUBJECT],
                body=normalised(body),
                masked=masked,
                facts=facts or {},
                questions=list(questions),
                topics=list(topics),
                assigned_to=assigned_to,
                created_by=by,
                created_at=now,
                updated_by=by,
                updated_at=now,
                content_version=content_version,
            )
            try:
                with self._database.session() as session:
                    session.add(row)
                    session.flush()
                    record(session, by, "enquiry_added", row.number, content_version, at=now)
                    return _enquiry(session, row)
            except IntegrityError as error:
                if "number" not in str(error.orig) or not left:  # SQLite names the column, PostgreSQL the constraint
                    raise
        raise AssertionError("unreachable")

    def get(self, enquiry_id: str) -> Enquiry | None:
        """One enquiry; None: there is none."""
        if not ID.fullmatch(enquiry_id):
            return None
        with self._database.session() as session:
            row = session.get(EnquiryRow, enquiry_id)
            return None if row is None else _enquiry(session, row)

    def change(self, enquiry_id: str, version: int, by: str, **changes: Unpack[Changes]) -> Enquiry:
        """Change an enquiry that the person saw as `version`. A status of another kind comes with its reply.

        Raises: GoneError. ChangedMeanwhileError: it has moved on. NotNowError: such a status is not set by hand.
        """
        values: dict[str, Any] = dict(changes)
        detail: dict[str, Any] = {"fields": sorted(changes)}
        if "status" in changes:
            values["status"] = detail["status"] = changes["status"].value
        return self._write(enquiry_id, version, by, "enquiry_changed", values, detail)

    def assign(self, enquiry_id: str, version: int, to: str | None, by: str) -> Enquiry:
        """Give an enquiry to somebody (an id), or to nobody. Raises: as `change`; IntegrityError: nobody has the id."""
        return self._write(enquiry_id, version, by, "assigned", {"assigned_to": to}, {"to": to})

    def delete(self, enquiry_id: str, version: int, by: str) -> None:
        """Delete an enquiry, its reply and all texts of it. Raises: GoneError, ChangedMeanwhileError."""
        with self._database.session() as session:
            seen = as_seen(session, enquiry_id, version)
            gone = delete(EnquiryRow).where(EnquiryRow.id == seen.id, EnquiryRow.version == version)
            if session.execute(gone.returning(EnquiryRow.id)).first() is None:
                raise changed_meanwhile(session, lock(session, enquiry_id))
            record(session, by, "enquiry_deleted", seen.number, seen.content_version, at=self._clock())

    def list(self, wanted: EnquiryFilter, page: int = 1, per_page: int = PER_PAGE) -> Page[EnquiryLine]:
        """Enquiries: open ones, the oldest first, then waiting ones likewise, then answered ones, the newest first.

        Returns: the page; its `counts` are of each status under the same filter, whatever status was asked for.
        """
        found = matching(wanted)
        query = select(EnquiryRow, StaffRow.name).outerjoin(StaffRow, StaffRow.id == EnquiryRow.assigned_to)
        if wanted.status is not None:
            query = query.where(EnquiryRow.status == wanted.status.value)
        count = select(EnquiryRow.status, func.count()).where(*found).group_by(EnquiryRow.status)
        with self._database.session() as session:
            counts = dict.fromkeys((status.value for status in EnquiryStatus), 0)
            for status, number in session.execute(count):
                counts[status] = number
            total = sum(counts.values()) if wanted.status is None else counts[wanted.status]
            shown = within(page, total, per_page)
            query = query.where(*found).order_by(*IN_ORDER).offset((shown - 1) * per_page).limit(per_page)
            rows = session.execute(query)
            return Page(tuple(_line(row, name or "") for row, name in rows), shown, total, per_page, counts)

    def _write(
        self, enquiry_id: str, version: int, by: str, action: str, values: dict[str, Any], detail: dict[str, Any]
    ) -> Enquiry:
        now = self._clock()
        with self._database.session() as session:
            seen = as_seen(session, enquiry_id, version)
            if "subject" in values:
                values["subject"] = normalised(values["subject"])[:LONGEST_SUBJECT]
            if "status" in values and values["status"] != seen.status:
                _set_by_hand(session, seen, EnquiryStatus(values["status"]), by, now)
                values["answered_at"] = now if values["status"] == EnquiryStatus.ANSWERED else None
            write = (
                update(EnquiryRow)
                .where(EnquiryRow.id == enquiry_id, EnquiryRow.version == version)
                .values(**values, version=version + 1, updated_by=by, updated_at=now)
                .returning(EnquiryRow)
                .execution_options(populate_existing=True)
            )
            row = session.scalar(write)
            if row is None:
                raise changed_meanwhile(session, lock(session, enquiry_id))
            record(session, by, action, row.number, row.content_version, at=now, **detail)
            return _enquiry(session, row)


def _set_by_hand(session: Session, row: EnquiryRow, wanted: EnquiryStatus, by: str, now: datetime) -> None:
    """Bring the reply along. Raises: NotNowError."""
    reply = session.scalar(select(ReplyRow).where(ReplyRow.enquiry_id == row.id))
    state = None if reply is None else ReplyState(reply.state)
    by_hand(EnquiryStatus(row.status), wanted, state)
    if reply is not None and state is ReplyState.SENT:
        reopened = update(ReplyRow).where(ReplyRow.id == reply.id, ReplyRow.version == reply.version)
        values = {
            "state": after(state, Step.REOPEN).value,
            "version": reply.version + 1,
            "updated_by": by,
            "updated_at": now,
        }
        session.execute(reopened.values(**values, **UNDECIDED))


def _next_number() -> Any:
    """The number after the largest that was ever given; the log knows those of deleted enquiries."""
    largest = func.coalesce(select(func.max(EnquiryRow.number)).scalar_subquery(), 0)
    logged = func.coalesce(select(func.max(AuditRow.enquiry_number)).scalar_subquery(), 0)
    return case((largest > logged, largest), else_=logged) + 1


def _enquiry(session: Session, row: EnquiryRow) -> Enquiry:
    return Enquiry(
        id=row.id,
        number=row.number,
        version=row.version,
        area=row.area,
        status=EnquiryStatus(row.status),
        subject=row.subject,
        body=row.body,
        masked=row.masked,
        facts=row.facts,
        questions=row.questions,
        topics=tuple(row.topics),
        assigned_to=row.assigned_to,
        assigned_name=name_of(session, row.assigned_to),
        created_by=row.created_by,
        created_at=row.created_at,
        updated_by=row.updated_by,
        updated_at=row.updated_at,
        answered_at=row.answered_at,
        content_version=row.content_version,
    )


def _line(row: EnquiryRow, assigned_name: str) -> EnquiryLine:
    return EnquiryLine(
        id=row.id,
        number=row.number,
        version=row.version,
        area=row.area,
        status=EnquiryStatus(row.status),
        subject=row.subject,
        topics=tuple(row.topics),
        assigned_to=row.assigned_to,
        assigned_name=assigned_name,
        created_at=row.created_at,
        updated_at=row.updated_at,
        answered_at=row.answered_at,
    )
