"""What is old goes while the front door runs, and by `signpost records purge`; what is young stays."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from fastapi import FastAPI
from sqlalchemy import func, select
from typer.testing import CliRunner

from bot.cli import app as cli
from bot.desk.access import Role
from bot.desk.chores import counted
from bot.door import parts as door_parts
from bot.records.database import Database
from bot.records.enquiries import Enquiries
from bot.records.models import AuditRow, Base, EnquiryRow, ReplyRow, ReplyTextRow, ReportRow, StaffRow, TurnRow
from bot.records.replies import Replies
from tests.desk.support import desk_app, signed_in
from tests.records_support import ADA, NOW, Clock, add_enquiry, add_staff

TEXT = "planted words of an old enquiry"


def add_all(database: Database, at: datetime) -> None:
    """One of each kind, made at a time."""
    enquiries, replies = Enquiries(database, lambda: at), Replies(database, lambda: at)
    enquiry = add_enquiry(enquiries, body=TEXT)
    replies.compose(
        enquiry.id, None, verified=TEXT, voice="professional", with_sources=True, by=ADA, content_version="abc"
    )
    with database.session() as session:
        session.add(ReportRow(at=at, area="suffolk", said="x", question="y", statements=[], content_version="abc"))
        session.add(TurnRow(at=at, channel="web", area="suffolk", topic="", status="answered", milliseconds=9))


def counts(database: Database) -> dict[str, int]:
    with database.session() as session:
        rows: tuple[type[Base], ...] = (EnquiryRow, ReplyRow, ReplyTextRow, ReportRow, TurnRow)
        return {row.__tablename__: session.scalar(select(func.count()).select_from(row)) or 0 for row in rows}


ONE = {"enquiries": 1, "replies": 1, "reply_texts": 1, "wrong_reports": 1, "turns": 1}
TWO = dict.fromkeys(ONE, 2)


async def wait_for(is_so: Callable[[], bool]) -> None:
    async with asyncio.timeout(10):
        while not is_so():
            await asyncio.sleep(0.02)


async def settled(app: FastAPI, is_so: Callable[[], bool]) -> bool:
    """Whether it is so, and stays so for another purge."""
    await wait_for(is_so)
    await app.state.parts.purge_records(app.state.desk.clock())
    return is_so()


@pytest.fixture
def often(monkeypatch: pytest.MonkeyPatch) -> None:
    """The front door does not wait a quarter of an hour."""
    monkeypatch.setattr(door_parts, "PURGE_EVERY_SECONDS", 0.05)


async def test_what_is_old_goes_and_what_is_young_stays_as_time_goes_by(tmp_path, often, caplog):
    clock, kept = Clock(), {"enquiries_keep_days": 30, "reports_keep_days": 20, "counts_keep_days": 60}
    async with desk_app(tmp_path, clock=clock, **kept) as app:
        database: Database = app.state.desk.database
        await asyncio.to_thread(add_staff, database)
        await asyncio.to_thread(add_all, database, clock())
        await asyncio.to_thread(add_all, database, clock() + timedelta(days=1))
        assert await settled(app, lambda: counts(database) == TWO)
        clock.forward(days=20, seconds=1)
        assert await settled(app, lambda: counts(database) == {**TWO, "wrong_reports": 1})
        clock.forward(days=10)
        of_enquiry = {"enquiries": 1, "replies": 1, "reply_texts": 1}
        assert await settled(app, lambda: counts(database) == {**of_enquiry, "wrong_reports": 0, "turns": 2})
        clock.forward(days=30)
        nothing = dict.fromkeys(ONE, 0)
        assert await settled(app, lambda: counts(database) == {**nothing, "turns": 1})
    assert "purged of the records: 1 of replies, 1 of reply_texts, 1 of enquiries" in caplog.text
    assert TEXT not in caplog.text
    # Nothing of it is left in the pages of the file either, once they are written anew.
    database = Database(f"sqlite:///{tmp_path / 'records.db'}")
    with database.engine.connect() as connection:
        connection.exec_driver_sql("vacuum")
    database.close()
    assert TEXT.encode() not in (tmp_path / "records.db").read_bytes()


async def test_it_is_purged_at_the_start(tmp_path):
    long_ago = Clock(NOW - timedelta(days=400))
    async with desk_app(tmp_path, clock=long_ago) as app:
        await asyncio.to_thread(add_staff, app.state.desk.database)
        await asyncio.to_thread(add_all, app.state.desk.database, long_ago())
    async with desk_app(tmp_path, clock=Clock()) as app:
        await wait_for(lambda: counts(app.state.desk.database)["enquiries"] == 0)
        assert counts(app.state.desk.database)["turns"] == 1  # those are kept for longer


async def test_who_is_signed_in_stays_signed_in(tmp_path, often):
    clock = Clock(datetime(2020, 2, 1, tzinfo=UTC))
    async with desk_app(tmp_path, clock=clock) as app:
        ada = signed_in(app, Role.ADVISER)
        await asyncio.sleep(0.3)
        assert (await ada.get("/desk/enquiries")).status_code == 200


async def test_a_purge_that_fails_is_logged_by_its_kind_and_tried_again(tmp_path, often, caplog):
    async with desk_app(tmp_path, clock=Clock()) as app:
        database: Database = app.state.desk.database
        await asyncio.to_thread(add_staff, database)
        await asyncio.to_thread(add_all, database, NOW - timedelta(days=400))
        await wait_for(lambda: counts(database)["enquiries"] == 0)
        with database.engine.begin() as connection:
            connection.exec_driver_sql("alter table turns rename to turns_away")
        await wait_for(lambda: "the purge failed" in caplog.text)
        with database.engine.begin() as connection:
            connection.exec_driver_sql("alter table turns_away rename to turns")
        await asyncio.to_thread(add_all, database, NOW - timedelta(days=800))
        await wait_for(lambda: counts(database) == {**dict.fromkeys(ONE, 0), "turns": 1})
    told = [record.getMessage() for record in caplog.records if "purge failed" in record.getMessage()]
    assert set(told) == {"the purge failed: OperationalError"}


async def test_conversations_that_cannot_be_purged_do_not_hold_up_the_records(tmp_path, often, monkeypatch):
    async with desk_app(tmp_path, clock=Clock()) as app:

        def locked(_: float) -> int:
            raise OSError("zigzag")

        monkeypatch.setattr(app.state.parts.store, "delete_idle_since", locked)
        await asyncio.to_thread(add_staff, app.state.desk.database)
        await asyncio.to_thread(add_all, app.state.desk.database, NOW - timedelta(days=400))
        await wait_for(lambda: counts(app.state.desk.database)["enquiries"] == 0)


def signpost(url: str, **settings: str):
    return CliRunner().invoke(cli, ["records", "purge"], env={"SIGNPOST_RECORDS_URL": url, **settings})


def test_the_command_deletes_what_is_old_and_says_how_much(tmp_path: Path):
    url = f"sqlite:///{tmp_path / 'records.db'}"
    first = signpost(url)  # which makes the database
    assert (first.exit_code, first.stdout) == (0, "Deleted: nothing.\n")
    database, now = Database(url), datetime.now(UTC)
    add_staff(database, last_seen=now)
    add_all(database, now - timedelta(days=40))
    add_all(database, now - timedelta(days=20))
    done = signpost(url, SIGNPOST_ENQUIRIES_KEEP_DAYS="30", SIGNPOST_REPORTS_KEEP_DAYS="30")
    assert done.stdout == "Deleted: 1 of replies, 1 of reply_texts, 1 of enquiries, 1 of wrong_reports.\n"
    assert counts(database) == {**ONE, "turns": 2}
    assert signpost(url, SIGNPOST_ENQUIRIES_KEEP_DAYS="30").stdout == "Deleted: nothing.\n"
    with database.session() as session:
        assert session.scalar(select(func.count()).select_from(StaffRow)) == 3
        assert session.scalar(select(func.count()).select_from(AuditRow)) == 4
    database.close()


def test_the_command_tells_of_a_database_that_cannot_be_used(tmp_path: Path):
    (tmp_path / "records.db").write_text("this is no database at all, but a text that is long enough")
    done = signpost(f"sqlite:///{tmp_path / 'records.db'}")
    assert done.exit_code == 1
    assert done.stderr == "The database cannot be used: DatabaseError.\n"


def test_what_was_deleted_is_counted_in_words():
    assert counted({}) == "nothing"
    assert counted({"enquiries": 2, "replies": 1}) == "2 of enquiries, 1 of replies"
