"""A real app with the desk, over the real offers and a database of its own, and people who are signed in to it."""

from __future__ import annotations

import contextlib
import dataclasses
import functools
import tempfile
from collections.abc import AsyncIterator, Callable
from datetime import datetime
from pathlib import Path
from typing import Any

import httpx
import numpy as np
from fastapi import FastAPI

from bot.desk.access import Role
from bot.desk.desk import Desk
from bot.desk.sessions import COOKIE, staff_of
from bot.door.app import create_app
from bot.guidance.service import knowledge_of
from bot.knowledge.store import Store
from bot.settings import Settings
from tests.guidance_support import CONTENT, content, embedder, knowledge
from tests.integration.door_fakes import FakeEngine, fake_is_disclosure, fake_mask, running, spelling

ADDRESS = "http://127.0.0.1:8000"
TENANT = "11111111-1111-4111-8111-111111111111"
NAMES = {Role.ADVISER: "Ada Adviser", Role.SUPERVISOR: "Sam Supervisor", Role.CONTENT_OWNER: "Olive Owner"}
NO_ENGINE = "http://127.0.0.1:9"
Parse = Callable[[str], dict[str, Any]]


class Person(httpx.AsyncClient):
    """A browser of somebody who is signed in. `csrf` belongs into each form; `post_form` puts it there."""

    csrf: str
    staff_id: str
    name: str

    async def post_form(self, path: str, **fields: Any) -> httpx.Response:
        """Send a form as the desk's own pages do."""
        return await self.post(path, data={"csrf": self.csrf, **fields}, headers={"sec-fetch-site": "same-origin"})


@functools.cache
def _folder() -> tempfile.TemporaryDirectory[str]:
    return tempfile.TemporaryDirectory()


@functools.cache
def knowledge_url() -> str:
    """The real offers, loaded once a test run, without the vectors of their phrases. Tests only read them."""
    url = f"sqlite:///{_folder().name}/knowledge.db"
    store = Store(url)
    store.load(content(), lambda texts: np.zeros((len(texts), 384), dtype=np.float32))
    store.engine.dispose()
    return url


@functools.cache
def drafting(*, searchable: bool) -> Any:
    """The guidance for drafts over the real offers, built once a test run.

    `searchable`: with the vectors of all phrases, which take a minute or two to make.
    """
    from bot.guidance.drafting import Drafting

    if searchable:
        return Drafting(knowledge(), embedder().embed)
    store = Store(knowledge_url())
    read = knowledge_of(store, searchable=False)
    store.engine.dispose()
    return Drafting(read, embedder().embed)


@contextlib.asynccontextmanager
async def desk_app(
    folder: Path,
    *,
    parse: Parse | None = None,
    clock: Callable[[], datetime] | None = None,
    mask: Any = fake_mask,
    searchable: bool = False,
    **settings: Any,
) -> AsyncIterator[FastAPI]:
    """The app, started.

    Args:
        folder: for its databases. parse: what the engine makes of a text; without it there is no engine.
        clock: of the desk. mask: the quick fake one, which knows one name, or the real one.
        searchable: statements are found by likeness, too; costs a minute or two once a test run.
    """
    with contextlib.ExitStack() as stack:
        engine_url = NO_ENGINE
        if parse is not None:
            engine = FakeEngine(lambda body: [{"custom": {"parse": parse(body["message"])}}])
            engine_url = stack.enter_context(running(engine)).url
        chosen: dict[str, Any] = {
            "engine_url": engine_url,
            "content_dir": CONTENT,
            "var_dir": folder,
            "knowledge_url": knowledge_url(),
            "records_url": f"sqlite:///{folder / 'records.db'}",
            "tracker_db": folder / "tracker.db",
            **settings,
        }
        app = create_app(
            Settings(_env_file=None, **chosen), mask=mask, is_disclosure=fake_is_disclosure, correct=spelling().correct
        )
        changed: dict[str, Any] = {
            "drafting": lambda: drafting(searchable=searchable),
            **({"clock": clock} if clock else {}),
        }
        app.state.desk = dataclasses.replace(app.state.desk, **changed)
        async with app.router.lifespan_context(app):
            yield app


def browser(app: FastAPI, address: str = "127.0.0.1", base_url: str = ADDRESS) -> httpx.AsyncClient:
    """A browser of nobody. `address`: where its requests come from."""
    return httpx.AsyncClient(transport=httpx.ASGITransport(app, client=(address, 50000)), base_url=base_url)


def signed_in(app: FastAPI, *roles: Role | str, name: str = "") -> Person:
    """A browser of somebody with these roles, as signing in leaves it. The same name is the same person."""
    desk: Desk = app.state.desk
    held = [Role(role) for role in roles]
    name = name or NAMES[held[0]]
    staff = staff_of(desk)
    record = staff.seen(TENANT, name, name, held)
    token = staff.start_session(record.id, held)
    session = staff.session(token)
    assert session is not None
    person = Person(transport=httpx.ASGITransport(app, client=("127.0.0.1", 50000)), base_url=ADDRESS)
    person.cookies.set(COOKIE, token, domain="127.0.0.1")
    person.csrf, person.staff_id, person.name = session.csrf, record.id, name
    return person
