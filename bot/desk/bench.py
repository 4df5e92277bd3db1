"""The bench: one enquiry, its questions, and the statements that answer each."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any

from fastapi import APIRouter, Response
from fastapi.concurrency import run_in_threadpool

from bot.desk.bench_page import page, results_page
from bot.desk.drafts import (
    LONGEST_QUESTION,
    MOST_QUESTIONS,
    answered,
    changed,
    drafted_again,
    kept,
    new_number,
    questions_of,
    topics_of,
)
from bot.desk.errors import DeskError
from bot.desk.switching import refuse_if_off
from bot.desk.visit import Visit, Visiting
from bot.guidance.draft import Question
from bot.records.enquiries import Changes, Enquiries, Enquiry
from bot.records.errors import ChangedMeanwhileError, GoneError

PATH = "/desk/enquiries/{enquiry_id}"
Act = Callable[[Visit, Enquiry], Awaitable[tuple[Changes, str]]]


def bench_routes() -> APIRouter:
    """The routes of one enquiry."""
    router = APIRouter()

    @router.get(PATH)
    def show(visit: Visiting, enquiry_id: str) -> Response:
        return page(visit, load(visit, enquiry_id))

    @router.get(f"{PATH}/search")
    def search(visit: Visiting, enquiry_id: str, question: str = "", query: str = "") -> Response:
        return results_page(visit, load(visit, enquiry_id), question, query)

    for ending, act in (("questions", _questions), ("statements", _statements), ("facts", _facts)):
        router.add_api_route(f"{PATH}/{ending}", _endpoint(act), methods=["POST"])
    return router


def load(visit: Visit, enquiry_id: str) -> Enquiry:
    """Raises: DeskError: there is no such enquiry."""
    enquiry = _enquiries(visit).get(enquiry_id)
    if enquiry is None:
        raise DeskError("not_found", 404)
    return enquiry


def _enquiries(visit: Visit) -> Enquiries:
    return Enquiries(visit.desk.database, visit.desk.clock)


def _endpoint(act: Act) -> Callable[..., Awaitable[Response]]:
    """What changes an enquiry: from the version that was seen, or not at all."""

    async def endpoint(visit: Visiting, enquiry_id: str) -> Response:
        enquiry = await run_in_threadpool(load, visit, enquiry_id)
        version = visit.form.whole_number("version")
        # Seen as another version: nothing is looked for in it, and what was typed is shown again.
        changes, place = await act(visit, enquiry) if version == enquiry.version else ({}, "")
        try:
            await run_in_threadpool(lambda: _enquiries(visit).change(enquiry_id, version, visit.staff_id, **changes))
        except GoneError:
            raise DeskError("not_found", 404) from None
        except ChangedMeanwhileError as error:
            return visit.page(
                "bench_meanwhile.html", 409, enquiry=enquiry, by=error.name, at=error.at, typed=visit.form.get("text")
            )
        return visit.go_to(f"/desk/enquiries/{enquiry_id}", place, said="bench.saved")

    return endpoint


async def _questions(visit: Visit, enquiry: Enquiry) -> tuple[Changes, str]:
    """Save, add or remove a question."""
    questions, act, number = questions_of(enquiry.questions), visit.form.get("act"), visit.form.get("question")
    if act == "remove":
        return _changes([q for q in questions if q.id != number]), "questions"
    text = visit.form.get("text").strip()
    if not text or len(text) > LONGEST_QUESTION or (act == "add" and len(questions) >= MOST_QUESTIONS):
        raise DeskError("bad_question")
    if enquiry.area is None:
        raise DeskError("no_area", 409)
    await run_in_threadpool(refuse_if_off, visit, enquiry.area)
    number = new_number(questions) if act == "add" else _one(questions, number).id
    found = await answered(visit.desk, text, enquiry.area, enquiry.facts, number)
    if found is None:
        raise DeskError("disclosure")
    if act == "add":
        return _changes([*questions, found]), f"question-{number}"
    return _changes([found if q.id == number else q for q in questions]), f"question-{number}"


async def _statements(visit: Visit, enquiry: Enquiry) -> tuple[Changes, str]:
    """Add, remove or move a statement."""
    questions = questions_of(enquiry.questions)
    question = _one(questions, visit.form.get("question"))
    known = await run_in_threadpool(_known, visit, enquiry)
    statement = visit.form.get("statement")
    found = changed(question, visit.form.get("act"), statement, known)
    place = f"{question.id}-{statement}" if statement in found.statements else f"question-{question.id}"
    return _changes([found if q.id == question.id else q for q in questions]), place


async def _facts(visit: Visit, enquiry: Enquiry) -> tuple[Changes, str]:
    """Correct what was understood; where it is wished, or the area is another, everything is looked for again."""
    area = visit.form.get("area") or None
    if area is not None and area not in await run_in_threadpool(lambda: visit.desk.knowledge().areas):
        raise DeskError("bad_form")
    facts = facts_of(visit.form.all("needs"), visit.form.get, enquiry.facts)
    facts = await run_in_threadpool(lambda: visit.desk.drafting().known(facts))
    if area == enquiry.area and not visit.form.get("again"):
        return {"facts": facts}, "understood"
    await run_in_threadpool(refuse_if_off, visit, area)
    is_first = enquiry.area is None
    draft = await drafted_again(visit.desk, enquiry.subject, enquiry.body, area, facts, is_first=is_first)
    changes = _changes(draft.questions)
    return {**changes, "area": draft.area, "facts": facts, "content_version": draft.content_version}, "questions"


def facts_of(needs: Sequence[str], value: Callable[[str], str], before: Mapping[str, Any]) -> dict[str, Any]:
    """The facts of a form; those that it does not ask for stay unless they are ticked to be forgotten.

    Args:
        value: of a field by name: `ehcp` yes, no or "", `year` a number or "", `subject`.
    Raises: DeskError: the year is no number.
    """
    facts = {n: v for n, v in before.items() if n not in ("ehcp", "year", "subject", "needs") and not value(f"no-{n}")}
    if value("ehcp") in ("yes", "no"):
        facts["ehcp"] = value("ehcp") == "yes"
    if value("year").strip():
        try:
            facts["year"] = int(value("year"))
        except ValueError:
            raise DeskError("bad_year") from None
        if not -5 <= facts["year"] <= 14:
            raise DeskError("bad_year")
    if value("subject"):
        facts["subject"] = value("subject")
    if needs:
        facts["needs"] = list(dict.fromkeys(needs))
    return facts


def _known(visit: Visit, enquiry: Enquiry) -> Mapping[str, object]:
    area = visit.desk.knowledge().areas.get(enquiry.area or "")
    return {} if area is None else area.statements


def _one(questions: Sequence[Question], number: str) -> Question:
    found = next((q for q in questions if q.id == number), None)
    if found is None:
        raise DeskError("not_found", 404)
    return found


def _changes(questions: Sequence[Question]) -> Changes:
    return {"questions": kept(questions), "topics": topics_of(questions)}
