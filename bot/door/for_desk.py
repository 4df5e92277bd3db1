"""What the desk borrows of the door: the privacy guard, the engine, and the offers as drafts need them."""

from __future__ import annotations

import asyncio
import logging
import secrets
import threading
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from sqlalchemy.exc import SQLAlchemyError

from bot.desk.app import add_desk, broken
from bot.desk.desk import Looked, LookThrough, Parse
from bot.desk.errors import DeskError
from bot.door.cleaning import as_plain_text
from bot.door.engine import EngineError
from bot.door.shelf import Shelf
from bot.knowledge.store import Store

if TYPE_CHECKING:
    from fastapi import FastAPI, Response

    from bot.door.guard import Guard
    from bot.door.parts import Parts
    from bot.guidance.drafting import Drafting
    from bot.records.database import Database

log = logging.getLogger("signpost.desk")


def join_desk(app: FastAPI, parts: Parts, database: Database) -> Callable[[], Response]:
    """Put the desk into the door's app. Returns what makes its page for an error that nobody foresaw."""
    desk = add_desk(
        app,
        parts.settings,
        database,
        look_through=_looking_through(parts.guard),
        look_through_read=_looking_through(parts.guard, is_read=True),
        parse=_parsing(parts),
        drafting=Draftings(parts.settings.knowledge_url),
    )
    return lambda: broken(desk)


def _looking_through(guard: Guard, *, is_read: bool = False) -> LookThrough:
    async def look_through(text: str) -> Looked:
        inspected = await guard.inspect(text, is_read=is_read)
        return Looked(inspected.text, inspected.corrected, dict(inspected.counts), inspected.is_disclosure)

    return look_through


def _parsing(parts: Parts) -> Parse:
    async def parse(text: str) -> dict[str, Any]:
        # A conversation of its own, so that nothing of one text colours the next; nothing of it is kept.
        conversation = f"desk-{secrets.token_urlsafe(16)}"
        try:
            async with asyncio.timeout(parts.settings.engine_timeout_seconds):
                messages = await parts.engine.send(conversation, as_plain_text(text), {"parse": True})
        except (EngineError, TimeoutError) as error:
            log.error("the engine failed the desk: %s", error.cause if isinstance(error, EngineError) else "too slow")
            raise DeskError("engine_down", 503) from None
        finally:
            await _forget(parts, conversation)
        for message in messages:
            custom = message.get("custom")
            if isinstance(custom, dict) and isinstance(custom.get("parse"), dict):
                return dict(custom["parse"])
        log.error("the engine failed the desk: no parse")
        raise DeskError("engine_down", 503)

    return parse


async def _forget(parts: Parts, conversation: str) -> None:
    try:
        await asyncio.to_thread(parts.store.delete_conversation, conversation)
    except SQLAlchemyError as error:  # masked text only, which goes with the idle conversations
        log.error("a text of the desk was not forgotten: %s", type(error).__name__)


class Draftings:
    """The guidance for drafts of the newest loaded version. Nothing is loaded before the desk asks.

    Called in threads: the first call loads the language model, which takes seconds.
    """

    def __init__(self, knowledge_url: str) -> None:
        self._shelf = Shelf(lambda: Store(knowledge_url), searchable=True)
        self._lock = threading.Lock()
        self._embed: Any = None
        self._drafting: Drafting | None = None

    def __call__(self) -> Drafting:
        """Raises: StoreEmptyError, SQLAlchemyError: nothing was ever read."""
        from bot.guidance.drafting import Drafting

        knowledge = self._shelf.knowledge()
        with self._lock:
            if self._embed is None:
                from bot.embedding import Embedder  # its library takes a second to import

                self._embed = Embedder().embed
            if self._drafting is None or self._drafting.knowledge is not knowledge:
                self._drafting = Drafting(knowledge, self._embed)
            return self._drafting
