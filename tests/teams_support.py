"""Teams' side for tests: its signing keys, its key server and its connector, on the loopback; and what a person does.

Microsoft's service cannot be had here. Everything of ours runs as it is: tokens are really signed and really checked.
"""

from __future__ import annotations

import contextlib
import itertools
import json
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import httpx
import jwt
from cryptography.hazmat.primitives.asymmetric import rsa

from bot.teams.bot import PATH, Cloud
from bot.teams.guard import ISSUER
from bot.teams.sdk import PUBLIC, with_overrides

APP = "11111111-2222-4333-8444-555555555555"
TENANT = "aaaaaaaa-bbbb-4ccc-8ddd-eeeeeeeeeeee"
OTHER_TENANT = "99999999-bbbb-4ccc-8ddd-eeeeeeeeeeee"
BOT = f"28:{APP}"
KID = "key-one"
OWN_TOKEN = jwt.encode({"exp": 4_102_444_800, "serviceurl": ""}, "a-secret-of-nobody-in-the-tests-x", "HS256")
SETTINGS: dict[str, Any] = {
    "teams_app_id": APP,
    "teams_app_secret": "an-invented-secret",
    "teams_tenant": TENANT,
    "public_url": "https://signpost.test",
}


@cache
def private_key(name: str = KID) -> rsa.RSAPrivateKey:
    """A key of its own for each name."""
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


def public_jwk(name: str = KID) -> dict[str, Any]:
    """The public half, as a key server gives it."""
    key: dict[str, Any] = jwt.algorithms.RSAAlgorithm.to_jwk(private_key(name).public_key(), as_dict=True)
    return {**key, "kid": name, "use": "sig"}


@dataclass(frozen=True)
class Sent:
    """A request that reached the connector. `id`: what the connector called the message; empty where it took none."""

    id: str
    method: str
    path: str
    body: dict[str, Any]
    authorization: str
    at: float = field(default_factory=time.perf_counter, compare=False)

    @property
    def card(self) -> dict[str, Any]:
        """The card of a message."""
        (attachment,) = self.body["attachments"]
        assert attachment["contentType"] == "application/vnd.microsoft.card.adaptive"
        card: dict[str, Any] = attachment["content"]
        return card


@dataclass
class Microsoft:
    """The key server and the connector. `answers`: status and headers for the next requests; None: none at all."""

    keys: list[dict[str, Any]] = field(default_factory=lambda: [public_jwk()])
    key_seconds: float = 0.0
    key_status: int = 200
    key_body: bytes | None = None  # instead of keys
    key_requests: int = 0
    sent: list[Sent] = field(default_factory=list)
    answers: list[tuple[int, dict[str, str]] | None] = field(default_factory=list)
    url: str = ""
    ids: Iterator[int] = field(default_factory=lambda: itertools.count(1))

    @property
    def service_url(self) -> str:
        """Where messages to Teams go."""
        return f"{self.url}/teams"

    @property
    def messages(self) -> list[Sent]:
        """What was said, without signs of typing and changed cards."""
        return [each for each in self.sent if each.method == "POST" and each.body["type"] == "message"]

    @property
    def changed(self) -> list[Sent]:
        """Cards that were changed."""
        return [each for each in self.sent if each.method == "PUT"]

    @property
    def cloud(self) -> Cloud:
        """For the front door: these keys, and a token of ours that nobody gave."""

        async def token(_: object, __: str | None) -> str:
            return OWN_TOKEN

        metadata = f"{self.url}/v1/.well-known/openidconfiguration"
        return Cloud(with_overrides(PUBLIC, openid_metadata_url=metadata), token)

    def token(self, *, key: str = KID, kid: str | None = KID, alg: str = "RS256", **claims: Any) -> str:
        """A token as the Bot Framework signs them; a claim that is None is left out."""
        now = int(time.time())
        all_claims = {
            "iss": ISSUER,
            "aud": APP,
            "serviceurl": self.service_url,
            "nbf": now - 10,
            "exp": now + 3600,
            **claims,
        }
        payload = {name: value for name, value in all_claims.items() if value is not None}
        return jwt.encode(payload, private_key(key), alg, headers={"kid": kid} if kid else {})


@contextlib.contextmanager
def microsoft() -> Iterator[Microsoft]:
    """Both servers, listening on one port."""
    side = Microsoft()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        wbufsize = -1

        def do_GET(self) -> None:
            side.key_requests += 1
            time.sleep(side.key_seconds)
            self._send(side.key_status, {"keys": side.keys} if side.key_body is None else side.key_body, {})

        def do_POST(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers["content-length"])))
            answer = side.answers.pop(0) if side.answers and body["type"] == "message" else (200, {})
            name = f"card-{next(side.ids)}" if answer is not None and answer[0] < 400 else ""
            side.sent.append(Sent(name, self.command, self.path, body, self.headers.get("authorization", "")))
            if answer is None:
                self.close_connection = True
                return
            status, headers = answer
            self._send(status, {"id": name} if name else {}, headers)

        do_PUT = do_POST  # noqa: N815 - the server's name

        def _send(self, status: int, data: Any, headers: dict[str, str]) -> None:
            content = data if isinstance(data, bytes) else json.dumps(data).encode()
            with contextlib.suppress(ConnectionError):
                self.send_response(status)
                for name, value in headers.items():
                    self.send_header(name, value)
                self.send_header("content-length", str(len(content)))
                self.end_headers()
                self.wfile.write(content)

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    side.url = f"http://127.0.0.1:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    try:
        yield side
    finally:
        server.shutdown()
        server.server_close()


def activity_of(
    side: Microsoft,
    *,
    name: str,
    thread: str,
    kind: str = "personal",
    team: str = "",
    tenant: str = TENANT,
    **fields: Any,
) -> dict[str, Any]:
    """An activity as Teams makes them, a message unless `fields` say otherwise; those that are None are left out."""
    whole = {
        "type": "message",
        "id": f"activity-{next(side.ids)}",
        "timestamp": "2026-11-27T10:00:00Z",
        "serviceUrl": side.service_url,
        "channelId": "msteams",
        "from": {"id": name, "name": "Ann Example", "aadObjectId": "00000000-1111-4222-8333-444444444444"},
        "conversation": {"id": thread, "conversationType": kind, "tenantId": tenant},
        "recipient": {"id": BOT, "name": "Signpost"},
        "channelData": {"tenant": {"id": tenant}} | ({"team": {"id": team}} if team else {}),
        **fields,
    }
    return {key: value for key, value in whole.items() if value is not None}


class Person:
    """Somebody in Teams. Posts activities as Teams does, with a good token unless another is given."""

    def __init__(
        self,
        client: httpx.AsyncClient,
        side: Microsoft,
        name: str = "29:ann",
        *,
        thread: str = "a:ann-and-the-bot",
        kind: str = "personal",
        team: str = "",
        tenant: str = TENANT,
    ) -> None:
        self.client = client
        self.side = side
        self.name = name
        self.thread = thread
        self.kind = kind
        self.team = team
        self.tenant = tenant

    def activity(self, **fields: Any) -> dict[str, Any]:
        """An activity of this person's; fields that are None are left out."""
        place = {"name": self.name, "thread": self.thread, "kind": self.kind, "team": self.team, "tenant": self.tenant}
        return activity_of(self.side, **place, **fields)

    async def post(self, activity: Any, token: str | None = None, **request: Any) -> httpx.Response:
        """Bring an activity to the front door."""
        headers = {"authorization": f"Bearer {self.side.token() if token is None else token}"}
        return await self.client.post(PATH, json=activity, headers=headers, **request)

    async def do(self, **fields: Any) -> list[Sent]:
        """Bring an activity and see what was sent for it."""
        before = len(self.side.sent)
        response = await self.post(self.activity(**fields))
        assert response.status_code == 200, response.text
        return [each for each in self.side.sent[before:] if each.body["type"] != "typing"]

    async def say(self, text: str) -> Sent:
        """Write a message, with a mention where one is needed. Returns: the one answer."""
        fields: dict[str, Any] = {"text": text}
        if self.kind != "personal":
            mention = {"type": "mention", "mentioned": {"id": BOT, "name": "Signpost"}, "text": "<at>Signpost</at>"}
            fields = {"text": f"<at>Signpost</at>&nbsp;{text}", "entities": [mention]}
        (sent,) = await self.do(**fields)
        assert sent.method == "POST"
        return sent

    async def press(self, card_id: str, data: dict[str, Any]) -> list[Sent]:
        """Press a button of a card."""
        return await self.do(value=data, replyToId=card_id)
