"""The page of a reply: what is seen of it, what can be done now, and what stood in the way."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from fastapi import Response

from bot.desk.blanks import unfilled
from bot.desk.composing import Composed, Voice, compose
from bot.desk.differences import difference, lines_of
from bot.desk.errors import DeskError
from bot.desk.typed import Fault
from bot.desk.visit import Visit
from bot.guidance.draft import Question
from bot.records.enquiries import Enquiries, Enquiry
from bot.records.errors import ChangedMeanwhileError
from bot.records.replies import Replies, Reply
from bot.records.states import ReplyState, is_free

PATH = "/desk/enquiries/{enquiry_id}/reply"
OPEN = frozenset({ReplyState.DRAFT, ReplyState.RETURNED})


@dataclass(frozen=True, slots=True)
class Seen:
    """An enquiry with its reply, if one was composed."""

    enquiry: Enquiry
    reply: Reply | None

    @property
    def path(self) -> str:
        """Address of its page."""
        return PATH.format(enquiry_id=self.enquiry.id)


def replies_of(visit: Visit) -> Replies:
    """The records of replies."""
    return Replies(visit.desk.database, visit.desk.clock)


def load(visit: Visit, enquiry_id: str) -> Seen:
    """Raises: DeskError: there is no such enquiry."""
    enquiry = Enquiries(visit.desk.database, visit.desk.clock).get(enquiry_id)
    if enquiry is None:
        raise DeskError("not_found", 404)
    return Seen(enquiry, replies_of(visit).get(enquiry_id))


def load_composed(visit: Visit, enquiry_id: str) -> tuple[Seen, Reply]:
    """Raises: DeskError: there is no such enquiry, or no reply to it."""
    seen = load(visit, enquiry_id)
    if seen.reply is None:
        raise DeskError("not_found", 404)
    return seen, seen.reply


def compose_for(visit: Visit, enquiry: Enquiry, voice: str, *, with_sources: bool) -> Composed:
    """The reply that the enquiry's chosen statements give now.

    Raises: DeskError: no area was chosen, or no question stands in it.
    """
    area = visit.desk.knowledge().areas.get(enquiry.area or "")
    questions = [Question.model_validate(each) for each in enquiry.questions]
    if area is None:
        raise DeskError("no_area", 409)
    if not questions:
        raise DeskError("no_questions", 409)
    return compose(
        questions,
        area,
        visit.desk.words["letter"],
        Voice(voice),
        with_sources=with_sources,
        today=visit.desk.today(),
        facts=enquiry.facts,
    )


def page(
    visit: Visit,
    seen: Seen,
    status: int = 200,
    *,
    typed: str | None = None,
    values: Mapping[str, str] | None = None,
    reason: str = "",
    faults: Sequence[Fault] = (),
    notices: Sequence[str] = (),
) -> Response:
    """The page of a reply.

    Args:
        typed: what stands in the text field, if not the text that is stored. values: in the blanks, never stored.
        notices: names of sentences in `notices` of words/reply.yml.
    """
    words = visit.desk.words["reply"]
    shown: dict[str, Any] = {}
    if seen.reply is not None:
        shown = _shown(visit, seen, seen.reply)
        notices = [*notices, *(["stale"] if _is_stale(visit, seen.enquiry, seen.reply) else [])]
    return visit.page(
        "reply.html",
        status,
        enquiry=seen.enquiry,
        reply=seen.reply,
        path_here=seen.path,
        typed=typed if typed is not None else (seen.reply.text if seen.reply else ""),
        values=values or {},
        reason=reason,
        errors=[{"text": words["faults"][f.name].format(filled=f.filled), "href": f"#{f.at}"} for f in faults],
        faulty={fault.at: words["faults"][fault.name].format(filled=fault.filled) for fault in faults},
        notices=[words["notices"][name] for name in notices],
        voices=[(voice.value, words["voices"][voice.value]) for voice in Voice],
        **shown,
    )


def _shown(visit: Visit, seen: Seen, reply: Reply) -> dict[str, Any]:
    is_waiting = reply.state is ReplyState.WAITING
    may_decide = is_waiting and visit.may("POST", f"{PATH}/decide")
    return {
        "blanks": unfilled(reply.text),
        "changed_lines": [] if reply.is_free else lines_of(difference(reply.verified, reply.text)),
        "texts": replies_of(visit).texts(seen.enquiry.id),
        "is_open": reply.state in OPEN,
        "is_sent": reply.state is ReplyState.SENT,
        "is_deciding": may_decide and reply.submitted_by != visit.staff_id,
        "is_own": may_decide and reply.submitted_by == visit.staff_id,
    }


def _is_stale(visit: Visit, enquiry: Enquiry, reply: Reply) -> bool:
    """Whether composing it anew would give something else: other statements were chosen, or the offer has changed."""
    if reply.state is ReplyState.SENT:
        return False
    try:
        now = compose_for(visit, enquiry, reply.voice, with_sources=reply.with_sources)
    except DeskError:
        return True
    return not is_free(now.text, reply.verified)


def meanwhile_page(visit: Visit, enquiry_id: str, error: ChangedMeanwhileError, typed: str = "") -> Response:
    """Who changed it and when; what was typed, to copy from, beside what stands there now. Nothing was overwritten."""
    seen = load(visit, enquiry_id)
    return visit.page(
        "reply_meanwhile.html",
        409,
        enquiry=seen.enquiry,
        reply=seen.reply,
        path_here=seen.path,
        changed_by=error.name,
        changed_at=error.at,
        typed=typed,
    )
