"""Signpost as a bot: the Teams library behind our guard, and the channel behind the library."""

from __future__ import annotations

import logging
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import jwt
from starlette.requests import Request
from starlette.responses import Response

from bot.settings import Settings
from bot.teams.activity import NotAnActivityError, read_activity
from bot.teams.channel import Channel
from bot.teams.guard import ISSUER, Guard, Read
from bot.teams.keys import Keys
from bot.teams.outbox import Outbox
from bot.teams.sdk import (
    PUBLIC,
    ActivityEvent,
    App,
    BasicTokenProvider,
    ClientOptions,
    CloudEnvironment,
    InvokeResponse,
    quieten,
)

PATH = "/api/messages"
SEND_SECONDS = 5.0  # longest wait for Teams to take a message
SERVICE_URL = "https://smba.trafficmanager.net/teams"  # only where an activity named none, which is refused
NOBODY = "00000000-0000-0000-0000-000000000000"  # application id where none is needed (development)
log = logging.getLogger("signpost.teams")


@dataclass(frozen=True)
class Cloud:
    """Where tokens come from and go to; tests bring their own."""

    environment: CloudEnvironment = PUBLIC
    token: BasicTokenProvider | None = None  # our own, for what is sent; None: from Entra with the client secret


class Bot:
    """One bot. `start` must have been awaited before anything is taken.

    Args:
        read: reads the body of a request within the guard's limit; what it raises, `take` raises.
        channel: takes what sends messages; makes the channel.
    """

    def __init__(self, settings: Settings, cloud: Cloud, read: Read, channel: Callable[[Outbox], Channel]) -> None:
        is_open = settings.teams_dangerously_allow_unauthenticated_requests
        environment = cloud.environment
        self._keys = None if is_open else Keys(_key_set(environment))
        schemes = ("https://",) if settings.is_production else ("https://", "http://")
        assert environment.token_issuer == ISSUER
        self._guard = Guard(self._keys, settings.teams_app_id, settings.teams_tenant_list, read, schemes)
        secret = settings.teams_app_secret.get_secret_value() or None
        self._app = App(
            client_id=settings.teams_app_id or NOBODY,
            client_secret=None if cloud.token or is_open else secret,
            tenant_id=settings.teams_tenant or NOBODY,
            token=cloud.token or (_no_token if is_open else None),
            http_server_adapter=self._guard,
            messaging_endpoint=PATH,
            cloud=environment,
            service_url=SERVICE_URL,
            client=ClientOptions(timeout=SEND_SECONDS),
            fetch_user_token=False,  # nobody's profile is looked up
            state=False,
            telemetry={"agent365": False},
            dangerously_allow_unauthenticated_requests=is_open,
        )
        quieten()
        self._channel = channel(Outbox(self._app))

    async def start(self) -> None:
        """Join the parts of the library."""
        await self._app.initialize()
        if self._keys is not None:
            put_keys(self._app, self._keys)
        # Past the library's own handlers, which refuse kinds of activities that they do not know yet.
        self._app.server.on_request = self._on_activity

    async def take(self, request: Request) -> Response:
        """Answer a request of Teams."""
        return await self._guard.take(request)

    async def close(self) -> None:
        """Stop threads and connections."""
        if self._keys is not None:
            self._keys.close()
        for client in (self._app.http_client, self._app.api.http):
            await client.http.aclose()

    async def _on_activity(self, event: ActivityEvent) -> InvokeResponse[Any]:
        try:
            incoming = read_activity(event.body.model_dump(exclude={"service_url"}))
        except NotAnActivityError as error:
            log.warning("a message was refused: its %s", error)
            return InvokeResponse(status=400, body={"error": "not an activity"})
        try:
            is_done = await self._channel.take(incoming)
        except Exception as error:  # its text may hold what was written
            log.error("a message broke: %s", type(error).__name__)
            is_done = False
        return InvokeResponse(status=200 if is_done else 502)


def put_keys(app: App, keys: Keys) -> None:
    """Let the library look keys up where no request has to wait for them.

    It reaches into the library, which has no other place for it: the version is pinned, and a test fails if it moves.
    Raises: AttributeError.
    """
    validator = app.server._token_validator
    assert validator is not None
    service = validator._service_validator
    _ = service._jwks_client  # it must be there, else ours would never be asked
    service._jwks_client = keys  # type: ignore[assignment]


def _key_set(environment: CloudEnvironment) -> str:
    return re.sub(r"/openidconfiguration$", "/keys", environment.openid_metadata_url)


async def _no_token(_: object, __: str | None) -> str:
    """The library wants a token to send with; where nobody asks for one it is not signed."""
    return jwt.encode({}, "", "none")
