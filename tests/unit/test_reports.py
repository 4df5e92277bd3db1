"""Reports that an answer is wrong: kept, listed, deleted in time; and what the person is told."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy.exc import SQLAlchemyError
from typer.testing import CliRunner

from bot import bootstrap
from bot.cli import app
from bot.guidance.conversation import Conversations
from bot.guidance.frame import Frame
from bot.guidance.report import Report
from bot.guidance.service import AnswerService
from bot.guidance.turn import Last, Memory
from bot.records.database import Database
from bot.records.reports import MOST_CHARS, Reports
from bot.settings import Settings
from tests.guidance_support import TODAY, embedder, knowledge, said

REPORT = Report(
    "suffolk", "that's wrong, it is three", "how many reviews", ("suffolk/a/b", "suffolk/c/d"), "0123456789ab"
)
SHOWN = ("suffolk/section-f/after-review",)
ANSWERED = Memory(frame=Frame(area="suffolk"), last=Last(area="suffolk", statements=SHOWN, question="how many reviews"))


@pytest.fixture
def kept(tmp_path: Path) -> Iterator[Reports]:
    database = Database(f"sqlite:///{tmp_path}/new/records.db")
    database.upgrade()
    yield Reports(database, keep_days=30)
    database.close()


def test_a_report_is_kept_with_its_statements(kept: Reports) -> None:
    kept.add(REPORT)
    (found,) = kept.all()
    assert (found.area, found.said, found.question) == (REPORT.area, REPORT.said, REPORT.question)
    assert (found.statements, found.content_version) == (REPORT.statements, REPORT.content_version)
    assert found.at is not None
    assert abs(datetime.now(UTC) - found.at) < timedelta(minutes=5)


def test_a_report_is_deleted_in_time_and_a_huge_one_is_cut(kept: Reports) -> None:
    kept.add(Report("suffolk", "old", "", (), "x", datetime.now(UTC) - timedelta(days=31)))
    kept.add(Report("suffolk", "x" * 9000, "", (), "x", datetime.now(UTC) - timedelta(days=29)))
    assert [len(r.said) for r in kept.all()] == [MOST_CHARS]


def test_both_sides_of_the_limit(tmp_path: Path) -> None:
    now = datetime(2026, 11, 2, 9, 30, tzinfo=UTC)
    database = Database(f"sqlite:///{tmp_path}/records.db")
    database.upgrade()
    kept = Reports(database, keep_days=30, clock=lambda: now)
    kept.add(Report("suffolk", "as old as it may be", "", (), "x", now - timedelta(days=30)))
    kept.add(Report("suffolk", "older", "", (), "x", now - timedelta(days=30, microseconds=1)))
    assert [r.said for r in kept.all()] == ["as old as it may be"]
    database.close()


def test_the_records_of_the_settings_are_made_on_first_use_once_for_all(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bootstrap, "settings", lambda: Settings(_env_file=None, var_dir=tmp_path / "var"))
    bootstrap.records.cache_clear()
    bootstrap.reports.cache_clear()
    try:
        assert not (tmp_path / "var").exists()
        bootstrap.reports().add(REPORT)
        assert (tmp_path / "var" / "records.db").exists()
        assert [r.said for r in Reports(bootstrap.records(), keep_days=30).all()] == [REPORT.said]
        bootstrap.records().close()
    finally:
        bootstrap.records.cache_clear()
        bootstrap.reports.cache_clear()


def talk(note) -> str:
    conversations = Conversations(knowledge(), embedder().embed, note=note)
    reply, _ = conversations.reply(said("that's wrong, it is three", "say_wrong"), ANSWERED, TODAY)
    return reply.text


def test_that_is_wrong_is_noted_with_what_was_shown_and_answered_with_the_address() -> None:
    noted: list[Report] = []
    text = talk(lambda report: noted.append(report) or True)
    assert noted == [Report("suffolk", "that's wrong, it is three", "how many reviews", SHOWN, knowledge().version)]
    assert "I have noted" in text
    assert "SESreferrals@suffolk.gov.uk" in text
    assert knowledge().areas["suffolk"].statements[SHOWN[0]].text in text


def test_nobody_is_told_that_it_was_noted_when_it_was_not() -> None:
    assert "noted" not in talk(lambda report: False)


def test_a_broken_database_costs_the_note_not_the_answer() -> None:
    def broken(report: Report) -> None:
        raise SQLAlchemyError("disk full")

    service = AnswerService(None, embedder().embed, note=broken)  # type: ignore[arg-type]
    assert service._noted(REPORT) is False


def test_the_command_lists_them(kept: Reports, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bootstrap, "reports", lambda: kept)
    assert "No report" in CliRunner().invoke(app, ["reports"]).output
    kept.add(REPORT)
    listed = CliRunner().invoke(app, ["reports"]).output
    assert "that's wrong, it is three" in listed
    assert "suffolk/a/b" in listed
    assert '"statements": ["suffolk/a/b", "suffolk/c/d"]' in CliRunner().invoke(app, ["reports", "--json"]).output
