"""The off switch in both databases."""

from datetime import UTC, datetime, timedelta
from itertools import count

import pytest
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from bot.records.database import Database
from bot.records.models import AuditRow, StaffRow, SwitchRow
from bot.records.switches import ALL, NoReasonError, Switches, is_off

BEGAN = datetime(2026, 11, 2, 9, tzinfo=UTC)


def switches_of(database: Database) -> Switches:
    ticks = count()
    return Switches(database, lambda: BEGAN + timedelta(minutes=next(ticks)))


def signed_in(database: Database, name: str = "Olive Owner") -> str:
    with database.session() as session:
        session.add(StaffRow(id="olive", name=name, roles=["content_owner"], first_seen=BEGAN, last_seen=BEGAN))
    return "olive"


def test_what_is_set_is_read_back_with_who_when_and_why(database: Database) -> None:
    switches = switches_of(database)
    turned = switches.set("suffolk", "web", True, " Wrong address.\n", signed_in(database), "Olive Owner")
    assert (turned.area, turned.channel, turned.is_off) == ("suffolk", "web", True)
    assert (turned.reason, turned.by_id, turned.by_name, turned.at) == (
        "Wrong address.",
        "olive",
        "Olive Owner",
        BEGAN,
    )
    assert switches.current() == switches.history() == (turned,)


def test_only_the_newest_turn_of_a_pair_stands_and_every_turn_is_kept(database: Database) -> None:
    switches = switches_of(database)
    first = switches.set("suffolk", "web", True, "why", None, "command line")
    everything = switches.set(ALL, ALL, True, "why", None, "command line")
    back = switches.set("suffolk", "web", False, "right again", None, "command line")
    assert switches.current() == (everything, back)
    assert switches.history() == (back, everything, first)
    assert is_off(switches.current(), "suffolk", "web")
    switches.set(ALL, ALL, False, "right again", None, "command line")
    assert not is_off(switches.current(), "suffolk", "web")


def test_each_turn_has_its_line_in_the_audit_log_without_the_reason(database: Database) -> None:
    switches = switches_of(database)
    off = switches.set("suffolk", ALL, True, "zigzag", None, "command line")
    on = switches.set("suffolk", ALL, False, "zigzag", signed_in(database), "Olive Owner")
    with database.session() as session:
        lines = session.scalars(select(AuditRow).order_by(AuditRow.id)).all()
    assert [(x.action, x.staff_id, x.name, x.at) for x in lines] == [
        ("switched_off", None, "command line", BEGAN),
        ("switched_on", "olive", "Olive Owner", BEGAN + timedelta(minutes=1)),
    ]
    assert [x.detail for x in lines] == [{"switch": s.id, "area": "suffolk", "channel": ""} for s in (off, on)]


def test_neither_turn_nor_line_is_kept_where_one_of_them_fails(database: Database) -> None:
    with pytest.raises(IntegrityError):
        switches_of(database).set("suffolk", "web", True, "why", "nobody", "Nobody")
    with database.session() as session:
        assert session.scalars(select(SwitchRow)).all() == []
        assert session.scalars(select(AuditRow)).all() == []


@pytest.mark.parametrize("reason", ["", "  \n", "...", "-"])
def test_a_reason_has_to_say_something(reason: str, database: Database) -> None:
    switches = switches_of(database)
    with pytest.raises(NoReasonError):
        switches.set("suffolk", "web", True, reason, None, "command line")
    assert switches.history() == ()
    assert switches.set("suffolk", "web", True, "x", None, "command line").reason == "x"
