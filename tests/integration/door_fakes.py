"""A real small engine on a free loopback port, and a front door in front of it."""

import contextlib
import functools
import json
import threading
import time
from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import httpx
from fastapi import FastAPI

from bot.door.app import create_app
from bot.guidance.reply import Reply, Status
from bot.settings import Settings
from bot.spelling import Speller, build_speller

WEBHOOK = "/webhooks/rest/webhook"
NAME = "Wilfredina"
"""An invented name, which the fake masking masks."""
DISCLOSURE = "she told me she is being hurt at home"


@dataclass
class FakeEngine:
    """Answers with `answer(body)`: JSON data, raw bytes, or (status, data). Keeps what it got, in order."""

    answer: Callable[[dict[str, Any]], Any] = lambda body: [{"custom": reply(f"You said: {body['message']}")}]
    delay_seconds: float = 0.0
    got: list[dict[str, Any]] = field(default_factory=list)
    url: str = ""

    @property
    def messages(self) -> list[str]:
        return [body["message"] for body in self.got]

    def respond(self, body: dict[str, Any]) -> tuple[int, bytes]:
        self.got.append(body)
        time.sleep(self.delay_seconds)
        answer = self.answer(body)
        status, data = answer if isinstance(answer, tuple) else (200, answer)
        return status, data if isinstance(data, bytes) else json.dumps(data).encode()


@contextlib.contextmanager
def running(engine: FakeEngine, port: int = 0) -> Iterator[FakeEngine]:
    """The engine, listening."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        wbufsize = -1  # one write an answer: two would wait for each other's acknowledgement

        def do_POST(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers["content-length"])))
            self._send(*engine.respond(body))

        def do_GET(self) -> None:
            self._send(200, b"Hello")

        def _send(self, status: int, data: bytes) -> None:
            with contextlib.suppress(ConnectionError):
                self.send_response(status)
                self.send_header("content-length", str(len(data)))
                self.end_headers()
                self.wfile.write(data)

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", port), Handler)
    engine.url = f"http://127.0.0.1:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    try:
        yield engine
    finally:
        server.shutdown()
        server.server_close()


def reply(text: str, status: str = "answered", **fields: Any) -> dict[str, Any]:
    """A reply as an action sends it."""
    return Reply(status=Status(status), text=text, **fields).model_dump(mode="json")


@dataclass
class FakeMasked:
    text: str
    found: list[str]
    spans: list[Any]


def fake_mask(text: str) -> FakeMasked:
    masked = text.replace(NAME, "the pupil")
    spans = [SimpleNamespace(kind="name")] * text.count(NAME)
    return FakeMasked(masked, ["name"] if spans else [], spans)


def fake_is_disclosure(text: str) -> bool:
    return DISCLOSURE in text


@functools.cache
def spelling() -> Speller:
    """One speller for all doors: each holds a dictionary of 130 MB, which takes a second to build."""
    return build_speller(["Suffolk", "North Example"])


def served_app() -> FastAPI:
    """A door for a process of its own, with settings from the environment and a guard that is there at once."""
    return create_app(mask=fake_mask, is_disclosure=fake_is_disclosure, correct=str)


@contextlib.asynccontextmanager
async def door(
    engine_url: str,
    folder: Path,
    *,
    mask: Any = fake_mask,
    address: str = "127.0.0.1",
    cloud: Any = None,
    **settings: Any,
) -> AsyncIterator[httpx.AsyncClient]:
    """A client of a front door, which has started; its limits are short, its offers invented."""
    for area, name in (("suffolk", "Suffolk"), ("north-example", "North Example")):
        (folder / "content" / area).mkdir(parents=True, exist_ok=True)
        (folder / "content" / area / "authority.yml").write_text(f"id: {area}\nname: {name}\n", encoding="utf-8")
    chosen: dict[str, Any] = {
        "engine_url": engine_url,
        "engine_timeout_seconds": 1.0,
        "action_timeout_seconds": 0.1,
        "content_dir": folder / "content",
        "tracker_db": folder / "tracker.db",
        "knowledge_url": f"sqlite:///{folder / 'knowledge.db'}",
        "records_url": f"sqlite:///{folder / 'records.db'}",
        "max_sender_chars": 200,
        **settings,
    }
    app = create_app(
        Settings(_env_file=None, **chosen),
        mask=mask,
        is_disclosure=fake_is_disclosure,
        correct=spelling().correct,
        cloud=cloud,
    )
    transport = httpx.ASGITransport(app, client=(address, 50000))
    async with (
        app.router.lifespan_context(app),
        httpx.AsyncClient(transport=transport, base_url="http://door.test", timeout=15) as client,
    ):
        client.app = app  # type: ignore[attr-defined]
        yield client


async def say(client: httpx.AsyncClient, text: Any, sender: Any = "ann", **metadata: Any) -> dict[str, Any]:
    """The one message that comes back for a message."""
    body = {"sender": sender, "message": text} | ({"metadata": metadata} if metadata else {})
    response = await client.post(WEBHOOK, json=body)
    assert response.status_code == 200, response.text
    messages = response.json()
    assert len(messages) == 1
    Reply.model_validate(messages[0]["custom"])
    assert messages[0]["text"] == messages[0]["custom"]["text"]
    message: dict[str, Any] = messages[0]
    return message
