"""People who signed in at the desk, and their sessions. The cookie holds the token, the table only its digest."""

from __future__ import annotations

import contextlib
import hashlib
import secrets
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.exc import IntegrityError, OperationalError

from bot.records.audit import record
from bot.records.database import Database
from bot.records.models import SessionRow, StaffRow

LONGEST_NAME = 200
TOUCH_EVERY = timedelta(minutes=1)


@dataclass(frozen=True)
class StaffRecord:
    """A person. `id`: of tenant and object id, 64 hexadecimal digits."""

    id: str
    name: str
    roles: tuple[str, ...]
    first_seen: datetime
    last_seen: datetime
    open_sessions: int = 0


@dataclass(frozen=True)
class SessionRecord:
    """An open session. `roles`: as they were at signing in."""

    staff_id: str
    name: str
    roles: frozenset[str]
    csrf: str
    created_at: datetime
    seen_at: datetime
    ends_at: datetime


class Staff:
    """People and sessions of one installation.

    Args:
        idle: a session ends when it was not used for so long. longest: it ends so long after it began in any case.
    """

    def __init__(
        self,
        database: Database,
        *,
        idle: timedelta,
        longest: timedelta,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._database = database
        self._idle = idle
        self._longest = longest
        self._clock = clock
        self._touch_every = min(TOUCH_EVERY, idle / 4)

    def seen(self, tenant: str, subject: str, name: str, roles: Iterable[str]) -> StaffRecord:
        """Note who signs in: a new person, or another name or other roles of a known one."""
        try:
            return self._seen(tenant, subject, name, roles)
        except IntegrityError:  # signed in twice at once; the row is there now
            return self._seen(tenant, subject, name, roles)

    def _seen(self, tenant: str, subject: str, name: str, roles: Iterable[str]) -> StaffRecord:
        now = self._clock()
        with self._database.session() as session:
            staff_id = staff_id_of(tenant, subject)
            row = session.get(StaffRow, staff_id) or StaffRow(id=staff_id, first_seen=now)
            row.name, row.roles, row.last_seen = name[:LONGEST_NAME], sorted(map(str, roles)), now
            session.add(row)
            session.flush()
            return _person(row)

    def start_session(self, staff_id: str, roles: Iterable[str]) -> str:
        """Sign a known person in. Returns the token for the cookie: 32 random bytes, URL-safe text.

        Raises: IntegrityError: nobody has this id.
        """
        token = secrets.token_urlsafe(32)
        now = self._clock()
        with self._database.session() as session:
            session.add(
                SessionRow(
                    token_hash=_digest(token),
                    staff_id=staff_id,
                    roles=sorted(map(str, roles)),
                    csrf=secrets.token_urlsafe(32),
                    created_at=now,
                    seen_at=now,
                    ends_at=now + self._longest,
                )
            )
            session.flush()
            record(session, staff_id, "signed_in", at=now)
        return token

    def session(self, token: str) -> SessionRecord | None:
        """The open session of a token; None: unknown, revoked, idle for too long, or ended."""
        now = self._clock()
        with self._database.session() as session:
            row = session.scalar(self._open(now).where(SessionRow.token_hash == _digest(token)))
            if row is None:
                return None
            record = SessionRecord(
                row.staff_id, row.staff.name, frozenset(row.roles), row.csrf, row.created_at, row.seen_at, row.ends_at
            )
        if now - record.seen_at >= self._touch_every:
            self._touch(token, now)
        return record

    def _touch(self, token: str, now: datetime) -> None:
        touched = update(SessionRow).where(SessionRow.token_hash == _digest(token)).values(seen_at=now)
        # A busy database must not sign anybody out: the next request notes it.
        with contextlib.suppress(OperationalError), self._database.session() as session:
            session.execute(touched)

    def revoke(self, token: str) -> bool:
        """Sign out. Returns whether the session was open."""
        now = self._clock()
        with self._database.session() as session:
            row = session.scalar(self._open(now).where(SessionRow.token_hash == _digest(token)))
            if row is None:
                return False
            row.revoked_at = now
            record(session, row.staff_id, "signed_out", at=now)
        return True

    def revoke_all(self, staff_id: str, by: str) -> int:
        """End all open sessions of a person. `by`: id of the person who does so. Returns how many they were."""
        now = self._clock()
        with self._database.session() as session:
            rows = session.scalars(self._open(now).where(SessionRow.staff_id == staff_id)).all()
            for row in rows:
                row.revoked_at = now
            if rows:
                record(session, by, "sessions_revoked", at=now, of=staff_id, count=len(rows))
        return len(rows)

    def people(self) -> Sequence[StaffRecord]:
        """Everybody who ever signed in and is still kept, by name."""
        with self._database.session() as session:
            open_sessions = session.scalars(self._open(self._clock())).all()
            rows = session.scalars(select(StaffRow).order_by(StaffRow.name, StaffRow.id)).all()
            return [_person(row, sum(s.staff_id == row.id for s in open_sessions)) for row in rows]

    def _open(self, now: datetime) -> Any:
        return select(SessionRow).where(
            SessionRow.revoked_at.is_(None), SessionRow.ends_at > now, SessionRow.seen_at > now - self._idle
        )


def staff_id_of(tenant: str, subject: str) -> str:
    """The id under which a person is kept: the object id holds only within its tenant."""
    return hashlib.sha256(f"{tenant}\n{subject}".encode()).hexdigest()


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


def _person(row: StaffRow, open_sessions: int = 0) -> StaffRecord:
    return StaffRecord(row.id, row.name, tuple(row.roles), row.first_seen, row.last_seen, open_sessions)
