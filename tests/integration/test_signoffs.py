"""Sign-offs in real databases: kept once with their audit line, by whoever came first; and the command that reports."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path

import pytest
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from typer.testing import CliRunner

from bot import bootstrap
from bot.cli import app
from bot.knowledge.content import AreaContent, read_content
from bot.knowledge.passages import signable
from bot.records.audit import AuditLog
from bot.records.database import Database
from bot.records.gaps import times_told
from bot.records.models import SignoffRow, StaffRow, TurnRow
from bot.records.signoffs import Signoff, Signoffs

ROOT = Path(__file__).resolve().parents[2]
NOW = datetime(2026, 11, 27, 12, 0, tzinfo=UTC)
ID = "example-borough/ladder/three-cycles"
DIGEST, OTHER, PASSAGE = "a" * 64, "b" * 64, "c" * 64
OLIVE, OSCAR = "Olive Owner", "Oscar Owner"


class Clock:
    """Goes on by a minute each time it is looked at."""

    def __init__(self) -> None:
        self.now = NOW

    def __call__(self) -> datetime:
        self.now += timedelta(minutes=1)
        return self.now


def people(database: Database) -> None:
    with database.session() as session:
        session.add_all(
            StaffRow(id=name.split()[0].lower(), name=name, roles=["content_owner"], first_seen=NOW, last_seen=NOW)
            for name in (OLIVE, OSCAR)
        )


@pytest.fixture
def signoffs(database: Database) -> Signoffs:
    people(database)
    return Signoffs(database, Clock())


def sign(signoffs: Signoffs, digest: str = DIGEST, name: str = OLIVE, statement_id: str = ID) -> tuple[Signoff, bool]:
    by = name.split()[0].lower()
    return signoffs.sign(statement_id, digest, PASSAGE, by=by, name=name, content_version="0123456789ab")


def test_a_sign_off_is_kept_with_name_date_and_content_version(signoffs: Signoffs, database: Database) -> None:
    made, is_new = sign(signoffs)
    assert is_new
    assert made == Signoff(ID, DIGEST, PASSAGE, "olive", OLIVE, NOW + timedelta(minutes=1), "0123456789ab")
    assert signoffs.history(ID) == (made,)
    (line,) = AuditLog(database).list(action="signed_off").items
    assert (line.staff_id, line.name, line.at, line.content_version) == ("olive", OLIVE, made.at, "0123456789ab")
    assert line.detail == {"statement": ID, "digest": DIGEST}


def test_signing_the_same_again_changes_nothing_and_tells_who_was_first(signoffs: Signoffs, database: Database) -> None:
    first, _ = sign(signoffs)
    for name in (OSCAR, OLIVE):
        assert sign(signoffs, name=name) == (first, False)
    assert signoffs.all() == {ID: (first,)}
    assert AuditLog(database).list(action="signed_off").total == 1


def test_a_changed_statement_is_signed_anew_and_both_are_kept_the_newest_first(signoffs: Signoffs) -> None:
    first, _ = sign(signoffs)
    second, is_new = sign(signoffs, OTHER, OSCAR)
    elsewhere, _ = sign(signoffs, statement_id="suffolk/ses/who")
    assert is_new
    assert signoffs.history(ID) == (second, first)
    assert signoffs.all() == {ID: (second, first), "suffolk/ses/who": (elsewhere,)}
    assert signoffs.history("suffolk/no/such") == ()


def test_of_two_who_sign_at_once_one_is_kept_and_both_are_told_so(signoffs: Signoffs, database: Database) -> None:
    ready = threading.Barrier(8)
    told: list[tuple[Signoff, bool]] = []

    def one(name: str) -> None:
        ready.wait()
        told.append(sign(signoffs, name=name))

    threads = [threading.Thread(target=one, args=(name,)) for name in (OLIVE, OSCAR) * 4]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    (kept,) = signoffs.history(ID)
    assert sorted(is_new for _, is_new in told) == [False] * 7 + [True]
    assert {signoff for signoff, _ in told} == {kept}
    assert AuditLog(database).list(action="signed_off").total == 1


def test_a_person_who_is_not_there_signs_nothing(signoffs: Signoffs, database: Database) -> None:
    with pytest.raises(IntegrityError):
        sign(signoffs, name="Nobody Known")
    assert signoffs.all() == {}
    assert AuditLog(database).list(action="signed_off").total == 0


def test_without_its_audit_line_nothing_is_signed(
    signoffs: Signoffs, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object, **__: object) -> None:
        raise RuntimeError

    monkeypatch.setattr("bot.records.signoffs.record", fail)
    with pytest.raises(RuntimeError):
        sign(signoffs)
    with database.session() as session:
        assert session.scalars(select(SignoffRow)).all() == []


def test_a_sign_off_outlives_the_person(signoffs: Signoffs, database: Database) -> None:
    sign(signoffs)
    with database.session() as session:
        session.delete(session.get_one(StaffRow, "olive"))
    (kept,) = signoffs.history(ID)
    assert (kept.by, kept.name) == (None, OLIVE)


def test_gaps_are_counted_by_their_id_since_a_time(database: Database) -> None:
    def told(gap: str | None, minutes: int = 0, area: str = "suffolk") -> TurnRow:
        at = NOW + timedelta(minutes=minutes)
        return TurnRow(
            at=at, channel="web", area=area, topic="cost", status="not_stated", gap=gap, confidence=None, milliseconds=5
        )

    with database.session() as session:
        session.add_all(
            [
                told("suffolk/gap/cost"),
                told("suffolk/gap/cost", 5, area=""),  # a turn that compared two offers
                told("suffolk/gap/cost", -1),
                told("suffolk/conflict/reviews"),
                told("milton-keynes/gap/cost"),
                told("suffolk-coast/gap/cost"),
                told(None),
            ]
        )
    assert times_told(database, "suffolk", NOW) == {"suffolk/gap/cost": 2, "suffolk/conflict/reviews": 1}
    assert times_told(database, "milton_keynes", NOW) == {}
    assert times_told(database, "milton-keynes", NOW) == {"milton-keynes/gap/cost": 1}


# ---------------------------------------------------------------------- signpost content signoff


@pytest.fixture
def command(records_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[CliRunner]:
    """The command on a database of its own."""
    monkeypatch.setenv("SIGNPOST_RECORDS_URL", records_url)
    monkeypatch.setenv("SIGNPOST_VAR_DIR", str(tmp_path))
    for each in (bootstrap.settings, bootstrap.records):
        each.cache_clear()
    yield CliRunner()
    bootstrap.records().close()
    for each in (bootstrap.settings, bootstrap.records):
        each.cache_clear()


@cache
def suffolk() -> AreaContent:
    return next(a for a in read_content(ROOT / "content").content.areas if a.authority.id == "suffolk")


def sign_all(*, but: str = "", reworded: str = "", moved: str = "") -> None:
    """Sign every statement of Suffolk off as it stands, but one; one in another wording, one by another passage."""
    people(bootstrap.records())
    rows = []
    for s in suffolk().statements:
        now = signable(suffolk(), s)
        digest = OTHER if s.id in (reworded, moved) else now.digest
        passage = OTHER if s.id == moved else now.passage
        if s.id != but:
            keys = {"digest": digest, "passage": passage, "by": "olive", "name": OLIVE, "at": NOW}
            rows.append(SignoffRow(statement_id=s.id, content_version="0123456789ab", **keys))
    with bootstrap.records().session() as session:
        session.add_all(rows)


def test_the_command_counts_and_lists_what_is_unsigned_or_changed(command: CliRunner) -> None:
    ids = [f"suffolk/{name}" for name in ("ses/who", "ses/years", "gap/telephone")]
    sign_all(but=ids[0], reworded=ids[1], moved=ids[2])
    ran = command.invoke(app, ["content", "signoff", "--area", "suffolk"])
    assert ran.exit_code == 0, ran.output
    total = len(suffolk().statements)
    count, *lines = ran.stdout.splitlines()
    assert count == f"suffolk: {total} statements, {total - 3} signed off, 1 not signed off, 2 changed since"
    assert sorted(lines) == sorted(
        [f"  not signed off: {ids[0]}", f"  reworded since: {ids[1]}", f"  passage changed since: {ids[2]}"]
    )
    ran = command.invoke(app, ["content", "signoff", "--area", "suffolk", "--unsigned"])
    assert ran.stdout.splitlines()[1:] == [f"  not signed off: {ids[0]}"]


def test_the_command_gives_data_on_request(command: CliRunner) -> None:
    sign_all(but="suffolk/ses/who", moved="suffolk/gap/telephone")
    ran = command.invoke(app, ["content", "signoff", "--area", "suffolk", "--json"])
    rows = {row["statement"]: row for row in map(json.loads, ran.stdout.splitlines())}
    assert rows.pop("suffolk/ses/who") == {"area": "suffolk", "statement": "suffolk/ses/who", "state": "unsigned"}
    (changed,) = rows.values()
    assert (changed["state"], changed["signed_by"]) == ("passage_changed", OLIVE)
    assert datetime.fromisoformat(changed["signed_at"]).tzinfo is not None


@pytest.mark.parametrize(
    ("arguments", "code"),
    [(["--area", "suffolk"], 0), (["--check", "--area", "suffolk"], 0), (["--check"], 1), ([], 0)],
)
def test_only_a_check_fails_and_only_when_something_is_unsigned(
    command: CliRunner, arguments: list[str], code: int
) -> None:
    sign_all()
    assert command.invoke(app, ["content", "signoff", *arguments]).exit_code == code


@pytest.mark.parametrize("key", ["but", "reworded", "moved"])
def test_one_statement_that_is_not_signed_as_it_stands_fails_the_check(command: CliRunner, key: str) -> None:
    sign_all(**{key: "suffolk/ses/who"})
    assert command.invoke(app, ["content", "signoff", "--check", "--area", "suffolk"]).exit_code == 1


def test_an_authority_that_is_not_there_is_refused_with_those_that_are(command: CliRunner) -> None:
    ran = command.invoke(app, ["content", "signoff", "--area", "norfolk"])
    assert ran.exit_code == 2
    assert "there are milton-keynes, suffolk" in ran.stderr
