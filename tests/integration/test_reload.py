"""Newly loaded content is answered from without a restart, at the next look and not before; bad content changes nothing."""

from __future__ import annotations

import shutil
import threading
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
import yaml
from typer.testing import CliRunner

from bot.guidance.reply import Status
from bot.guidance.service import AnswerService
from bot.guidance.slots import from_slots, to_slots
from bot.guidance.turn import Memory
from bot.knowledge.content import Content, read_content
from bot.knowledge.store import Store, StoreEmptyError
from tests.guidance_support import ROOT, TODAY, embedder, ids, said, turn

LOOK = 2.0
SMALL = ROOT / "tests/content/example-borough"


class Clock:
    """A clock that stands still until it is set."""

    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A content folder with the invented authority only, so that loading is quick."""
    shutil.copytree(ROOT / "content/common", tmp_path / "content/common")
    shutil.copytree(SMALL, tmp_path / "content/example-borough")
    pointers = tmp_path / "content/common/pointers.yml"
    kept = [{k: v for k, v in p.items() if k != "by_area"} for p in yaml.safe_load(pointers.read_text())]
    pointers.write_text(yaml.safe_dump(kept))
    return tmp_path / "content"


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    """An empty store."""
    found = Store(f"sqlite:///{tmp_path / 'knowledge.db'}")
    yield found
    found.engine.dispose()


def good(folder: Path) -> Content:
    """The content of a folder, which has no fault."""
    read = read_content(folder)
    assert [str(f) for f in read.faults] == []
    return read.content


def rewrite(folder: Path, old: str, new: str) -> None:
    """Change some words in the statements of the invented authority."""
    path = folder / "example-borough/statements/ladder.yml"
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new))


def service_of(store: Store, clock: Clock) -> AnswerService:
    """An answer service that looks at the fake clock."""
    return AnswerService(store, embedder().embed, LOOK, clock, lambda: TODAY)


ASKED = turn("how many cycles do we need in Exampleton", "apdr")


def test_an_empty_store_is_said_to_be_empty_until_content_is_loaded(store, folder):
    service = service_of(store, Clock())
    with pytest.raises(StoreEmptyError):
        service.reply(ASKED, Memory())
    store.load(good(folder), embedder().embed)
    reply, _ = service.reply(ASKED, Memory())
    assert reply.status is Status.ANSWERED


def test_new_content_is_seen_at_the_next_look_and_not_before(store, folder):
    clock = Clock()
    service = service_of(store, clock)
    store.load(good(folder), embedder().embed)
    first, _ = service.reply(ASKED, Memory())
    assert "three Assess, Plan" in first.text
    rewrite(folder, "Complete three Assess", "Complete four Assess")
    stamp = store.load(good(folder), embedder().embed)
    clock.now += LOOK - 0.01
    assert service.reply(ASKED, Memory())[0] == first
    clock.now += 0.01
    second, _ = service.reply(ASKED, Memory())
    assert "four Assess, Plan" in second.text
    assert "three Assess, Plan" not in second.text
    assert second.content_version != first.content_version
    assert second.content_version == stamp.version


def test_the_same_content_is_not_built_again(store, folder):
    clock = Clock()
    service = service_of(store, clock)
    store.load(good(folder), embedder().embed)
    before = service.conversations()
    store.load(good(folder), embedder().embed)
    clock.now += 10 * LOOK
    assert service.conversations() is before


def test_a_removed_statement_is_not_said_any_more_and_a_new_one_is(store, folder):
    clock = Clock()
    service = service_of(store, clock)
    store.load(good(folder), embedder().embed)
    path = folder / "example-borough/statements/ladder.yml"
    statements = yaml.safe_load(path.read_text())
    gone = [s for s in statements if s["id"] != "example-borough/ladder/three-cycles"]
    new = {
        **statements[0],
        "id": "example-borough/ladder/plaque",
        "text": "A brass plaque hangs at the door.",
        "topics": ["rooms"],
    }
    new["asked_as"] = ["is there a plaque at the door", "what hangs at the door"]
    path.write_text(yaml.safe_dump([*gone, new]))
    assert "example-borough/ladder/three-cycles" in ids(service.reply(ASKED, Memory())[0])
    store.load(good(folder), embedder().embed)
    clock.now += LOOK
    assert "example-borough/ladder/three-cycles" not in ids(service.reply(ASKED, Memory())[0])
    reply, _ = service.reply(turn("is there a brass plaque at the door in Exampleton", "rooms"), Memory())
    assert ids(reply)[0] == "example-borough/ladder/plaque"


@pytest.mark.parametrize(
    "damage",
    [
        lambda p: p.write_text("- {id: example-borough/x/y}\n"),
        lambda p: p.write_text("- id: [unclosed"),
        lambda p: p.write_bytes(b"\xff\xfe"),
        lambda p: p.write_text(""),
        lambda p: p.write_text(p.read_text().replace("topics: [consent,", "topics: [nonsense,")),
        lambda p: p.unlink(),
    ],
    ids=["incomplete", "broken", "not-utf-8", "empty", "unknown-topic", "file-gone"],
)
def test_broken_content_changes_nothing(store, folder, tmp_path, monkeypatch, damage):
    from bot import bootstrap
    from bot.cli_content import app

    clock = Clock()
    service = service_of(store, clock)
    before = store.load(good(folder), embedder().embed)
    reply, _ = service.reply(ASKED, Memory())
    damage(folder / "example-borough/statements/ladder.yml")
    monkeypatch.setattr(bootstrap, "store", lambda: store)
    ended = CliRunner().invoke(app, ["load", "--folder", str(folder)])
    assert ended.exit_code == 1
    assert "nothing was changed" in ended.output
    clock.now += 10 * LOOK
    assert store.stamp() == before
    assert service.reply(ASKED, Memory())[0] == reply


def test_a_load_that_fails_half_way_is_not_seen(store, folder):
    clock = Clock()
    service = service_of(store, clock)
    before = store.load(good(folder), embedder().embed)
    reply, _ = service.reply(ASKED, Memory())
    rewrite(folder, "Complete three Assess", "Complete nine Assess")

    def failing(texts):
        raise RuntimeError("the embedding is not there")

    with pytest.raises(RuntimeError):
        store.load(good(folder), failing)
    clock.now += 10 * LOOK
    assert store.stamp() == before
    assert service.reply(ASKED, Memory())[0] == reply


def test_a_conversation_goes_on_over_new_content(store, folder):
    """What is remembered of statements, routes and areas that are gone does no harm."""
    clock = Clock()
    service = service_of(store, clock)
    store.load(good(folder), embedder().embed)
    _, memory = service.reply(
        turn("how do we ask for Long Ladder support in Exampleton, EHCP", "how_to_refer"), Memory()
    )
    assert memory.last.statements
    assert memory.frame.routes == ("ladder-long",)
    path = folder / "example-borough"
    for name in ("routes.yml", "authority.yml", "services.yml", "statements/ladder.yml"):
        file = path / name
        file.write_text(
            file.read_text().replace("ladder-long", "ladder-tall").replace("borough/ladder/", "borough/steps/")
        )
    store.load(good(folder), embedder().embed)
    clock.now += LOOK
    for message in (
        said("where is that from", "ask_source"),
        said("that's wrong", "say_wrong"),
        turn("and what is needed first", "requirements"),
        said("Y4", "inform"),
        said("no EHCP", "inform"),
    ):
        reply, memory = service.reply(message, from_slots(to_slots(memory)))
        assert reply.text
        assert [i for i in ids(reply) if "borough/ladder/" in i] == []


def test_a_conversation_goes_on_when_its_topic_is_gone(store, folder):
    clock = Clock()
    service = service_of(store, clock)
    store.load(good(folder), embedder().embed)
    _, memory = service.reply(ASKED, Memory())
    slots = to_slots(memory)
    slots["last"] = {**slots["last"], "topics": ["gone"]}
    reply, _ = service.reply(said("no EHCP", "inform"), from_slots(slots))
    assert reply.text


def test_readers_see_one_version_or_the_other_while_content_is_loaded(store, folder):
    """Threads ask while another loads: each reply is whole, of one of the two versions."""
    service = AnswerService(store, embedder().embed, 0.0, today=lambda: date(2025, 6, 2))
    versions = {store.load(good(folder), embedder().embed).version}
    embedder().embed([ASKED.text])
    rewrite(folder, "Complete three Assess", "Complete six Assess")
    new = good(folder)
    versions.add(new.version)
    seen, errors, done = [], [], threading.Event()

    def asking() -> None:
        try:
            while not done.is_set():
                seen.append(service.reply(ASKED, Memory())[0])
        except Exception as error:  # the thread's own would be lost
            errors.append(error)

    threads = [threading.Thread(target=asking) for _ in range(3)]
    for thread in threads:
        thread.start()
    store.load(new, embedder().embed)
    done.set()
    for thread in threads:
        thread.join()
    seen.append(service.reply(ASKED, Memory())[0])
    assert errors == []
    assert {r.content_version for r in seen} <= versions
    for reply in seen:
        assert ("six Assess" in reply.text) == (reply.content_version == new.version)
    assert seen[-1].content_version == new.version
