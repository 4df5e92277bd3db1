"""The same conversations in Teams: what a card says there is what the chat page says here, statement by statement."""

from __future__ import annotations

import uuid
import zlib
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any, NamedTuple

import httpx
import pytest
from fastapi import FastAPI
from sqlalchemy import select

from bot.records.models import TeamsTurnRow
from bot.records.teams import KeptCard
from bot.teams.card_text import JOINER
from tests.card_support import faults, links_in, read, walked
from tests.e2e.conversation import CONVERSATIONS, Conversation, Turn, conversation_files, read_conversation
from tests.e2e.talking import Talk, statements_in
from tests.e2e.teams_door import teams_door
from tests.support import RunningSignpost
from tests.teams_support import Microsoft, Person, Sent, microsoft

MOST_LEFT_OUT = 40  # conversations that cannot be held in Teams: whole requests, an area set by a page


class Teams(NamedTuple):
    """Teams' side, and the door that serves it."""

    side: Microsoft
    url: str
    app: FastAPI

    def kept(self) -> KeptCard:
        """The card that was sent last."""
        parts = self.app.state.parts
        with parts.records.session() as session:
            rows = session.scalars(select(TeamsTurnRow).where(TeamsTurnRow.card.is_not(None)))
            newest = max(rows, key=lambda row: row.at)
        found = parts.teams.card(newest.card)
        assert found is not None
        return found


@pytest.fixture(scope="module")
def teams(signpost_processes: RunningSignpost, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Teams]:
    with microsoft() as side, teams_door(signpost_processes, side, tmp_path_factory.mktemp("teams")) as (url, app):
        yield Teams(side, url, app)


@pytest.fixture
async def ann(teams: Teams) -> AsyncIterator[Person]:
    """Somebody in Teams who said nothing yet."""
    async with httpx.AsyncClient(base_url=teams.url, timeout=30, trust_env=False) as client:
        yield Person(client, teams.side, thread=f"a:{uuid.uuid4().hex}")


def _is_for_teams(turn: Turn) -> bool:
    return turn.preset_area is None and not {"body", "payload"} & turn.model_fields_set


def _cases() -> Iterator[Any]:
    for file in conversation_files():
        conversation = read_conversation(file)
        if all(map(_is_for_teams, conversation.turns)):
            yield pytest.param(conversation, id=str(file.relative_to(CONVERSATIONS).with_suffix("")))


CASES = list(_cases())


def test_almost_all_conversations_are_held_in_teams_too() -> None:
    assert len(conversation_files()) - len(CASES) <= MOST_LEFT_OUT


@pytest.mark.parametrize("conversation", CASES)
async def test_the_same_statements_in_teams(
    running_signpost: str, teams: Teams, ann: Person, conversation: Conversation
) -> None:
    web, card = Talk(running_signpost), ""
    try:
        for turn in conversation.turns:
            sent, here = await _held(turn, web, teams, ann, card)
            card, there = sent.id, teams.kept().reply
            assert statements_in(there) == statements_in(here), f"> {turn}\n{here['text']}\n---\n{there['text']}"
            assert there["status"] == here["status"]
            said = _flat(read(sent.card))
            assert faults(sent.card) == []
            unsaid = [
                p["statement_id"] for part in there["parts"] for p in part["points"] if _flat(p["text"]) not in said
            ]
            assert unsaid == [], f"{unsaid} not on the card:\n{said}"
    finally:
        web.close()


async def _held(turn: Turn, web: Talk, teams: Teams, ann: Person, card: str) -> tuple[Sent, dict[str, Any]]:
    """One turn on both channels: the message in Teams and the reply here."""
    if turn.choose is None and turn.change is None:
        text = (turn.say or "") * turn.repeat
        return await ann.say(text), web.say(text)
    offered = teams.kept().reply
    if turn.choose is not None:
        here = web.choose(turn.choose)
        payload = next(c["payload"] for c in offered["choices"] if c["title"] == turn.choose)
    else:
        here = web.say(next(chip["payload"] for chip in web.last["understood"] if chip["fact"] == turn.change))
        payload = next(chip["payload"] for chip in offered["understood"] if chip["fact"] == turn.change)
    sent, changed = await ann.press(card, {"signpost": "choice", "payload": payload})
    assert (sent.method, changed.method) == ("POST", "PUT")
    return sent, here


def opened(card: dict[str, Any]) -> list[str]:
    """Where the buttons of a card lead."""
    return [node["url"] for node in walked(card) if node["type"] == "Action.OpenUrl"]


def _flat(text: str) -> str:
    return " ".join(text.replace(JOINER, "").split())


# ---------------------------------------------------------------------- a readiness check, from question to document

QUESTION = "Suffolk, year 4, no EHCP. Parents have signed. Are we ready to refer?"


def _boxes(sent: Sent) -> dict[str, str]:
    """The boxes of a card: statement id and whether it is ticked."""
    return {
        node["id"].removeprefix("tick:"): node.get("value", "false")
        for node in walked(sent.card)
        if node["type"] == "Input.Toggle"
    }


async def test_a_readiness_check_is_ticked_and_taken_away(teams: Teams, ann: Person) -> None:
    asked = await ann.say(QUESTION)
    boxes = _boxes(asked)
    assert len(boxes) >= 3
    assert set(boxes.values()) == {"false"}
    first, second, *_ = boxes
    ticked = {f"tick:{each}": "true" if each in (first, second) else "false" for each in boxes}
    result, changed = await ann.press(asked.id, {"signpost": "ticks", **ticked})
    assert f"You ticked 2 of {len(boxes)}. Still to check:" in read(result.card)
    assert _boxes(result) == {each: "true" if each in (first, second) else "false" for each in boxes}
    assert "2 boxes ticked" in read(changed.card)
    assert _boxes(changed) == {}, "the card is used up"
    links = [link.removeprefix("https://signpost.test") for link in [*links_in(result.card), *opened(result.card)]]
    (case,) = {link for link in links if link.startswith("/case/")}
    page = (await ann.client.get(case)).text
    assert page.count(" checked>") == 2
    by_kind = {link.rpartition("/")[2]: link for link in links if link.startswith("/kept/")}
    printed = (await ann.client.get(by_kind["print"])).text
    assert printed.count("sp-box--done") == 4, "two by what was said, two by hand"
    assert "with the boxes that were ticked by hand" in printed
    pdf = await ann.client.get(by_kind["pdf"])
    assert (pdf.status_code, pdf.content[:5]) == (200, b"%PDF-")
    assert (await ann.client.get(by_kind["docx"])).content[:2] == b"PK"
    all_ticked = {f"tick:{each}": "true" for each in boxes}
    done, _ = await ann.press(result.id, {"signpost": "ticks", **all_ticked})
    assert f"You ticked all {len(boxes)}." in read(done.card)


async def test_dates_go_into_a_calendar(ann: Person) -> None:
    sent = await ann.say("Suffolk bespoke support was agreed on 3 March 2026. When is the review?")
    links = [link.removeprefix("https://signpost.test") for link in [*links_in(sent.card), *opened(sent.card)]]
    (calendar,) = {link for link in links if link.endswith("/ics")}
    found = await ann.client.get(calendar)
    assert found.headers["content-type"].startswith("text/calendar")
    assert b"BEGIN:VEVENT" in found.content


def _stored(teams: Teams) -> str:
    """All that stands in the files of engine and records, with the replies unpacked."""
    settings, parts = teams.app.state.parts.settings, teams.app.state.parts
    records = settings.records_url.removeprefix("sqlite:///")
    paths = [Path(f"{path}{end}") for path in (settings.tracker_db, records) for end in ("", "-wal")]
    files = [path.read_bytes().decode("utf-8", "replace") for path in paths if path.exists()]
    with parts.records.session() as session:
        replies = [row.reply for row in session.scalars(select(TeamsTurnRow)) if row.reply]
    return "\n".join([*files, *(zlib.decompress(reply).decode() for reply in replies)])


async def test_a_disclosure_is_told_where_to_turn_and_kept_nowhere(teams: Teams, ann: Person) -> None:
    sent = await ann.say("she told me her uncle touches her on marshmallow days")
    assert "call 999" in read(sent.card)
    stored = _stored(teams)
    assert "call 999" in stored, "the answer is kept"
    assert "marshmallow" not in stored
    assert "her uncle" not in stored


async def test_names_are_masked_before_anything_is_kept(teams: Teams, ann: Person) -> None:
    await ann.say("Thomasina Quibbleworth in Year 4 cannot hear the lawnmower, Suffolk. Which form?")
    stored = _stored(teams)
    assert "lawnmower" in stored, "the message itself is kept"
    assert "Quibbleworth" not in stored
    assert "Thomasina" not in stored
