"""The off switch at the desk: what is off now, switched off and on with a reason, and who did so before."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Sequence
from dataclasses import dataclass

from fastapi import APIRouter, Response
from starlette.concurrency import run_in_threadpool

from bot.desk.errors import DeskError
from bot.desk.log import number_in
from bot.desk.visit import Visit, Visiting, values_of
from bot.documents.texts import clean
from bot.records.paging import PER_PAGE, Page, within
from bot.records.switches import ALL, CHANNELS, Switch, Switches, is_off

PATH = "/desk/switches"
DESK = "desk"
EVERY = "all"  # in the form, where "" is nothing chosen yet
FIELDS = ("area", "channel", "turn", "reason")
LONGEST_REASON = 500
MASKING_SECONDS = 5.0
log = logging.getLogger("signpost.desk")


@dataclass(frozen=True, slots=True)
class Row:
    """An area in the table of what is off. `is_off`: for each of CHANNELS."""

    area: str
    name: str
    is_off: tuple[bool, ...]


def switching_routes() -> APIRouter:
    """GET and POST /desk/switches."""
    router = APIRouter()

    @router.get(PATH)
    def switches(visit: Visiting) -> Response:
        return _page(visit, values_of(visit.request.query_params, *FIELDS))

    @router.post(PATH)
    async def turn(visit: Visiting) -> Response:
        return await _turn(visit)

    return router


def refuse_if_off(visit: Visit, area: str | None) -> None:
    """Refuse to draft for an area that is off at the desk; without an area: if the whole desk is off.

    Raises: DeskError. SQLAlchemyError: it cannot be known.
    """
    current = _switches(visit).current()
    if is_off(current, area, DESK):
        is_all = area is None or is_off(current, None, DESK)
        what = visit.desk.words["switches"]["all_areas"] if is_all else visit.desk.area_name(area or "")
        raise DeskError("switched_off", 503, what=str(what))


def _page(visit: Visit, typed: dict[str, str], faults: Sequence[str] = ()) -> Response:
    """The page. `faults`: fields of the form that cannot be taken as they are."""
    words = visit.desk.words["switches"]
    current, history = _switches(visit).current(), _switches(visit).history()
    areas = _areas(visit, current)
    number = within(number_in(visit.request.query_params.get("page", "")) or 1, len(history))
    return visit.page(
        "switches.html",
        400 if faults else 200,
        rows=[
            Row(area, name, tuple(is_off(current, area, channel) for channel in CHANNELS))
            for area, name in areas.items()
        ],
        channels=CHANNELS,
        off=[switch for switch in current if switch.is_off],
        typed=typed,
        areas=areas,
        page=Page[Switch](history[(number - 1) * PER_PAGE : number * PER_PAGE], number, len(history)),
        wrong={fault: words["faults"][fault] for fault in faults},
        errors=[{"text": words["faults"][fault], "href": f"#{fault}"} for fault in faults],
        longest=LONGEST_REASON,
    )


async def _turn(visit: Visit) -> Response:
    typed = {name: visit.form.get(name) for name in FIELDS}
    reason = " ".join(clean(typed["reason"]).split())
    areas = await run_in_threadpool(lambda: _areas(visit, _switches(visit).current()))
    is_right = {
        "area": typed["area"] in {*areas, EVERY},
        "channel": typed["channel"] in {*CHANNELS, EVERY},
        "turn": typed["turn"] in {"off", "on"},
        "reason": any(map(str.isalnum, reason)) and len(reason) <= LONGEST_REASON,
    }
    if faults := [name for name, right in is_right.items() if not right]:
        return await run_in_threadpool(_page, visit, typed, faults)
    area, channel = (ALL if typed[name] == EVERY else typed[name] for name in ("area", "channel"))
    kept = await _masked(visit, reason)
    reason = visit.desk.words["switches"]["reason_not_kept"] if kept is None else kept
    said = await run_in_threadpool(_set, visit, area, channel, typed["turn"] == "off", reason)
    return visit.go(PATH, said=f"switches.{said}" + ("_without_reason" if kept is None else ""))


def _set(visit: Visit, area: str, channel: str, off: bool, reason: str) -> str:
    """Turn the switch. Returns: the name of what is said."""
    switches = _switches(visit)
    switches.set(area, channel, off, reason, visit.staff_id, visit.name)
    if off:
        return "turned_off"
    current = switches.current()
    areas = [area] if area else [*_areas(visit, current), None]
    channels = [channel] if channel else [*CHANNELS, ALL]
    still = any(is_off(current, each, channel) for each in areas for channel in channels)
    return "still_off" if still else "turned_on"


async def _masked(visit: Visit, reason: str) -> str | None:
    """A reason that may be kept; None: none of it may.

    Masking that fails may be why somebody switches off: that must work then, too.
    """
    try:
        async with asyncio.timeout(MASKING_SECONDS):
            looked = await visit.desk.look_through(reason)
    except Exception as error:
        log.error("the reason of a switch could not be masked: %s", type(error).__name__)
        return None
    return None if looked.is_disclosure else looked.masked


def _areas(visit: Visit, switches: Sequence[Switch]) -> dict[str, str]:
    """Names of the areas by id: those of the offers, and those that have a switch. The offers may be what is broken."""
    names = visit.desk.area_names()
    if not names:
        files = visit.desk.settings.content_dir.glob("*/authority.yml")
        names = {name: name for name in sorted(file.parent.name for file in files)}
    return names | {switch.area: switch.area for switch in switches if switch.area and switch.area not in names}


def _switches(visit: Visit) -> Switches:
    return Switches(visit.desk.database, visit.desk.clock)
