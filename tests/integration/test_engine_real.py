"""The engine as it runs: trained by its own script, served by it, talked to over HTTP."""

from __future__ import annotations

import os
import socket
import sqlite3
import subprocess
from collections.abc import Iterator
from contextlib import closing
from itertools import pairwise

import pytest

from tests.integration import engine_project
from tests.integration.engine_project import Engine

pytestmark = pytest.mark.timeout(180)

SECRET = "zebedee quuxington"


@pytest.fixture(scope="module")
def engine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    if not engine_project.ENGINE_PYTHON.exists():
        reason = "engine/.venv is missing: see engine/README.md"
        if os.environ.get("CI"):
            pytest.fail(reason)
        pytest.skip(reason)
    project = tmp_path_factory.mktemp("engine")
    engine_project.make_project(project)
    with engine_project.running_engine(project) as running:
        yield running


def test_one_question_arrives_as_one_clause(engine: Engine) -> None:
    latest = engine.heard("how long does it take?")

    (clause,) = latest["clauses"]
    assert clause["text"] == "how long does it take?"
    assert (clause["start"], clause["end"]) == (0, len("how long does it take?"))
    assert clause["intent"] == "ask_timescale" == latest["intent"]["name"]
    assert clause["confidence"] == pytest.approx(latest["intent"]["confidence"], abs=1e-3)
    assert len(clause["ranking"]) == 6
    assert set(clause["ranking"][0]) == {"name", "confidence"}
    assert all(higher["confidence"] >= lower["confidence"] for higher, lower in pairwise(clause["ranking"]))
    assert latest["similarity"] == clause["similarity"] > 0.9
    assert latest["scope_score"] == pytest.approx(latest["intent"]["confidence"] * latest["similarity"], abs=1e-3)


def test_two_questions_become_ask_several_with_offsets_into_the_message(engine: Engine) -> None:
    message = "Hello, we have tried two terms of phonics. What form do I need and how long does it take?"
    latest = engine.heard(message)

    assert latest["intent"]["name"] == "ask_several"
    assert [clause["intent"] for clause in latest["clauses"]] == [
        "inform_pupil",
        "ask_how_to_refer",
        "ask_timescale",
    ]
    assert all(message[clause["start"] : clause["end"]] == clause["text"] for clause in latest["clauses"])
    assert latest["clauses"][-1]["text"] == "how long does it take?"


def test_the_same_question_twice_is_not_several(engine: Engine) -> None:
    latest = engine.heard("how long does it take? and when will we hear back?")

    assert len(latest["clauses"]) == 2
    assert latest["intent"]["name"] == "ask_timescale"


def test_lookup_entities_are_found_in_any_case_at_word_boundaries(engine: Engine) -> None:
    latest = engine.heard("how long does it take in High Fold, not in dunmereville")

    assert [(entity["entity"], entity["value"]) for entity in latest["entities"]] == [("area", "High Fold")]


def test_a_strange_message_has_low_similarity_and_is_answered_once(engine: Engine) -> None:
    before = len(engine.actions.calls)
    replies = engine.say("qwertz glorp flimflam", sender="stranger")

    assert [reply["text"] for reply in replies] == ["answered"]
    assert len(engine.actions.calls) == before + 1
    assert engine.actions.calls[-1]["tracker"]["latest_message"]["similarity"] < 0.5


def test_an_intent_without_rule_is_answered_once_turn_after_turn(engine: Engine) -> None:
    for _ in range(3):
        assert [reply["text"] for reply in engine.say("what does it cost", sender="payer")] == ["answered"]


@pytest.mark.parametrize("message", ["", "   ", "\n", None])
def test_a_blank_message_does_not_break_the_conversation(engine: Engine, message: object) -> None:
    engine.say(message, sender="blank")

    assert engine.say("how long does it take", sender="blank")[0]["text"] == "answered"


def test_commands_reach_rasa_so_the_front_door_must_strip_them(engine: Engine) -> None:
    assert engine.say("/restart", sender="commander") == []
    assert [reply["text"] for reply in engine.say("/greet", sender="commander")] == ["answered"]
    latest = engine.actions.calls[-1]["tracker"]["latest_message"]
    assert latest["intent"] == {"name": "greet", "confidence": 1.0}
    # Rasa reads a payload itself: an action must not count on clauses there.
    assert not latest.get("clauses")


def test_an_invalid_action_reply_is_refused_and_the_conversation_goes_on(engine: Engine) -> None:
    assert engine.say("how long does it take, invalid reply please", sender="unlucky") == []
    assert "ValidationError" in engine.log.read_text()
    assert engine.say("how long does it take", sender="unlucky")[0]["text"] == "answered"


def test_a_failing_action_leaves_an_empty_reply_and_the_conversation_goes_on(engine: Engine) -> None:
    assert engine.say("how long does it take, broken action please", sender="unlucky") == []
    assert engine.say("how long does it take", sender="unlucky")[0]["text"] == "answered"


def test_no_log_holds_what_people_wrote(engine: Engine) -> None:
    for text in (
        f"how long does it take for {SECRET}",
        f"invalid reply for {SECRET}",
        f"broken action for {SECRET}",
        f"/{SECRET}",
        f'/greet{{"area": "{SECRET}"',
        f"/ask_nothing@{SECRET}",
        [SECRET],
        {"name": SECRET},
        f"\ud800 {SECRET}",
    ):
        engine.say(text, sender=f"pupil {SECRET}")

    log = engine.log.read_text(errors="replace").lower()
    assert "starting rasa server on http://127.0.0.1" in log
    assert "validationerror" in log
    assert "zebedee" not in log
    assert "quuxington" not in log


def test_the_conversation_is_kept_in_the_projects_own_folder(engine: Engine) -> None:
    engine.say("how long does it take", sender="kept")

    with closing(sqlite3.connect(engine.project / ".var/tracker.db")) as database:
        (count,) = database.execute("select count(*) from events where sender_id = 'kept'").fetchone()
    assert count > 0
    assert sorted(path.name for path in (engine.project / ".var/models").iterdir()) == ["signpost.tar.gz"]


def test_only_the_loopback_address_listens(engine: Engine) -> None:
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.2", engine.port), timeout=2).close()


@pytest.mark.parametrize("option", ["--enable-api", "--debug", "-vv", "--interface=0.0.0.0"])
def test_options_that_open_the_engine_or_log_messages_are_refused(engine: Engine, option: str) -> None:
    command, environment = engine_project.signpost_engine(engine.project, "run", option)
    ended = subprocess.run(command, cwd=engine.project, env=environment, capture_output=True, text=True, timeout=30)

    assert ended.returncode == 2
    assert "not allowed" in ended.stderr or "127.0.0.1 only" in ended.stderr
