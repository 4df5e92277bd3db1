"""What is learnt is marked as a whole or not at all, leaves the list, and comes back when the mark is taken back."""

from __future__ import annotations

import threading
from datetime import timedelta

import pytest
from sqlalchemy import update

from bot.records import marks as marks_module
from bot.records.database import Database
from bot.records.enquiries import Enquiries
from bot.records.marks import MarkedMeanwhileError, MarkKind, Marks, Members
from bot.records.models import ReplyRow, ReportRow, StaffRow, UnansweredRow
from bot.records.replies import Replies, Reply
from tests.records_support import ADA, NAMES, NOW, SAM, Clock, add_enquiry, add_staff, log_of

OLIVE = {"by": "olive", "name": "Olive Owner", "content_version": "0123456789ab"}


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def marks(database: Database, clock: Clock) -> Marks:
    add_staff(database, names={**NAMES, "olive": "Olive Owner"})
    return Marks(database, clock)


def add_questions(database: Database, *texts: str) -> list[int]:
    """Keep questions, each a minute newer than the one before; returns their ids."""
    rows = [
        UnansweredRow(
            at=NOW + timedelta(minutes=number),
            channel="web",
            area="suffolk",
            topic="cost",
            status="not_stated",
            confidence=0.25,
            question=text,
            content_version="0123456789ab",
        )
        for number, text in enumerate(texts)
    ]
    with database.session() as session:
        session.add_all(rows)
        session.flush()
        return [row.id for row in rows]


def add_report(database: Database) -> int:
    with database.session() as session:
        row = ReportRow(
            at=NOW,
            area="suffolk",
            said="that's wrong",
            question="how many reviews",
            statements=["suffolk/a/b", "suffolk/c/d"],
            content_version="0123456789ab",
        )
        session.add(row)
        session.flush()
        return row.id


def add_reply(database: Database, clock: Clock, text: str = "Hello,\nask first.") -> Reply:
    """An enquiry with a composed reply."""
    enquiry = add_enquiry(Enquiries(database, clock))
    return Replies(database, clock).compose(
        enquiry.id,
        None,
        verified=text,
        text=text,
        voice="professional",
        with_sources=False,
        by=ADA,
        content_version="0123456789ab",
    )


def send_changed(database: Database, clock: Clock, reply: Reply, text: str) -> None:
    """Change a reply, have it approved and send it."""
    replies = Replies(database, clock)
    reply = replies.save_text(reply.enquiry_id, reply.version, text, ADA)
    reply = replies.submit(reply.enquiry_id, reply.version, ADA)
    reply = replies.approve(reply.enquiry_id, reply.version, SAM)
    replies.mark_sent(reply.enquiry_id, reply.version, ADA)


def test_a_mark_takes_its_questions_off_the_list_and_says_who_and_when(database, marks, clock):
    first, second, third = add_questions(database, "is it free", "any fee", "who pays the bus")
    assert [each.id for each in marks.unanswered()] == [third, second, first]
    marked = marks.mark(
        MarkKind.PHRASING,
        Members(questions=[first, second]),
        intent="ask_cost",
        phrasings=["is it free"],
        area="suffolk",
        note="Both mean it.",
        **OLIVE,
    )
    assert [each.id for each in marks.unanswered()] == [third]
    (found,) = marks.all()
    assert found == marked
    assert (found.kind, found.intent, found.phrasings, found.count) == (
        MarkKind.PHRASING,
        "ask_cost",
        ("is it free",),
        2,
    )
    assert (found.name, found.at, found.note) == ("Olive Owner", clock.now, "Both mean it.")
    assert log_of(database) == [("marked", "olive", {"mark": found.id, "kind": "phrasing", "count": 2})]


def test_questions_reports_and_replies_can_be_marked_together(database, marks, clock):
    question, report = add_questions(database, "x")[0], add_report(database)
    send_changed(database, clock, add_reply(database, clock), "Hello,\nring us first.")
    (edited,) = marks.edited()
    assert marks.counts() == {"questions": 1, "reports": 1, "replies": 1}
    marks.mark(MarkKind.NOTHING, Members([question], [report], [edited.id]), **OLIVE)
    assert (marks.unanswered(), marks.wrong(), marks.edited()) == ((), [], [])
    assert marks.counts() == {"questions": 0, "reports": 0, "replies": 0}
    assert marks.all()[0].count == 3


def test_a_report_is_listed_with_the_statements_shown_then(database, marks):
    report = add_report(database)
    (found,) = marks.wrong()
    assert (found.id, found.said, found.question) == (report, "that's wrong", "how many reviews")
    assert (found.statements, found.content_version) == (("suffolk/a/b", "suffolk/c/d"), "0123456789ab")


def test_only_replies_that_went_out_otherwise_than_composed_are_listed(database, marks, clock):
    unchanged = add_reply(database, clock)
    Replies(database, clock).mark_sent(unchanged.enquiry_id, unchanged.version, ADA)
    add_reply(database, clock)  # a draft
    waiting = add_reply(database, clock)
    waiting = Replies(database, clock).save_text(waiting.enquiry_id, waiting.version, "Other.", ADA)
    Replies(database, clock).submit(waiting.enquiry_id, waiting.version, ADA)
    assert marks.edited() == []
    changed = add_reply(database, clock)
    send_changed(database, clock, changed, "Hello,\nring us first.")
    (found,) = marks.edited()
    assert (found.enquiry_id, found.verified, found.text) == (
        changed.enquiry_id,
        "Hello,\nask first.",
        "Hello,\nring us first.",
    )
    assert (found.area, found.questions) == ("suffolk", ("How do we ask for hearing support?",))


def test_blanks_and_line_ends_are_no_change(database, marks, clock):
    reply = add_reply(database, clock)
    Replies(database, clock).mark_sent(reply.enquiry_id, reply.version, ADA)
    with database.session() as session:
        session.execute(update(ReplyRow).values(text="Hello,  \r\nask first.\n"))
    assert marks.edited() == []
    with database.session() as session:
        session.execute(update(ReplyRow).values(text="Hello,  \r\nask first!\n"))
    assert len(marks.edited()) == 1


@pytest.mark.parametrize("gone", ["marked", "missing"])
def test_nothing_is_marked_when_a_part_of_it_is_marked_or_gone(database, marks, gone):
    first, second = add_questions(database, "is it free", "any fee")
    report = add_report(database)
    if gone == "marked":
        marks.mark(MarkKind.NOTHING, Members(questions=[second]), **OLIVE)
    else:
        second += 1000
    before = (marks.all(), marks.unanswered(), marks.wrong(), log_of(database))
    with pytest.raises(MarkedMeanwhileError):
        marks.mark(MarkKind.GAP_WANTED, Members(questions=[first, second], reports=[report]), **OLIVE)
    assert (marks.all(), marks.unanswered(), marks.wrong(), log_of(database)) == before


def test_two_who_mark_the_same_at_once_get_one_mark(database, marks):
    ids = add_questions(database, "is it free", "any fee")
    ready, ended = threading.Barrier(2), []

    def mark(kind: MarkKind) -> None:
        ready.wait()
        try:
            ended.append(marks.mark(kind, Members(questions=ids), **OLIVE).kind)
        except MarkedMeanwhileError:
            ended.append(None)

    threads = [threading.Thread(target=mark, args=(kind,)) for kind in (MarkKind.NOTHING, MarkKind.GAP_WANTED)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len([kind for kind in ended if kind is None]) == 1
    assert [mark.kind for mark in marks.all()] == [kind for kind in ended if kind]
    assert len(log_of(database)) == 1


def test_a_mark_that_is_taken_back_puts_everything_on_the_list_again(database, marks):
    first, second = add_questions(database, "is it free", "any fee")
    kept = marks.mark(MarkKind.NOTHING, Members(questions=[first]), **OLIVE)
    wrong = marks.mark(MarkKind.OUT_OF_SCOPE, Members(questions=[second], reports=[add_report(database)]), **OLIVE)
    assert marks.take_back(wrong.id, by="olive", content_version="0123456789ab") is True
    assert [each.id for each in marks.unanswered()] == [second]
    assert len(marks.wrong()) == 1
    assert [mark.id for mark in marks.all()] == [kept.id]
    assert log_of(database)[-1] == ("mark_taken_back", "olive", {"mark": wrong.id, "kind": "out_of_scope"})


def test_a_mark_that_is_not_there_cannot_be_taken_back(database, marks):
    assert marks.take_back(7, by="olive", content_version="") is False
    assert log_of(database) == []


def test_only_phrasings_are_exported_and_a_mark_outlives_what_it_was_about_and_who_made_it(database, marks):
    first, second = add_questions(database, "is it free", "any fee")
    marks.mark(MarkKind.NOTHING, Members(questions=[second]), **OLIVE)
    marks.mark(MarkKind.PHRASING, Members(questions=[first]), intent="ask_cost", phrasings=["is it free"], **OLIVE)
    with database.session() as session:
        for row in session.query(UnansweredRow):
            session.delete(row)
        session.delete(session.get(StaffRow, "olive"))
    (found,) = marks.phrasings()
    assert (found.phrasings, found.name, found.count) == (("is it free",), "Olive Owner", 0)


@pytest.mark.parametrize(
    ("kind", "members", "more"),
    [
        (MarkKind.NOTHING, Members(), {}),
        (MarkKind.PHRASING, Members(questions=[1]), {}),
        (MarkKind.PHRASING, Members(questions=[1]), {"intent": "ask_cost"}),
        (MarkKind.GAP_WANTED, Members(questions=[1]), {"intent": "ask_cost", "phrasings": ["x"]}),
    ],
)
def test_a_mark_that_makes_no_sense_is_refused(database, marks, kind, members, more):
    add_questions(database, "is it free")
    with pytest.raises(ValueError, match=r"nothing|phrasing"):
        marks.mark(kind, members, **OLIVE, **more)
    assert (marks.all(), len(marks.unanswered())) == ([], 1)


def test_the_newest_are_looked_at_when_there_are_too_many(database, marks):
    ids = add_questions(database, "one", "two", "three")
    assert [each.id for each in marks.unanswered(most=2)] == [ids[2], ids[1]]
    assert marks_module.MOST_QUESTIONS == 2000
