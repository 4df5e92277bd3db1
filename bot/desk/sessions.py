"""The cookie of a signed-in person and the session behind it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from ipaddress import ip_address
from typing import TYPE_CHECKING

from fastapi import Request, Response
from starlette.concurrency import run_in_threadpool

from bot.desk.access import Role
from bot.records.staff import Staff
from bot.settings import Settings

if TYPE_CHECKING:
    from bot.desk.desk import Desk

COOKIE = "signpost-desk"
LONGEST_TOKEN = 100


@dataclass(frozen=True)
class SignedIn:
    """Who is signed in. `csrf`: what every form of this session must hold."""

    staff_id: str
    name: str
    roles: frozenset[Role]
    csrf: str


def staff_of(desk: Desk) -> Staff:
    """People and sessions under the desk's limits."""
    return Staff(
        desk.database,
        idle=timedelta(minutes=desk.settings.desk_idle_minutes),
        longest=timedelta(hours=desk.settings.desk_longest_hours),
        clock=desk.clock,
    )


async def signed_in(desk: Desk, request: Request) -> SignedIn | None:
    """The session of a request. Raises: SQLAlchemyError."""
    token = token_of(desk, request)
    if desk.settings.desk_dangerously_allow_development_sign_in and not from_this_machine(request):
        return None
    record = await run_in_threadpool(staff_of(desk).session, token) if token else None
    if record is None:
        return None
    roles = frozenset(Role(role) for role in record.roles if role in set(Role))
    return SignedIn(record.staff_id, record.name, roles, record.csrf)


def from_this_machine(request: Request) -> bool:
    """Whether a request comes from this machine itself, with no proxy between, and by an address of the loopback.

    The name counts because a page of another site can have its own name lead here.
    """
    if any(name in request.headers for name in ("forwarded", "x-forwarded-for", "x-real-ip")):
        return False
    return all(
        _is_loopback(host) for host in (request.client.host if request.client else "", request.url.hostname or "")
    )


def _is_loopback(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def token_of(desk: Desk, request: Request) -> str:
    """What the cookie says; "" for no cookie."""
    token = request.cookies.get(cookie_name(COOKIE, desk.settings, request), "")
    return token if len(token) <= LONGEST_TOKEN else ""


def hand_over(desk: Desk, request: Request, response: Response, token: str) -> None:
    """Put the token into the browser, until that is closed."""
    set_cookie(desk.settings, request, response, COOKIE, token)


def take_back(desk: Desk, request: Request, response: Response, name: str = COOKIE) -> None:
    """Delete a cookie of ours."""
    set_cookie(desk.settings, request, response, name, "", max_age=0)


def set_cookie(
    settings: Settings, request: Request, response: Response, name: str, value: str, max_age: int | None = None
) -> None:
    """A cookie that only this host gets, and no script. `max_age`: seconds; None: until the browser is closed."""
    response.set_cookie(
        cookie_name(name, settings, request),
        value,
        max_age=max_age,
        path="/",  # which the prefix demands
        secure=_is_secure(settings, request),
        httponly=True,
        samesite="lax",  # not strict: the way back from the council's sign-in comes from another site
    )


def cookie_name(name: str, settings: Settings, request: Request) -> str:
    """The name with the prefix that browsers accept on secure cookies of one host only."""
    return f"__Host-{name}" if _is_secure(settings, request) else name


def _is_secure(settings: Settings, request: Request) -> bool:
    # Over plain http, browsers would throw a secure cookie away; only development may go without.
    if settings.is_production or settings.public_url.startswith("https://"):
        return True
    return request.url.scheme == "https"
