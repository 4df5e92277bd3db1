"""The desk as a part of the front door's app: its routes, and pages for what goes wrong."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable, Mapping
from typing import TYPE_CHECKING
from urllib.parse import urlencode

from fastapi import APIRouter, FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import HTMLResponse, RedirectResponse
from markupsafe import Markup
from sqlalchemy.exc import SQLAlchemyError
from starlette.exceptions import HTTPException

from bot.desk.adding import adding_routes
from bot.desk.bench import bench_routes
from bot.desk.content import content_routes
from bot.desk.desk import Desk, LookThrough, Parse
from bot.desk.errors import DeskError
from bot.desk.home import home_routes
from bot.desk.learning import learning_routes
from bot.desk.listing import listing_routes
from bot.desk.log import log_routes
from bot.desk.offers import offers_routes
from bot.desk.people import people_routes
from bot.desk.provider import Provider, origin_of
from bot.desk.replying import replying_routes
from bot.desk.sessions import signed_in
from bot.desk.sign_in import SIGN_IN, local_path, sign_in_routes
from bot.desk.switching import switching_routes
from bot.desk.templating import load_words, templates
from bot.desk.use import use_routes
from bot.desk.visit import SAFE, Visit
from bot.knowledge.store import StoreEmptyError
from bot.records.database import Database
from bot.settings import Settings

if TYPE_CHECKING:
    from bot.guidance.drafting import Drafting

log = logging.getLogger("signpost.desk")
# Every page of the desk. The order counts only where two paths fit one address.
PAGES: tuple[Callable[[], APIRouter], ...] = (
    sign_in_routes,
    home_routes,
    people_routes,
    log_routes,
    listing_routes,
    adding_routes,
    bench_routes,
    replying_routes,
    content_routes,
    offers_routes,
    learning_routes,
    use_routes,
    switching_routes,
)
_NAMES = {404: "not_found", 405: "not_found", 422: "not_found"}
_FRAGMENT = Markup('<p class="govuk-error-message" role="alert">{}</p>')
Handler = Callable[[Request, Exception], Awaitable[Response]]


def is_desk(path: str) -> bool:
    """Whether an address belongs to the desk."""
    return path == "/desk" or path.startswith("/desk/")


def add_desk(
    app: FastAPI,
    settings: Settings,
    database: Database,
    look_through: LookThrough,
    look_through_read: LookThrough,
    parse: Parse,
    drafting: Callable[[], Drafting],
) -> Desk:
    """Join the desk into an app, after the app's own handlers of errors. Opens no connection."""
    provider = Provider(settings) if settings.desk_oidc_metadata_url else None
    desk = Desk(
        settings,
        database,
        templates(),
        load_words(),
        look_through,
        look_through_read,
        parse,
        drafting,
        provider=provider,
    )
    app.state.desk = desk
    app.include_router(desk_routes())
    for kind in (DeskError, SQLAlchemyError, StoreEmptyError, RequestValidationError, HTTPException):
        app.add_exception_handler(kind, _at_the_desk(desk, app.exception_handlers.get(kind)))
    return desk


def desk_routes() -> APIRouter:
    """The routes of all pages."""
    router = APIRouter()
    for routes in PAGES:
        router.include_router(routes())
    return router


def form_targets(settings: Settings) -> str:
    """Other origins that a form of the desk may lead to: browsers hold redirects against the policy, too."""
    return origin_of(settings.desk_oidc_metadata_url) if settings.desk_oidc_metadata_url else ""


def broken(desk: Desk) -> Response:
    """The page for what nobody foresaw."""
    return _page(desk, "broken", 500)


def _at_the_desk(desk: Desk, otherwise: object) -> Handler:
    """A handler of one kind of error that is the desk's under its addresses, and what it was before elsewhere."""

    async def handle(request: Request, error: Exception) -> Response:
        if is_desk(request.url.path):
            return await _answer(desk, request, error)
        if otherwise is None:
            raise error
        response = otherwise(request, error)  # type: ignore[operator]
        return await response if isinstance(response, Awaitable) else response  # type: ignore[no-any-return]

    return handle


async def _answer(desk: Desk, request: Request, error: Exception) -> Response:
    name, status = _name_of(error)
    is_htmx = request.headers.get("hx-request") == "true"
    if status == 401:
        return _sign_in_first(desk, request, name, is_htmx=is_htmx)
    values = error.values if isinstance(error, DeskError) else {}
    if is_htmx:
        return HTMLResponse(_FRAGMENT.format(_words(desk, name, values)["text"]), status)
    return _page(desk, name, status, await _visit(desk, request), values=values)


def _name_of(error: Exception) -> tuple[str, int]:
    if isinstance(error, DeskError):
        return error.name, error.status
    if isinstance(error, HTTPException):
        return _NAMES.get(error.status_code, "bad_form"), error.status_code
    if isinstance(error, RequestValidationError):
        return "not_found", 404  # nothing stands at an address that is no number where one belongs
    # What the database says may hold what was typed; its kind does not.
    log.error("the desk cannot reach its data: %s", type(error).__name__)
    return ("nothing_loaded" if isinstance(error, StoreEmptyError) else "records_down"), 503


def _sign_in_first(desk: Desk, request: Request, name: str, *, is_htmx: bool) -> Response:
    address = SIGN_IN
    if request.method in SAFE and not is_htmx:
        wanted = local_path(request.url.path + (f"?{request.url.query}" if request.url.query else ""))
        return RedirectResponse(f"{address}?{urlencode({'next': wanted})}", 303)
    if is_htmx:
        text = desk.words["errors"][name]["text"]
        return HTMLResponse(_FRAGMENT.format(text), 401, headers={"hx-redirect": address})
    # A form was sent: to lead away would lose what was typed without a word.
    return _page(desk, name, 401, back=address)


async def _visit(desk: Desk, request: Request) -> Visit | None:
    """Whose error it is, so that the page has its links."""
    try:
        session = await signed_in(desk, request)
    except SQLAlchemyError:
        return None
    if session is None:
        return None
    return Visit(desk, request, session.staff_id, session.name, session.roles, session.csrf)


def _words(desk: Desk, name: str, values: Mapping[str, str]) -> dict[str, str]:
    words: dict[str, str] = desk.words["errors"][name]
    return {**words, "text": words["text"].format(**values)} if values else words


def _page(
    desk: Desk,
    name: str,
    status: int,
    visit: Visit | None = None,
    back: str = "/desk",
    values: Mapping[str, str] | None = None,
) -> Response:
    html = desk.templates.get_template("error.html").render(
        visit=visit, words=desk.words, error=_words(desk, name, values or {}), back=back, path=back
    )
    return HTMLResponse(html, status, headers={"vary": "HX-Request"})
