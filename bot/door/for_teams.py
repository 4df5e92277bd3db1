"""Microsoft Teams at the door: the endpoint, and what the channel borrows of the door."""

from __future__ import annotations

import asyncio
import functools
import logging
from collections.abc import Mapping, Sequence
from contextvars import ContextVar
from typing import TYPE_CHECKING, Any

from fastapi import FastAPI, Request, Response
from fastapi.responses import JSONResponse

from bot.door.api import answered
from bot.door.cleaning import clean_text
from bot.door.incoming import Message, RefusedError, read_body
from bot.door.info import retention
from bot.door.making import case_of
from bot.door.middleware import where
from bot.door.offers import offers_in
from bot.door.rendering import kinds_of
from bot.door.sealing import sealed
from bot.door.switch import areas_in
from bot.door.ticking import after_ticks
from bot.door.words import reply_of
from bot.guidance.reply import Reply
from bot.settings import Settings, SettingsError

if TYPE_CHECKING:
    from bot.door.parts import Parts
    from bot.teams.bot import Bot, Cloud
    from bot.teams.channel import Door
    from bot.teams.words import Words

PATH = "/api/messages"
CHANNEL = "teams"
log = logging.getLogger("signpost.door")
_under_way: ContextVar[Request] = ContextVar("request")  # whose line of the log tells how its reply went
DOCUMENTS = (("print", "print"), ("pdf", "print"), ("docx", "print"), ("ics", "calendar"))


def is_set_up(settings: Settings) -> bool:
    """Whether Teams is to be answered."""
    return bool(settings.teams_app_id) or settings.teams_dangerously_allow_unauthenticated_requests


def join_teams(app: FastAPI, parts: Parts, covers: str, cloud: Cloud | None) -> Bot | None:
    """Put the endpoint into the door's app. Returns: the bot, to be started and closed; None without settings.

    Args:
        covers: the names of the councils, as they are said.
    Raises: SettingsError: the area that is taken for granted is none.
    """
    bot = _bot(parts, covers, cloud) if is_set_up(parts.settings) else None

    @app.post(PATH)
    async def take(request: Request) -> Response:
        if bot is None:
            return JSONResponse({"error": parts.words.error("teams_off")}, 503)
        _under_way.set(request)
        try:
            return await bot.take(request)
        except RefusedError as refused:  # its own words tell the limit of the chat
            return JSONResponse({"error": refused.code}, refused.status)

    return bot


def _bot(parts: Parts, covers: str, cloud: Cloud | None) -> Bot:
    # Not at the top: the library takes seconds and 50 MB, and most installations have no Teams.
    from bot.teams.bot import Bot, Cloud
    from bot.teams.channel import Channel
    from bot.teams.guard import LARGEST_BODY
    from bot.teams.keeper import Keeper
    from bot.teams.words import Words

    settings = parts.settings
    if settings.teams_area and parts.turns.known_area(settings.teams_area) is None:
        raise SettingsError(f"SIGNPOST_TEAMS_AREA: there is no area {settings.teams_area!r}")
    words = Words.load({"covers": covers, "retention": retention(settings)})
    door, keeper, secret = borrowed(parts, words), Keeper(parts.teams), settings.secret.get_secret_value()
    read = functools.partial(read_body, max_bytes=LARGEST_BODY)
    return Bot(settings, cloud or Cloud(), read, lambda outbox: Channel(door, keeper, outbox, words, secret))


def borrowed(parts: Parts, words: Words) -> Door:
    """What the channel uses of the door."""
    from bot.teams.channel import Door

    settings, secret = parts.settings, parts.settings.secret.get_secret_value()

    async def answer(sender: str, text: str, message_id: str) -> dict[str, Any]:
        message = Message(sender, clean_text(text), settings.teams_area or None, message_id, channel=CHANNEL)
        return (await answered(parts, _under_way.get(), message)).reply

    async def ticked(reply: dict[str, Any], ids: frozenset[str]) -> dict[str, Any]:
        if said := await asyncio.to_thread(_off, parts, areas_in(reply)):
            return reply_of("switched_off", said, reply["area"])
        try:
            after = await asyncio.to_thread(
                lambda: after_ticks(reply, ids, words.after_ticks, parts.shelf.knowledge()).model_dump(mode="json")
            )
        except Exception as error:  # the offers cannot be read; whatever it is, it is told in words
            log.error("ticks were not counted: %s", where(error))
            return parts.words.reply("error", "error", reply["area"])
        return sealed(secret, after)

    return Door(
        conversation_of=parts.turns.conversation_of,
        may_ask=parts.limits.allows_sender,
        answer=answer,
        after_ticks=ticked,
        forget=parts.clear_conversation,
        links=lambda reply, link: links_of(reply, link, settings.public_url),
        say=lambda name, status="small_talk", **values: reply_of(status, words.said(name, **values)),
    )


def _off(parts: Parts, areas: Sequence[str]) -> str:
    """What is said where Teams is switched off, altogether or for one of some areas; else nothing."""
    if parts.board.is_off(None, CHANNEL):
        return parts.words.switched_off([])
    off = parts.board.off_among(areas, CHANNEL)
    known = offers_in(parts.settings.content_dir) if off else {}
    return parts.words.switched_off([known[area] for area in off if area in known]) if off else ""


def links_of(reply: Mapping[str, Any], link: str, base: str) -> dict[str, str]:
    """Addresses that a card leads to, by kind. `link`: the name under which its documents are found.

    Without an address of our own as people see it (`base`) there are none.
    """
    if not base:
        return {}
    # Answers have enough buttons: where to read more about Signpost itself is told where nothing was asked.
    found = {page: f"{base}/{page}" for page in ("help", "privacy") if reply["status"] == "small_talk"}
    if not reply["seal"]:
        return found
    kinds = kinds_of(reply)
    found |= {kind: f"{base}/kept/{link}/{kind}" for kind, need in DOCUMENTS if need in kinds}
    drafts = sum(takeaway["kind"] == "email" for takeaway in reply["takeaways"])
    found |= {f"eml-{number}": f"{base}/kept/{link}/eml?draft={number}" for number in range(drafts)}
    if packed := case_of(Reply.model_validate(reply)):
        found["case"] = f"{base}/case/{packed}"
    return found
