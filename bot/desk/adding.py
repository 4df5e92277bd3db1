"""New enquiries: an e-mail pasted or uploaded, or a case link that a school sent."""

from __future__ import annotations

import asyncio
import re
from typing import Any

from fastapi import APIRouter, Response
from fastapi.concurrency import run_in_threadpool

from bot.desk.drafts import draft_of, kept, masked, topics_of
from bot.desk.errors import DeskError
from bot.desk.letters import read_eml, read_pasted
from bot.desk.switching import refuse_if_off
from bot.desk.visit import Visit, Visiting
from bot.guidance.case import CaseError, opened, unpack
from bot.guidance.draft import Question
from bot.guidance.reply import ItemState
from bot.records.enquiries import Enquiries, Enquiry

NEW = "/desk/enquiries/new"
CASE = "/desk/case"
IN_LINK = re.compile(r"/case/([\w.-]+)")


def adding_routes() -> APIRouter:
    """The routes. They stand before those of one enquiry, whose address would fit them too."""
    router = APIRouter()

    @router.get(NEW)
    def show(visit: Visiting) -> Response:
        return _form(visit)

    @router.post("/desk/enquiries")
    async def add(visit: Visiting) -> Response:
        return await _add(visit)

    @router.get(CASE)
    def show_case(visit: Visiting) -> Response:
        return visit.page("open_case.html", link="", errors=[])

    @router.post(CASE)
    async def open_case(visit: Visiting) -> Response:
        return await _open_case(visit)

    return router


def _form(visit: Visit, status: int = 200, fault: str = "", *, is_disclosure: bool = False) -> Response:
    areas = [(a.id, a.name) for a in visit.desk.knowledge().areas.values()]
    errors = [{"text": fault, "href": "#text"}] if fault else []
    return visit.page(
        "new.html",
        status,
        areas=areas,
        area=visit.form.get("area"),
        text=visit.form.get("text"),
        errors=errors,
        is_disclosure=is_disclosure,
    )


async def _add(visit: Visit) -> Response:
    desk = visit.desk
    data, text = visit.form.files.get("file"), visit.form.get("text")
    if data is None and not text.strip():
        return await run_in_threadpool(_form, visit, 400, desk.words["bench"]["nothing_typed"])
    try:
        letter = read_pasted(text) if data is None else await asyncio.to_thread(read_eml, data)
    except DeskError as error:
        words = desk.words["errors"][error.name]["text"].format(**error.values)
        return await run_in_threadpool(_form, visit, error.status, words)
    seen = await masked(desk, letter, is_read=bool(visit.form.get("is_read")))
    if seen is None:  # before anything else stands in the way
        return await run_in_threadpool(lambda: _form(visit, 200, is_disclosure=True))
    area = await run_in_threadpool(_area, visit, visit.form.get("area"))
    await run_in_threadpool(refuse_if_off, visit, area)
    draft = await draft_of(desk, seen, area)
    await run_in_threadpool(refuse_if_off, visit, draft.area)
    enquiry = await run_in_threadpool(
        lambda: Enquiries(desk.database, desk.clock).add(
            by=visit.staff_id,
            subject=seen.subject,
            body=seen.body,
            masked=seen.counts,
            content_version=draft.content_version,
            area=draft.area,
            facts=draft.facts,
            questions=kept(draft.questions),
            topics=topics_of(draft.questions),
            assigned_to=visit.staff_id,
        )
    )
    return visit.go(f"/desk/enquiries/{enquiry.id}", said="bench.added")


def _area(visit: Visit, area: str) -> str | None:
    return area if area in visit.desk.knowledge().areas else None


async def _open_case(visit: Visit) -> Response:
    typed = visit.form.get("link").strip()
    found = IN_LINK.search(typed)
    words = visit.desk.words["bench"]
    packed = found.group(1) if found else typed
    try:
        enquiry = await _enquiry_of_case(visit, packed)
    except CaseError:
        errors = [{"text": words["bad_case"], "href": "#link"}]
        return visit.page("open_case.html", 400, link=typed, errors=errors)
    return visit.go(f"/desk/enquiries/{enquiry.id}", said="bench.added")


async def _enquiry_of_case(visit: Visit, packed: str) -> Enquiry:
    """An enquiry about a case: its facts, the route's checklist, and what is still open as its one question.

    Raises: CaseError.
    """
    desk, words = visit.desk, visit.desk.words["bench"]
    knowledge = await run_in_threadpool(desk.knowledge)
    case = unpack(packed, knowledge)
    await run_in_threadpool(refuse_if_off, visit, case.area)
    found = opened(case, knowledge, desk.today())
    area = knowledge.areas[case.area]
    route = area.routes[case.route].name
    open_items = [i.statement_id for i in found.reply.checklist if i.state is not ItemState.DONE]
    open_items = [i for i in open_items if i not in found.ticked]
    asked = words["ready"].format(route=route)
    question = Question(id="q1", text=asked, heading=route, confidence=1.0, statements=open_items)
    values: dict[str, Any] = {
        "by": visit.staff_id,
        "subject": words["case_subject"].format(route=route),
        "body": words["case_body"].format(route=route, made=case.made),
        "masked": {},
        "content_version": knowledge.version,
        "area": case.area,
        "facts": {n: list(v) if isinstance(v, tuple) else v for n, v in case.facts.items()},
        "questions": kept([question]),
        "assigned_to": visit.staff_id,
    }
    return await run_in_threadpool(lambda: Enquiries(desk.database, desk.clock).add(**values))
