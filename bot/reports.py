"""Reports that an answer is wrong, for the content owners: what was said (masked) and the statements then shown.

SQLAlchemy 2; SQLite by default, any database by URL. No conversation or person can be found from a report.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

from sqlalchemy import JSON, String, Text, create_engine, delete, select
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column

from bot.guidance.report import Report

MOST_CHARS = 2000


class Base(DeclarativeBase):
    """Base of the tables of what people tell us."""


class ReportRow(Base):
    """A report as it is kept; times in UTC."""

    __tablename__ = "wrong_reports"
    id: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime]
    area: Mapped[str] = mapped_column(String(64))
    said: Mapped[str] = mapped_column(Text)
    question: Mapped[str] = mapped_column(Text)
    statements: Mapped[list[str]] = mapped_column(JSON)
    content_version: Mapped[str] = mapped_column(String(12))


class Reports:
    """The reports of one installation.

    Args:
        url: SQLAlchemy URL; the folder of a SQLite file and the table are made when they are missing.
        keep_days: after so many days a report is deleted, when the next is added or they are listed.
    """

    def __init__(self, url: str, keep_days: int) -> None:
        if url.startswith("sqlite:///"):
            Path(url.removeprefix("sqlite:///")).parent.mkdir(parents=True, exist_ok=True)
        self._engine = create_engine(url)
        self._keep = timedelta(days=keep_days)
        Base.metadata.create_all(self._engine)

    def add(self, report: Report) -> None:
        """Keep a report. Raises: SQLAlchemyError: it could not be kept."""
        with Session(self._engine) as session, session.begin():
            self._purge(session)
            session.add(
                ReportRow(
                    at=(report.at or datetime.now(UTC)).replace(tzinfo=None),
                    area=report.area,
                    said=report.said[:MOST_CHARS],
                    question=report.question[:MOST_CHARS],
                    statements=list(report.statements),
                    content_version=report.content_version,
                )
            )

    def all(self) -> Sequence[Report]:
        """The reports that are kept, the newest first."""
        with Session(self._engine) as session, session.begin():
            self._purge(session)
            rows = session.scalars(select(ReportRow).order_by(ReportRow.at.desc(), ReportRow.id.desc()))
            return [
                Report(r.area, r.said, r.question, tuple(r.statements), r.content_version, r.at.replace(tzinfo=UTC))
                for r in rows
            ]

    def close(self) -> None:
        """Give up the connections."""
        self._engine.dispose()

    def _purge(self, session: Session) -> None:
        session.execute(delete(ReportRow).where(ReportRow.at < datetime.now(UTC).replace(tzinfo=None) - self._keep))
