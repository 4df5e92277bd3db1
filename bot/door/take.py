"""Documents from a reply, and case links. The reply comes back sealed from the page: nothing is kept for it here."""

import asyncio
import io
import json
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any
from zoneinfo import ZoneInfo

import segno
from fastapi import APIRouter, Request, Response
from fastapi.responses import HTMLResponse, RedirectResponse
from pydantic import ValidationError

from bot.documents import Sheet, calendar_of, docx_of, eml_of, load_words, pdf_of, points_by_id, sheet_of
from bot.documents.blocks import blocks_of
from bot.door.incoming import RefusedError, read_body, sender_of
from bot.door.page import form_pairs
from bot.door.parts import Parts
from bot.door.rendering import ticks_of
from bot.door.sealing import is_sealed, mark_of, sealed
from bot.door.templating import template
from bot.guidance.area import Knowledge
from bot.guidance.case import Case, CaseError, opened, pack, unpack
from bot.guidance.reply import ItemState, Reply
from bot.guidance.speaking import Speaker
from bot.guidance.taking import Taking
from bot.guidance.turn import Memory

FIRST_SEQUENCE = datetime(2026, 1, 1, tzinfo=UTC)  # sequence numbers of calendar entries are minutes since then
OF_A_PUPIL = ("year", "ehcp", "needs")
LARGEST_BODY = 512 * 1024  # a reply comes back encoded for a form, two or three times its size
PDF, DOCX, ICS, EML = (
    "application/pdf",
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "text/calendar; charset=utf-8",
    "message/rfc822",
)


def take_routes(parts: Parts) -> APIRouter:
    """The routes of documents and case links."""
    router = APIRouter()
    desk = TakeAway(parts)

    @router.post("/take/{kind}")
    async def take(kind: str, request: Request) -> Response:
        return await desk.take(kind, request)

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
        self._makers = {"print": self._print, "pdf": self._pdf, "docx": self._docx, "ics": self._ics, "eml": self._eml}

    async def take(self, kind: str, request: Request) -> Response:
        """One document. `kind`: print, pdf, docx, ics, eml; or case, which leads to the page of the case."""
        try:
            self._parts.limits.check_address(request)
            if kind != "case" and kind not in self._makers:
                raise RefusedError(404, "not_found")
            pairs = form_pairs(await read_body(request, LARGEST_BODY))
            fields, ticked = dict(pairs), {value for name, value in pairs if name == "ticked"}
            reply = self._reply_in(fields)
            if kind == "case":
                return RedirectResponse(self._case_path(reply, ticked), 303)
            return await asyncio.to_thread(self._makers[kind], _as_ticked(reply, ticked), ticked, fields)
        except RefusedError as refused:
            return self._refused(refused)

    async def show_case(self, packed: str, request: Request) -> Response:
        """The page of a case link."""
        try:
            self._parts.limits.check_address(request)
            return await asyncio.to_thread(self._case_page, packed, str(request.base_url))
        except RefusedError as refused:
            return self._refused(refused)

    async def qr_code(self, packed: str, request: Request) -> Response:
        """A case link as a QR code (SVG)."""
        try:
            self._parts.limits.check_address(request)
            await asyncio.to_thread(self._case_in, packed)
        except RefusedError as refused:
            return self._refused(refused)
        drawn = io.BytesIO()
        link = self._link(packed, str(request.base_url))
        segno.make_qr(link, error="l").save(drawn, kind="svg", scale=4, border=4, light="#fff", title=None)
        return Response(drawn.getvalue(), media_type="image/svg+xml")

    # ------------------------------------------------------------------ what comes back

    def _reply_in(self, fields: Mapping[str, str]) -> Reply:
        """The sealed reply in a form, or the one that the plain page showed in a conversation."""
        secret = self._parts.settings.secret.get_secret_value()
        if "reply" in fields:
            try:
                data: Any = json.loads(fields["reply"])
            except (ValueError, RecursionError):
                data = None
        else:
            key = self._parts.turns.conversation_of(
                sender_of({"sender": fields.get("conversation")}, self._parts.settings.max_sender_chars)
            )
            entry = self._parts.transcripts.entry(key, fields.get("turn", ""))
            data = entry["reply"] if entry else None
        if not isinstance(data, dict) or not is_sealed(secret, data):
            raise RefusedError(403, "not_sealed")
        try:
            return Reply.model_validate(data)
        except ValidationError:
            raise RefusedError(403, "not_sealed") from None

    # ------------------------------------------------------------------ documents

    def _sheet(self, reply: Reply, ticked: set[str]) -> Sheet:
        knowledge, words = self._parts.shelf.knowledge(), self._words.documents
        ids = dict.fromkeys(p.area for p in reply.parts if p.area in knowledge.areas)
        areas = [knowledge.areas[i] for i in ids if i]
        name = " and ".join(a.name for a in areas)
        assert knowledge.common.wording is not None  # nothing is loaded without it
        speaker, today = Speaker(knowledge, knowledge.common.wording), _today()
        notes = [note for area in areas for note in speaker.overdue([area], today, Memory())[0]]
        undated = [a for a in areas if not any(d.review_due for d in a.content.authority.documents)]
        notes += [words["not_reviewed"].format(area=area.name) for area in undated]
        return sheet_of(
            reply,
            title=self._title(reply, knowledge, name),
            area_name=name,
            offer_notes=notes,
            ticked=ticked,
            made_on=today,
            words=load_words(),
        )

    def _title(self, reply: Reply, knowledge: Knowledge, name: str) -> str:
        words = self._words.documents
        if reply.comparison:
            return words["compared_title"]
        packed = _case_of(reply)
        if packed:
            case = unpack(packed, knowledge)
            return words["checklist_title"].format(route=knowledge.areas[case.area].routes[case.route].name)
        return words["answer_title"].format(area=name) if name else ""

    def _print(self, reply: Reply, ticked: set[str], _: Mapping[str, str]) -> Response:
        sheet = self._sheet(reply, ticked)
        words, documents = self._words.page, self._words.documents
        blocks = blocks_of(sheet)
        return HTMLResponse(template("print.html").render(sheet=sheet, blocks=blocks, words=words, documents=documents))

    def _pdf(self, reply: Reply, ticked: set[str], _: Mapping[str, str]) -> Response:
        sheet = self._sheet(reply, ticked)
        return _file(pdf_of(sheet), PDF, f"{load_words().files[sheet.kind]}.pdf")

    def _docx(self, reply: Reply, ticked: set[str], _: Mapping[str, str]) -> Response:
        sheet = self._sheet(reply, ticked)
        return _file(docx_of(sheet), DOCX, f"{load_words().files[sheet.kind]}.docx")

    def _ics(self, reply: Reply, ticked: set[str], _: Mapping[str, str]) -> Response:
        if not reply.dates:
            raise RefusedError(404, "nothing_to_take")
        now, sheet = datetime.now(UTC), self._sheet(reply, ticked)
        made = calendar_of(
            reply.dates,
            mark=_mark(reply),
            sequence=int((now - FIRST_SEQUENCE).total_seconds()) // 60,
            area_name=sheet.area_name,
            about=sheet.title,
            made_at=now,
            words=load_words(),
            said=points_by_id(reply),
        )
        return _file(made, ICS, f"{load_words().files['dates']}.ics")

    def _eml(self, reply: Reply, _: set[str], fields: Mapping[str, str]) -> Response:
        number = fields.get("draft", "0")
        drafts = [t for t in reply.takeaways if t.kind == "email"]
        if not (number.isascii() and number.isdecimal() and len(number) < 3 and int(number) < len(drafts)):
            raise RefusedError(404, "nothing_to_take")
        return _file(eml_of(drafts[int(number)], datetime.now(UTC)), EML, f"{load_words().files['email']}.eml")

    # ------------------------------------------------------------------ cases

    def _case_path(self, reply: Reply, ticked: set[str]) -> str:
        packed = _case_of(reply)
        if not packed:
            raise RefusedError(404, "nothing_to_take")
        case = self._case_in(packed)
        by_hand = ticked - {item.statement_id for item in reply.checklist if item.state is ItemState.DONE}
        return f"/case/{pack(replace(case, ticked=tuple(by_hand)))}"

    def _case_in(self, packed: str) -> Case:
        try:
            return unpack(packed, self._parts.shelf.knowledge())
        except CaseError as error:
            raise RefusedError(400, f"case_{error.kind}") from None

    def _case_page(self, packed: str, base_url: str) -> Response:
        knowledge, case = self._parts.shelf.knowledge(), self._case_in(packed)
        found = opened(case, knowledge, _today())
        assert knowledge.common.wording is not None
        reply = Taking(knowledge, knowledge.common.wording).add(found.reply, Memory())
        secret = self._parts.settings.secret.get_secret_value()
        data = sealed(secret, {**reply.model_dump(mode="json"), "mark": mark_of(secret, packed.partition(".")[0])})
        area = knowledge.areas[case.area]
        html = template("case.html").render(
            words=self._words.page,
            documents=self._words.documents,
            title=self._words.documents["case_title"].format(route=area.routes[case.route].name),
            area=area,
            reply=_with_ticks(data, found.ticked),
            sent=json.dumps(data, ensure_ascii=False),
            link=self._link(packed, base_url),
            qr=f"/case/{packed}/qr.svg",
        )
        return HTMLResponse(html)

    def _link(self, packed: str, base_url: str) -> str:
        return f"{self._parts.settings.public_url or base_url.rstrip('/')}/case/{packed}"

    def _refused(self, refused: RefusedError) -> Response:
        html = template("notice.html").render(words=self._words.page, text=self._words.error(refused.code))
        return HTMLResponse(html, refused.status)


def _today() -> date:
    return datetime.now(ZoneInfo("Europe/London")).date()


def _case_of(reply: Reply) -> str:
    return next((t.body for t in reply.takeaways if t.kind == "case"), "")


def _mark(reply: Reply) -> str:
    """The name by which dates of one pupil are known again in a calendar: those of another do not replace them."""
    facts = (f"{chip.fact}={chip.value}" for chip in reply.understood if chip.fact in OF_A_PUPIL)
    return "/".join([reply.mark, *facts])


def _as_ticked(reply: Reply, ticked: set[str]) -> Reply:
    """The reply with those items no longer done whose tick the person took away."""
    data = reply.model_dump(mode="json")
    shown = {point["statement_id"] for part in data["parts"] for point, _ in ticks_of(part, data)}
    gone = shown - ticked
    items = [
        item.model_copy(update={"state": ItemState.UNKNOWN})
        if item.statement_id in gone and item.state is ItemState.DONE
        else item
        for item in reply.checklist
    ]
    return reply.model_copy(update={"checklist": items})


def _with_ticks(reply: dict[str, Any], ticked: tuple[str, ...]) -> dict[str, Any]:
    """The reply as shown: what was ticked by hand is ticked."""
    items = [{**i, "state": "done"} if i["statement_id"] in ticked else i for i in reply["checklist"]]
    return {**reply, "checklist": items}


def _file(content: bytes, media_type: str, name: str) -> Response:
    headers = {"content-disposition": f'attachment; filename="{name}"'}
    return Response(content, media_type=media_type, headers=headers)
