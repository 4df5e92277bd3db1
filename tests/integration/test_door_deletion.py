"""Clearing a conversation, and the purge of idle ones, in a real SQLite file like Rasa's."""

import asyncio
import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest
from sqlalchemy.exc import SQLAlchemyError

from bot.door.tracker_store import TrackerStore
from tests.integration.door_fakes import FakeEngine, door, running, say

CREATE = """CREATE TABLE IF NOT EXISTS events (
    id INTEGER PRIMARY KEY, sender_id VARCHAR(255) NOT NULL, type_name VARCHAR(255) NOT NULL,
    timestamp FLOAT, intent_name VARCHAR(255), action_name VARCHAR(255), data TEXT
)"""
PLANTED = "planted words of a conversation"


def store_events(file: Path, sender: str, *timestamps: float) -> None:
    with sqlite3.connect(file) as connection:
        connection.execute(CREATE)
        rows = [(sender, at, PLANTED) for at in timestamps]
        connection.executemany("INSERT INTO events (sender_id, type_name, timestamp, data) VALUES (?,'user',?,?)", rows)
    connection.close()


def senders(file: Path) -> set[str]:
    with sqlite3.connect(file) as connection:
        found = {row[0] for row in connection.execute("SELECT sender_id FROM events")}
    connection.close()
    return found


@pytest.mark.parametrize("way", [("POST", "/conversation/clear"), ("DELETE", "/conversations")])
async def test_clearing_deletes_that_conversation_only_and_leaves_no_trace(
    way: tuple[str, str], tmp_path: Path
) -> None:
    file = tmp_path / "tracker.db"
    with running(FakeEngine()) as engine:
        async with door(engine.url, tmp_path) as client:
            await say(client, "hello", sender="ann")
            await say(client, "hello", sender="ben")
            ann, ben = (body["sender"] for body in engine.got)
            store_events(file, ann, time.time(), time.time())
            assert PLANTED.encode() in file.read_bytes()
            response = await client.request(*way, json={"sender": "ann"})
            assert (response.status_code, response.json()) == (200, {"cleared": True})
            assert senders(file) == set()
            assert PLANTED.encode() not in file.read_bytes()
            store_events(file, ben, time.time())
            assert (await client.request(*way, json={"sender": "ann"})).status_code == 200
            assert senders(file) == {ben}
            assert ann not in client.app.state.parts.conversations  # type: ignore[attr-defined]


async def test_clearing_waits_for_the_turn_under_way(tmp_path: Path) -> None:
    file = tmp_path / "tracker.db"

    def answer(body: dict[str, str]) -> list[dict[str, str]]:
        store_events(file, body["sender"], time.time())
        return [{"text": "Yes."}]

    with running(FakeEngine(answer=answer, delay_seconds=0.2)) as engine:
        async with door(engine.url, tmp_path) as client:
            turn = asyncio.create_task(say(client, "hello"))
            await asyncio.sleep(0.1)
            assert (await client.post("/conversation/clear", json={"sender": "ann"})).status_code == 200
            await turn
    assert senders(file) == set()


async def test_clearing_before_anything_is_stored_creates_no_file(tmp_path: Path) -> None:
    async with door("http://127.0.0.1:9", tmp_path) as client:
        assert (await client.post("/conversation/clear", json={"sender": "ann"})).status_code == 200
        assert not (tmp_path / "tracker.db").exists()
        sqlite3.connect(tmp_path / "tracker.db").close()
        assert (await client.post("/conversation/clear", json={"sender": "ann"})).status_code == 200
        wrong = await client.post("/conversation/clear", json={"sender": 3})
        assert (wrong.status_code, wrong.json()["error"]["code"]) == (422, "bad_sender")


async def test_a_store_that_cannot_be_read_is_told_in_words(tmp_path: Path) -> None:
    (tmp_path / "tracker.db").write_bytes(b"no database" * 100)
    async with door("http://127.0.0.1:9", tmp_path) as client:
        response = await client.post("/conversation/clear", json={"sender": "ann"})
        assert (response.status_code, response.json()["error"]["code"]) == (503, "store_unavailable")
        form = {"conversation": "ann", "clear": "1"}
        page = await client.post("/", data=form)
        assert page.status_code == 503
        assert "could not be cleared" in page.text


async def test_idle_conversations_are_purged_at_the_start(tmp_path: Path) -> None:
    file, now = tmp_path / "tracker.db", time.time()
    store_events(file, "idle", now - 9000, now - 7300)
    store_events(file, "in use", now - 9000, now - 7100)
    async with door("http://127.0.0.1:9", tmp_path, retention_hours=2):
        for _ in range(100):
            if senders(file) == {"in use"}:
                break
            await asyncio.sleep(0.02)
    assert senders(file) == {"in use"}


def test_the_store_counts_what_it_deletes(tmp_path: Path) -> None:
    file = tmp_path / "tracker.db"
    store_events(file, "a", 1.0, 2.0)
    store_events(file, "b", 3.0)
    store = TrackerStore(f"sqlite:///{file}")
    assert store.delete_idle_since(2.0) == 0
    assert store.delete_idle_since(2.5) == 2
    assert store.delete_conversation("b") == 1
    assert store.delete_conversation("b") == 0
    store.close()


@contextmanager
def kept_open(file: Path) -> Iterator[None]:
    """As while the engine runs: it keeps its connection, so that the log stays beside the file."""
    with closing(sqlite3.connect(file)) as engine:
        engine.execute("PRAGMA journal_mode = WAL")
        engine.execute(CREATE)
        engine.execute("SELECT count(*) FROM events").fetchall()
        yield


@pytest.mark.parametrize("how", ["one conversation", "idle ones"])
def test_what_is_deleted_is_in_the_log_written_ahead_no_longer(how: str, tmp_path: Path) -> None:
    file, log = tmp_path / "tracker.db", tmp_path / "tracker.db-wal"
    store = TrackerStore(f"sqlite:///{file}")
    with kept_open(file):
        store_events(file, "a", 1.0, 2.0)
        assert PLANTED.encode() in log.read_bytes()
        assert (store.delete_conversation("a") if how == "one conversation" else store.delete_idle_since(9.0)) == 2
        assert PLANTED.encode() not in file.read_bytes() + log.read_bytes()
        store_events(file, "b", time.time())
        assert senders(file) == {"b"}
    store.close()


def test_a_log_that_cannot_be_emptied_is_told_and_emptied_the_next_time(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.door.tracker_store._LOCK_WAIT_SECONDS", 0.1)
    file, log = tmp_path / "tracker.db", tmp_path / "tracker.db-wal"
    store = TrackerStore(f"sqlite:///{file}")
    with kept_open(file), closing(sqlite3.connect(file, isolation_level=None)) as reader:
        store_events(file, "a", 1.0)
        reader.execute("BEGIN")
        reader.execute("SELECT * FROM events").fetchall()
        with pytest.raises(SQLAlchemyError):
            store.delete_conversation("a")
        reader.execute("COMMIT")
        assert store.delete_conversation("a") == 0
        assert PLANTED.encode() not in file.read_bytes() + log.read_bytes()
    store.close()
