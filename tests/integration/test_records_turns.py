"""What was asked, in both databases."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select, update
from sqlalchemy.exc import SQLAlchemyError

from bot.records.database import Database
from bot.records.models import MarkRow, TurnRow, UnansweredRow
from bot.records.turns import MOST_CHARS, Asked, TurnLog

NOON = datetime(2026, 11, 2, 12, tzinfo=UTC)
MISSED = Asked(NOON, "web", "suffolk", "cost", "not_stated", 80, "suffolk/gap/cost", 0.5, "what does it cost", "1a2b")


def test_a_missed_question_is_counted_and_its_words_are_kept(database: Database) -> None:
    TurnLog(database).add_many([MISSED, replace(MISSED, status="answered", gap=None, question="")])
    with database.session() as session:
        turns = session.scalars(select(TurnRow).order_by(TurnRow.id)).all()
    assert [(t.at, t.channel, t.area, t.topic, t.status, t.gap, t.confidence, t.milliseconds) for t in turns] == [
        (NOON, "web", "suffolk", "cost", "not_stated", "suffolk/gap/cost", 0.5, 80),
        (NOON, "web", "suffolk", "cost", "answered", None, 0.5, 80),
    ]
    (kept,) = TurnLog(database).unanswered()
    assert (kept.at, kept.channel, kept.area, kept.topic, kept.status) == (NOON, "web", "suffolk", "cost", "not_stated")
    assert (kept.confidence, kept.question, kept.content_version, kept.mark_id) == (
        0.5,
        "what does it cost",
        "1a2b",
        None,
    )


def test_nothing_to_keep_is_no_error(database: Database) -> None:
    TurnLog(database).add_many([])
    assert TurnLog(database).unanswered() == ()


def test_odd_and_overlong_words_can_be_kept(database: Database) -> None:
    long = replace(MISSED, question="é" * (MOST_CHARS + 1), topic="t" * 99, area="a" * 99)
    TurnLog(database).add_many([replace(MISSED, question="a\0b \ud800 <b>"), replace(MISSED, question=" \0"), long])
    assert [kept.question for kept in TurnLog(database).unanswered()] == ["é" * MOST_CHARS, "ab ? <b>"]


def test_the_newest_come_first_from_a_time_on_and_what_was_decided_about_is_left_out(database: Database) -> None:
    log = TurnLog(database)
    log.add_many([replace(MISSED, at=NOON + timedelta(hours=n), question=f"question {n}") for n in (0, 1, 2)])
    assert [kept.question for kept in log.unanswered()] == ["question 2", "question 1", "question 0"]
    assert [kept.question for kept in log.unanswered(NOON + timedelta(hours=1))] == ["question 2", "question 1"]
    with database.session() as session:
        mark = MarkRow(
            kind="nothing", intent="", area="", phrasings=[], note="", name="Olive", at=NOON, content_version="1a2b"
        )
        session.add(mark)
        session.flush()
        session.execute(update(UnansweredRow).where(UnansweredRow.question == "question 1").values(mark_id=mark.id))
    assert [kept.question for kept in log.unanswered()] == ["question 2", "question 0"]
    assert [bool(kept.mark_id) for kept in log.unanswered(only_unmarked=False)] == [False, True, False]


def test_all_or_none_are_kept(database: Database) -> None:
    with pytest.raises((SQLAlchemyError, ValueError)):
        TurnLog(database).add_many([MISSED, replace(MISSED, at=datetime(2026, 11, 2))])  # noqa: DTZ001 - refused
    with database.session() as session:
        assert session.scalars(select(TurnRow)).all() == []
