"""Who may use the desk and is signed in; a supervisor can sign a person out everywhere."""

from __future__ import annotations

from fastapi import APIRouter, Response

from bot.desk.errors import DeskError
from bot.desk.sessions import staff_of
from bot.desk.visit import Visiting


def people_routes() -> APIRouter:
    """The routes of the page."""
    router = APIRouter()

    @router.get("/desk/people")
    def people(visit: Visiting) -> Response:
        return visit.page("people.html", people=staff_of(visit.desk).people())

    @router.post("/desk/people")
    def revoke(visit: Visiting) -> Response:
        staff = staff_of(visit.desk)
        wanted = visit.form.get("staff_id")
        if wanted not in {person.id for person in staff.people()}:
            raise DeskError("not_found", 404)
        staff.revoke_all(wanted, by=visit.staff_id)
        return visit.go("/desk/people", said="people.revoked")

    return router
