"""Signing in and out. What stands here is open to everybody; nothing else of the desk is."""

from __future__ import annotations

import logging
import re
from typing import Any
from urllib.parse import unquote

from fastapi import APIRouter, Request, Response
from fastapi.responses import HTMLResponse, RedirectResponse
from itsdangerous import BadData, URLSafeTimedSerializer
from starlette.concurrency import run_in_threadpool

from bot.desk.access import Role
from bot.desk.desk import Desk
from bot.desk.errors import DeskError
from bot.desk.forms import read_form
from bot.desk.provider import NoRoleError, Person, SignInError
from bot.desk.sessions import (
    cookie_name,
    from_this_machine,
    hand_over,
    set_cookie,
    signed_in,
    staff_of,
    take_back,
    token_of,
)
from bot.desk.visit import Visiting

log = logging.getLogger("signpost.desk")
SIGN_IN, CALLBACK, HOME = "/desk/sign-in", "/desk/signed-in", "/desk"
UNDER_WAY = "signpost-sign-in"  # cookie that holds state, nonce and verifier: signed, and of use for this browser only
UNDER_WAY_SECONDS = 600
LONGEST_NEXT = 1000
DEVELOPMENT = "development"
DEVELOPMENT_ROLES: dict[str, frozenset[Role]] = {
    "adviser": frozenset({Role.ADVISER}),
    "supervisor": frozenset({Role.SUPERVISOR}),
    "content_owner": frozenset({Role.CONTENT_OWNER}),
    "everything": frozenset(Role),
}
_LOCAL = re.compile(r"/desk(?:[/?][\x21-\x5b\x5d-\x7e]*)?")
_OF_SIGNING_IN = ("/desk/sign", "/desk/development-sign-in")


def sign_in_routes() -> APIRouter:
    """The routes."""
    router = APIRouter()
    router.add_api_route(SIGN_IN, show, methods=["GET"])
    router.add_api_route(SIGN_IN, begin, methods=["POST"])
    router.add_api_route(CALLBACK, finish, methods=["GET"])
    router.add_api_route("/desk/development-sign-in", development, methods=["POST"])
    router.add_api_route("/desk/sign-out", sign_out, methods=["POST"])
    router.add_api_route("/desk/signed-out", signed_out, methods=["GET"])
    return router


def local_path(wanted: str) -> str:
    """Where to go after signing in: a page of the desk, whatever was asked for."""
    is_ours = len(wanted) <= LONGEST_NEXT and _LOCAL.fullmatch(wanted) and ".." not in unquote(wanted)
    return wanted if is_ours and not wanted.startswith(_OF_SIGNING_IN) else HOME


async def show(request: Request, next: str = HOME) -> Response:  # noqa: A002 - so named in addresses
    """How to sign in."""
    desk: Desk = request.app.state.desk
    wanted = local_path(next)
    if await signed_in(desk, request):
        return RedirectResponse(wanted, 303)
    return _page(desk, request, wanted=wanted)


async def begin(request: Request) -> Response:
    """On to the council's sign-in."""
    desk: Desk = request.app.state.desk
    _from_here(request)
    form = await read_form(request, desk.settings)
    if desk.provider is None:
        raise DeskError("not_set_up", 503)
    state: dict[str, Any] = {}
    request.scope["session"] = state
    try:
        address = await desk.provider.begin(request, _callback(desk, request))
    except SignInError as refused:
        return _refused(desk, request, refused)
    response = RedirectResponse(address, 303)
    kept = _signer(desk).dumps({"state": state, "next": local_path(form.get("next"))})
    set_cookie(desk.settings, request, response, UNDER_WAY, str(kept), UNDER_WAY_SECONDS)
    return response


async def finish(request: Request) -> Response:
    """Back from the council's sign-in."""
    desk: Desk = request.app.state.desk
    if desk.provider is None:
        raise DeskError("not_set_up", 503)
    try:
        under_way = _under_way(desk, request)
        request.scope["session"] = under_way["state"]
        person = await desk.provider.finish(request)
    except SignInError as refused:
        return _refused(desk, request, refused)
    response = await _let_in(desk, request, person, under_way["next"])
    take_back(desk, request, response, UNDER_WAY)
    return response


async def development(request: Request) -> Response:
    """Let an invented person in, for trying the desk out on one machine."""
    desk: Desk = request.app.state.desk
    if not _is_development(desk, request):
        raise DeskError("not_found", 404)
    _from_here(request)
    form = await read_form(request, desk.settings)
    who = form.get("person")
    if who not in DEVELOPMENT_ROLES:
        raise DeskError("bad_form")
    name = desk.words["sign_in"]["development"]["people"][who]
    person = Person(DEVELOPMENT, who, name, DEVELOPMENT_ROLES[who])
    return await _let_in(desk, request, person, local_path(form.get("next")))


async def sign_out(visit: Visiting) -> Response:
    """End this session."""
    await run_in_threadpool(staff_of(visit.desk).revoke, token_of(visit.desk, visit.request))
    response = visit.go("/desk/signed-out")
    take_back(visit.desk, visit.request, response)
    return response


async def signed_out(request: Request) -> Response:
    """That it ended."""
    desk: Desk = request.app.state.desk
    html = desk.templates.get_template("signed_out.html").render(visit=None, words=desk.words)
    return HTMLResponse(html)


async def _let_in(desk: Desk, request: Request, person: Person, wanted: str) -> Response:
    staff = staff_of(desk)

    def start() -> str:
        staff.revoke(token_of(desk, request))  # whoever used this browser before is out
        record = staff.seen(person.tenant, person.subject, person.name, person.roles)
        return staff.start_session(record.id, person.roles)

    token = await run_in_threadpool(start)
    response = RedirectResponse(wanted, 303)
    hand_over(desk, request, response, token)
    return response


def _refused(desk: Desk, request: Request, refused: SignInError) -> Response:
    log.warning("a sign-in was refused: %s", refused.cause)
    response = _page(desk, request, 403, failed="no_role" if isinstance(refused, NoRoleError) else "failed")
    take_back(desk, request, response, UNDER_WAY)
    return response


def _page(desk: Desk, request: Request, status: int = 200, *, wanted: str = HOME, failed: str = "") -> Response:
    html = desk.templates.get_template("sign_in.html").render(
        visit=None,
        words=desk.words,
        next=wanted,
        failed=failed,
        is_set_up=desk.provider is not None,
        people=list(DEVELOPMENT_ROLES) if _is_development(desk, request) else [],
    )
    return HTMLResponse(html, status)


def _from_here(request: Request) -> None:
    if request.headers.get("sec-fetch-site", "same-origin") != "same-origin":
        raise DeskError("not_from_here", 403)


def _is_development(desk: Desk, request: Request) -> bool:
    return desk.settings.desk_dangerously_allow_development_sign_in and from_this_machine(request)


def _callback(desk: Desk, request: Request) -> str:
    return (desk.settings.public_url or str(request.base_url).rstrip("/")) + CALLBACK


def _signer(desk: Desk) -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(desk.settings.secret.get_secret_value(), salt="desk-sign-in")


def _under_way(desk: Desk, request: Request) -> dict[str, Any]:
    cookie = request.cookies.get(cookie_name(UNDER_WAY, desk.settings, request), "")
    try:
        under_way: dict[str, Any] = _signer(desk).loads(cookie, max_age=UNDER_WAY_SECONDS)
    except BadData:
        raise SignInError("no sign-in under way") from None
    return under_way
