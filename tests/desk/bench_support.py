"""What the tests of new enquiries and of the bench share: parses made by hand, and what is stored afterwards."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from fastapi import FastAPI
from sqlalchemy import select

from bot.guidance.mail import sentences
from bot.records.enquiries import Enquiries, Enquiry
from bot.records.finding import EnquiryFilter
from bot.records.models import TurnRow
from bot.records.turns import TurnLog, Unanswered

HOSTILE = "<script>alert(1)</script><img src=x onerror=alert(2)>\"'{{ 7 * 7 }}"


class Parsing:
    """The engine's part: every sentence is a clause that asks how to refer. `texts`: what it was given, in order."""

    def __init__(self) -> None:
        self.texts: list[str] = []

    def __call__(self, text: str) -> dict[str, Any]:
        self.texts.append(text)
        ranking = [{"name": "ask_how_to_refer", "confidence": 0.9}]
        clauses = [
            {
                "text": said.text,
                "start": said.start,
                "end": said.end,
                "intent": "ask_how_to_refer",
                "confidence": 0.9,
                "similarity": 0.9,
                "ranking": ranking,
            }
            for said in sentences(text)
        ]
        return {"text": text, "intent": {"name": "ask_several", "confidence": 0.9}, "clauses": clauses}


def enquiries(app: FastAPI) -> Enquiries:
    """The enquiries of an app."""
    return Enquiries(app.state.desk.database, app.state.desk.clock)


def all_of(app: FastAPI) -> list[Enquiry]:
    """Every enquiry that is stored."""
    found = [enquiries(app).get(line.id) for line in enquiries(app).list(EnquiryFilter(None)).items]
    return [each for each in found if each is not None]


def again(app: FastAPI, enquiry: Enquiry) -> Enquiry:
    """An enquiry as it is stored now."""
    found = enquiries(app).get(enquiry.id)
    assert found is not None
    return found


def unanswered(app: FastAPI) -> tuple[Unanswered, ...]:
    """What was kept for the content owners."""
    return TurnLog(app.state.desk.database).unanswered()


def turns(app: FastAPI) -> list[TurnRow]:
    """All questions that were counted."""
    with app.state.desk.database.session() as session:
        return list(session.scalars(select(TurnRow)))


def stored(app: FastAPI) -> bytes:
    """All bytes of the databases of an app."""
    return b"".join(path.read_bytes() for path in Path(app.state.desk.settings.var_dir).rglob("*") if path.is_file())
