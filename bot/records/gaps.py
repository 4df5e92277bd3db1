"""How often people were told that an offer does not say what they asked, or contradicts itself there."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import func, select

from bot.records.database import Database
from bot.records.models import TurnRow


def times_told(database: Database, area: str, since: datetime) -> dict[str, int]:
    """Gap or conflict of an area -> how often it was told since then, on any channel."""
    # By the id, not by the turn's area: a turn that compares two offers tells of both.
    query = (
        select(TurnRow.gap, func.count())
        .where(TurnRow.gap.startswith(f"{area}/", autoescape=True), TurnRow.at >= since)
        .group_by(TurnRow.gap)
    )
    with database.session() as session:
        return {gap: count for gap, count in session.execute(query) if gap is not None}
