"""The chat page. It works without a script too: each question is a form; a masked transcript is kept."""

import secrets
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl

from fastapi import APIRouter, Request, Response
from fastapi.responses import HTMLResponse
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from sqlalchemy.exc import SQLAlchemyError

from bot.door.api import answered
from bot.door.incoming import RefusedError, message_of, read_body, sender_of
from bot.door.parts import Parts
from bot.door.rendering import blocks_of, extras_of, is_structured, linked, marks_of, sources_of

TEMPLATES_DIR = Path(__file__).with_name("templates")
_MOST_FIELDS = 10


def page_routes(parts: Parts) -> APIRouter:
    """The routes of the page."""
    router = APIRouter()
    page = ChatPage(parts)

    @router.get("/")
    async def show(area: str = "") -> Response:
        return page.show(page.new_conversation(), area)

    @router.post("/")
    async def take_form(request: Request) -> Response:
        return await page.take_form(request)

    return router


class ChatPage:
    """Shows a conversation as HTML and takes what its forms send."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts
        environment = Environment(
            loader=FileSystemLoader(TEMPLATES_DIR),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        environment.filters.update(
            linked=linked, blocks=blocks_of, sources=sources_of, extras=extras_of, marks=marks_of
        )
        environment.tests.update(structured=is_structured)
        self._template = environment.get_template("page.html")

    @staticmethod
    def new_conversation() -> str:
        """An unguessable id."""
        return secrets.token_urlsafe(16)

    def show(self, conversation: str, area: str | None, status: int = 200, note: str = "") -> Response:
        """The page with the conversation so far. `note`: a sentence of the door's own above the form."""
        key = self._parts.turns.conversation_of(conversation)
        kept = self._parts.conversations.peek(key)
        html = self._template.render(
            words=self._parts.words.page,
            transcript=list(kept.transcript) if kept else [],
            conversation=conversation,
            area=self._parts.turns.known_area(area) or "",
            message_id=secrets.token_urlsafe(12),
            note=note,
        )
        return HTMLResponse(html, status)

    async def take_form(self, request: Request) -> Response:
        """Answer a form. What JSON clients get as an HTTP error, a person gets in words on the page."""
        settings = self._parts.settings
        conversation, area = self.new_conversation(), ""
        try:
            self._parts.limits.check_address(request)
            fields = form_fields(await read_body(request, settings.max_body_bytes))
            conversation = sender_of({"sender": fields.get("conversation")}, settings.max_sender_chars)
            area = fields.get("area", "")
            if "clear" in fields:
                return await self._cleared(conversation, area)
            self._parts.limits.check_sender(request, conversation)
            await self._take(request, conversation, fields)
        except RefusedError as refused:
            return self.show(conversation, area, refused.status, self._parts.words.error(refused.code))
        return self.show(conversation, area)

    async def _cleared(self, conversation: str, area: str) -> Response:
        try:
            await self._parts.clear(conversation)
        except SQLAlchemyError:
            return self.show(conversation, area, 503, self._parts.words.page["clear_failed"])
        return self.show(self.new_conversation(), area, note=self._parts.words.page["cleared"])

    async def _take(self, request: Request, conversation: str, fields: Mapping[str, str]) -> None:
        chosen = fields.get("choice", "")
        message_id = fields.get("message_id", "")
        message = message_of(
            {
                "sender": conversation,
                "message": chosen or fields.get("text", ""),
                "metadata": {"area": fields.get("area"), "message_id": message_id},
            },
            self._parts.settings.max_sender_chars,
        )
        outcome = await answered(self._parts, request, message)
        kept = self._parts.conversations.get(self._parts.turns.conversation_of(conversation))
        if any(entry["message_id"] == message_id for entry in kept.transcript if message_id):
            return  # the form was sent again: its turn is shown already
        said = title_of_choice(kept.transcript, chosen) if chosen else outcome.said
        kept.transcript.append({"message_id": message_id, "said": said, "reply": outcome.reply})


def form_fields(body: bytes) -> dict[str, str]:
    """The fields of an URL-encoded form. Raises RefusedError (400): not UTF-8, or too many fields."""
    try:
        pairs = parse_qsl(body.decode("utf-8"), keep_blank_values=True, errors="strict", max_num_fields=_MOST_FIELDS)
    except ValueError:
        raise RefusedError(400, "bad_form") from None
    return dict(pairs)


def title_of_choice(transcript: Any, payload: str) -> str | None:
    """Words of an offered choice; None if it was not offered in this transcript."""
    for entry in reversed(transcript):
        offered = [(c["payload"], c["title"]) for c in entry["reply"]["choices"]]
        offered += [(f.get("payload"), f["label"]) for f in entry["reply"]["understood"]]
        for signed, title in offered:
            if signed == payload:
                return str(title)
    return None
