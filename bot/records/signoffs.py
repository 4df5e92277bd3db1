"""Statements signed off against their passages: who read what, and when."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from bot.records.audit import record
from bot.records.database import Database
from bot.records.models import SignoffRow


@dataclass(frozen=True, slots=True)
class Signoff:
    """One sign-off. `by`: id of the person, None once they are deleted; `name` stays. `at`: UTC."""

    statement_id: str
    digest: str
    passage: str
    by: str | None
    name: str
    at: datetime
    content_version: str


class Signoffs:
    """The sign-offs of one installation. They are added to and never changed.

    Args:
        clock: the time now, with a zone.
    """

    def __init__(self, database: Database, clock: Callable[[], datetime]) -> None:
        self._database = database
        self._clock = clock

    def sign(
        self, statement_id: str, digest: str, passage: str, *, by: str, name: str, content_version: str
    ) -> tuple[Signoff, bool]:
        """Sign a statement off as it stands, with a line of the audit log.

        Args:
            digest: of the statement with its passages, `passage`: of these alone (bot.knowledge.passages.signable).
            by: id of the person signed in.
        Returns: the sign-off that holds, and whether it is this one. The first of two who sign the same is kept.
        """
        row = SignoffRow(
            statement_id=statement_id,
            digest=digest,
            passage=passage,
            by=by,
            name=name,
            at=self._clock(),
            content_version=content_version,
        )
        try:
            with self._database.session() as session:
                session.add(row)
                session.flush()
                record(
                    session,
                    by,
                    "signed_off",
                    content_version=content_version,
                    at=row.at,
                    statement=statement_id,
                    digest=digest,
                )
        except IntegrityError:
            first = next((s for s in self.history(statement_id) if s.digest == digest), None)
            if first is None:
                raise
            return first, False
        return _signoff(row), True

    def all(self) -> dict[str, tuple[Signoff, ...]]:
        """All sign-offs by statement, the newest first. Whether one holds: bot.knowledge.passages.state_of."""
        found: dict[str, list[Signoff]] = {}
        with self._database.session() as session:
            for row in session.scalars(select(SignoffRow).order_by(SignoffRow.at.desc(), SignoffRow.id.desc())):
                found.setdefault(row.statement_id, []).append(_signoff(row))
        return {statement_id: tuple(signed) for statement_id, signed in found.items()}

    def history(self, statement_id: str) -> tuple[Signoff, ...]:
        """The sign-offs of one statement, the newest first."""
        query = select(SignoffRow).where(SignoffRow.statement_id == statement_id)
        with self._database.session() as session:
            rows = session.scalars(query.order_by(SignoffRow.at.desc(), SignoffRow.id.desc()))
            return tuple(_signoff(row) for row in rows)


def _signoff(row: SignoffRow) -> Signoff:
    return Signoff(row.statement_id, row.digest, row.passage, row.by, row.name, row.at, row.content_version)
