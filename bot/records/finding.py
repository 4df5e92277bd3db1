"""Which enquiries a list holds, and in which order."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Final

from sqlalchemy import ColumnElement, String, Text, case, cast, or_

from bot.records.models import EnquiryRow
from bot.records.states import EnquiryStatus

NOBODY: Final = "-"


@dataclass(frozen=True, slots=True)
class EnquiryFilter:
    """What a list holds; empty: anything.

    `assigned_to`: id of a person, or NOBODY. `text`: words, each in the subject, the body, or the number ("12", "#12").
    """

    status: EnquiryStatus | None = None
    assigned_to: str = ""
    area: str = ""
    topic: str = ""
    text: str = ""


def matching(wanted: EnquiryFilter) -> list[ColumnElement[bool]]:
    """The conditions of a filter, without its status."""
    found: list[ColumnElement[bool]] = []
    if wanted.assigned_to == NOBODY:
        found.append(EnquiryRow.assigned_to.is_(None))
    elif wanted.assigned_to:
        found.append(EnquiryRow.assigned_to == _sayable(wanted.assigned_to))
    if wanted.area:
        found.append(EnquiryRow.area == _sayable(wanted.area))
    if wanted.topic:  # a list of names, kept as JSON
        found.append(cast(EnquiryRow.topics, Text).contains(json.dumps(wanted.topic), autoescape=True))
    for word in _sayable(wanted.text).split():
        places = [EnquiryRow.subject.icontains(word, autoescape=True), EnquiryRow.body.icontains(word, autoescape=True)]
        number = word.removeprefix("#")
        if number.isascii() and number.isdigit():
            places.append(cast(EnquiryRow.number, String) == (number.lstrip("0") or "0"))
        found.append(or_(*places))
    return found


def _sayable(text: str) -> str:
    """PostgreSQL refuses this one character, wherever it stands."""
    return text.replace("\0", " ")


_RANK = {EnquiryStatus.OPEN.value: 0, EnquiryStatus.WAITING.value: 1, EnquiryStatus.ANSWERED.value: 2}
# Open ones and waiting ones: the oldest first; answered ones: the newest first.
IN_ORDER = (
    case(_RANK, value=EnquiryRow.status, else_=len(_RANK)),
    case((EnquiryRow.status == EnquiryStatus.ANSWERED.value, None), else_=EnquiryRow.created_at),
    EnquiryRow.answered_at.desc(),
    EnquiryRow.number,
)
