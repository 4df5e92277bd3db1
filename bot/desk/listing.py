"""The list of enquiries: which wait for what, who has them; and the steps that keep it in order."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

from fastapi import APIRouter, Response

from bot.desk.access import ANSWERING
from bot.desk.errors import DeskError
from bot.desk.log import number_in
from bot.desk.sessions import staff_of
from bot.desk.templating import age
from bot.desk.visit import Visit, Visiting, values_of
from bot.guidance.area import Knowledge
from bot.records.enquiries import Enquiries, Enquiry, EnquiryLine
from bot.records.errors import ChangedMeanwhileError, GoneError, NotNowError
from bot.records.finding import NOBODY, EnquiryFilter
from bot.records.states import EnquiryStatus

LIST = "/desk/enquiries"
ONE = "/desk/enquiries/{enquiry_id}"
FILTERS = ("assigned", "area", "topic", "text")
ME = "me"

Step = Callable[[Visit, Enquiry, int], Response]


@dataclass(frozen=True, slots=True)
class Line:
    """An enquiry as the list shows it: names instead of ids. `age`: since it came in."""

    enquiry: EnquiryLine
    area: str
    topics: tuple[str, ...]
    age: str


def listing_routes() -> APIRouter:
    """GET /desk/enquiries, and who has an enquiry, where it stands, that it goes."""
    router = APIRouter()

    @router.get(LIST)
    def enquiries(visit: Visiting) -> Response:
        return _list(visit)

    for ending, step in {"assign": _assign, "status": _set_status, "delete": _delete}.items():
        router.add_api_route(f"{ONE}/{ending}", _endpoint(step), methods=["POST"])
    return router


def answering(visit: Visit) -> list[tuple[str, str]]:
    """Id and name of everybody whom an enquiry can be given to, by name."""
    people = staff_of(visit.desk).people()
    return [(person.id, person.name) for person in people if not ANSWERING.isdisjoint(person.roles)]


# ---------------------------------------------------------------------- the list


def _list(visit: Visit) -> Response:
    knowledge = visit.desk.knowledge()
    words = visit.desk.words["enquiries"]
    query = values_of(visit.request.query_params, "status", *FILTERS, "page")
    status = EnquiryStatus(query["status"]) if query["status"] in set(EnquiryStatus) else EnquiryStatus.OPEN
    choices = _choices(visit, knowledge, words)
    asked = {name: query[name] for name in FILTERS}
    for name, options in choices.items():  # what is not offered narrows nothing, since the form could not show it
        if asked[name] not in dict(options):
            asked[name] = ""
    wanted = EnquiryFilter(
        status,
        visit.staff_id if asked["assigned"] == ME else asked["assigned"],
        asked["area"],
        asked["topic"],
        asked["text"],
    )
    found = _enquiries(visit).list(wanted, number_in(query["page"]) or 1)
    narrowed = {name: value for name, value in asked.items() if value}
    return visit.page(
        "enquiries_found.html" if visit.is_htmx else "enquiries.html",
        asked=asked,
        shown=status.value,
        choices=choices,
        is_narrowed=bool(narrowed),
        tabs=[
            (f"{LIST}?{urlencode({'status': each.value, **narrowed})}", _tab(words, each, found.counts), each is status)
            for each in EnquiryStatus
        ],
        found=found,
        lines=[_line(visit, line, knowledge) for line in found.items],
        here=f"{LIST}?{urlencode({'status': status.value, **narrowed, 'page': found.number})}",
    )


def _choices(visit: Visit, knowledge: Knowledge, words: dict[str, Any]) -> dict[str, list[tuple[str, str]]]:
    """Value and text of what each filter offers."""
    people = [(staff_id, name) for staff_id, name in answering(visit) if staff_id != visit.staff_id]
    topics = sorted(((topic.id, topic.title) for topic in knowledge.common.topics), key=lambda pair: pair[1])
    return {
        "assigned": [("", words["anybody"]), (ME, words["me"]), (NOBODY, words["nobody"]), *people],
        "area": [("", words["all"]), *((area.id, area.name) for area in knowledge.areas.values())],
        "topic": [("", words["all"]), *topics],
    }


def _tab(words: dict[str, Any], status: EnquiryStatus, counts: Any) -> str:
    return str(words["tabs"][status.value].format(count=counts[status.value]))


def _line(visit: Visit, line: EnquiryLine, knowledge: Knowledge) -> Line:
    area = knowledge.areas.get(line.area or "")
    titles = {topic.id: topic.title for topic in knowledge.common.topics}
    return Line(
        line,
        area.name if area else line.area or "",
        tuple(titles.get(topic, topic) for topic in line.topics),
        age(line.created_at, visit.desk.clock()),
    )


# ---------------------------------------------------------------------- steps


def _endpoint(step: Step) -> Callable[..., Response]:
    """A step as an endpoint. It is taken from the version that the person saw, or not at all."""

    def endpoint(visit: Visiting, enquiry_id: str) -> Response:
        enquiry = _enquiries(visit).get(enquiry_id)
        if enquiry is None:
            raise DeskError("not_found", 404)
        try:
            return step(visit, enquiry, visit.form.whole_number("version"))
        except GoneError:
            raise DeskError("not_found", 404) from None
        except NotNowError:
            raise DeskError("status_not_now", 409) from None
        except ChangedMeanwhileError as error:
            return _meanwhile(visit, enquiry_id, error)

    return endpoint


def _assign(visit: Visit, enquiry: Enquiry, version: int) -> Response:
    to = visit.form.get("to") or None
    if to is not None and to not in dict(answering(visit)):
        raise DeskError("bad_form")
    if enquiry.assigned_to != to:  # pressed twice, it is so already
        _enquiries(visit).assign(enquiry.id, version, to, visit.staff_id)
    said = "unassigned" if to is None else "taken" if to == visit.staff_id else "assigned"
    return _back(visit, enquiry, said)


def _set_status(visit: Visit, enquiry: Enquiry, version: int) -> Response:
    wanted = visit.form.get("status")
    if wanted not in set(EnquiryStatus):
        raise DeskError("bad_form")
    status = EnquiryStatus(wanted)
    if enquiry.status is not status:
        _enquiries(visit).change(enquiry.id, version, visit.staff_id, status=status)
    return _back(visit, enquiry, status.value)


def _delete(visit: Visit, enquiry: Enquiry, version: int) -> Response:
    if visit.form.get("sure") != "yes":
        return visit.page("enquiries_delete.html", enquiry=enquiry, version=version, back=visit.form.get("next"))
    _enquiries(visit).delete(enquiry.id, version, visit.staff_id)
    return _back(visit, None, "deleted")


def _meanwhile(visit: Visit, enquiry_id: str, error: ChangedMeanwhileError) -> Response:
    """Who changed it and when, and how it stands now. Nothing was changed."""
    enquiry = _enquiries(visit).get(enquiry_id)
    if enquiry is None:
        raise DeskError("not_found", 404)
    return visit.page("enquiries_meanwhile.html", 409, enquiry=enquiry, changed_by=error.name, changed_at=error.at)


def _back(visit: Visit, enquiry: Enquiry | None, said: str) -> Response:
    """To where the person came from: the list as it was narrowed, or a page of the enquiry if it is still there."""
    path, query = LIST, {}
    try:
        came = urlsplit(visit.form.get("next"))
    except ValueError:
        came = urlsplit("")
    if enquiry is not None and came.path in {f"{LIST}/{enquiry.id}", f"{LIST}/{enquiry.id}/reply"}:
        path = came.path
    elif came.path == LIST:
        query = {name: value for name, value in parse_qsl(came.query) if name in ("status", "page", *FILTERS)}
    return visit.go(path, said=f"enquiries.{said}", **query)


def _enquiries(visit: Visit) -> Enquiries:
    return Enquiries(visit.desk.database, visit.desk.clock)
