"""Reports that an answer is wrong, for the content owners: what was said (masked) and the statements then shown.

No conversation or person can be found from a report.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from bot.guidance.report import Report
from bot.records.database import Database
from bot.records.models import ReportRow

MOST_CHARS = 2000


class Reports:
    """The reports of one installation.

    Args:
        keep_days: after so many days a report is deleted, when the next is added or they are listed.
        clock: the time now, with a zone.
    """

    def __init__(
        self, database: Database, keep_days: int, clock: Callable[[], datetime] = lambda: datetime.now(UTC)
    ) -> None:
        self._database = database
        self._keep = timedelta(days=keep_days)
        self._clock = clock

    def add(self, report: Report) -> None:
        """Keep a report. Raises: SQLAlchemyError: it could not be kept."""
        with self._database.session() as session:
            self._purge(session)
            session.add(
                ReportRow(
                    at=report.at or self._clock(),
                    area=report.area,
                    said=report.said[:MOST_CHARS],
                    question=report.question[:MOST_CHARS],
                    statements=list(report.statements),
                    content_version=report.content_version,
                )
            )

    def all(self) -> Sequence[Report]:
        """The reports that are kept, the newest first."""
        with self._database.session() as session:
            self._purge(session)
            rows = session.scalars(select(ReportRow).order_by(ReportRow.at.desc(), ReportRow.id.desc()))
            return [Report(r.area, r.said, r.question, tuple(r.statements), r.content_version, r.at) for r in rows]

    def _purge(self, session: Session) -> None:
        session.execute(delete(ReportRow).where(ReportRow.at < self._clock() - self._keep))
