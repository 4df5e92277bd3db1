"""What is learnt from use, for content owners: unanswered questions, reports, edited replies, and what was decided."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from fastapi import APIRouter, Response
from fastapi.concurrency import run_in_threadpool

from bot.desk.deciding import Decision, checked, offered, read_decision
from bot.desk.differences import Run, difference, lines_of
from bot.desk.errors import DeskError
from bot.desk.learnt import AskedAlike, accepted_in, asked_alike, together
from bot.desk.phrasings import Training, phrasings_file, plain
from bot.desk.visit import Visit, Visiting, values_of
from bot.guidance.area import Knowledge
from bot.records.marks import MOST_OTHERS, MOST_QUESTIONS, Edited, MarkedMeanwhileError, MarkKind, Marks, Wrong
from bot.records.paging import Page, within
from bot.settings import PROJECT_ROOT

PAGE = "/desk/learning"
PER_PAGE = 20
TABS = ("questions", "reports", "replies", "marks")
TOPIC_INTENT = "ask_"  # the intent of a topic begins so


@dataclass(frozen=True, slots=True)
class Shown:
    """A report as it is shown: with its statements (id, text as it stands now, "" when it is gone)."""

    report: Wrong
    statements: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Changed:
    """An edited reply as it is shown: what became of the verified text, line by line."""

    reply: Edited
    lines: list[list[Run]]


Thing = AskedAlike | Shown | Changed


def learning_routes() -> APIRouter:
    """GET and POST /desk/learning, GET /desk/learning/phrasings.yml."""
    router = APIRouter()

    @router.get(PAGE)
    def learning(visit: Visiting) -> Response:
        asked = values_of(visit.request.query_params, "tab", "id", "page")
        tab = asked["tab"] if asked["tab"] in TABS else TABS[0]
        if asked["id"]:
            return decide_page(visit, *to_decide(visit, tab, _whole(asked["id"])))
        return visit.page(
            "learning.html",
            tab=tab,
            tabs=TABS,
            most={"questions": MOST_QUESTIONS, "reports": MOST_OTHERS, "replies": MOST_OTHERS},
            waiting=_marks(visit).counts(),
            page=_page(_all(visit, tab), _whole(asked["page"])),
            names=names(visit),
        )

    @router.get(f"{PAGE}/phrasings.yml")
    def phrasings(visit: Visiting) -> Response:
        return Response(
            phrasings_file(accepted_in(_marks(visit).phrasings())),
            media_type="application/yaml",
            headers={"content-disposition": 'attachment; filename="phrasings.yml"'},
        )

    @router.post(PAGE)
    async def mark(visit: Visiting) -> Response:
        if visit.form.get("take_back"):
            return await run_in_threadpool(_take_back, visit)
        intents, known = await run_in_threadpool(_training, visit)
        decision = await checked(read_decision(visit.form), intents, known, visit.desk.look_through)
        return await run_in_threadpool(_decide, visit, decision)

    return router


def to_decide(visit: Visit, tab: str, number: int) -> tuple[Decision, Thing]:
    """An empty form for what has this id, with the thing itself. Raises: DeskError: it is marked already, or gone."""
    if tab == "questions":
        for group in _all(visit, tab):
            if number in group.ids:
                return offered(tab, group.ids, group.texts, TOPIC_INTENT + group.topic if group.topic else ""), group
    elif tab == "reports":
        for each in _all(visit, tab):
            if each.report.id == number:
                texts = [text for text in dict.fromkeys((each.report.question, each.report.said)) if text]
                return offered(tab, [number], texts, ""), each
    elif tab == "replies":
        for each in _all(visit, tab):
            if each.reply.id == number:
                return offered(tab, [number], [text for text in each.reply.questions if text], ""), each
    raise DeskError("marked_meanwhile", 404)


def thing_of(visit: Visit, decision: Decision) -> Thing:
    """What a form is about. Raises: DeskError: some of it is marked already, or gone."""
    if decision.what == "questions":
        wanted = set(decision.ids)
        found = [question for question in _marks(visit).unanswered() if question.id in wanted]
        if len(found) == len(wanted):
            return together(found)
        raise DeskError("marked_meanwhile", 409)
    return to_decide(visit, decision.what, decision.ids[0])[1]


def decide_page(visit: Visit, decision: Decision, thing: Thing, status: int = 200) -> Response:
    """The page on which something is decided."""
    words = visit.desk.words["learning"]
    errors = [{"text": words["faults"][fault], "href": f"#{name}"} for name, fault in decision.faults.items()]
    errors += [
        {"text": f"{words['text'].format(number=place + 1)}: {words['faults'][text.fault]}", "href": f"#text-{place}"}
        for place, text in enumerate(decision.texts)
        if text.fault
    ]
    return visit.page(
        "learning_decide.html",
        status,
        errors=errors,
        decision=decision,
        thing=thing,
        kinds=[kind.value for kind in MarkKind],
        intents=_intents_in_words(visit),
        names=names(visit),
    )


def names(visit: Visit) -> dict[str, dict[str, str]]:
    """Words for what is kept by id: `areas`, `topics`."""
    knowledge = visit.desk.knowledge()
    return {
        "areas": {area.id: area.name for area in knowledge.areas.values()},
        "topics": {topic.id: topic.title for topic in knowledge.common.topics},
    }


def _all(visit: Visit, tab: str) -> list[Any]:
    marks = _marks(visit)
    match tab:
        case "questions":
            return asked_alike(marks.unanswered(), visit.desk.drafting().embed)
        case "reports":
            knowledge = visit.desk.knowledge()
            return [Shown(report, _statements(report, knowledge)) for report in marks.wrong()]
        case "replies":
            return [Changed(reply, lines_of(difference(reply.verified, reply.text))) for reply in marks.edited()]
        case _:
            return marks.all()


def _statements(report: Wrong, knowledge: Knowledge) -> tuple[tuple[str, str], ...]:
    area = knowledge.areas.get(report.area)
    known = area.statements if area else {}
    return tuple((each, known[each].text if each in known else "") for each in report.statements)


def _page(items: Sequence[Any], number: int) -> Page[Any]:
    shown = within(number, len(items), PER_PAGE)
    return Page(tuple(items[(shown - 1) * PER_PAGE : shown * PER_PAGE]), shown, len(items), PER_PAGE)


def _marks(visit: Visit) -> Marks:
    return Marks(visit.desk.database, visit.desk.clock)


def _training(visit: Visit) -> tuple[list[str], dict[str, str]]:
    training = Training(PROJECT_ROOT)
    accepted = {plain(text): mark.intent for mark in _marks(visit).phrasings() for text in mark.phrasings}
    return training.intents(), {**accepted, **training.trained()}


def _intents_in_words(visit: Visit) -> list[tuple[str, str]]:
    topics = names(visit)["topics"]
    named = []
    for intent in Training(PROJECT_ROOT).intents():
        title = topics.get(intent.removeprefix(TOPIC_INTENT), "") if intent.startswith(TOPIC_INTENT) else ""
        named.append((intent, f"{title} ({intent})" if title else intent))
    return named


def _decide(visit: Visit, decision: Decision) -> Response:
    if not decision.is_good:
        return decide_page(visit, decision, thing_of(visit, decision), 400)
    areas = _areas(thing_of(visit, decision))
    try:
        _marks(visit).mark(
            MarkKind(decision.kind),
            decision.members,
            by=visit.staff_id,
            name=visit.name,
            content_version=visit.desk.knowledge().version,
            area=areas[0] if len(areas) == 1 else "",
            intent=decision.intent if decision.phrasings else "",
            phrasings=decision.phrasings,
            note=decision.note,
        )
    except MarkedMeanwhileError:
        raise DeskError("marked_meanwhile", 409) from None
    said = "learning.marked_masked" if decision.was_masked else "learning.marked"
    return visit.go(PAGE, said=said, tab=decision.what)


def _areas(thing: Thing) -> list[str]:
    match thing:
        case Shown():
            return [thing.report.area]
        case Changed():
            return [thing.reply.area]
        case _:
            return [area for area, _ in thing.areas]


def _take_back(visit: Visit) -> Response:
    number = _whole(visit.form.get("take_back"))
    version = visit.desk.knowledge().version
    if not _marks(visit).take_back(number, by=visit.staff_id, content_version=version):
        raise DeskError("mark_gone", 404)
    return visit.go(PAGE, said="learning.taken_back", tab="marks")


def _whole(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else 0
