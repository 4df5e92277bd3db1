"""What stands before the Teams library: it takes the request in, and lets on only what may come from Teams.

The token is checked before the body is read: nobody without one costs more than that. The library checks it again,
and that its service URL is the activity's. Checked here besides: size, form, issuer, that the token ends at all, the
channel and the tenant. Keys are fetched beside the event loop (bot.teams.keys).
"""

from __future__ import annotations

import json
import logging
from collections.abc import Awaitable, Callable, Collection, Mapping
from typing import Any

import jwt
from jwt.types import Options
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from bot.teams.keys import Keys, KeysUnavailableError
from bot.teams.sdk import HttpRequest, HttpRouteHandler

ISSUER = "https://api.botframework.com"
LARGEST_BODY = 256 * 1024
LARGEST_TOKEN = 16 * 1024
LEEWAY_SECONDS = 300  # by which clocks may differ, as for the library
CHANNEL = "msteams"
Read = Callable[[Request], Awaitable[bytes]]
log = logging.getLogger("signpost.teams")


class NotTakenError(Exception):
    """A request that is answered with an HTTP error. `reason`: a short fixed word for log and answer."""

    def __init__(self, status: int, reason: str) -> None:
        super().__init__(reason)
        self.status = status
        self.reason = reason


class Guard:
    """The library's adapter to our web server (its protocol HttpServerAdapter).

    Args:
        keys: None where no token is asked for (development).
        app_id: for which tokens must be.
        tenants: whose people may ask, in lower case.
        read: reads the body of a request within LARGEST_BODY; what it raises is raised.
        schemes: with which the address of Teams' own service may begin.
    """

    def __init__(
        self,
        keys: Keys | None,
        app_id: str,
        tenants: Collection[str],
        read: Read,
        schemes: tuple[str, ...] = ("https://",),
    ) -> None:
        self._read = read
        self._keys = keys
        self._app_id = app_id
        self._schemes = schemes
        self._tenants = frozenset(tenants)
        self._handler: HttpRouteHandler | None = None

    def register_route(self, method: str, path: str, handler: HttpRouteHandler) -> None:
        """Called by the library with what takes its messages; our web server has the route already."""
        self._handler = handler

    def serve_static(self, path: str, directory: str) -> None:
        """The library may serve no files."""

    async def start(self, port: int) -> None:
        """The library may start no server. Raises: NotImplementedError."""
        raise NotImplementedError

    async def stop(self) -> None:
        """Nothing was started."""

    async def take(self, request: Request) -> Response:
        """Answer a request."""
        try:
            activity = await self._let_on(request)
        except NotTakenError as error:
            log.warning("a message was refused: %s", error.reason)
            return JSONResponse({"error": error.reason}, error.status)
        assert self._handler is not None  # registered when the library starts
        result = await self._handler(HttpRequest(body=activity, headers=dict(request.headers)))
        status, body = result["status"], result.get("body")
        if status == 401:
            log.warning("a message was refused: token")
        elif status >= 500:
            log.error("a message was not answered: status %d", status)
        return Response(status_code=status) if body is None else JSONResponse(body, status)

    async def _let_on(self, request: Request) -> dict[str, Any]:
        if self._keys is None:
            return self._activity_in(await self._read(request))
        await self._check_token(self._keys, _token_in(request.headers))
        activity = self._activity_in(await self._read(request))
        self._check_tenant(activity)
        return activity

    async def _check_token(self, keys: Keys, token: str) -> None:
        try:
            key = await keys.find(token)
        except KeysUnavailableError:
            raise NotTakenError(503, "keys") from None
        except jwt.PyJWTError:
            raise NotTakenError(401, "key") from None
        options: Options = {"require": ["exp", "aud", "iss"]}
        try:
            jwt.decode(
                token,
                key,
                algorithms=["RS256"],
                options=options,
                audience=self._app_id,
                issuer=ISSUER,
                leeway=LEEWAY_SECONDS,
            )
        except jwt.PyJWTError:
            raise NotTakenError(401, "token") from None

    def _activity_in(self, body: bytes) -> dict[str, Any]:
        try:
            data = json.loads(body)
        except (ValueError, RecursionError):
            raise NotTakenError(400, "not JSON") from None
        if not isinstance(data, dict):
            raise NotTakenError(400, "not an object")
        if any(not isinstance(data.get(name, ""), str) for name in ("type", "id")) or "service_url" in data:
            raise NotTakenError(400, "not an activity")
        url = data.get("serviceUrl")
        if not isinstance(url, str) or not url.startswith(self._schemes):
            raise NotTakenError(400, "no service URL")
        return data

    def _check_tenant(self, activity: Mapping[str, Any]) -> None:
        if activity.get("channelId") != CHANNEL:
            raise NotTakenError(403, "channel")
        named = [tenant for tenant in _tenants_in(activity) if tenant is not None]
        if not named or any(str(tenant).lower() not in self._tenants for tenant in named):
            raise NotTakenError(403, "tenant")


def _token_in(headers: Mapping[str, str]) -> str:
    """The bearer token, which says that it is one of the Bot Framework's; the signature is not looked at yet."""
    scheme, _, token = headers.get("authorization", "").partition(" ")
    if scheme != "Bearer" or not token or len(token) > LARGEST_TOKEN:
        raise NotTakenError(401, "no token")
    try:
        header = jwt.get_unverified_header(token)
        claims = jwt.decode(token, options={"verify_signature": False})
    except jwt.PyJWTError:
        raise NotTakenError(401, "not a token") from None
    if header.get("alg") != "RS256" or claims.get("iss") != ISSUER or "exp" not in claims:
        raise NotTakenError(401, "not a token of the Bot Framework")
    return token


def _tenants_in(activity: Mapping[str, Any]) -> list[object]:
    """The tenants that an activity names, where Teams names them; None for a place that names none."""
    data, conversation = activity.get("channelData"), activity.get("conversation")
    tenant = data.get("tenant") if isinstance(data, dict) else None
    return [
        tenant.get("id") if isinstance(tenant, dict) else None,
        conversation.get("tenantId") if isinstance(conversation, dict) else None,
    ]
