"""The off switch at the front door: in one process, in several, and while the database is gone."""

import asyncio
import contextlib
import os
import sqlite3
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from typer.testing import CliRunner

from bot.cli import app as cli
from bot.door.offers import offers_in
from bot.guidance.reply import Answer, Cell, Comparison, Point, Row, Status
from bot.records.database import Database
from bot.records.switches import ALL, Switches
from tests.guidance_support import CONTENT, content
from tests.integration.door_fakes import DISCLOSURE, NAME, WEBHOOK, FakeEngine, door, reply, running, say
from tests.integration.test_door_served import wait_for
from tests.support import PROJECT_ROOT, free_ports

WITHIN_SECONDS = 5.0
SUFFOLK = {"area": "suffolk", "parts": [Answer(area="suffolk", lead="The blue form.")]}


@contextlib.asynccontextmanager
async def doors(folder: Path, engine: FakeEngine, **settings: Any) -> AsyncIterator[httpx.AsyncClient]:
    async with door(engine.url, folder, **settings) as client:
        yield client


async def turned(client: httpx.AsyncClient, area: str, channel: str, *, off: bool = True) -> None:
    """Switch, and let the door look."""
    parts = client.app.state.parts  # type: ignore[attr-defined]
    Switches(parts.records).set(area, channel, off, "a reason", None, "command line")
    await asyncio.to_thread(parts.board.look)


def status(message: dict[str, Any]) -> str:
    return str(message["custom"]["status"])


@pytest.mark.parametrize(
    ("area", "channel", "refused"),
    [
        ("suffolk", "web", ["suffolk"]),
        ("suffolk", ALL, ["suffolk"]),
        (ALL, "web", ["suffolk", "north-example", None]),
        (ALL, ALL, ["suffolk", "north-example", None]),
        ("suffolk", "teams", []),
        (ALL, "teams", []),
    ],
)
async def test_what_is_off_is_refused_before_the_engine_and_nothing_else_is(
    area: str, channel: str, refused: list[str | None], tmp_path: Path
) -> None:
    with running(FakeEngine()) as engine:
        async with doors(tmp_path, engine) as client:
            await turned(client, area, channel)
            found = {}
            for page in ("suffolk", "north-example", None):
                found[page] = status(await say(client, f"which form? {page}", **({"area": page} if page else {})))
            assert [page for page, said in found.items() if said == "switched_off"] == refused
            assert len(engine.got) == 3 - len(refused)
            await turned(client, area, channel, off=False)
            assert status(await say(client, "which form? suffolk", area="suffolk")) == "answered"


async def test_the_words_name_the_area_and_its_own_address_and_only_where_an_area_is_off(tmp_path: Path) -> None:
    with running(FakeEngine()) as engine:
        async with doors(tmp_path, engine, content_dir=CONTENT) as client:
            await turned(client, "suffolk", "web")
            message = await say(client, "which form?", area="suffolk")
            assert "switched off for Suffolk at the moment" in message["text"]
            assert "try again later" in message["text"]
            assert message["text"].endswith("You can still write to Suffolk: SESreferrals@suffolk.gov.uk.")
            assert message["custom"]["area"] == "suffolk"
            await turned(client, ALL, ALL)
            message = await say(client, "which form?", area="suffolk")
            assert "Signpost is switched off at the moment" in message["text"]
            assert "Suffolk" not in message["text"]


def test_the_address_of_each_offer_is_the_one_that_its_contact_gives() -> None:
    contacts = {
        a.authority.id: next(s.text for s in a.statements if s.id == a.authority.contact) for a in content().areas
    }
    found = {area: offer.address for area, offer in offers_in(CONTENT).items()}
    assert set(found) == set(contacts)
    assert {area: address for area, address in found.items() if not address or address not in contacts[area]} == {}


POINT = Point(text="Write.", statement_id="suffolk/contact/address")
TELLING = {
    "area": SUFFOLK,
    "part": {"parts": [Answer(lead="Here:"), Answer(area="suffolk", lead="The blue form.")]},
    "cell": {
        "comparison": Comparison(
            rows=[
                Row(
                    title="Who",
                    cells=[Cell(area="north-example", name="North Example"), Cell(area="suffolk", name="Suffolk")],
                )
            ]
        )
    },
    "statement": {"parts": [Answer(points=[POINT])]},
    "term": {"parts": [Answer(points=[Point(text="A map.", statement_id="term/map", label="Suffolk")])]},
}


@pytest.mark.parametrize("place", TELLING)
async def test_a_reply_that_tells_of_an_area_that_is_off_is_not_given(place: str, tmp_path: Path) -> None:
    answer = [{"custom": reply("The blue form.", **TELLING[place])}]
    with running(FakeEngine(answer=lambda _: answer)) as engine:
        async with doors(tmp_path, engine) as client:
            assert status(await say(client, "which form?")) == "answered"
            await turned(client, "north-example", "teams")
            assert status(await say(client, "which other form?")) == "answered"
            await turned(client, "suffolk", "web")
            message = await say(client, "and which form then?")
    assert status(message) == "switched_off"
    assert "switched off for Suffolk" in message["text"]
    assert "blue" not in str(message)
    assert len(engine.got) == 3


async def test_a_reply_that_was_given_is_not_given_again_once_it_is_off(tmp_path: Path) -> None:
    answer = [{"custom": reply("The blue form.", **SUFFOLK)}]
    with running(FakeEngine(answer=lambda _: answer)) as engine:
        async with doors(tmp_path, engine) as client:
            await say(client, "which form?", message_id="m1")
            await turned(client, "suffolk", "web")
            assert status(await say(client, "which form?", message_id="m1")) == "switched_off"
            await turned(client, "suffolk", "web", off=False)
            assert status(await say(client, "which form?", message_id="m1")) == "answered"


async def test_what_was_refused_is_answered_when_it_is_sent_again_later(tmp_path: Path) -> None:
    with running(FakeEngine()) as engine:
        async with doors(tmp_path, engine) as client:
            await turned(client, ALL, "web")
            assert status(await say(client, "which form?", message_id="m1")) == "switched_off"
            await turned(client, ALL, "web", off=False)
            assert status(await say(client, "which form?", message_id="m1")) == "answered"


async def test_a_disclosure_is_told_whom_to_turn_to_though_everything_is_off(tmp_path: Path) -> None:
    with running(FakeEngine()) as engine:
        async with doors(tmp_path, engine) as client:
            await turned(client, ALL, ALL)
            message = await say(client, f"Please help, {DISCLOSURE}")
    assert status(message) == "safeguarding"
    assert "999" in message["text"]
    assert engine.got == []


@pytest.mark.parametrize("text", ["", "choice:forged", "é" * 8001, "🙂"])
async def test_whatever_is_sent_while_it_is_off_is_told_so(text: str, tmp_path: Path) -> None:
    with running(FakeEngine()) as engine:
        async with doors(tmp_path, engine) as client:
            await turned(client, ALL, "web")
            assert status(await say(client, text)) == "switched_off"


async def test_it_can_be_switched_off_while_masking_is_broken(tmp_path: Path) -> None:
    def broken_mask(text: str) -> Any:
        raise RuntimeError(text)

    with running(FakeEngine()) as engine:
        async with doors(tmp_path, engine, mask=broken_mask) as client:
            assert status(await say(client, "which form?")) == "error"
            await turned(client, ALL, ALL)
            assert status(await say(client, "which form?")) == "switched_off"


async def test_what_was_written_stays_on_the_page_masked_and_the_reply_stands_out(tmp_path: Path) -> None:
    with running(FakeEngine()) as engine:
        async with doors(tmp_path, engine) as client:
            await turned(client, ALL, "web")
            page = await client.post("/", data={"conversation": "ann-0001", "text": f"{NAME} cannot read"})
            metrics = client.app.state.parts.telemetry.exposition().decode()  # type: ignore[attr-defined]
    assert "the pupil cannot read" in page.text
    assert NAME not in page.text
    assert 'class="sp-turn sp-turn--bot sp-error"' in page.text
    assert "switched off at the moment" in page.text
    assert 'signpost_replies_total{status="switched_off"} 1.0' in metrics


async def test_the_last_known_state_holds_while_the_database_is_broken(tmp_path: Path) -> None:
    with running(FakeEngine()) as engine:
        async with doors(tmp_path, engine) as client:
            await turned(client, "suffolk", "web")
            with contextlib.closing(sqlite3.connect(tmp_path / "records.db")) as connection:
                connection.execute("alter table switches rename to gone")
            await asyncio.sleep(1.2)
            assert status(await say(client, "which form?", area="suffolk")) == "switched_off"
            assert status(await say(client, "which form?", area="north-example")) == "answered"


async def test_a_door_without_its_database_answers(tmp_path: Path) -> None:
    with running(FakeEngine()) as engine:
        began = time.monotonic()
        async with doors(tmp_path, engine, records_url="postgresql+psycopg://signpost@127.0.0.1:9/records") as client:
            assert time.monotonic() - began < 8
            assert status(await say(client, "which form?")) == "answered"


# ---------------------------------------------------------------------- several processes


@contextlib.contextmanager
def served(folder: Path, engine_url: str) -> Iterator[str]:
    """A door in a process of its own, at the records of the folder."""
    (port,) = free_ports(1)
    environment = os.environ | {
        "SIGNPOST_ENGINE_URL": engine_url,
        "SIGNPOST_VAR_DIR": str(folder / str(port)),
        "SIGNPOST_RECORDS_URL": f"sqlite:///{folder}/records.db",
    }
    (folder / str(port)).mkdir()
    command = [sys.executable, "-m", "uvicorn", "--factory", "tests.integration.door_fakes:served_app"]
    with (folder / f"{port}.log").open("wb") as log:
        process = subprocess.Popen(
            [*command, "--port", str(port)], env=environment, stdout=log, stderr=log, cwd=PROJECT_ROOT
        )
        try:
            wait_for(f"http://127.0.0.1:{port}/healthz", process)
            yield f"http://127.0.0.1:{port}"
        finally:
            process.terminate()
            process.wait(10)


def all_say(urls: list[str], wanted: str, asked: Callable[[], str]) -> float:
    """Seconds until every door ends a question like this."""
    began = time.monotonic()
    while time.monotonic() - began < 2 * WITHIN_SECONDS:
        body = {"sender": "ann", "message": asked(), "metadata": {"area": "suffolk"}}
        found = {httpx.post(url + WEBHOOK, json=body).json()[0]["custom"]["status"] for url in urls}
        if found == {wanted}:
            break
        time.sleep(0.05)
    return time.monotonic() - began


def test_what_one_process_switches_every_other_one_obeys_within_five_seconds_both_ways(tmp_path: Path) -> None:
    numbers = iter(range(10_000))

    def asked() -> str:
        return f"which form, number {next(numbers)}?"

    with running(FakeEngine()) as engine, served(tmp_path, engine.url) as one, served(tmp_path, engine.url) as other:
        assert all_say([one, other], Status.ANSWERED, asked) < WITHIN_SECONDS
        command = ["switch", "off", "--area", "suffolk", "--channel", "web", "--reason", "wrong address"]
        ended = CliRunner().invoke(cli, command, env={"SIGNPOST_RECORDS_URL": f"sqlite:///{tmp_path}/records.db"})
        assert ended.exit_code == 0
        assert all_say([one, other], Status.SWITCHED_OFF, asked) < WITHIN_SECONDS
        database = Database(f"sqlite:///{tmp_path}/records.db")
        Switches(database).set("suffolk", "web", False, "right again", None, "command line")
        database.close()
        assert all_say([one, other], Status.ANSWERED, asked) < WITHIN_SECONDS
