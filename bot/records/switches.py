"""The off switch: for an area on a channel, with who, when and why. Every turn of it is kept."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy import func, select

from bot.records.database import Database
from bot.records.errors import RecordsError
from bot.records.models import AuditRow, SwitchRow

CHANNELS = ("web", "teams", "desk")
ALL = ""  # of the areas, or of the channels


class NoReasonError(RecordsError):
    """A switch that is to be turned without saying why."""


@dataclass(frozen=True, slots=True)
class Switch:
    """One turn of the switch, of `area` (ALL: every one) on `channel` (ALL: every one). `id` rises with time.

    `by_id`: None: nobody who signed in, or deleted since; `by_name` stays. `at`: UTC.
    """

    id: int
    area: str
    channel: str
    is_off: bool
    reason: str
    by_id: str | None
    by_name: str
    at: datetime


def is_off(switches: Iterable[Switch], area: str | None, channel: str) -> bool:
    """Whether an area is off on a channel; without an area: whether the channel is off altogether. Pure.

    Off for all is off, whatever an area's own switch says; of each pair of area and channel the newest counts.
    """
    newest: dict[tuple[str, str], Switch] = {}
    for switch in switches:
        pair = (switch.area, switch.channel)
        if pair not in newest or newest[pair].id < switch.id:
            newest[pair] = switch
    wanted = {(a, c) for a in (area or ALL, ALL) for c in (channel, ALL)}
    return any(newest[pair].is_off for pair in wanted if pair in newest)


class Switches:
    """The switches of one installation.

    Args:
        clock: the time now, with a zone.
    """

    def __init__(self, database: Database, clock: Callable[[], datetime] = lambda: datetime.now(UTC)) -> None:
        self._database = database
        self._clock = clock

    def set(self, area: str, channel: str, is_off: bool, reason: str, by_id: str | None, by_name: str) -> Switch:
        """Switch off or on, with a line of the audit log in the same transaction.

        Args:
            area, channel: ALL for every one; whoever calls knows which there are.
            by_id: of the person signed in; None: nobody who signed in.
        Raises: NoReasonError: `reason` has no letter or digit.
        """
        reason = reason.strip()
        if not any(map(str.isalnum, reason)):
            raise NoReasonError
        row = SwitchRow(
            area=area, channel=channel, is_off=is_off, reason=reason, by=by_id, name=by_name, at=self._clock()
        )
        with self._database.session() as session:
            session.add(row)
            session.flush()  # gives the id
            session.add(
                AuditRow(
                    at=row.at,
                    staff_id=by_id,
                    name=by_name,
                    action="switched_off" if is_off else "switched_on",
                    content_version="",
                    detail={"switch": row.id, "area": area, "channel": channel},  # why stands in the switch's own row
                )
            )
        return _switch(row)

    def current(self) -> tuple[Switch, ...]:
        """The newest turn for each pair of area and channel, in order of their names."""
        newest = select(func.max(SwitchRow.id)).group_by(SwitchRow.area, SwitchRow.channel)
        query = select(SwitchRow).where(SwitchRow.id.in_(newest)).order_by(SwitchRow.area, SwitchRow.channel)
        with self._database.session() as session:
            return tuple(_switch(row) for row in session.scalars(query))

    def history(self) -> tuple[Switch, ...]:
        """Every turn, the newest first."""
        with self._database.session() as session:
            return tuple(_switch(row) for row in session.scalars(select(SwitchRow).order_by(SwitchRow.id.desc())))


def _switch(row: SwitchRow) -> Switch:
    return Switch(row.id, row.area, row.channel, row.is_off, row.reason, row.by, row.name, row.at)
