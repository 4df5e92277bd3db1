"""The offer audit: what an authority may want to put right in its offer, on a page and as a file."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date, datetime, time, timedelta
from typing import Any

from fastapi import APIRouter, Response

from bot.desk.csv_file import csv_response
from bot.desk.errors import DeskError
from bot.desk.statements import states_in
from bot.desk.templating import day
from bot.desk.visit import Visit, Visiting, values_of
from bot.guidance.offer_audit import Counts, DocumentDate, OfferAudit, audit_of
from bot.guidance.zone import london
from bot.knowledge.passages import Passage, State
from bot.records.gaps import times_told
from bot.records.signoffs import Signoffs

USUAL_DAYS = 90  # over which what people asked is counted, unless a day is given
FILE_HEAD = ("part", "id", "text", "asked", "passages", "more")


def offers_routes() -> APIRouter:
    """The routes of the page and the file."""
    router = APIRouter()

    @router.get("/desk/offers")
    def offers(visit: Visiting) -> Response:
        areas = visit.desk.knowledge().areas
        asked = values_of(visit.request.query_params, "area", "since")
        since = _since(visit, asked["since"])
        area = asked["area"] or next(iter(areas), "")
        words = visit.desk.words["offers"]
        audit = _audit(visit, area, since or _usual(visit))
        return visit.page(
            "offers.html",
            400 if since is None else 200,
            audit=audit,
            areas=[(a.id, a.name) for a in areas.values()],
            since=asked["since"] if since is None else audit.since.isoformat(),
            summary=list(summary_of(audit, words)),
            date_in_words=lambda document: date_in_words(document, words),
            where=lambda passages: where(passages, words),
            error=words["bad_day"] if since is None else "",
            errors=[{"text": words["bad_day"], "href": "#since"}] if since is None else [],
        )

    @router.get("/desk/offers/{area}.csv")
    def file(visit: Visiting, area: str) -> Response:
        since = _since(visit, values_of(visit.request.query_params, "since")["since"])
        if since is None:
            raise DeskError("bad_form")
        audit = _audit(visit, area, since)
        words = visit.desk.words["offers"]
        head = [words["file"][name] for name in FILE_HEAD]
        return csv_response(f"offer-audit-{audit.area}-{audit.today}.csv", head, file_rows(audit, words))

    return router


def _usual(visit: Visit) -> date:
    return visit.desk.today() - timedelta(days=USUAL_DAYS)


def _since(visit: Visit, text: str) -> date | None:
    """The day that is asked for, the usual one where none is; None: it is no day, or has not come yet."""
    try:
        since = date.fromisoformat(text) if text else _usual(visit)
    except ValueError:
        return None
    return since if since <= visit.desk.today() else None


def _audit(visit: Visit, area_id: str, since: date) -> OfferAudit:
    """The audit of one authority. Raises: DeskError: there is none of that id."""
    desk = visit.desk
    knowledge = desk.knowledge()
    area = knowledge.areas.get(area_id)
    if area is None:
        raise DeskError("not_found", 404)
    asked = times_told(desk.database, area.id, datetime.combine(since, time.min, london()))
    states = states_in(area, Signoffs(desk.database, desk.clock).all())
    return audit_of(area.content, knowledge.common.terms, Counts(since, asked, states), desk.today())


def summary_of(audit: OfferAudit, words: Mapping[str, Any]) -> Iterator[tuple[str, int]]:
    """The counts of an audit, each with what it counts in words."""
    counts = {
        "statements": audit.statements,
        "conflicts": len(audit.conflicts),
        "asked_gaps": len(audit.asked_gaps),
        "quiet_gaps": len(audit.quiet_gaps),
        "dates": len(audit.bad_dates),
        "terms": len(audit.terms),
        "passage_changed": audit.states[State.PASSAGE_CHANGED],
        "wording_changed": audit.states[State.WORDING_CHANGED],
        "unsigned": audit.unsigned,
    }
    for name, count in counts.items():
        yield words["counts"][name], count


def file_rows(audit: OfferAudit, words: Mapping[str, Any]) -> Iterator[tuple[object, ...]]:
    """The rows of the file, in the order of FILE_HEAD: the counts, then every item of the page."""
    parts, since = words["parts"], words["since"].format(day=day(audit.since))
    for what, count in summary_of(audit, words):
        yield parts["summary"], "", what, count, "", audit.name
    for name in ("conflicts", "asked_gaps", "quiet_gaps"):
        for told in getattr(audit, name):
            yield parts[name], told.statement_id, told.text, told.asked, where(told.passages, words), since
    for document in audit.dates:
        yield parts["dates"], document.document, document.title, "", "", date_in_words(document, words)
    for term in audit.terms:
        more = f"{words['openness'][term.openness.value]} {term.meaning}".strip()
        yield parts["terms"], "", term.term, term.uses, where(term.passages, words), more
    for one in audit.changed:
        more = words["changed"][one.state.value]
        yield parts["changed"], one.statement_id, one.text, "", where(one.passages, words), more


def where(passages: tuple[Passage, ...], words: Mapping[str, Any]) -> str:
    """Passages in a few words: section, number and first words of each."""
    return "; ".join(words["passage"].format(section=p.section, number=p.number, opens=p.opens) for p in passages)


def date_in_words(document: DocumentDate, words: Mapping[str, Any]) -> str:
    """How the review date of a document stands, in words."""
    due = day(document.review_due) if document.review_due else ""
    said = words["dates"][document.state.value].format(due=due, days=document.days)
    return f"{said} {words['dates']['last'].format(last=document.last_reviewed)}" if document.last_reviewed else said
