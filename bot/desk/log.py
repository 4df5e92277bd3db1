"""The audit log, for supervisors: who did what, when, under which content."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from fastapi import APIRouter, Response

from bot.desk.visit import Visiting, values_of
from bot.records.audit import AuditLine, AuditLog

LONGEST_NUMBER = 9  # digits: what every database takes


@dataclass(frozen=True, slots=True)
class Told:
    """A line of the log in words. `details`: (what, value) pairs that say more."""

    line: AuditLine
    action: str
    details: tuple[tuple[str, str], ...]


def log_routes() -> APIRouter:
    """GET /desk/log."""
    router = APIRouter()

    @router.get("/desk/log")
    def log(visit: Visiting) -> Response:
        words = visit.desk.words["log"]
        asked = values_of(visit.request.query_params, "action", "person", "number", "page")
        number = number_in(asked["number"].removeprefix("#"))
        is_bad_number = bool(asked["number"]) and number is None
        audit = AuditLog(visit.desk.database)
        people = dict(audit.people())
        page = audit.list(
            action=asked["action"], person=asked["person"], number=number, page=number_in(asked["page"]) or 1
        )
        return visit.page(
            "log.html",
            asked=asked,
            bad_number=words["bad_number"] if is_bad_number else "",
            errors=[{"text": words["bad_number"], "href": "#number"}] if is_bad_number else [],
            page=page,
            lines=[told(line, words, people) for line in page.items],
            actions=sorted(
                ((name, action_in_words(name, words)) for name in audit.actions()), key=lambda pair: pair[1]
            ),
            people=people.items(),
        )

    return router


def number_in(text: str) -> int | None:
    """A whole number from 0 that somebody typed; None: it is none, or longer than any that we give."""
    return int(text) if text.isdecimal() and len(text) <= LONGEST_NUMBER else None


def action_in_words(action: str, words: Mapping[str, Any]) -> str:
    """What was done, in words; one without words is shown by its name."""
    return str(words["actions"].get(action, action.replace("_", " ")))


def told(line: AuditLine, words: Mapping[str, Any], people: Mapping[str, str]) -> Told:
    """A line in words. Details without words are left out; ids of people are shown as their names."""
    details = []
    for key, value in line.detail.items():
        if (label := words["details"].get(key)) and value not in (None, "", []):
            values = value if isinstance(value, list) else [value]
            details.append((str(label), ", ".join(_value_in_words(each, words, people) for each in values)))
    return Told(line, action_in_words(line.action, words), tuple(details))


def _value_in_words(value: object, words: Mapping[str, Any], people: Mapping[str, str]) -> str:
    if isinstance(value, bool):
        return str(words["yes"] if value else words["no"])
    text = str(value)
    return people.get(text) or str(words["values"].get(text, text))
