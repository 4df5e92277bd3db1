"""The chat page: alone, in the widget's frame, and, without a script, as a plain form with a masked transcript."""

import secrets
from collections.abc import Mapping
from urllib.parse import parse_qsl

from fastapi import APIRouter, Request, Response
from fastapi.responses import HTMLResponse
from sqlalchemy.exc import SQLAlchemyError

from bot.door.api import answered
from bot.door.incoming import RefusedError, message_of, read_body, sender_of
from bot.door.parts import Parts
from bot.door.templating import template

PATHS = ("/", "/chat")
_MOST_FIELDS = 60
LARGER = 8  # times what JSON may have: a form is read as a whole, and a message that is too long gets kind words


def page_routes(parts: Parts) -> APIRouter:
    """The routes of the page."""
    router = APIRouter()
    page = ChatPage(parts)

    for path in PATHS:

        @router.get(path)
        async def show(area: str = "", frame: str = "") -> Response:
            return page.show(page.new_conversation(), area, is_frame=frame == "1")

        @router.post(path)
        async def take_form(request: Request) -> Response:
            return await page.take_form(request)

    return router


class ChatPage:
    """Shows a conversation as HTML and takes what its forms send."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts
        self._template = template("page.html")

    @staticmethod
    def new_conversation() -> str:
        """An unguessable id."""
        return secrets.token_urlsafe(16)

    def show(
        self, conversation: str, area: str | None, status: int = 200, note: str = "", *, is_frame: bool = False
    ) -> Response:
        """The page with the conversation so far. `note`: a sentence of the door's own above the form."""
        known = self._parts.turns.known_area(area) or ""
        brand = self._parts.brands.get(known)
        html = self._template.render(
            words=self._parts.words.page,
            name=brand.name if brand else self._parts.words.page["title"],
            transcript=self._parts.transcripts.entries(self._parts.turns.conversation_of(conversation)),
            conversation=conversation,
            area=known,
            is_frame=is_frame,
            action="/chat",
            message_id=secrets.token_urlsafe(12),
            note=note,
        )
        return HTMLResponse(html, status)

    async def take_form(self, request: Request) -> Response:
        """Answer a form. What JSON clients get as an HTTP error, a person gets in words on the page."""
        settings = self._parts.settings
        conversation, area, is_frame = self.new_conversation(), "", False
        try:
            self._parts.limits.check_address(request)
            fields = form_fields(await read_body(request, LARGER * settings.max_body_bytes))
            is_frame = fields.get("frame") == "1"
            if request.headers.get("sec-fetch-site", "same-origin") == "same-origin":
                # else another site sent it: a conversation that it knows must not become this person's
                conversation = sender_of({"sender": fields.get("conversation")}, settings.max_sender_chars)
            area = fields.get("area", "")
            if "clear" in fields:
                return await self._cleared(conversation, area, is_frame)
            self._parts.limits.check_sender(request, conversation)
            await self._take(request, conversation, fields)
        except RefusedError as refused:
            words = self._parts.words.error(refused.code)
            return self.show(conversation, area, refused.status, words, is_frame=is_frame)
        return self.show(conversation, area, is_frame=is_frame)

    async def _cleared(self, conversation: str, area: str, is_frame: bool) -> Response:
        words = self._parts.words.page
        try:
            await self._parts.clear(conversation)
        except SQLAlchemyError:
            return self.show(conversation, area, 503, words["clear_failed"], is_frame=is_frame)
        return self.show(self.new_conversation(), area, note=words["cleared"], is_frame=is_frame)

    async def _take(self, request: Request, conversation: str, fields: Mapping[str, str]) -> None:
        message = message_of(
            {
                "sender": conversation,
                "message": fields.get("choice", "") or fields.get("text", ""),
                "metadata": {"area": fields.get("area"), "message_id": fields.get("message_id", "")},
            },
            self._parts.settings.max_sender_chars,
        )
        self._parts.note(message, await answered(self._parts, request, message))


def form_fields(body: bytes) -> dict[str, str]:
    """The fields of an URL-encoded form, the last of each name. Raises RefusedError (400): not UTF-8, too many."""
    return dict(form_pairs(body))


def form_pairs(body: bytes) -> list[tuple[str, str]]:
    """The fields of an URL-encoded form in order. Raises RefusedError (400): not UTF-8, or too many fields."""
    try:
        text = body.decode("utf-8")
        return parse_qsl(text, keep_blank_values=True, errors="strict", max_num_fields=_MOST_FIELDS)
    except ValueError:
        raise RefusedError(400, "bad_form") from None
