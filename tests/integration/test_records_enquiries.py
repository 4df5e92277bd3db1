"""Enquiries on both databases: kept whole, numbered, listed, changed; what stands in the way is said."""

from __future__ import annotations

from dataclasses import replace

import pytest
from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError

from bot.records.database import Database
from bot.records.enquiries import Enquiries, Enquiry
from bot.records.errors import ChangedMeanwhileError, GoneError, NotNowError
from bot.records.finding import NOBODY, EnquiryFilter
from bot.records.models import EnquiryRow, ReplyRow, ReplyTextRow, StaffRow
from bot.records.replies import Replies
from bot.records.states import EnquiryStatus, ReplyState
from tests.records_support import ADA, BEN, NOW, SAM, Clock, add_enquiry, add_staff, log_of

OPEN, WAITING, ANSWERED = EnquiryStatus.OPEN, EnquiryStatus.WAITING, EnquiryStatus.ANSWERED
COMPOSED = {"verified": "Use form one.", "voice": "professional", "with_sources": True, "content_version": "abc"}


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


def rows(database: Database) -> list[int]:
    """How many enquiries, replies and texts there are."""
    with database.session() as session:
        return [session.scalar(select(func.count()).select_from(t)) or 0 for t in (EnquiryRow, ReplyRow, ReplyTextRow)]


def test_an_enquiry_is_kept_whole_and_read_back_the_same(enquiries: Enquiries) -> None:
    added = add_enquiry(enquiries, facts={"area": "suffolk", "ages": [4, 5]}, assigned_to=BEN)
    assert enquiries.get(added.id) == added
    assert (added.number, added.version, added.status) == (1, 1, OPEN)
    assert (added.created_by, added.created_at, added.updated_at) == (ADA, NOW, NOW)
    assert (added.masked, added.facts, added.topics) == (
        {"name": 1},
        {"area": "suffolk", "ages": [4, 5]},
        ("sensory",),
    )
    assert (added.assigned_to, added.assigned_name, added.answered_at) == (BEN, "Ben Adviser", None)
    assert added.questions[0]["statements"] == ["suffolk/a/b"]


@pytest.mark.parametrize("unknown", ["", "a", "x" * 32, "x" * 33, "../..", "é", "a\0b", "1 or 1=1", "a\n"])
def test_an_id_that_was_guessed_finds_nothing(enquiries: Enquiries, unknown: str) -> None:
    add_enquiry(enquiries)
    assert enquiries.get(unknown) is None
    with pytest.raises(GoneError):
        enquiries.change(unknown, 1, ADA, area="x")


def test_ids_cannot_be_told_from_each_other(enquiries: Enquiries) -> None:
    found = {add_enquiry(enquiries).id for _ in range(20)}
    assert len(found) == 20
    assert {len(enquiry_id) for enquiry_id in found} == {22}


def test_a_number_is_never_given_again_even_when_its_enquiry_is_deleted(enquiries: Enquiries) -> None:
    first, second = add_enquiry(enquiries), add_enquiry(enquiries)
    enquiries.delete(second.id, second.version, SAM)
    assert (first.number, second.number, add_enquiry(enquiries).number) == (1, 2, 3)


def test_an_unknown_person_adds_nothing(enquiries: Enquiries, database: Database) -> None:
    with pytest.raises(IntegrityError):
        add_enquiry(enquiries, by="nobody")
    assert rows(database)[0] == 0
    assert log_of(database) == []


def test_a_change_makes_the_next_version_and_a_line_of_the_log(
    enquiries: Enquiries, database: Database, clock: Clock
) -> None:
    added = add_enquiry(enquiries)
    later = clock.forward(hours=1)
    changed = enquiries.change(added.id, 1, BEN, topics=["autism"], area=None, subject="x" * 500)
    assert enquiries.get(added.id) == changed
    assert changed == replace(
        added, version=2, topics=("autism",), area=None, subject="x" * 300, updated_by=BEN, updated_at=later
    )
    assert log_of(database, added.number) == [
        ("enquiry_added", ADA, {}),
        ("enquiry_changed", BEN, {"fields": ["area", "subject", "topics"]}),
    ]


def test_who_saw_an_older_version_is_told_who_changed_it_and_when(
    enquiries: Enquiries, database: Database, clock: Clock
) -> None:
    added = add_enquiry(enquiries)
    later = clock.forward(minutes=7)
    changed = enquiries.change(added.id, 1, BEN, area="milton-keynes")
    clock.forward(hours=1)
    before = log_of(database)
    for attempt in (
        lambda: enquiries.change(added.id, 1, ADA, area="suffolk"),
        lambda: enquiries.assign(added.id, 1, ADA, ADA),
        lambda: enquiries.delete(added.id, 1, SAM),
        lambda: enquiries.change(added.id, 3, ADA, area="suffolk"),
    ):
        with pytest.raises(ChangedMeanwhileError) as refused:
            attempt()
        error = refused.value
        assert (error.by, error.name, error.at, error.version) == (BEN, "Ben Adviser", later, 2)
    assert enquiries.get(added.id) == changed
    assert log_of(database) == before


def test_who_changed_it_may_be_forgotten_by_then(enquiries: Enquiries, database: Database) -> None:
    added = add_enquiry(enquiries)
    enquiries.change(added.id, 1, BEN, area="milton-keynes")
    with database.session() as session:
        session.delete(session.get(StaffRow, BEN))
    with pytest.raises(ChangedMeanwhileError) as refused:
        enquiries.change(added.id, 1, ADA, area="suffolk")
    assert (refused.value.by, refused.value.name) == (None, "")


def test_an_enquiry_is_given_to_somebody_and_to_nobody(enquiries: Enquiries, database: Database) -> None:
    added = add_enquiry(enquiries)
    given = enquiries.assign(added.id, 1, BEN, ADA)
    assert (given.assigned_to, given.assigned_name, given.version) == (BEN, "Ben Adviser", 2)
    assert enquiries.assign(added.id, 2, None, BEN).assigned_to is None
    with pytest.raises(IntegrityError):
        enquiries.assign(added.id, 3, "nobody", ADA)
    assert log_of(database, added.number)[1:] == [("assigned", ADA, {"to": BEN}), ("assigned", BEN, {"to": None})]


def test_deleting_takes_the_reply_and_its_texts_along_but_not_the_log(
    enquiries: Enquiries, replies: Replies, database: Database
) -> None:
    kept, added = add_enquiry(enquiries), add_enquiry(enquiries)
    for enquiry in (kept, added):
        replies.compose(enquiry.id, None, by=ADA, **COMPOSED)
    assert rows(database) == [2, 2, 2]
    enquiries.delete(added.id, 1, SAM)
    assert rows(database) == [1, 1, 1]
    assert enquiries.get(added.id) is None
    with pytest.raises(GoneError):
        enquiries.delete(added.id, 1, SAM)
    assert [action for action, _, _ in log_of(database, added.number)] == [
        "enquiry_added",
        "reply_composed",
        "enquiry_deleted",
    ]


def test_an_enquiry_answered_by_telephone_is_closed_by_hand_and_opened_again(
    enquiries: Enquiries, clock: Clock, database: Database
) -> None:
    added = add_enquiry(enquiries)
    later = clock.forward(hours=2)
    closed = enquiries.change(added.id, 1, ADA, status=ANSWERED)
    assert (closed.status, closed.answered_at) == (ANSWERED, later)
    clock.forward(hours=1)
    assert enquiries.change(added.id, 2, ADA, status=ANSWERED).answered_at == later, "answered once"
    opened = enquiries.change(added.id, 3, ADA, status=OPEN)
    assert (opened.status, opened.answered_at) == (OPEN, None)
    assert log_of(database)[1][2] == {"fields": ["status"], "status": "answered"}


def test_waiting_is_not_set_or_lifted_by_hand(enquiries: Enquiries, replies: Replies) -> None:
    added = add_enquiry(enquiries)
    with pytest.raises(NotNowError):
        enquiries.change(added.id, 1, ADA, status=WAITING)
    replies.compose(added.id, None, by=ADA, **COMPOSED)
    replies.submit(added.id, 1, ADA)
    waiting = enquiries.get(added.id)
    assert waiting is not None
    for status in (OPEN, ANSWERED):
        with pytest.raises(NotNowError):
            enquiries.change(added.id, waiting.version, ADA, status=status)
    assert enquiries.get(added.id) == waiting


def test_opening_again_what_was_sent_makes_its_reply_a_draft(enquiries: Enquiries, replies: Replies) -> None:
    added = add_enquiry(enquiries)
    replies.compose(added.id, None, by=ADA, **COMPOSED)
    replies.mark_sent(added.id, 1, ADA)
    enquiries.change(added.id, 2, BEN, status=OPEN)
    reply = replies.get(added.id)
    assert reply is not None
    assert (reply.state, reply.version, reply.sent_by, reply.updated_by) == (ReplyState.DRAFT, 3, None, BEN)
    replies.mark_sent(added.id, 3, BEN)
    answered = enquiries.get(added.id)
    assert answered is not None
    assert answered.status is ANSWERED


def names(enquiries: Enquiries, **wanted: object) -> list[str]:
    return [line.subject for line in enquiries.list(EnquiryFilter(**wanted)).items]  # type: ignore[arg-type]


def test_open_ones_come_first_and_the_oldest_of_them_before_all(
    enquiries: Enquiries, replies: Replies, clock: Clock
) -> None:
    added: dict[str, Enquiry] = {}
    for name in ("answered-first", "waiting-old", "open-old", "answered-last", "waiting-new", "open-new"):
        clock.forward(hours=1)
        added[name] = add_enquiry(enquiries, subject=name)
    for name in ("waiting-new", "waiting-old"):
        replies.compose(added[name].id, None, by=ADA, **COMPOSED)
        replies.submit(added[name].id, 1, ADA)
    for name in ("answered-first", "answered-last"):
        clock.forward(hours=1)
        enquiries.change(added[name].id, 1, ADA, status=ANSWERED)
    in_order = ["open-old", "open-new", "waiting-old", "waiting-new", "answered-last", "answered-first"]
    assert names(enquiries) == in_order
    assert names(enquiries, status=WAITING) == ["waiting-old", "waiting-new"]
    page = enquiries.list(EnquiryFilter(status=WAITING))
    assert (page.total, page.counts) == (2, {"open": 2, "waiting": 2, "answered": 2})
    pages = [enquiries.list(EnquiryFilter(), page=number, per_page=4) for number in (1, 2, 3)]
    assert [line.subject for page in pages[:2] for line in page.items] == in_order
    assert [(page.number, page.pages, page.total) for page in pages] == [(1, 2, 6), (2, 2, 6), (2, 2, 6)]


def test_a_list_is_filtered(enquiries: Enquiries) -> None:
    add_enquiry(enquiries, subject="one", body="50% off_line", area="suffolk", topics=["sensory"], assigned_to=ADA)
    add_enquiry(enquiries, subject="Two", body="Deaf pupil", area="milton-keynes", topics=["a_b", "autism"])
    add_enquiry(enquiries, subject="three", body="nothing", area=None, topics=[], assigned_to=BEN)
    assert names(enquiries, area="suffolk") == ["one"]
    assert names(enquiries, assigned_to=BEN) == ["three"]
    assert names(enquiries, assigned_to=NOBODY) == ["Two"]
    assert names(enquiries, topic="autism") == ["Two"]
    assert names(enquiries, topic="aut") == []
    assert names(enquiries, topic="aXb") == names(enquiries, topic="%") == []
    assert names(enquiries, text="deaf two") == ["Two"]
    assert names(enquiries, text="deaf one") == []
    assert names(enquiries, text="#2") == names(enquiries, text="02") == ["Two"]
    assert names(enquiries, text="50%") == names(enquiries, text="off_") == ["one"]
    assert names(enquiries, text="offXline") == names(enquiries, text="99999999999999999999") == []
    assert names(enquiries, text=" \0 ") == ["one", "Two", "three"]
    assert enquiries.list(EnquiryFilter(text="deaf")).counts == {"open": 1, "waiting": 0, "answered": 0}
    (line,) = enquiries.list(EnquiryFilter(area="suffolk")).items
    assert (line.number, line.topics, line.assigned_name, line.status) == (1, ("sensory",), "Ada Adviser", OPEN)


def test_characters_that_a_database_refuses_do_not_get_there(enquiries: Enquiries) -> None:
    added = add_enquiry(enquiries, subject="a\0b", body="c\0d\r\ne")
    assert (added.subject, added.body) == ("ab", "cd\ne")
    assert names(enquiries, area="\0", assigned_to="\0") == []
