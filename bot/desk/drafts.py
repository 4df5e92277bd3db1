"""Drafts of enquiries: an e-mail looked through, its questions found, and what an adviser changes of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from fastapi.concurrency import run_in_threadpool

from bot.desk.desk import Desk, Looked
from bot.desk.errors import DeskError
from bot.desk.letters import Letter
from bot.guidance.draft import Draft, Question

MOST_QUESTIONS = 20
MOST_STATEMENTS = 30
LONGEST_QUESTION = 400


@dataclass(frozen=True, slots=True)
class Made:
    """An e-mail as it is kept, with its draft."""

    subject: str
    body: str
    counts: dict[str, int]
    draft: Draft


async def made_of(desk: Desk, letter: Letter, area: str | None) -> Made | None:
    """The draft of a letter. None: it may tell of a child in danger, and nothing of it goes on.

    Raises: DeskError: the engine does not answer. StoreEmptyError, SQLAlchemyError: no offer can be read.
    """
    subject = await looked(desk, letter.subject)
    body = await looked(desk, letter.body)
    if subject is None or body is None:
        return None
    parse = await desk.parse("\n\n".join(part for part in (subject.corrected, body.corrected) if part))
    draft = await run_in_threadpool(lambda: desk.drafting().draft(parse, area, desk.today()))
    counts = dict(body.counts)
    for kind, number in subject.counts.items():
        counts[kind] = counts.get(kind, 0) + number
    return Made(subject.masked, body.masked, counts, draft)


async def drafted_again(
    desk: Desk, subject: str, body: str, area: str | None, facts: Mapping[str, Any] | None
) -> Draft:
    """The draft of an e-mail that is kept, under corrected facts."""
    parse = await desk.parse("\n\n".join(part for part in (subject, body) if part))
    known = None if facts is None else desk.drafting().known(facts)
    return await run_in_threadpool(lambda: desk.drafting().draft(parse, area, desk.today(), known))


async def answered(desk: Desk, text: str, area: str, facts: Mapping[str, Any], number: str) -> Question | None:
    """A question that an adviser wrote, with its statements. None: it may tell of a child in danger."""
    seen = await looked(desk, text[:LONGEST_QUESTION])
    if seen is None:
        return None
    parse = await desk.parse(seen.corrected)
    known = desk.drafting().known(facts)
    found = await run_in_threadpool(lambda: desk.drafting().answer(parse, area, known, number))
    return found.model_copy(update={"text": seen.masked})


async def looked(desk: Desk, text: str) -> Looked | None:
    """A text, masked. None for a disclosure."""
    if not text.strip():
        return Looked("", "", {})
    seen = await desk.look_through(text)
    return None if seen.is_disclosure else seen


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
    Raises: DeskError: no such statement, or no such act.
    """
    ids = list(question.statements)
    if act == "add" and statement in known:
        ids = [*(i for i in ids if i != statement), statement][:MOST_STATEMENTS]
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
