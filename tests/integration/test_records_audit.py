"""The audit log on both databases: filtered, paged, with the names of that time; and undone with the change."""

from __future__ import annotations

import pytest

from bot.records.audit import AuditLog, record
from bot.records.database import Database
from bot.records.models import StaffRow
from tests.records_support import ADA, BEN, NOW, SAM, Clock, add_staff, log_of


@pytest.fixture
def log(database: Database) -> AuditLog:
    """A log of seven lines, an hour apart."""
    add_staff(database)
    clock = Clock()
    for who, action, number in (
        (ADA, "enquiry_added", 1),
        (BEN, "enquiry_added", 2),
        (ADA, "submitted", 1),
        (SAM, "approved", 1),
        (ADA, "sent", 1),
        (None, "switched_off", None),
        (SAM, "enquiry_deleted", 2),
    ):
        with database.session() as session:
            record(session, who, action, number, "abc", at=clock.forward(hours=1), version=3)
    return AuditLog(database)


def actions(log: AuditLog, **wanted: object) -> list[str]:
    return [line.action for line in log.list(**wanted).items]  # type: ignore[arg-type]


def test_the_newest_line_comes_first_and_says_who_what_and_when(log: AuditLog) -> None:
    page = log.list()
    assert page.total == len(page.items) == 7
    line = page.items[3]
    assert (line.staff_id, line.name, line.action, line.enquiry_number) == (SAM, "Sam Supervisor", "approved", 1)
    assert (line.content_version, line.detail, line.at.tzinfo) == ("abc", {"version": 3}, NOW.tzinfo)
    assert (page.items[1].staff_id, page.items[1].name) == (None, "")
    assert [a.at > b.at for a, b in zip(page.items, page.items[1:], strict=False)] == [True] * 6


def test_it_is_filtered_by_action_person_and_number(log: AuditLog) -> None:
    assert actions(log, action="enquiry_added") == ["enquiry_added", "enquiry_added"]
    assert actions(log, person=ADA) == actions(log, person="ada adv") == ["sent", "submitted", "enquiry_added"]
    assert actions(log, person="supervisor", number=2) == ["enquiry_deleted"]
    assert actions(log, person="a%") == actions(log, action="sen") == actions(log, number=3) == []
    assert actions(log, number=10**30) == actions(log, number=-(10**30)) == actions(log, person="a\0d") == []


def test_it_is_read_page_by_page_and_beyond_the_last_page_the_last_is_shown(log: AuditLog) -> None:
    pages = [log.list(page=number, per_page=3) for number in (1, 2, 3, 9)]
    assert [len(page.items) for page in pages] == [3, 3, 1, 1]
    assert [(page.number, page.pages) for page in pages] == [(1, 3), (2, 3), (3, 3), (3, 3)]
    assert [line for page in pages[:3] for line in page.items] == list(log.list().items)


def test_what_can_be_chosen_is_what_stands_in_it(log: AuditLog, database: Database) -> None:
    assert log.actions() == ("approved", "enquiry_added", "enquiry_deleted", "sent", "submitted", "switched_off")
    with database.session() as session:
        person = session.get(StaffRow, BEN)
        assert person is not None
        person.name = "Ben Newname"
    assert log.people() == ((ADA, "Ada Adviser"), (BEN, "Ben Adviser"), (SAM, "Sam Supervisor"))
    with database.session() as session:
        record(session, BEN, "assigned", 1, at=NOW)
    assert (BEN, "Ben Newname") in log.people()


def test_a_person_who_is_forgotten_still_stands_in_it(log: AuditLog, database: Database) -> None:
    with database.session() as session:
        session.delete(session.get(StaffRow, BEN))
    assert actions(log, person=BEN) == actions(log, person="Ben") == ["enquiry_added"]


def test_a_line_is_undone_with_the_change_that_it_is_about(log: AuditLog, database: Database) -> None:
    before = log_of(database)

    def change_and_fail() -> None:
        with database.session() as session:
            record(session, ADA, "sent", 1, at=NOW)
            session.flush()
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        change_and_fail()
    assert log_of(database) == before
