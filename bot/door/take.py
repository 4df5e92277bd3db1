"""Documents from a reply, and case links. The reply comes back sealed from the page: nothing is kept for it here."""

import asyncio
import io
import json
import logging
import math
import re
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

import segno
from fastapi import APIRouter, Request, Response
from fastapi.responses import HTMLResponse, RedirectResponse
from pydantic import ValidationError
from sqlalchemy.exc import SQLAlchemyError

from bot.door.incoming import RefusedError, read_body, sender_of
from bot.door.making import Documents, case_of, today
from bot.door.middleware import where
from bot.door.offers import offers_in
from bot.door.page import form_pairs
from bot.door.parts import Parts
from bot.door.sealing import is_sealed, mark_of, sealed
from bot.door.switch import areas_in
from bot.door.templating import template
from bot.guidance.case import Case, CaseError, opened, pack, unpack
from bot.guidance.case_packing import parted
from bot.guidance.reply import ItemState, Reply
from bot.guidance.taking import Taking
from bot.guidance.turn import Memory
from bot.knowledge.store import StoreEmptyError

LARGEST_BODY = 512 * 1024  # a reply comes back encoded for a form, two or three times its size
MOST_AT_ONCE = 2  # documents made at the same time; threads are left for what else needs them
MOST_WAITING = 40
CHANNEL = "web"  # that of documents and case links
TEAMS = "teams"  # that of documents of replies in Teams
_HOST = re.compile(r"[a-z0-9.-]{1,253}(:[0-9]{1,5})?|\[[0-9a-f:.]{2,45}\](:[0-9]{1,5})?", re.IGNORECASE)
log = logging.getLogger("signpost.door")


def take_routes(parts: Parts) -> APIRouter:
    """The routes of documents and case links."""
    router = APIRouter()
    desk = TakeAway(parts)

    @router.post("/take/{kind}")
    async def take(kind: str, request: Request) -> Response:
        return await desk.take(kind, request)

    @router.get("/kept/{link}/{kind}")
    async def take_kept(link: str, kind: str, request: Request, draft: str = "0") -> Response:
        return await desk.take_kept(link, kind, draft, request)

    @router.get("/case/{packed}")
    async def show_case(packed: str, request: Request) -> Response:
        return await desk.show_case(packed, request)

    @router.get("/case/{packed}/qr.svg")
    async def qr_code(packed: str, request: Request) -> Response:
        return await desk.qr_code(packed, request)

    return router


class TakeAway:
    """Makes documents and opens cases. What cannot be done is said on a page, since a person sees it."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts
        self._words = parts.words
        self._documents = Documents(parts)
        self._places = asyncio.Semaphore(MOST_AT_ONCE)
        self._waiting = 0

    async def take(self, kind: str, request: Request) -> Response:
        """One document. `kind`: print, pdf, docx, ics, eml; or case, which leads to the page of the case."""

        async def take_it() -> Response:
            if kind != "case" and kind not in self._documents:
                raise RefusedError(404, "not_found")
            try:
                pairs = form_pairs(await read_body(request, LARGEST_BODY))
                fields = dict(pairs)
                data = fields["reply"] if "reply" in fields else self._shown(fields)
            except RefusedError as refused:
                raise RefusedError(refused.status, "not_sealed") from None
            ticked = {value for name, value in pairs if name == "ticked"}
            return await self._in_turn(lambda: self._made(kind, data, ticked, fields))

        return await self._in_words(request, take_it)

    async def take_kept(self, link: str, kind: str, draft: str, request: Request) -> Response:
        """One document of a reply that was given in Teams, which is kept there as long as its conversation."""

        async def take_it() -> Response:
            if kind not in self._documents:
                raise RefusedError(404, "not_found")
            return await self._in_turn(lambda: self._of_kept(kind, link, draft))

        return await self._in_words(request, take_it)

    async def show_case(self, packed: str, request: Request) -> Response:
        """The page of a case link."""
        return await self._in_words(
            request, lambda: self._in_turn(lambda: self._case_page(packed, self._link(packed, request)))
        )

    async def qr_code(self, packed: str, request: Request) -> Response:
        """A case link as a QR code (SVG)."""
        return await self._in_words(
            request, lambda: self._in_turn(lambda: self._qr_code(packed, self._link(packed, request)))
        )

    async def _in_words(self, request: Request, answer: Callable[[], Awaitable[Response]]) -> Response:
        """What is answered; where that fails, a page that says why."""
        try:
            self._parts.limits.check_address(request)
            return await answer()
        except RefusedError as refused:
            return self._refused(refused)
        except (StoreEmptyError, SQLAlchemyError) as error:
            log.error("the offers cannot be read: %s", where(error))
            return self._refused(RefusedError(503, "offers_unavailable"))
        except Exception as error:  # its text may hold what a person typed
            log.error("a document broke: %s", where(error))
            return self._refused(RefusedError(500, "internal"))

    async def _in_turn(self, work: Callable[[], Response]) -> Response:
        """Do the work in a thread, a few at once. Raises RefusedError (503): too many wait."""
        if self._waiting >= MOST_WAITING:
            raise RefusedError(503, "busy_making", retry_after_seconds=30)
        self._waiting += 1
        try:
            async with self._places:
                return await asyncio.to_thread(work)
        finally:
            self._waiting -= 1

    # ------------------------------------------------------------------ what comes back

    def _shown(self, fields: Mapping[str, str]) -> object:
        """The reply that the plain page showed in a conversation, or None."""
        sender = sender_of({"sender": fields.get("conversation")}, self._parts.settings.max_sender_chars)
        entry = self._parts.transcripts.entry(self._parts.turns.conversation_of(sender), fields.get("turn", ""))
        return entry["reply"] if entry else None

    def _made(self, kind: str, data: object, ticked: set[str], fields: Mapping[str, str]) -> Response:
        reply = self._reply_in(data)
        if kind == "case":
            return RedirectResponse(self._case_path(reply, ticked), 303)
        return self._documents.made(kind, reply, ticked, fields)

    def _of_kept(self, kind: str, link: str, draft: str) -> Response:
        card = self._parts.teams.card_of_link(link)
        if card is None:
            raise RefusedError(404, "not_kept")
        reply = Reply.model_validate(card.reply)
        self._refuse_if_off(areas_in(card.reply), TEAMS)
        done = {item.statement_id for item in reply.checklist if item.state is ItemState.DONE}
        return self._documents.made(kind, self._as_before_ticks(reply), done, {"draft": draft})

    def _as_before_ticks(self, reply: Reply) -> Reply:
        """The reply with the items that were ticked by hand not done by what was said: a document tells them apart."""
        if not (packed := case_of(reply)):
            return reply
        try:
            by_hand = unpack(packed, self._parts.shelf.knowledge()).ticked
        except CaseError:  # of content that has changed since
            return reply
        items = [
            item.model_copy(update={"state": ItemState.UNKNOWN}) if item.statement_id in by_hand else item
            for item in reply.checklist
        ]
        return reply.model_copy(update={"checklist": items})

    def _reply_in(self, data: object) -> Reply:
        """The reply, given as JSON text or as what it holds. Raises RefusedError (403): it is not a sealed one."""
        try:
            data = json.loads(data) if isinstance(data, str) else data
        except (ValueError, RecursionError):
            data = None
        if not isinstance(data, dict) or not is_sealed(self._parts.settings.secret.get_secret_value(), data):
            raise RefusedError(403, "not_sealed")
        try:
            reply = Reply.model_validate(data)
        except ValidationError:
            raise RefusedError(403, "not_sealed") from None
        self._refuse_if_off(areas_in(reply.model_dump(mode="json")))
        return reply

    # ------------------------------------------------------------------ cases

    def _case_path(self, reply: Reply, ticked: set[str]) -> str:
        packed = case_of(reply)
        if not packed:
            raise RefusedError(404, "nothing_to_take")
        case = self._case_in(packed)
        by_hand = ticked - {item.statement_id for item in reply.checklist if item.state is ItemState.DONE}
        try:
            return f"/case/{pack(replace(case, ticked=tuple(by_hand)))}"
        except ValueError:
            raise RefusedError(400, "case_not_packed") from None

    def _case_in(self, packed: str) -> Case:
        try:
            case = unpack(packed, self._parts.shelf.knowledge())
        except CaseError as error:
            raise RefusedError(400, f"case_{error.kind}") from None
        self._refuse_if_off([case.area])
        return case

    def _refuse_if_off(self, areas: Sequence[str], channel: str = CHANNEL) -> None:
        """Raises RefusedError (503): Signpost is switched off, altogether or for one of the areas."""
        board = self._parts.board
        off = board.off_among(areas, channel)
        if off or board.is_off(None, channel):
            known = offers_in(self._parts.settings.content_dir)
            offers = [] if board.is_off(None, channel) else [known[area] for area in off if area in known]
            raise RefusedError(503, "switched_off", text=self._words.switched_off(offers, "errors"))

    def _case_page(self, packed: str, link: str) -> Response:
        knowledge, case = self._parts.shelf.knowledge(), self._case_in(packed)
        found = opened(case, knowledge, today())
        assert knowledge.common.wording is not None
        reply = Taking(knowledge, knowledge.common.wording).add(found.reply, Memory())
        secret = self._parts.settings.secret.get_secret_value()
        data = sealed(secret, {**reply.model_dump(mode="json"), "mark": mark_of(secret, parted(packed)[1])})
        area = knowledge.areas[case.area]
        html = template("case.html").render(
            words=self._words.page,
            documents=self._words.documents,
            title=self._words.documents["case_title"].format(route=area.routes[case.route].name),
            area=area,
            name=brand.name if (brand := self._parts.brands.get(area.id)) else self._words.page["title"],
            notices=data["notices"],
            reply=_with_ticks({**data, "notices": []}, found.ticked),
            sent=json.dumps(data, ensure_ascii=False),
            link=link,
            qr=f"/case/{packed}/qr.svg",
        )
        return HTMLResponse(html)

    def _qr_code(self, packed: str, link: str) -> Response:
        self._case_in(packed)
        drawn = io.BytesIO()
        segno.make_qr(link, error="l").save(drawn, kind="svg", scale=4, border=4, light="#fff", title=None)
        return Response(drawn.getvalue(), media_type="image/svg+xml")

    def _link(self, packed: str, request: Request) -> str:
        """The whole link: at the address that is set, else at the one that was asked. Raises RefusedError (400)."""
        base = self._parts.settings.public_url
        if not base and not _HOST.fullmatch(request.headers.get("host", "")):
            raise RefusedError(400, "bad_host")
        return f"{base or str(request.base_url).rstrip('/')}/case/{packed}"

    def _refused(self, refused: RefusedError) -> Response:
        text = refused.text or self._words.error(refused.code)
        html = template("notice.html").render(words=self._words.page, text=text)
        seconds = refused.retry_after_seconds
        headers = {} if seconds is None else {"retry-after": str(math.ceil(seconds))}
        return HTMLResponse(html, refused.status, headers)


def _with_ticks(reply: dict[str, Any], ticked: tuple[str, ...]) -> dict[str, Any]:
    """The reply as shown: what was ticked by hand is ticked."""
    items = [{**i, "state": "done"} if i["statement_id"] in ticked else i for i in reply["checklist"]]
    return {**reply, "checklist": items}
