"""What is done beside the pages: old records are deleted, by the front door and by `signpost records purge`."""

from __future__ import annotations

from datetime import datetime

from bot.records.database import Database
from bot.records.purge import purge
from bot.settings import Settings


def purge_records(database: Database, settings: Settings, now: datetime) -> dict[str, int]:
    """Delete what is older than the settings say.

    Args:
        now: a time with a zone.
    Returns: rows deleted, by table; tables without any are left out.
    Raises: SQLAlchemyError: the database cannot be used; what was deleted before stays deleted.
    """
    return purge(
        database,
        now,
        enquiries_keep_days=settings.enquiries_keep_days,
        reports_keep_days=settings.reports_keep_days,
        counts_keep_days=settings.counts_keep_days,
        conversations_keep_hours=settings.retention_hours,
    )


def counted(deleted: dict[str, int]) -> str:
    """What was deleted: "2 of enquiries, 1 of replies"; "nothing"."""
    return ", ".join(f"{count} of {table}" for table, count in deleted.items()) or "nothing"
