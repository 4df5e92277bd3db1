"""The reply to an enquiry: composed, changed, decided on, copied, printed, sent.

Every form says which version of the reply it was made from. What is filled into blanks is never stored: it comes with
the form, is put into the text that is copied, printed or downloaded, and is gone.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from functools import partial

from fastapi import APIRouter, Response
from starlette.concurrency import run_in_threadpool

from bot.desk.blanks import fill, is_value, unfilled
from bot.desk.composing import Voice
from bot.desk.errors import DeskError
from bot.desk.reply_page import PATH, Seen, compose_for, load, load_composed, meanwhile_page, page, replies_of
from bot.desk.switching import refuse_if_off
from bot.desk.typed import Fault, RefusedError, Taken, taken, without_values
from bot.desk.visit import Visit, Visiting
from bot.documents import eml_of
from bot.documents.texts import clean
from bot.guidance.reply import Takeaway
from bot.records.errors import ChangedMeanwhileError, GoneError, NeedsApprovalError, NotNowError, OwnChangeError
from bot.records.locking import name_of
from bot.records.replies import Reply
from bot.records.states import normalised

LONGEST_REASON = 2_000
Step = Callable[[Visit, str], Awaitable[Response]]
# Gives a text whose blanks are filled to the person, in one way or another.
Leave = Callable[[Visit, Seen, str], Response]
REFUSED: dict[type[Exception], str] = {
    NeedsApprovalError: "needs_approval",
    NotNowError: "not_now",
    OwnChangeError: "own_change",
}


def replying_routes() -> APIRouter:
    """The routes of a reply."""
    router = APIRouter()

    @router.get(PATH)
    def show(visit: Visiting, enquiry_id: str) -> Response:
        return page(visit, load(visit, enquiry_id))

    steps: dict[str, Step] = {
        "": _save,
        "/compose": _compose,
        "/submit": _submit,
        "/decide": _decide,
        "/sent": partial(_leave, leave=_sent),
        "/copy": partial(_leave, leave=_copy),
        "/print": partial(_leave, leave=_print),
        ".eml": partial(_leave, leave=_eml),
    }
    for ending, step in steps.items():
        router.add_api_route(f"{PATH}{ending}", _endpoint(step), methods=["POST"])
    return router


def _endpoint(step: Step) -> Callable[..., Awaitable[Response]]:
    """A step as an endpoint. What stands in its way is said on the page of the reply, where nothing typed is lost."""

    async def endpoint(visit: Visiting, enquiry_id: str) -> Response:
        try:
            return await step(visit, enquiry_id)
        except GoneError:
            raise DeskError("not_found", 404) from None
        except ChangedMeanwhileError as error:
            return await run_in_threadpool(meanwhile_page, visit, enquiry_id, error, visit.form.get("text"))
        except RefusedError as error:
            faults = error.faults
        except (NotNowError, OwnChangeError) as error:
            faults = (Fault(REFUSED[type(error)]),)
        return await run_in_threadpool(_refused, visit, enquiry_id, faults)

    return endpoint


def _refused(visit: Visit, enquiry_id: str, faults: tuple[Fault, ...]) -> Response:
    typed = next(iter(visit.form.all("text")), None)
    reason = visit.form.get("reason")
    return page(visit, load(visit, enquiry_id), 409, typed=typed, values=_values(visit), reason=reason, faults=faults)


# ---------------------------------------------------------------------- composing and changing


async def _compose(visit: Visit, enquiry_id: str) -> Response:
    return await run_in_threadpool(_composed, visit, enquiry_id)


def _composed(visit: Visit, enquiry_id: str) -> Response:
    seen = load(visit, enquiry_id)
    voice, with_sources = visit.form.get("voice"), bool(visit.form.get("sources"))
    if voice not in set(Voice):
        raise DeskError("bad_form")
    # A text that somebody worked on is written over only by somebody who says so.
    if seen.reply is not None and not seen.reply.is_free and not visit.form.get("again"):
        raise RefusedError(Fault("again", at="again"))
    refuse_if_off(visit, seen.enquiry.area)
    composed = compose_for(visit, seen.enquiry, voice, with_sources=with_sources)
    replies_of(visit).compose(
        enquiry_id,
        _version(visit) if visit.form.get("version") else None,
        verified=composed.text,
        voice=voice,
        with_sources=with_sources,
        by=visit.staff_id,
        content_version=visit.desk.knowledge().version,
    )
    return visit.go(seen.path, said="reply.composed_less" if composed.missing else "reply.composed")


async def _save(visit: Visit, enquiry_id: str) -> Response:
    found, _ = await _saved(visit, enquiry_id)
    return await run_in_threadpool(_after, visit, enquiry_id, found, "saved")


async def _submit(visit: Visit, enquiry_id: str) -> Response:
    found, reply = await _saved(visit, enquiry_id)
    await run_in_threadpool(replies_of(visit).submit, enquiry_id, reply.version, visit.staff_id)
    return await run_in_threadpool(_after, visit, enquiry_id, found, "submitted")


async def _saved(visit: Visit, enquiry_id: str) -> tuple[Taken, Reply]:
    """Store what was typed."""
    found = await _typed(visit, enquiry_id)
    save = replies_of(visit).save_text
    return found, await run_in_threadpool(save, enquiry_id, _version(visit), found.text, visit.staff_id)


async def _typed(visit: Visit, enquiry_id: str) -> Taken:
    _, reply = await run_in_threadpool(load_composed, visit, enquiry_id)
    return await taken(reply, visit.form.get("text"), visit.desk.look_through)


def _after(visit: Visit, enquiry_id: str, found: Taken, done: str) -> Response:
    """On to the page; where there is more to say than that it was done, the page itself."""
    seen = load(visit, enquiry_id)
    values = {name: value for name, value in {**_values(visit), **found.values}.items() if value}
    if not values and not found.masked:
        return visit.go(seen.path, said=f"reply.{done}")
    more = [name for name, is_so in (("values", found.values), ("masked", found.masked)) if is_so]
    return page(visit, seen, values=values, notices=[done, *more])


# ---------------------------------------------------------------------- deciding


async def _decide(visit: Visit, enquiry_id: str) -> Response:
    decision = visit.form.get("decision")
    if decision == "approve":
        found = await _typed(visit, enquiry_id)
        approve = replies_of(visit).approve
        await run_in_threadpool(approve, enquiry_id, _version(visit), visit.staff_id, found.text)
        return await run_in_threadpool(_after, visit, enquiry_id, found, "approved")
    if decision != "return":
        raise DeskError("bad_form")
    seen, reply = await run_in_threadpool(load_composed, visit, enquiry_id)
    if _is_unsaved(visit, reply):
        raise RefusedError(Fault("unsaved"))
    reason = visit.form.get("reason").strip()
    if not reason or len(reason) > LONGEST_REASON:
        raise RefusedError(Fault("long_reason" if reason else "reason", at="reason"))
    looked = await visit.desk.look_through(clean(reason))
    if looked.is_disclosure:
        raise RefusedError(Fault("disclosure", at="reason"))
    give_back = replies_of(visit).give_back
    await run_in_threadpool(give_back, enquiry_id, _version(visit), looked.masked, visit.staff_id)
    return visit.go(seen.path, said="reply.returned")


# ---------------------------------------------------------------------- leaving the desk


async def _leave(visit: Visit, enquiry_id: str, leave: Leave) -> Response:
    return await run_in_threadpool(_filled, visit, enquiry_id, leave)


def _filled(visit: Visit, enquiry_id: str, leave: Leave) -> Response:
    """Hand out the text with its blanks filled, if it is what the person saw, may be sent, and no blank is left."""
    seen, reply = load_composed(visit, enquiry_id)
    if reply.version != _version(visit):
        raise _moved_on(visit, reply)
    if _is_unsaved(visit, reply):
        raise RefusedError(Fault("unsaved"))
    if not reply.is_sendable:
        raise RefusedError(Fault("needs_approval"))
    values = _values(visit)
    if visit.form.all("text"):
        values = {**values, **without_values(reply, visit.form.get("text")).values}
    fields = {name: f"blank-{number}" for number, name in enumerate(unfilled(reply.text))}
    wrong = [name for name in fields if values.get(name, "").strip() and not is_value(values[name])]
    if wrong:
        raise RefusedError(*(Fault("bad_blank", fields[name], name) for name in wrong))
    text = fill(reply.text, values)
    if left := unfilled(text):
        raise RefusedError(*(Fault("blank_left", fields.get(name, "text"), name) for name in left))
    return leave(visit, seen, text)


def _sent(visit: Visit, seen: Seen, text: str) -> Response:
    replies_of(visit).mark_sent(seen.enquiry.id, _version(visit), visit.staff_id)
    return visit.go(seen.path, said="reply.sent")


def _copy(visit: Visit, seen: Seen, text: str) -> Response:
    return visit.page("reply_copy.html", seen=seen, text=text, subject=_subject(visit, seen), values=_values(visit))


def _print(visit: Visit, seen: Seen, text: str) -> Response:
    return visit.page("reply_print.html", seen=seen, text=text, subject=_subject(visit, seen))


def _eml(visit: Visit, seen: Seen, text: str) -> Response:
    made = eml_of(Takeaway(kind="email", subject=_subject(visit, seen), body=text), visit.desk.clock())
    name = f"reply-{seen.enquiry.number}.eml"
    return Response(made, 200, {"content-disposition": f'attachment; filename="{name}"'}, "message/rfc822")


def _subject(visit: Visit, seen: Seen) -> str:
    words = visit.desk.words["reply"]
    return str(words["subject"].format(subject=seen.enquiry.subject or words["no_subject"]))


# ---------------------------------------------------------------------- the form


def _version(visit: Visit) -> int:
    return visit.form.whole_number("version")


def _values(visit: Visit) -> dict[str, str]:
    """What was filled into blanks, by their names."""
    names, values = visit.form.all("blank_name"), visit.form.all("blank")
    if len(names) != len(values):
        raise DeskError("bad_form")
    return dict(zip(names, map(clean, values), strict=True))


def _is_unsaved(visit: Visit, reply: Reply) -> bool:
    """Whether the text field came along, changed: what is handed out must be what stands in it."""
    typed = visit.form.all("text")
    return bool(typed) and without_values(reply, typed[-1]).text != normalised(reply.text)


def _moved_on(visit: Visit, reply: Reply) -> ChangedMeanwhileError:
    with visit.desk.database.session() as session:
        name = name_of(session, reply.updated_by)
    return ChangedMeanwhileError(reply.updated_by, name, reply.updated_at, reply.version)
