"""Every statement of the offers with its source and where it is used; a content owner signs it off."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from fastapi import APIRouter, Response

from bot.desk.errors import DeskError
from bot.desk.statements import ALL_ROUTES, Describer, Filter, Line, file_of, found, next_to_sign, states_in
from bot.desk.visit import Visit, Visiting, values_of
from bot.guidance.area import AreaKnowledge, Knowledge
from bot.knowledge.model import Statement
from bot.knowledge.passages import State, passages, signable
from bot.records.paging import PER_PAGE, Page, within
from bot.records.signoffs import Signoff, Signoffs

LIST = "/desk/content"
ONE = "/desk/content/{statement_id:path}"
FILTERS = ("words", "area", "topic", "route", "kind", "state")


@dataclass(frozen=True, slots=True)
class Signing:
    """A sign-off in the history of a statement. `holds`: for the statement as it stands."""

    signoff: Signoff
    holds: bool


def content_routes() -> APIRouter:
    """The routes of the pages."""
    router = APIRouter()

    @router.get(LIST)
    def statements(visit: Visiting) -> Response:
        knowledge = visit.desk.knowledge()
        query = values_of(visit.request.query_params, *FILTERS, "page")
        wanted = Filter(**{name: query[name] for name in FILTERS})
        lines = found(knowledge, _signoffs(visit).all(), wanted)
        number = within(int(query["page"]) if query["page"].isdecimal() else 1, len(lines))
        page = Page[Line](tuple(lines[(number - 1) * PER_PAGE : number * PER_PAGE]), number, len(lines))
        total = sum(len(a.content.statements) for a in knowledge.areas.values())
        return visit.page(
            "content.html",
            lines=page,
            all=total,
            wanted=wanted,
            is_narrowed=wanted != Filter(),
            choices=_choices(knowledge, visit.desk.words),
        )

    @router.get(ONE)
    def statement(visit: Visiting, statement_id: str) -> Response:
        return _show(visit, statement_id)

    @router.post(ONE)
    def sign(visit: Visiting, statement_id: str) -> Response:
        knowledge = visit.desk.knowledge()
        area, wanted = _find(knowledge, statement_id)
        now = signable(area.content, wanted)
        if visit.form.get("digest") != now.digest:
            return _show(visit, statement_id, error="changed_meanwhile", status=409)
        if visit.form.get("read") != "yes":
            return _show(visit, statement_id, error="tick_missing", status=422)
        _, is_new = _signoffs(visit).sign(
            wanted.id, now.digest, now.passage, by=visit.staff_id, name=visit.name, content_version=knowledge.version
        )
        return visit.go(f"{LIST}/{wanted.id}", said="content.signed" if is_new else "content.signed_already")

    return router


def _signoffs(visit: Visit) -> Signoffs:
    return Signoffs(visit.desk.database, visit.desk.clock)


def _find(knowledge: Knowledge, statement_id: str) -> tuple[AreaKnowledge, Statement]:
    """A statement with its area. Raises: DeskError: there is none of that id."""
    for area in knowledge.areas.values():
        if statement_id in area.statements:
            return area, area.statements[statement_id]
    raise DeskError("not_found", 404)


def _show(visit: Visit, statement_id: str, error: str = "", status: int = 200) -> Response:
    knowledge = visit.desk.knowledge()
    area, wanted = _find(knowledge, statement_id)
    words = visit.desk.words["content"]
    signed = _signoffs(visit).all()
    states, now = states_in(area, signed), signable(area.content, wanted)
    describer = Describer(knowledge, words)
    return visit.page(
        "content_statement.html",
        status,
        statement=wanted,
        area=area,
        state=states[wanted.id],
        is_signed=states[wanted.id] is State.SIGNED,
        rows=describer.rows(area, wanted),
        passages=passages(area.content, wanted.source),
        near=describer.near(area, wanted),
        history=[Signing(s, s.digest == now.digest) for s in signed.get(wanted.id, ())],
        file=file_of(visit.desk.settings.content_dir, area.id, wanted.id),
        digest=now.digest,
        may_sign=visit.may("POST", ONE),
        next_id=next_to_sign(states, wanted.id),
        error=words[error] if error else "",
        errors=[{"text": words[error], "href": "#read"}] if error else [],
    )


def _choices(knowledge: Knowledge, words: dict[str, Any]) -> dict[str, list[tuple[str, str]]]:
    """Value and text of what each filter offers."""
    own = words["content"]
    any_of = ("", own["any"])
    return {
        "area": [any_of, *((a.id, a.name) for a in knowledge.areas.values())],
        "topic": [any_of, *sorted(((t.id, t.title) for t in knowledge.common.topics), key=lambda pair: pair[1])],
        "route": [
            any_of,
            (ALL_ROUTES, own["any_route_alike"]),
            *((f"{a.id}/{r.id}", f"{a.name}: {r.name}") for a in knowledge.areas.values() for r in a.content.routes),
        ],
        "kind": [any_of, *own["kinds"].items()],
        "state": [any_of, *own["state_filter"].items()],
    }
