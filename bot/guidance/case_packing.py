"""The state of a readiness check as a short text for a link, and back. Nothing is kept: the link is the state.

    0-3-4.                                  the ticks, where there are any
          1 | length | checksum | body

`1` is the format; `length` (two characters) that of the body, so that a link which a mail program cut is known to be
cut, wherever it was; `checksum` (six) the CRC-32 of what stands before and after it. All are base64url characters; the
body is JSON, deflated. The ticks are numbers of items, so that they can be changed without unpacking anything.
Why it is so: docs/decisions/0009-case-links.md.
"""

from __future__ import annotations

import binascii
import json
import re
import zlib
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from typing import Any, NamedTuple

from bot.guidance.area import AreaKnowledge, Knowledge
from bot.guidance.calendar_days import FIRST_YEAR, LAST_YEAR
from bot.guidance.frame import plausible
from bot.knowledge.model import Fact

FORMAT = "1"
MOST_CHARS = 2000  # of the whole text, ticks included
MOST_BYTES = 6000  # of the JSON
MOST_ITEMS = 60
MOST_DATES = 40
MOST_DAYS = 4000  # between the day that a window counts from and its ends; windows reach ten years
SMALLEST, LARGEST = -10, 1000  # numbers a fact may have here: years, months, counts
ID_CHARS = 80
DIGEST = 4  # hex digits: that a changed item goes unnoticed has odds of one in 65,536
HEAD = 9  # format, length, checksum
_SLUG = re.compile(r"[a-z0-9]+(?:[-_][a-z0-9]+)*")
_WITHIN_AREA = re.compile(r"[a-z0-9-]+(?:/[a-z0-9-]+)*")
_VERSION = re.compile(r"[0-9A-Za-z.-]{1,20}")
_PACKED = re.compile(r"[A-Za-z0-9_-]*")
_TICKS = re.compile(r"[0-9]{1,2}(?:-[0-9]{1,2})*")
_TICKS_ALONE = re.compile(r"[0-9-]*")
_HEX = re.compile(r"[0-9a-f]*")


class CaseFault(StrEnum):
    """Why a link cannot be opened."""

    BROKEN = "broken"
    CUT = "cut"
    TOO_LONG = "too_long"
    UNKNOWN_AREA = "unknown_area"
    UNKNOWN_ROUTE = "unknown_route"
    NEWER_FORMAT = "newer_format"


class CaseError(Exception):
    """A link that cannot be opened; `kind` says why."""

    def __init__(self, kind: CaseFault) -> None:
        super().__init__(kind.value)
        self.kind = kind


class CaseDate(NamedTuple):
    """A window that was counted: for which statement, of which event, its ends, and the day of the event.

    `sure` is false where the day was said without saying what happened on it.
    """

    statement: str
    event: str
    start: date | None
    end: date | None
    counts_from: date
    sure: bool = True


@dataclass(frozen=True)
class Case:
    """The state of a readiness check. No text of anybody's: ids, yes or no, small numbers, days.

    `made`: the day on which it was packed. `facts`: value by declared fact, those of type set as tuples. `items`: the
    checklist's statement ids, each with the digest of what it asked for then. `ticked`: those ticked by hand.
    """

    area: str
    route: str
    made: date
    version: str
    facts: Mapping[str, Any]
    items: tuple[tuple[str, str], ...]
    dates: tuple[CaseDate, ...] = ()
    ticked: tuple[str, ...] = ()


def fitting_value(fact: Fact, value: object, needs: Mapping[str, Any]) -> bool:
    """Whether a fact may have this value in a case: one that is declared, or a small number."""
    if not plausible(fact, value):
        return False
    if isinstance(value, (list, tuple)):
        return len(set(value)) == len(value) and all(v in needs for v in value)
    if fact.type in ("number", "age"):
        return isinstance(value, (int, float)) and SMALLEST <= value <= LARGEST  # false for NaN
    return True


def pack(case: Case) -> str:
    """The text of a case, at most MOST_CHARS long. Raises ValueError where it would be longer."""
    prefix = f"{case.area}/"
    facts = dict(sorted(case.facts.items()))  # ids that begin alike side by side: shorter
    bare = {
        "a": case.area,
        "r": case.route,
        "v": case.version,
        "m": case.made.toordinal(),
        "y": [n for n, v in facts.items() if v is True],
        "n": [n for n, v in facts.items() if v is False],
        "f": {n: _plain(v) for n, v in facts.items() if not isinstance(v, bool)},
        "i": [i.removeprefix(prefix) for i, _ in case.items],
        "h": "".join(digest for _, digest in case.items),
        "d": [_date_to(d, prefix, case.made) for d in case.dates],
    }
    deflate = zlib.compressobj(9, zlib.DEFLATED, -15)
    small = deflate.compress(json.dumps(bare, separators=(",", ":")).encode("ascii")) + deflate.flush()
    body = _encoded(small)
    packed = f"{FORMAT}{_length(body)}{_checksum(body)}{body}"
    ids = [i for i, _ in case.items]
    ticks = "-".join(str(n) for n, i in enumerate(ids) if i in case.ticked)
    text = f"{ticks}.{packed}" if ticks else packed
    if len(text) > MOST_CHARS:
        raise ValueError("a case too long for a link")
    return text


def unpack(text: str, knowledge: Knowledge) -> Case:
    """The case of a text, nothing in it taken on trust. Raises CaseError.

    Statement ids are checked for their shape only: an older case may name what is no longer there.
    """
    if len(text) > MOST_CHARS:
        raise CaseError(CaseFault.TOO_LONG)
    ticks, packed = parted(text)
    if "." in text and not _TICKS.fullmatch(ticks):
        raise CaseError(CaseFault.BROKEN)
    try:
        case = _case(_opened(packed), knowledge)
    except (KeyError, TypeError, ValueError, OverflowError):
        raise CaseError(CaseFault.BROKEN) from None
    numbers = {int(t) for t in ticks.split("-") if t}
    if numbers and max(numbers) >= len(case.items):
        raise CaseError(CaseFault.BROKEN)
    ticked = tuple(i for n, (i, _) in enumerate(case.items) if n in numbers)
    return Case(**{**vars(case), "ticked": ticked})


def parted(text: str) -> tuple[str, str]:
    """The ticks of a case's text, "" where it has none, and the packed part: that is the same whatever is ticked."""
    ticks, stop, packed = text.partition(".")
    return (ticks, packed) if stop else ("", text)


def _opened(packed: str) -> dict[str, Any]:
    """What the body holds, once its head says that it is whole."""
    broken = CaseError(CaseFault.BROKEN)
    if _TICKS_ALONE.fullmatch(packed):
        raise CaseError(CaseFault.CUT)
    if not _PACKED.fullmatch(packed) or not packed[0].isdigit():
        raise broken
    if packed[0] > FORMAT:
        raise CaseError(CaseFault.NEWER_FORMAT)
    body = packed[HEAD:]
    if len(packed) <= HEAD or len(body) < int.from_bytes(urlsafe_b64decode(f"A{packed[1:3]}A"), "big") >> 6:
        raise CaseError(CaseFault.CUT)
    if packed[:HEAD] != f"{FORMAT}{_length(body)}{_checksum(body)}":
        raise broken
    inflate = zlib.decompressobj(-15)
    try:
        plain = inflate.decompress(urlsafe_b64decode(body + "=" * (-len(body) % 4)), MOST_BYTES)
        if not inflate.eof or inflate.unused_data:
            raise broken
        found = json.loads(plain.decode("ascii"))
    except (zlib.error, binascii.Error, ValueError, RecursionError):
        raise broken from None
    if not isinstance(found, dict):
        raise broken
    return found


def _case(bare: dict[str, Any], knowledge: Knowledge) -> Case:
    """The case, without ticks. Raises what a value of the wrong shape happens to raise, or CaseError."""
    area_id, route_id = _slug(bare["a"]), _slug(bare["r"])
    area = knowledge.areas.get(area_id)
    if area is None:
        raise CaseError(CaseFault.UNKNOWN_AREA)
    if route_id not in area.routes:
        raise CaseError(CaseFault.UNKNOWN_ROUTE)
    made = _day(bare["m"])
    ids = tuple(_statement(i, area) for i in _list(bare["i"], MOST_ITEMS))
    digests = str(bare["h"])
    _ensure(_HEX.fullmatch(digests) and len(digests) == DIGEST * len(ids) and len(set(ids)) == len(ids))
    return Case(
        area=area_id,
        route=route_id,
        made=made,
        version=_matching(_VERSION, bare["v"]),
        facts=_facts(bare, knowledge),
        items=tuple((i, digests[DIGEST * n : DIGEST * (n + 1)]) for n, i in enumerate(ids)),
        dates=tuple(_date_from(d, area, made) for d in _list(bare["d"], MOST_DATES)),
    )


def _facts(bare: dict[str, Any], knowledge: Knowledge) -> dict[str, Any]:
    declared = {f.id: f for f in knowledge.common.facts}
    needs = {n.id: n for n in knowledge.common.needs}
    most = len(declared)
    said = [(n, True) for n in _list(bare["y"], most)] + [(n, False) for n in _list(bare["n"], most)]
    pairs: list[tuple[str, Any]] = [*said, *dict(bare["f"]).items()]
    found = {n: tuple(v) if isinstance(v, list) else v for n, v in pairs}
    _ensure(len(found) == len(pairs) and all(fitting_value(declared[n], v, needs) for n, v in pairs))
    return found


def _date_to(counted: CaseDate, prefix: str, made: date) -> list[object]:
    """Days as numbers: that of the event from the day the case was made, the ends of the window from the event."""
    statement, event, start, end, day, sure = counted
    ends = [None if e is None else (e - day).days for e in (start, end)]
    return [statement.removeprefix(prefix), event, (day - made).days, *ends, int(sure)]


def _date_from(value: object, area: AreaKnowledge, made: date) -> CaseDate:
    statement, event, days, *ends, sure = _list(value, 6)
    first, last = (None if e is None else _whole(e, MOST_DAYS) for e in ends)
    day = made + timedelta(days=_whole(days, 400 * LAST_YEAR))
    _ensure(FIRST_YEAR <= day.year <= LAST_YEAR)
    start, end = (None if e is None else day + timedelta(days=e) for e in (first, last))
    return CaseDate(_statement(statement, area), _slug(event), start, end, day, _whole(sure, 1) == 1)


def _plain(value: object) -> object:
    if isinstance(value, float):
        return int(value) if value == int(value) else round(value, 2)
    return list(value) if isinstance(value, (tuple, list)) else value


def _length(body: str) -> str:
    """Two characters, enough for 4,095."""
    return _encoded((len(body) << 6).to_bytes(3, "big"))[1:3]


def _checksum(body: str) -> str:
    return _encoded(zlib.crc32(f"{FORMAT}{_length(body)}{body}".encode()).to_bytes(4, "big"))


def _encoded(data: bytes) -> str:
    return urlsafe_b64encode(data).decode("ascii").rstrip("=")


# ---------------------------------------------------------------------- values from outside


def _ensure(fine: object) -> None:
    if not fine:
        raise ValueError("not a case")


def _matching(pattern: re.Pattern[str], value: object) -> str:
    if not isinstance(value, str) or len(value) > ID_CHARS or not pattern.fullmatch(value):
        raise ValueError("not a case")
    return value


def _slug(value: object) -> str:
    return _matching(_SLUG, value)


def _statement(value: object, area: AreaKnowledge) -> str:
    return f"{area.id}/{_matching(_WITHIN_AREA, value)}"


def _list(value: object, most: int) -> list[Any]:
    if not isinstance(value, list) or len(value) > most:
        raise ValueError("not a case")
    return value


def _whole(value: object, most: int) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or abs(value) > most:
        raise ValueError("not a case")
    return value


def _day(value: object) -> date:
    day = date.fromordinal(_whole(value, date.max.toordinal()))
    _ensure(FIRST_YEAR <= day.year <= LAST_YEAR)
    return day
