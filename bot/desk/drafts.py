"""Drafts of enquiries: an e-mail looked through, its questions found, and what an adviser changes of them."""

from __future__ import annotations

import logging
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from fastapi.concurrency import run_in_threadpool
from sqlalchemy.exc import SQLAlchemyError

from bot.desk.desk import Desk, Looked, LookThrough
from bot.desk.errors import DeskError
from bot.desk.letters import Letter
from bot.guidance.area import AreaKnowledge
from bot.guidance.draft import Draft, Question
from bot.guidance.reply import Status
from bot.knowledge.model import Kind
from bot.records.turns import Asked, TurnLog

log = logging.getLogger("signpost.desk")
CHANNEL = "desk"
UNSURE = 0.5  # confidence below which a question is kept for the content owners, as unanswered ones are
MOST_QUESTIONS = 20
MOST_STATEMENTS = 30
LONGEST_QUESTION = 400
SUBJECT = "Subject: "


@dataclass(frozen=True, slots=True)
class Masked:
    """An e-mail as it is kept. `corrected`: all of it, spelt right, for the engine. `counts`: of what was masked."""

    subject: str
    body: str
    corrected: str
    counts: dict[str, int]


async def masked(desk: Desk, letter: Letter, *, is_read: bool = False) -> Masked | None:
    """A letter, masked. None: it may tell of a child in danger, and nothing of it goes on.

    `is_read`: an adviser has read it and says that it does not.
    """
    # Together, so that whoever is named in the one is known in the other.
    look = desk.look_through_read if is_read else desk.look_through
    seen = await looked(look, f"{SUBJECT}{letter.subject}\n\n{letter.body}" if letter.subject else letter.body)
    if seen is None:
        return None
    head, _, rest = seen.masked.partition("\n\n") if letter.subject else ("", "", seen.masked)
    corrected = seen.corrected.removeprefix(SUBJECT).strip()
    return Masked(head.removeprefix(SUBJECT), rest, corrected, dict(seen.counts))


async def draft_of(desk: Desk, letter: Masked, area: str | None) -> Draft:
    """The draft of a letter.

    Raises: DeskError: the engine does not answer. StoreEmptyError, SQLAlchemyError: no offer can be read.
    """
    began = time.perf_counter()
    parse = await desk.parse(letter.corrected)
    draft = await run_in_threadpool(lambda: desk.drafting().draft(parse, area))
    await run_in_threadpool(_note, desk, draft.questions, draft.area, time.perf_counter() - began)
    return draft


async def drafted_again(
    desk: Desk, subject: str, body: str, area: str | None, facts: Mapping[str, Any], *, is_first: bool
) -> Draft:
    """The draft of an e-mail that is kept, under corrected facts. `is_first`: its questions were not counted yet."""
    began = time.perf_counter()
    parse = await desk.parse("\n\n".join(part for part in (subject, body) if part))

    def draft() -> Draft:
        drafting = desk.drafting()
        return drafting.draft(parse, area, drafting.known(facts))

    made = await run_in_threadpool(draft)
    if is_first:
        await run_in_threadpool(_note, desk, made.questions, made.area, time.perf_counter() - began)
    return made


async def answered(desk: Desk, text: str, area: str, facts: Mapping[str, Any], number: str) -> Question | None:
    """A question that an adviser wrote, with its statements. None: it may tell of a child in danger."""
    began = time.perf_counter()
    seen = await looked(desk.look_through, text[:LONGEST_QUESTION])
    if seen is None:
        return None
    parse = await desk.parse(seen.corrected)

    def answer() -> Question:
        drafting = desk.drafting()
        return drafting.answer(parse, area, drafting.known(facts), number)

    found = (await run_in_threadpool(answer)).model_copy(update={"text": seen.masked})
    await run_in_threadpool(_note, desk, [found], area, time.perf_counter() - began)
    return found


async def looked(look_through: LookThrough, text: str) -> Looked | None:
    """A text, masked. None for a disclosure."""
    if not text.strip():
        return Looked("", "", {})
    seen = await look_through(text)
    return None if seen.is_disclosure else seen


def _note(desk: Desk, questions: Sequence[Question], area_id: str | None, seconds: float) -> None:
    """Count what was asked, as on every channel. A draft is worth more than its count: a failure is only logged."""
    area = desk.knowledge().areas.get(area_id or "")
    try:
        TurnLog(desk.database).add_many([_asked(desk, q, area, seconds) for q in questions])
    except SQLAlchemyError as error:
        log.error("questions of the desk were not counted: %s", type(error).__name__)


def _asked(desk: Desk, question: Question, area: AreaKnowledge | None, seconds: float) -> Asked:
    chosen = [area.statements[i] for i in question.statements[:1] if i in area.statements] if area else []
    is_kept = question.status is not Status.ANSWERED or question.confidence < UNSURE
    return Asked(
        at=desk.clock(),
        channel=CHANNEL,
        area=area.id if area else "",
        topic=question.topic,
        status=question.status.value,
        milliseconds=round(seconds * 1000),
        gap=next((s.id for s in chosen if s.kind is not Kind.FACT), None),
        confidence=question.confidence,
        question=question.text if is_kept else "",
        content_version=desk.knowledge().version,
    )


def questions_of(data: Sequence[Mapping[str, Any]]) -> list[Question]:
    """The questions as they are kept."""
    return [Question.model_validate(each) for each in data]


def kept(questions: Sequence[Question]) -> list[dict[str, Any]]:
    """The questions as they will be kept."""
    return [q.model_dump(mode="json") for q in questions]


def topics_of(questions: Sequence[Question]) -> list[str]:
    """The topics of an enquiry, each once."""
    return list(dict.fromkeys(q.topic for q in questions if q.topic))


def new_number(questions: Sequence[Question]) -> str:
    """An id that no question has."""
    taken = {q.id for q in questions}
    return next(f"q{n}" for n in range(1, len(taken) + 2) if f"q{n}" not in taken)


def changed(question: Question, act: str, statement: str, known: Mapping[str, object]) -> Question:
    """A question after a statement was added, removed or moved.

    Args:
        act: add, remove, up or down. known: the statements of the area.
    Raises: DeskError: no such statement, no such act, or too many.
    """
    ids = list(question.statements)
    if act == "add" and statement in known:
        ids = [*(i for i in ids if i != statement), statement]
        if len(ids) > MOST_STATEMENTS:
            raise DeskError("many_statements", 409)
    elif act == "remove" and statement in ids:
        ids.remove(statement)
    elif act in ("up", "down") and statement in ids:
        place = ids.index(statement)
        other = place + (1 if act == "down" else -1)
        if 0 <= other < len(ids):
            ids[place], ids[other] = ids[other], ids[place]
    else:
        raise DeskError("bad_form")
    others = [i for i in question.others if i not in ids]
    if act == "remove":
        others = [statement, *others]
    return question.model_copy(update={"statements": ids, "others": others})
