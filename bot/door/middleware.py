"""Headers on every response, one log line a request, and no stack trace to anybody."""

import logging
import time
import traceback
from collections.abc import Callable, Mapping
from pathlib import Path

from starlette.datastructures import MutableHeaders
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from bot.desk.app import is_desk
from bot.door.page import PATHS
from bot.door.telemetry import Telemetry

log = logging.getLogger("signpost.door")


def security_headers(frame_ancestors: str) -> dict[str, str]:
    """Headers that let a page load nothing but its own script, style and icon, from here."""
    return _headers(_policy(frame_ancestors))


def _policy(frame_ancestors: str) -> dict[str, str]:
    return {
        "default-src": "'none'",
        "script-src": "'self'",
        "style-src": "'self'",
        "connect-src": "'self'",
        "img-src": "'self'",
        "form-action": "'self'",
        "base-uri": "'none'",
        "frame-ancestors": " ".join(frame_ancestors.split()) or "'none'",
        "require-trusted-types-for": "'script'",
        "trusted-types": "'none'",
    }


def _headers(policy: Mapping[str, str]) -> dict[str, str]:
    return {
        "content-security-policy": "; ".join(f"{name} {sources}" for name, sources in policy.items()),
        "x-content-type-options": "nosniff",
        "referrer-policy": "no-referrer",
        "permissions-policy": "camera=(), geolocation=(), microphone=()",
        "cross-origin-opener-policy": "same-origin",
    }


def desk_headers(form_targets: str) -> dict[str, str]:
    """Headers for the pages of the desk, which puts fragments of pages into pages: trusted types do not allow that.

    `form_targets`: other origins that its forms may lead to, by way of a redirect, too.
    """
    policy = _policy("'none'")
    policy["form-action"] = f"'self' {form_targets}".strip()
    del policy["require-trusted-types-for"], policy["trusted-types"]
    return _headers(policy)


class Outermost:
    """Plain ASGI: Starlette's own base class for middleware costs time and cancels turns."""

    def __init__(
        self,
        app: ASGIApp,
        headers: Mapping[str, str],
        desk_headers: Mapping[str, str],
        telemetry: Telemetry,
        on_error: Callable[[str], Response],
    ) -> None:
        self._app = app
        self._headers = headers
        self._desk_headers = desk_headers
        self._unframed = {**headers, **security_headers("'none'")}
        self._telemetry = telemetry
        self._on_error = on_error

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        began = time.perf_counter()
        status = 0

        async def send_with_headers(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                headers = MutableHeaders(scope=message)
                for name, value in self._headers_of(scope["path"]).items():
                    headers[name] = value
                headers.setdefault("cache-control", "no-store")
                headers.setdefault("cross-origin-resource-policy", "same-origin")
            await send(message)

        state = scope.setdefault("state", {})
        try:
            await self._app(scope, receive, send_with_headers)
        except Exception as error:
            log.error("a request broke: %s", where(error))
            if not status:
                await self._on_error(scope["path"])(scope, receive, send_with_headers)
        self._telemetry.request_done(
            method=scope["method"] if scope["method"] in _METHODS else "other",
            route=_route_of(scope),
            status=status,
            seconds=time.perf_counter() - began,
            reply=state.get("reply_status"),
            masked=state.get("masked_kinds", ()),
        )

    def _headers_of(self, path: str) -> Mapping[str, str]:
        if is_desk(path):
            return self._desk_headers
        # Only the chat is meant to stand on other sites' pages.
        return self._headers if path in PATHS else self._unframed


def where(error: BaseException) -> str:
    """Kind and place of an error for the log, without its text, which may hold what a person typed."""
    frames = traceback.extract_tb(error.__traceback__)[-1:]
    return " ".join([type(error).__name__, *(f"at {Path(at.filename).name}:{at.lineno}" for at in frames)])


def _route_of(scope: Scope) -> str:
    return str(getattr(scope.get("route"), "path", "other"))


_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
