"""The engine as it runs: trained by its own script, served by it, talked to over HTTP."""

from __future__ import annotations

import json
import os
import socket
import sqlite3
import subprocess
from collections.abc import Iterator
from contextlib import closing
from itertools import pairwise
from pathlib import Path

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


def test_every_event_of_a_conversation_is_stored_once_and_in_order(engine: Engine) -> None:
    texts = ["hello there", "how long does it take", "what does it cost"]
    for text in texts:
        engine.say(text, sender="steady")

    with closing(sqlite3.connect(engine.project / ".var/tracker.db")) as database:
        rows = database.execute(
            "select type_name, data, timestamp from events where sender_id = 'steady' order by id"
        ).fetchall()
        (mode,) = database.execute("pragma journal_mode").fetchone()
    events = [json.loads(data) for _, data, _ in rows]
    assert [event["text"] for event in events if event["event"] == "user"] == texts
    assert [kind for kind, _, _ in rows].count("bot") == len(texts)
    assert [kind for kind, _, _ in rows].count("session_started") == 1
    actions = [event["name"] for event in events if event["event"] == "action"]
    assert actions == ["action_session_start", "action_listen", *["action_answer", "action_listen"] * len(texts)]
    assert [at for *_, at in rows] == sorted(at for *_, at in rows)
    assert mode == "wal"


def test_a_slot_is_remembered_from_turn_to_turn(engine: Engine) -> None:
    engine.say("how long does it take in dunmere", sender="minder")
    engine.say("how long does it take", sender="minder")

    assert engine.actions.calls[-1]["tracker"]["slots"]["area"] == "dunmere"


def test_an_action_is_sent_the_message_and_the_slots_but_neither_the_past_nor_the_domain(engine: Engine) -> None:
    for _ in range(2):
        engine.say("how long does it take", sender="short")

    call = engine.actions.calls[-1]
    assert call["tracker"]["latest_message"]["text"] == "how long does it take"
    assert (call["tracker"]["events"], call["domain"]) == ([], {})


def test_the_store_reads_what_rasas_own_wrote_and_the_other_way_round(tmp_path: Path) -> None:
    command = [str(engine_project.ENGINE_PYTHON), "-c", BOTH_STORES, str(tmp_path / "both.db")]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join([str(engine_project.ROOT / "engine")])}
    ended = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=90)

    assert ended.returncode == 0, ended.stderr[-2000:]


BOTH_STORES = """
import asyncio, sys
from signpost_engine import tensorflow_standin
tensorflow_standin.install()
from rasa.core.tracker_store import SQLTrackerStore
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import ActionExecuted, SessionStarted, UserUttered
from signpost_engine.tracker_store import EventStore

url = f"sqlite:///{sys.argv[1]}"

async def main():
    stores = [SQLTrackerStore(domain=Domain.empty(), host=url), EventStore(domain=Domain.empty(), host=url)]
    told = []
    for turn in range(6):  # in turn one writes and both read
        writer = stores[turn % 2]
        tracker = await writer.get_or_create_tracker("one", append_action_listen=False)
        new = [ActionExecuted("action_listen"), UserUttered(f"turn {turn}", {"name": "ask"})]
        if turn == 3:  # both go on from the newest session only
            new, told = [SessionStarted(timestamp=4e9 + turn), *new], []
        for step, event in enumerate(new):
            event.timestamp = (4e9 if turn >= 3 else 1e9) + 10 * turn + step
            tracker.update(event)
        await writer.save(tracker)
        told += [event.type_name for event in new]
        for store in stores:
            read = await store.retrieve("one")
            assert [event.type_name for event in read.events] == told, (turn, store)
    whole = [await store.retrieve_full_tracker("one") for store in stores]
    assert len(whole[0].events) == 13 and list(whole[0].events) == list(whole[1].events)
    assert await stores[1].retrieve("nobody") is None

asyncio.run(main())
"""


def test_only_the_loopback_address_listens(engine: Engine) -> None:
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.2", engine.port), timeout=2).close()


@pytest.mark.parametrize("option", ["--enable-api", "--debug", "-vv", "--interface=0.0.0.0"])
def test_options_that_open_the_engine_or_log_messages_are_refused(engine: Engine, option: str) -> None:
    command, environment = engine_project.signpost_engine(engine.project, "run", option)
    ended = subprocess.run(command, cwd=engine.project, env=environment, capture_output=True, text=True, timeout=30)

    assert ended.returncode == 2
    assert "not allowed" in ended.stderr or "127.0.0.1 only" in ended.stderr
