"""Documents from a reply of ours: page to print, PDF, Word, calendar file, draft e-mail."""

from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime

from fastapi import Response
from fastapi.responses import HTMLResponse

from bot.documents import Sheet, calendar_of, docx_of, eml_of, load_words, pdf_of, points_by_id, sheet_of
from bot.documents.blocks import blocks_of
from bot.door.incoming import RefusedError
from bot.door.parts import Parts
from bot.door.rendering import ticks_of
from bot.door.templating import template
from bot.guidance.area import Knowledge
from bot.guidance.case import CaseError, unpack
from bot.guidance.reply import ItemState, Reply
from bot.guidance.speaking import Speaker
from bot.guidance.turn import Memory
from bot.guidance.zone import london

FIRST_SEQUENCE = datetime(2026, 1, 1, tzinfo=UTC)  # sequence numbers of calendar entries are minutes since then
OF_A_PUPIL = ("year", "ehcp", "needs")
PDF, DOCX, ICS, EML = (
    "application/pdf",
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "text/calendar; charset=utf-8",
    "message/rfc822",
)


class Documents:
    """Makes documents by kind. Not quick: call it in a thread."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts
        self._words = parts.words
        self._makers: dict[str, Callable[[Reply, set[str], Mapping[str, str]], Response]] = {
            "print": self._print,
            "pdf": self._pdf,
            "docx": self._docx,
            "ics": self._ics,
            "eml": self._eml,
        }

    def __contains__(self, kind: str) -> bool:
        return kind in self._makers

    def made(self, kind: str, reply: Reply, ticked: set[str], fields: Mapping[str, str]) -> Response:
        """One document.

        Args:
            ticked: statement ids of the items that are ticked on the page; those that are not are not done any more.
            fields: of the form; `draft` is the number of the e-mail.
        Raises: RefusedError (404): the reply has nothing of that kind; StoreEmptyError, SQLAlchemyError.
        """
        return self._makers[kind](_as_ticked(reply, ticked), ticked, fields)

    def _sheet(self, reply: Reply, ticked: set[str]) -> Sheet:
        knowledge, words = self._parts.shelf.knowledge(), self._words.documents
        ids = dict.fromkeys(p.area for p in reply.parts if p.area in knowledge.areas)
        areas = [knowledge.areas[i] for i in ids if i]
        name = " and ".join(a.name for a in areas)
        assert knowledge.common.wording is not None  # nothing is loaded without it
        speaker, day = Speaker(knowledge, knowledge.common.wording), today()
        notes = [note for area in areas for note in speaker.overdue([area], day, Memory())[0]]
        undated = [a for a in areas if not any(d.review_due for d in a.content.authority.documents)]
        notes += [words["not_reviewed"].format(area=area.name) for area in undated]
        return sheet_of(
            reply,
            title=self._title(reply, knowledge, name),
            area_name=name,
            offer_notes=notes,
            ticked=ticked,
            made_on=day,
            words=load_words(),
        )

    def _title(self, reply: Reply, knowledge: Knowledge, name: str) -> str:
        words = self._words.documents
        if reply.comparison:
            return words["compared_title"]
        try:
            case = unpack(case_of(reply), knowledge)
        except CaseError:  # no case, or one of content that has changed since
            return words["answer_title"].format(area=name) if name else ""
        return words["checklist_title"].format(route=knowledge.areas[case.area].routes[case.route].name)

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


def today() -> date:
    """The day in England."""
    return datetime.now(london()).date()


def case_of(reply: Reply) -> str:
    """The packed case in a reply, "" where it has none."""
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


def _file(content: bytes, media_type: str, name: str) -> Response:
    headers = {"content-disposition": f'attachment; filename="{name}"'}
    return Response(content, media_type=media_type, headers=headers)
