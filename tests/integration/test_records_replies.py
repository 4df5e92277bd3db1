"""Replies on both databases: composed, changed, approved, returned, sent; the enquiry and the log go along."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from bot.records.database import Database
from bot.records.enquiries import Enquiries, Enquiry
from bot.records.errors import ChangedMeanwhileError, GoneError, NeedsApprovalError, NotNowError, OwnChangeError
from bot.records.models import AuditRow
from bot.records.replies import Replies, Reply
from bot.records.states import EnquiryStatus, ReplyState
from tests.records_support import ADA, BEN, SAM, Clock, add_enquiry, add_staff, log_of

VERIFIED = "Dear colleague\n\nUse form one."
CHANGED = "Dear colleague\n\nPlease use form one."


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def enquiries(database: Database, clock: Clock) -> Enquiries:
    add_staff(database)
    return Enquiries(database, clock)


@pytest.fixture
def replies(database: Database, clock: Clock) -> Replies:
    return Replies(database, clock)


@pytest.fixture
def enquiry(enquiries: Enquiries) -> Enquiry:
    return add_enquiry(enquiries)


def compose(replies: Replies, enquiry: Enquiry, version: int | None = None, **values: Any) -> Reply:
    given = {
        "verified": VERIFIED,
        "voice": "professional",
        "with_sources": True,
        "by": ADA,
        "content_version": "abc",
    }
    return replies.compose(enquiry.id, version, **(given | values))


def standing(enquiries: Enquiries, enquiry: Enquiry) -> tuple[EnquiryStatus, int]:
    """Status and version of an enquiry as it is now."""
    found = enquiries.get(enquiry.id)
    assert found is not None
    return found.status, found.version


def texts(replies: Replies, enquiry: Enquiry) -> list[tuple[str, str | None]]:
    return [(saved.text, saved.by) for saved in replies.texts(enquiry.id)]


def test_there_is_no_reply_till_one_is_composed(replies: Replies, enquiry: Enquiry) -> None:
    assert replies.get(enquiry.id) is None
    assert replies.texts(enquiry.id) == ()
    for attempt in (
        lambda: replies.save_text(enquiry.id, 1, "x", ADA),
        lambda: replies.submit(enquiry.id, 1, ADA),
        lambda: compose(replies, enquiry, 1),
    ):
        with pytest.raises(GoneError):
            attempt()


def test_a_reply_is_composed_kept_and_read_back(replies: Replies, enquiry: Enquiry, enquiries: Enquiries) -> None:
    composed = compose(replies, enquiry, verified=VERIFIED.replace("\n", "\r\n") + " \n")
    assert replies.get(enquiry.id) == composed
    assert (composed.verified, composed.text) == (VERIFIED, VERIFIED)
    assert (composed.state, composed.version, composed.voice, composed.with_sources) == (
        ReplyState.DRAFT,
        1,
        "professional",
        True,
    )
    assert (composed.changed_name, composed.updated_by, composed.is_free) == ("Ada Adviser", ADA, True)
    assert texts(replies, enquiry) == [(VERIFIED, ADA)]
    assert standing(enquiries, enquiry) == (EnquiryStatus.OPEN, 1)


def test_verified_text_is_free_to_send(
    replies: Replies, enquiry: Enquiry, enquiries: Enquiries, clock: Clock, database: Database
) -> None:
    assert compose(replies, enquiry).is_sendable
    later = clock.forward(minutes=4)
    sent = replies.mark_sent(enquiry.id, 1, BEN)
    assert (sent.state, sent.sent_by, sent.sent_at) == (ReplyState.SENT, BEN, later)
    answered = enquiries.get(enquiry.id)
    assert answered is not None
    assert (answered.status, answered.answered_at, answered.version) == (EnquiryStatus.ANSWERED, later, 2)
    assert log_of(database, enquiry.number)[-1] == (
        "sent",
        BEN,
        {"version": 2, "is_verified": True, "text_changed": False},
    )


def test_changed_text_goes_to_a_supervisor_and_then_out(
    replies: Replies, enquiry: Enquiry, enquiries: Enquiries, clock: Clock, database: Database
) -> None:
    compose(replies, enquiry)
    changed = replies.save_text(enquiry.id, 1, CHANGED, BEN)
    assert (changed.text, changed.verified, changed.changed_by) == (CHANGED, VERIFIED, BEN)
    assert not changed.is_sendable
    with pytest.raises(NeedsApprovalError):
        replies.mark_sent(enquiry.id, 2, ADA)
    submitted = replies.submit(enquiry.id, 2, ADA)
    assert (submitted.state, submitted.submitted_name) == (ReplyState.WAITING, "Ada Adviser")
    assert not submitted.is_sendable
    assert standing(enquiries, enquiry) == (EnquiryStatus.WAITING, 2)
    later = clock.forward(hours=1)
    approved = replies.approve(enquiry.id, 3, SAM)
    assert (approved.state, approved.decided_by, approved.decided_at) == (ReplyState.APPROVED, SAM, later)
    assert approved.is_sendable
    assert standing(enquiries, enquiry) == (EnquiryStatus.OPEN, 3)
    assert replies.mark_sent(enquiry.id, 4, ADA).is_sendable
    assert standing(enquiries, enquiry) == (EnquiryStatus.ANSWERED, 4)
    assert texts(replies, enquiry) == [(CHANGED, BEN), (VERIFIED, ADA)]
    assert [(action, who) for action, who, _ in log_of(database, enquiry.number)] == [
        ("enquiry_added", ADA),
        ("reply_composed", ADA),
        ("reply_changed", BEN),
        ("submitted", ADA),
        ("approved", SAM),
        ("sent", ADA),
    ]


def test_the_log_names_the_content_under_which_the_reply_was_composed(
    replies: Replies, enquiry: Enquiry, database: Database
) -> None:
    compose(replies, enquiry, content_version="fedcba987654")
    replies.submit(enquiry.id, 1, ADA)
    with database.session() as session:
        lines = session.execute(select(AuditRow.action, AuditRow.content_version).order_by(AuditRow.id)).all()
    assert [tuple(line) for line in lines] == [
        ("enquiry_added", "0123456789ab"),
        ("reply_composed", "fedcba987654"),
        ("submitted", "fedcba987654"),
    ]


def test_who_submitted_it_may_not_approve_it(replies: Replies, enquiry: Enquiry) -> None:
    compose(replies, enquiry)
    replies.save_text(enquiry.id, 1, CHANGED, ADA)
    waiting = replies.submit(enquiry.id, 2, SAM)
    with pytest.raises(OwnChangeError):
        replies.approve(enquiry.id, 3, SAM)
    with pytest.raises(OwnChangeError):
        replies.approve(enquiry.id, 3, SAM, text="Mine alone.")
    assert replies.get(enquiry.id) == waiting


def test_a_supervisor_changes_the_text_while_deciding_and_that_one_is_approved(
    replies: Replies, enquiry: Enquiry
) -> None:
    compose(replies, enquiry)
    replies.save_text(enquiry.id, 1, CHANGED, ADA)
    replies.submit(enquiry.id, 2, ADA)
    approved = replies.approve(enquiry.id, 3, SAM, text="Better.\r\n")
    assert (approved.text, approved.changed_by, approved.state) == ("Better.", SAM, ReplyState.APPROVED)
    assert texts(replies, enquiry) == [("Better.", SAM), (CHANGED, ADA), (VERIFIED, ADA)]
    assert replies.mark_sent(enquiry.id, 4, ADA).text == "Better."


def test_approving_the_same_text_does_not_make_it_the_supervisors(replies: Replies, enquiry: Enquiry) -> None:
    compose(replies, enquiry)
    replies.save_text(enquiry.id, 1, CHANGED, ADA)
    replies.submit(enquiry.id, 2, ADA)
    assert replies.approve(enquiry.id, 3, SAM, text=CHANGED.replace("\n", "\r\n") + "\r\n").changed_by == ADA
    assert len(texts(replies, enquiry)) == 2


def test_it_is_returned_with_a_reason_which_stays_till_it_is_approved(
    replies: Replies, enquiry: Enquiry, enquiries: Enquiries, database: Database
) -> None:
    compose(replies, enquiry)
    replies.save_text(enquiry.id, 1, CHANGED, ADA)
    replies.submit(enquiry.id, 2, ADA)
    for nothing in ("", " \r\n "):
        with pytest.raises(ValueError, match="reason"):
            replies.give_back(enquiry.id, 3, nothing, SAM)
    returned = replies.give_back(enquiry.id, 3, " Name the form.\r\n", SAM)
    assert (returned.state, returned.reason, returned.decided_name) == (
        ReplyState.RETURNED,
        "Name the form.",
        "Sam Supervisor",
    )
    assert not returned.is_sendable
    assert standing(enquiries, enquiry) == (EnquiryStatus.OPEN, 3)
    assert "Name the form" not in str(log_of(database))
    replies.save_text(enquiry.id, 4, CHANGED + " Form 1.", ADA)
    assert replies.submit(enquiry.id, 5, ADA).reason == "Name the form."
    assert replies.approve(enquiry.id, 6, SAM).reason == ""


@pytest.mark.parametrize("state", [ReplyState.WAITING, ReplyState.APPROVED, ReplyState.RETURNED])
def test_a_change_of_the_text_makes_it_a_draft_again_that_nobody_approved(
    replies: Replies, enquiry: Enquiry, enquiries: Enquiries, state: ReplyState
) -> None:
    compose(replies, enquiry)
    replies.save_text(enquiry.id, 1, CHANGED, ADA)
    reply = replies.submit(enquiry.id, 2, ADA)
    if state is ReplyState.APPROVED:
        reply = replies.approve(enquiry.id, 3, SAM)
    elif state is ReplyState.RETURNED:
        reply = replies.give_back(enquiry.id, 3, "No.", SAM)
    assert replies.save_text(enquiry.id, reply.version, CHANGED + "\n", ADA) == reply, "the same text changes nothing"
    again = replies.save_text(enquiry.id, reply.version, CHANGED + "!", ADA)
    assert (again.state, again.submitted_by, again.decided_by, again.is_sendable) == (
        ReplyState.DRAFT,
        None,
        None,
        False,
    )
    assert standing(enquiries, enquiry)[0] is EnquiryStatus.OPEN
    with pytest.raises(NeedsApprovalError):
        replies.mark_sent(enquiry.id, again.version, ADA)
    back = replies.save_text(enquiry.id, again.version, VERIFIED, ADA)
    assert back.is_sendable, "as it was composed"


def test_composing_anew_replaces_the_text_but_every_text_is_kept(replies: Replies, enquiry: Enquiry) -> None:
    compose(replies, enquiry)
    replies.save_text(enquiry.id, 1, CHANGED, ADA)
    replies.submit(enquiry.id, 2, ADA)
    anew = compose(replies, enquiry, 3, verified="Use form two.", voice="parent", with_sources=False, by=BEN)
    assert (anew.text, anew.voice, anew.with_sources, anew.state, anew.submitted_by) == (
        "Use form two.",
        "parent",
        False,
        ReplyState.DRAFT,
        None,
    )
    assert texts(replies, enquiry) == [("Use form two.", BEN), (CHANGED, ADA), (VERIFIED, ADA)]


def test_who_saw_an_older_version_is_told_and_nothing_is_changed(
    replies: Replies, enquiry: Enquiry, clock: Clock, database: Database
) -> None:
    compose(replies, enquiry)
    later = clock.forward(minutes=3)
    kept = replies.save_text(enquiry.id, 1, CHANGED, BEN)
    clock.forward(hours=1)
    before = log_of(database)
    for attempt in (
        lambda: compose(replies, enquiry),
        lambda: compose(replies, enquiry, 1),
        lambda: replies.save_text(enquiry.id, 1, "Mine.", ADA),
        lambda: replies.save_text(enquiry.id, 1, CHANGED, ADA),
        lambda: replies.submit(enquiry.id, 1, ADA),
        lambda: replies.approve(enquiry.id, 1, SAM),
        lambda: replies.give_back(enquiry.id, 1, "No.", SAM),
        lambda: replies.mark_sent(enquiry.id, 1, ADA),
        lambda: replies.save_text(enquiry.id, 3, "Mine.", ADA),
    ):
        with pytest.raises(ChangedMeanwhileError) as refused:
            attempt()
        error = refused.value
        assert (error.by, error.name, error.at, error.version) == (BEN, "Ben Adviser", later, 2)
    assert replies.get(enquiry.id) == kept
    assert log_of(database) == before


def test_nothing_is_done_to_what_was_sent(replies: Replies, enquiry: Enquiry) -> None:
    compose(replies, enquiry)
    sent = replies.mark_sent(enquiry.id, 1, ADA)
    for attempt in (
        lambda: compose(replies, enquiry, 2),
        lambda: replies.save_text(enquiry.id, 2, "Other.", ADA),
        lambda: replies.submit(enquiry.id, 2, ADA),
        lambda: replies.mark_sent(enquiry.id, 2, ADA),
    ):
        with pytest.raises(NotNowError):
            attempt()
    assert replies.get(enquiry.id) == sent


def test_an_unknown_person_composes_nothing(replies: Replies, enquiry: Enquiry, database: Database) -> None:
    with pytest.raises(IntegrityError):
        compose(replies, enquiry, by="nobody")
    assert replies.get(enquiry.id) is None
    assert len(log_of(database)) == 1


@pytest.mark.parametrize("unknown", ["", "x" * 22, "a\0b", "../.."])
def test_an_id_that_was_guessed_finds_no_reply(replies: Replies, enquiry: Enquiry, unknown: str) -> None:
    compose(replies, enquiry)
    assert replies.get(unknown) is None
    assert replies.texts(unknown) == ()
    with pytest.raises(GoneError):
        replies.save_text(unknown, 1, "x", ADA)
    with pytest.raises(GoneError):
        replies.compose(
            unknown, None, verified="x", voice="professional", with_sources=False, by=ADA, content_version="abc"
        )
