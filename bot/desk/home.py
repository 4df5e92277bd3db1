"""The desk's front: on to what a person's role is for."""

from __future__ import annotations

from fastapi import APIRouter, Response

from bot.desk.visit import Visiting

FRONTS = ("/desk/enquiries", "/desk/learning")


def home_routes() -> APIRouter:
    """GET /desk."""
    router = APIRouter()

    @router.get("/desk")
    def home(visit: Visiting) -> Response:
        return visit.go(next(path for path in FRONTS if visit.may("GET", path)))

    return router
