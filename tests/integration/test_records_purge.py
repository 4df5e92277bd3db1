"""What is old is deleted, on both databases: both sides of each limit, and nothing else."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import func, select

from bot.records.database import Database
from bot.records.enquiries import Enquiries
from bot.records.models import (
    AuditRow,
    Base,
    EnquiryRow,
    MarkRow,
    ReplyRow,
    ReportRow,
    SessionRow,
    SignoffRow,
    StaffRow,
    SwitchRow,
    TeamsTurnRow,
    TurnRow,
    UnansweredRow,
)
from bot.records.purge import purge
from bot.records.replies import Replies
from tests.records_support import ADA, BEN, NOW, Clock, add_enquiry, add_staff

ENQUIRIES, REPORTS, COUNTS, CONVERSATIONS = 365, 180, 730, 2
LEAST = timedelta(microseconds=1)
COMPOSED = {"verified": "Use form one.", "voice": "professional", "with_sources": True, "content_version": "abc"}


def purged(database: Database, now: datetime = NOW) -> dict[str, int]:
    return purge(
        database,
        now,
        enquiries_keep_days=ENQUIRIES,
        reports_keep_days=REPORTS,
        counts_keep_days=COUNTS,
        conversations_keep_hours=CONVERSATIONS * 24,
    )


def count(database: Database, row: type[Base]) -> int:
    with database.session() as session:
        return session.scalar(select(func.count()).select_from(row)) or 0


def turn(at: datetime) -> TurnRow:
    return TurnRow(at=at, channel="web", area="suffolk", topic="autism", status="answered", milliseconds=90)


def unanswered(at: datetime) -> UnansweredRow:
    return UnansweredRow(
        at=at, channel="web", area="suffolk", topic="", status="clarify", question="what?", content_version="abc"
    )


def report(at: datetime) -> ReportRow:
    return ReportRow(at=at, area="suffolk", said="wrong", question="what?", statements=[], content_version="abc")


def in_teams(at: datetime) -> TeamsTurnRow:
    return TeamsTurnRow(id="one", place="place", conversation="talk", at=at, chosen="")


def line(at: datetime) -> AuditRow:
    return AuditRow(at=at, name="", action="sent", content_version="abc", detail={})


def person(at: datetime) -> StaffRow:
    return StaffRow(id="old", name="Olive Owner", roles=[], first_seen=at, last_seen=at)


@pytest.mark.parametrize(
    ("make", "days"),
    [
        (turn, COUNTS),
        (line, COUNTS),
        (person, COUNTS),
        (report, REPORTS),
        (unanswered, REPORTS),
        (in_teams, CONVERSATIONS),
    ],
    ids=["turns", "audit", "staff", "wrong_reports", "unanswered", "teams_turns"],
)
def test_both_sides_of_each_limit(database: Database, make: Callable[[datetime], Base], days: int) -> None:
    with database.session() as session:
        session.add(make(NOW - timedelta(days=days)))
    table = make(NOW).__tablename__
    assert purged(database) == {}
    assert purged(database, NOW + LEAST) == {table: 1}
    assert purged(database, NOW + LEAST) == {}


def test_an_enquiry_goes_with_its_reply_and_texts_when_neither_was_changed_for_so_long(database: Database) -> None:
    add_staff(database)
    clock = Clock()
    enquiries, replies = Enquiries(database, clock), Replies(database, clock)
    enquiry = add_enquiry(enquiries)
    replies.compose(enquiry.id, None, by=ADA, **COMPOSED)
    clock.forward(days=1)
    replies.save_text(enquiry.id, 1, "Please use form one.", ADA)
    changed = clock.forward(days=1)
    enquiries.change(enquiry.id, 1, BEN, topics=["autism"])
    limit = timedelta(days=ENQUIRIES)
    assert purged(database, changed + limit) == {}
    lines = count(database, AuditRow)
    assert purged(database, changed + limit + LEAST) == {"enquiries": 1, "replies": 1, "reply_texts": 2}
    assert enquiries.get(enquiry.id) is None
    assert count(database, AuditRow) == lines, "the log outlives them"


def test_a_reply_that_was_changed_later_keeps_its_enquiry(database: Database) -> None:
    add_staff(database)
    clock = Clock()
    enquiries, replies = Enquiries(database, clock), Replies(database, clock)
    kept, gone = add_enquiry(enquiries), add_enquiry(enquiries)
    changed = clock.forward(days=5)
    replies.compose(kept.id, None, by=ADA, **COMPOSED)
    assert purged(database, changed + timedelta(days=ENQUIRIES)) == {"enquiries": 1}
    assert enquiries.get(gone.id) is None
    assert enquiries.get(kept.id) is not None
    assert purged(database, changed + timedelta(days=ENQUIRIES) + LEAST) == {
        "enquiries": 1,
        "replies": 1,
        "reply_texts": 1,
    }


def test_more_enquiries_than_a_statement_takes_all_go(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bot.records.purge.AT_ONCE", 3)
    add_staff(database)
    enquiries = Enquiries(database, Clock())
    for _ in range(7):
        add_enquiry(enquiries)
    assert purged(database, NOW + timedelta(days=ENQUIRIES) + LEAST) == {"enquiries": 7}


def session_row(token: str, ends_at: datetime, revoked_at: datetime | None = None) -> SessionRow:
    return SessionRow(
        token_hash=token,
        staff_id=ADA,
        roles=[],
        csrf="x",
        created_at=NOW,
        seen_at=NOW,
        ends_at=ends_at,
        revoked_at=revoked_at,
    )


def test_sessions_go_when_they_have_ended_or_were_revoked(database: Database) -> None:
    add_staff(database)
    with database.session() as session:
        session.add_all(
            [
                session_row("open", NOW + LEAST),
                session_row("ended", NOW),
                session_row("revoked", NOW + timedelta(hours=1), NOW - LEAST),
            ]
        )
    assert purged(database) == {"sessions": 2}
    with database.session() as session:
        assert session.scalars(select(SessionRow.token_hash)).all() == ["open"]


COMMON = {"by": ADA, "name": "Ada Adviser", "at": NOW}
REFERRING: dict[str, Callable[[], Base]] = {
    "sessions": lambda: session_row("open", NOW + timedelta(days=10_000)),
    "marks": lambda: MarkRow(kind="nothing", intent="", area="", phrasings=[], note="", content_version="", **COMMON),
    "switches": lambda: SwitchRow(area="", channel="", is_off=True, reason="x", **COMMON),
    "signoffs": lambda: SignoffRow(statement_id="a/b", digest="d", content_version="abc", **COMMON, **PASSAGE),
    "audit": lambda: AuditRow(at=NOW, staff_id=ADA, name="Ada Adviser", action="x", content_version="", detail={}),
}
PASSAGE: dict[str, Any] = {"passage": "p"} if "passage" in SignoffRow.__table__.columns else {}


@pytest.mark.parametrize("table", REFERRING)
def test_a_person_whom_something_names_stays(database: Database, table: str) -> None:
    add_staff(database, last_seen=NOW - timedelta(days=COUNTS) - LEAST)
    with database.session() as session:
        session.add(REFERRING[table]())
    assert purged(database) == {"staff": 2}
    with database.session() as session:
        assert session.scalars(select(StaffRow.id)).all() == [ADA]


@pytest.mark.parametrize(
    ("row", "column"),
    [
        (row, column)
        for row, names in (
            (EnquiryRow, ("assigned_to", "created_by", "updated_by")),
            (ReplyRow, ("changed_by", "submitted_by", "decided_by", "sent_by", "updated_by")),
        )
        for column in names
    ],
    ids=lambda value: value if isinstance(value, str) else value.__tablename__,
)
def test_a_person_whom_an_enquiry_or_a_reply_names_stays(database: Database, row: type[Base], column: str) -> None:
    add_staff(database, last_seen=NOW - timedelta(days=COUNTS) - LEAST)
    enquiries, replies = Enquiries(database, Clock()), Replies(database, Clock())
    replies.compose(add_enquiry(enquiries, by=BEN).id, None, by=BEN, **COMPOSED)
    with database.session() as session:
        for audit in session.scalars(select(AuditRow)):
            session.delete(audit)
        setattr(session.scalars(select(row)).one(), column, ADA)
    assert purged(database) == {"staff": 1}
    with database.session() as session:
        assert set(session.scalars(select(StaffRow.id))) == {ADA, BEN}
