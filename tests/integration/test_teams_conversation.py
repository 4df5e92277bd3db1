"""Conversations in Teams through the front door, against a connector of our own: each activity once, each card once."""

from __future__ import annotations

import asyncio
import json
import sqlite3
import zlib
from collections.abc import AsyncIterator, Iterator
from contextlib import AbstractAsyncContextManager
from pathlib import Path
from typing import Any

import httpx
import pytest
from sqlalchemy import select

from bot.records.models import TeamsTurnRow
from tests.integration.door_fakes import DISCLOSURE, NAME, FakeEngine, door, reply, running
from tests.teams_support import BOT, OTHER_TENANT, SETTINGS, TENANT, Microsoft, Person, Sent, microsoft

CHOICES = [
    {"title": "Suffolk", "value": {"kind": "area", "value": "suffolk"}},
    {"title": "North Example", "value": {"kind": "area", "value": "north-example"}},
]
SOURCE = {"document": "The Offer", "section": "Forms", "paragraph": 7, "opens": "Use form one"}
POINT = {"text": "Use form one.", "statement_id": "suffolk/forms/one", "label": "", "sources": [SOURCE]}
PART = {"question": "", "topic": "how", "area": "suffolk", "lead": "", "points": [POINT]}


def respond(body: dict[str, Any]) -> Any:
    """An engine that asks for the area, tells of a form, and repeats everything else."""
    message = body["message"]
    if message == "which form":
        understood = [{"fact": "year", "value": 4, "label": "Year 4"}]
        return [{"custom": reply("Which area?", "clarify", choices=CHOICES, understood=understood)}]
    if message == "are we ready":
        items = [{"text": POINT["text"], "statement_id": POINT["statement_id"], "state": "unknown", "firmness": "must"}]
        return [{"custom": reply("Use form one. [7]", area="suffolk", parts=[PART], checklist=items)}]
    if message.startswith("/choose") and "suffolk" in message:
        taken = [
            {"kind": "print"},
            {"kind": "email", "title": "Form one", "to": "a@b.test", "subject": "s", "body": "b"},
        ]
        return [{"custom": reply("Use form one. [7]", area="suffolk", parts=[PART], takeaways=taken)}]
    return [{"custom": reply(f"You said: {message}")}]


@pytest.fixture
def side() -> Iterator[Microsoft]:
    with microsoft() as found:
        yield found


@pytest.fixture
def engine() -> Iterator[FakeEngine]:
    with running(FakeEngine(answer=respond)) as found:
        yield found


def opened(side: Microsoft, engine: FakeEngine, folder: Path, **more: Any) -> AbstractAsyncContextManager[Any]:
    return door(engine.url, folder, cloud=side.cloud, **{**SETTINGS, **more})


@pytest.fixture
async def client(side: Microsoft, engine: FakeEngine, tmp_path: Path) -> AsyncIterator[httpx.AsyncClient]:
    async with opened(side, engine, tmp_path) as found:
        yield found


@pytest.fixture
def ann(client: httpx.AsyncClient, side: Microsoft) -> Person:
    return Person(client, side)


def texts(element: Any) -> str:
    """All that can be read in a card."""
    if isinstance(element, dict):
        kept = [texts(value) for key, value in element.items() if key not in ("fallbackText", "url", "data", "id")]
        return "\n".join(filter(None, kept))
    if isinstance(element, list):
        return "\n".join(filter(None, map(texts, element)))
    return element if isinstance(element, str) else ""


def actions(element: Any, kind: str = "Action.Submit") -> list[dict[str, Any]]:
    """All actions of a kind in a card, in order."""
    if isinstance(element, list):
        return [found for each in element for found in actions(each, kind)]
    if not isinstance(element, dict):
        return []
    own = [element] if element.get("type") == kind else []
    return own + [found for each in element.values() for found in actions(each, kind)]


def button(sent: Sent, title: str) -> dict[str, Any]:
    """What a button of a card sends."""
    (found,) = [each for each in actions(sent.card) if title in each["title"]]
    data: dict[str, Any] = found["data"]
    return data


def rows(client: Any) -> list[TeamsTurnRow]:
    with client.app.state.parts.records.session() as session:
        return list(session.scalars(select(TeamsTurnRow)))


# ---------------------------------------------------------------------- the app is added


@pytest.mark.parametrize("kind", ["personal", "groupChat", "channel"])
async def test_added_it_says_who_it_is_once_though_it_is_told_twice(
    client: httpx.AsyncClient, side: Microsoft, kind: str
) -> None:
    person = Person(client, side, kind=kind, team="19:team" if kind == "channel" else "")
    bot = [{"id": BOT}]
    await person.do(type="installationUpdate", action="add")
    await person.do(type="conversationUpdate", membersAdded=[{"id": "29:ann"}, *bot])
    await person.do(type="conversationUpdate", membersAdded=bot)
    (welcome,) = side.messages
    said = texts(welcome.card)
    assert "I am Signpost, a computer program" in said
    assert "North Example and Suffolk" in said
    assert "call 999" in said


async def test_somebody_else_who_joins_a_chat_is_not_greeted(ann: Person, side: Microsoft) -> None:
    await ann.do(type="conversationUpdate", membersAdded=[{"id": "29:bea"}])
    await ann.do(type="conversationUpdate", membersRemoved=[{"id": "29:bea"}])
    await ann.do(type="installationUpdate", action="add-upgrade")
    assert side.sent == []


# ---------------------------------------------------------------------- messages


async def test_a_message_is_answered_with_one_card(ann: Person, side: Microsoft, engine: FakeEngine) -> None:
    sent = await ann.say("hearing support")
    assert "You said: hearing support" in texts(sent.card)
    assert sent.body["summary"] == "You said: hearing support"
    assert "text" not in sent.body
    assert engine.messages == ["hearing support"]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("hi", "Hello. I cover"),
        ("Hello!", "Hello. I cover"),
        ("Help", "Ask me in your own words"),
        (" privacy? ", "I do not read your name"),
        ("Start again.", "I have forgotten what we said"),
    ],
)
async def test_commands_work_though_the_engine_does_not(ann: Person, engine: FakeEngine, text: str, said: str) -> None:
    engine.answer = lambda body: (500, {})
    assert said in texts((await ann.say(text)).card)
    assert engine.got == []


async def test_a_question_that_begins_like_a_command_is_a_question(ann: Person, engine: FakeEngine) -> None:
    await ann.say("help with hearing support")
    assert engine.messages == ["help with hearing support"]


async def test_what_is_written_is_masked_before_the_engine_sees_it(
    ann: Person, engine: FakeEngine, client: Any
) -> None:
    sent = await ann.say(f"{NAME} cannot hear")
    assert engine.messages == ["the pupil cannot hear"]
    assert "leave out names" in texts(sent.card)
    kept = [zlib.decompress(row.reply).decode() for row in rows(client) if row.reply]
    assert kept
    assert NAME not in repr(kept)


async def test_a_disclosure_never_reaches_the_engine(ann: Person, engine: FakeEngine) -> None:
    sent = await ann.say(DISCLOSURE)
    assert "call 999" in texts(sent.card)
    assert engine.got == []


async def test_a_broken_engine_is_said_in_words(ann: Person, engine: FakeEngine) -> None:
    engine.answer = lambda body: (500, {})
    assert "I cannot look that up just now" in texts((await ann.say("hearing")).card)


@pytest.mark.parametrize(
    "fields", [{"text": None}, {"text": ""}, {"text": "  \u00a0 "}, {"value": {}}, {"value": None}]
)
async def test_a_message_without_words_is_answered_kindly(ann: Person, fields: dict[str, Any]) -> None:
    (sent,) = await ann.do(**fields)
    assert "I did not find a question" in texts(sent.card)


async def test_a_very_long_message_is_answered_kindly(ann: Person, engine: FakeEngine) -> None:
    sent = await ann.say("hearing " * 2000)
    assert "more than I can read in one go" in texts(sent.card)
    assert engine.got == []


async def test_too_many_messages_in_a_minute_are_told_so(side: Microsoft, engine: FakeEngine, tmp_path: Path) -> None:
    async with opened(side, engine, tmp_path, messages_per_minute_per_sender=2) as client:
        ann = Person(client, side)
        for _ in range(2):
            await ann.say("hearing")
        assert "many messages in a short time" in texts((await ann.say("hearing")).card)
        assert await Person(client, side, "29:bea", thread="a:bea").say("hearing")
    assert len(engine.got) == 3


async def test_an_area_can_be_taken_for_granted(side: Microsoft, engine: FakeEngine, tmp_path: Path) -> None:
    async with opened(side, engine, tmp_path, teams_area="suffolk") as client:
        await Person(client, side).say("hearing")
    assert engine.got[0]["metadata"]["area"] == "suffolk"


async def test_switched_off_it_says_so(ann: Person, client: Any, engine: FakeEngine) -> None:
    from bot.records.switches import ALL, Switches

    Switches(client.app.state.parts.records).set(ALL, "teams", True, "a test", None, "nobody")
    client.app.state.parts.board.look()
    assert "switched off" in texts((await ann.say("hearing")).card)
    assert engine.got == []
    assert "Ask me in your own words" in texts((await ann.say("help")).card)


async def test_boxes_cannot_be_ticked_for_an_area_that_is_switched_off(ann: Person, client: Any) -> None:
    from bot.records.switches import Switches

    card = await ann.say("are we ready")
    assert [action["data"] for action in actions(card.card)] == [{"signpost": "ticks"}]
    Switches(client.app.state.parts.records).set("suffolk", "teams", True, "a test", None, "nobody")
    client.app.state.parts.board.look()
    told, again = await ann.press(card.id, {"signpost": "ticks", "tick:suffolk/forms/one": "true"})
    assert "switched off for Suffolk" in texts(told.card)
    assert len(actions(again.card)) == 1, "it can be sent again later"
    assert "Use form one" not in texts(told.card)


async def test_somebody_typing_is_seen_while_an_answer_takes_long(
    ann: Person, side: Microsoft, engine: FakeEngine
) -> None:
    engine.delay_seconds = 0.8
    await ann.post(ann.activity(text="hearing"))
    assert [each.body["type"] for each in side.sent] == ["typing", "message"]


# ---------------------------------------------------------------------- group chats and channels


@pytest.fixture
def in_channel(client: httpx.AsyncClient, side: Microsoft) -> Person:
    return Person(client, side, thread="19:c@thread.tacv2;messageid=100", kind="channel", team="19:team")


async def test_in_a_channel_the_mention_is_taken_out_and_the_thread_answered(
    in_channel: Person, engine: FakeEngine
) -> None:
    sent = await in_channel.say("hearing support")
    assert engine.messages == ["hearing support"]
    assert sent.path == "/teams/v3/conversations/19:c@thread.tacv2;messageid=100/activities"


async def test_in_a_channel_nothing_is_said_without_a_mention(in_channel: Person, side: Microsoft) -> None:
    other = {"type": "mention", "mentioned": {"id": "29:bea"}, "text": "<at>Bea</at>"}
    assert await in_channel.do(text="hearing support") == []
    assert await in_channel.do(text="<at>Bea</at> hearing support?", entities=[other]) == []
    assert side.sent == []


async def test_the_name_of_somebody_who_is_mentioned_too_goes_nowhere(in_channel: Person, engine: FakeEngine) -> None:
    both = [
        {"type": "mention", "mentioned": {"id": BOT}, "text": "<at>Signpost</at>"},
        {"type": "mention", "mentioned": {"id": "29:bea"}, "text": "<at>Bea Example</at>"},
    ]
    await in_channel.do(text="<at>Signpost</at> can <at>Bea Example</at> refer R&amp;D?", entities=both)
    assert engine.messages == ["can [name] refer R&D?"]


@pytest.fixture
async def open_client(side: Microsoft, engine: FakeEngine, tmp_path: Path) -> AsyncIterator[httpx.AsyncClient]:
    """A door that answers people of two tenants."""
    async with opened(side, engine, tmp_path, teams_allowed_tenants=OTHER_TENANT) as found:
        yield found


async def test_conversations_are_kept_apart_by_person_thread_and_tenant(
    open_client: Any, side: Microsoft, engine: FakeEngine
) -> None:
    client = open_client
    channel = {"kind": "channel", "team": "19:team"}
    first, second = "19:c@thread.tacv2;messageid=1", "19:c@thread.tacv2;messageid=2"
    people = [
        Person(client, side, "29:ann", thread=first, **channel),
        Person(client, side, "29:ann", thread=second, **channel),
        Person(client, side, "29:bea", thread=first, **channel),
        Person(client, side, "29:ann", thread="a:ann"),
        Person(client, side, "29:ann", thread="a:ann", tenant=OTHER_TENANT),
    ]
    for person in [*people, *people]:
        await person.say("hearing")
    senders = [body["sender"] for body in engine.got]
    assert len(set(senders)) == len(people)
    assert senders[: len(people)] == senders[len(people) :]
    kept = repr([(row.id, row.place, row.conversation, row.card, row.link) for row in rows(client)])
    assert not any(name in kept + repr(senders) for name in ("29:", "19:", "a:ann"))


# ---------------------------------------------------------------------- delivered twice


async def test_the_same_activity_is_answered_once(ann: Person, side: Microsoft, engine: FakeEngine) -> None:
    activity = ann.activity(text="hearing")
    for _ in range(3):
        assert (await ann.post(activity)).status_code == 200
    assert len(side.messages) == 1
    assert len(engine.got) == 1


async def test_the_same_activity_at_the_same_moment_is_answered_once(
    ann: Person, side: Microsoft, engine: FakeEngine
) -> None:
    engine.delay_seconds = 0.1
    activity = ann.activity(text="hearing")
    answers = await asyncio.gather(*(ann.post(activity) for _ in range(4)))
    assert {each.status_code for each in answers} == {200}
    assert len(side.messages) == 1


async def test_the_same_words_again_are_answered_again(ann: Person, side: Microsoft) -> None:
    await ann.say("hearing")
    await ann.say("hearing")
    assert len(side.messages) == 2


async def test_another_front_door_knows_what_was_answered_and_pressed(
    side: Microsoft, engine: FakeEngine, tmp_path: Path
) -> None:
    async with opened(side, engine, tmp_path) as one:
        ann = Person(one, side)
        activity = ann.activity(text="which form")
        await ann.post(activity)
        (card,) = side.messages
        await ann.press(card.id, button(card, "Suffolk"))
    sent = len(side.messages)
    async with opened(side, engine, tmp_path) as other:
        ann.client = other
        assert (await ann.post(activity)).status_code == 200
        assert len(side.messages) == sent
        said, changed = await ann.press(card.id, button(card, "North Example"))
        assert "used before (Suffolk)" in texts(said.card)
        assert actions(changed.card) == []


# ---------------------------------------------------------------------- cards


async def test_a_choice_is_done_once_and_the_card_shows_what_was_chosen(
    ann: Person, side: Microsoft, engine: FakeEngine
) -> None:
    card = await ann.say("which form")
    assert len(actions(card.card)) == 3, "two choices and a fact to change"
    answered, changed = await ann.press(card.id, button(card, "Suffolk"))
    assert "Use form one." in texts(answered.card)
    assert (changed.method, changed.path.rpartition("/")[2]) == ("PUT", card.id)
    assert "Which area?" in texts(changed.card)
    assert "Suffolk" in texts(changed.card)
    assert actions(changed.card) == []
    assert len(engine.got) == 2
    again = await ann.press(card.id, button(card, "Suffolk"))
    assert [each.method for each in again] == ["PUT"], "pressed again, the card is shown as used and nothing is said"
    told, _ = await ann.press(card.id, button(card, "North Example"))
    assert "used before (Suffolk)" in texts(told.card)
    assert len(engine.got) == 2, "the engine heard of one choice"


async def test_two_presses_at_the_same_moment_do_one_thing(ann: Person, engine: FakeEngine) -> None:
    card = await ann.say("which form")
    engine.delay_seconds = 0.1
    await asyncio.gather(*(ann.press(card.id, button(card, title)) for title in ("Suffolk", "North Example")))
    assert len(engine.got) == 2


async def test_what_was_understood_can_be_changed_by_its_button(ann: Person, engine: FakeEngine) -> None:
    card = await ann.say("which form")
    _, changed = await ann.press(card.id, button(card, "Year 4"))
    assert '"k":"change"' in engine.messages[-1].replace("\\", "")
    assert "change" in texts(changed.card)


async def test_nobody_can_press_the_card_of_somebody_else(
    client: httpx.AsyncClient, side: Microsoft, engine: FakeEngine
) -> None:
    place = {"thread": "19:chat", "kind": "groupChat"}
    ann, bea = Person(client, side, **place), Person(client, side, "29:bea", **place)
    card = await ann.say("which form")
    (told,) = await bea.press(card.id, button(card, "Suffolk"))
    assert "a colleague's question" in texts(told.card)
    assert len(engine.got) == 1
    answered, _ = await ann.press(card.id, button(card, "Suffolk"))
    assert "Use form one." in texts(answered.card)


@pytest.mark.parametrize(
    "data",
    [
        {"signpost": "choice", "payload": "choice:forged.0000000000000000"},
        {"signpost": "choice", "payload": "choice:" + "x" * 5000},
        {"signpost": "choice", "payload": 7},
        {"signpost": "choice"},
        {"signpost": "ticks", "tick:suffolk/forms/one": "true"},
        {"signpost": {"a": 1}},
        {"other": "app"},
    ],
    ids=str,
)
async def test_a_press_that_none_of_our_buttons_makes_is_told_so(
    ann: Person, engine: FakeEngine, data: dict[str, Any]
) -> None:
    await ann.say("hearing")
    (told,) = await ann.press("no-card-of-ours", data)
    assert any(words in texts(told.card) for words in ("is from before", "cannot tell what that button belongs to"))
    assert len(engine.got) == 1


async def test_an_error_uses_up_no_card(ann: Person, engine: FakeEngine) -> None:
    card = await ann.say("which form")
    engine.answer = lambda body: (500, {})
    told, again = await ann.press(card.id, button(card, "Suffolk"))
    assert "I cannot look that up just now" in texts(told.card)
    assert len(actions(again.card)) == len(actions(card.card)), "all its buttons are there"
    engine.answer = respond
    answered, _ = await ann.press(card.id, button(card, "Suffolk"))
    assert "Use form one." in texts(answered.card)


async def test_documents_of_a_card_are_found_by_their_links_and_by_no_others(ann: Person, client: Any) -> None:
    card = await ann.say("which form")
    answered, _ = await ann.press(card.id, button(card, "Suffolk"))
    links = [each["url"] for each in actions(answered.card, "Action.OpenUrl")]
    kept = [link.removeprefix("https://signpost.test") for link in links if "/kept/" in link]
    assert {link.rpartition("/")[2].partition("?")[0] for link in kept} >= {"print", "pdf", "docx", "eml"}
    row = next(row for row in rows(client) if row.link and row.link in kept[0])
    assert len(row.link) >= 22, "nobody can guess it"
    for path, status in [(f"/kept/{row.link}/ics", 404), (f"/kept/{row.link}x/print", 404), ("/kept/x/print", 404)]:
        assert (await client.get(path)).status_code == status


def _addresses(card: dict[str, Any]) -> list[str]:
    import re

    return re.findall(r"\((https?://[^)\s]+)\)", texts(card))


# ---------------------------------------------------------------------- the connector


@pytest.mark.parametrize("status", [429, 500, 502, 503, 504, 412])
async def test_a_busy_connector_is_tried_again(ann: Person, side: Microsoft, engine: FakeEngine, status: int) -> None:
    side.answers = [(status, {"retry-after": "0"}), (status, {"retry-after": "0"})]
    await ann.post(ann.activity(text="hearing"))
    assert [bool(each.id) for each in side.messages] == [False, False, True]
    assert len(engine.got) == 1


@pytest.mark.parametrize(
    "answers", [[(500, {"retry-after": "0"})] * 3, [(403, {})], [None]], ids=["500", "403", "nothing"]
)
async def test_an_answer_that_was_not_taken_is_sent_when_teams_brings_the_message_again(
    ann: Person, side: Microsoft, engine: FakeEngine, answers: list[Any], caplog: pytest.LogCaptureFixture
) -> None:
    side.answers = list(answers)
    activity = ann.activity(text="hearing")
    assert (await ann.post(activity)).status_code == 502
    assert len(side.messages) == len(answers)
    assert (await ann.post(activity)).status_code == 200
    assert side.messages[-1].id
    assert (await ann.post(activity)).status_code == 200
    assert len(side.messages) == len(answers) + 1
    assert len(engine.got) == 1, "the engine is not asked again"
    assert "an answer was not sent" in caplog.text


async def test_a_choice_whose_answer_was_not_taken_can_be_pressed_again(ann: Person, side: Microsoft) -> None:
    card = await ann.say("which form")
    side.answers = [(403, {})]
    activity = ann.activity(value=button(card, "Suffolk"), replyToId=card.id)
    assert (await ann.post(activity)).status_code == 502
    assert side.changed == []
    answered, _ = await ann.press(card.id, button(card, "Suffolk"))
    assert "Use form one." in texts(answered.card)


async def test_a_card_that_could_not_be_changed_is_used_up_all_the_same(
    ann: Person, side: Microsoft, engine: FakeEngine
) -> None:
    card = await ann.say("which form")
    side.answers = [(200, {}), (403, {})]  # the answer, then the change
    await ann.press(card.id, button(card, "Suffolk"))
    told, _ = await ann.press(card.id, button(card, "North Example"))
    assert "used before (Suffolk)" in texts(told.card)


# ---------------------------------------------------------------------- what is kept


@pytest.mark.parametrize(
    "gone",
    [
        {"membersRemoved": [{"id": BOT}]},
        {"membersRemoved": [{"id": BOT}], "from": None},
        {"channelData": {"tenant": {"id": TENANT}, "team": {"id": "19:team"}, "eventType": "teamDeleted"}},
    ],
    ids=["taken away", "by nobody", "the team is deleted"],
)
async def test_taking_the_app_away_deletes_all_that_was_said_there(
    client: Any, side: Microsoft, engine: FakeEngine, gone: dict[str, Any]
) -> None:
    channel = {"kind": "channel", "team": "19:team"}
    people = [
        Person(client, side, "29:ann", thread="19:c@thread.tacv2;messageid=1", **channel),
        Person(client, side, "29:bea", thread="19:d@thread.tacv2;messageid=2", **channel),
    ]
    elsewhere = Person(client, side, "29:ann", thread="a:ann")
    for person in [*people, elsewhere]:
        await person.say("which form")
    tracker = client.app.state.parts.settings.tracker_db
    _keep_events(tracker, [body["sender"] for body in engine.got])
    await Person(client, side, thread="19:general", **channel).do(type="conversationUpdate", **gone)
    assert _events(tracker) == {engine.got[2]["sender"]}
    assert {row.conversation for row in rows(client)} == {engine.got[2]["sender"]}
    sent = len(side.messages)
    await Person(client, side, thread="19:general", **channel).do(type="installationUpdate", action="add")
    assert len(side.messages) == sent + 1, "added again, it says who it is again"


async def test_start_again_deletes_the_conversation_and_its_cards(
    ann: Person, client: Any, engine: FakeEngine, side: Microsoft
) -> None:
    activity = ann.activity(text="which form")
    await ann.post(activity)
    (card,) = side.messages
    settings = client.app.state.parts.settings
    _keep_events(settings.tracker_db, [engine.got[0]["sender"], "somebody-else"])
    await ann.say("start again")
    assert _events(settings.tracker_db) == {"somebody-else"}
    kept = [zlib.decompress(row.reply).decode() for row in rows(client) if row.reply]
    assert len(kept) == 1
    assert "I have forgotten" in kept[0]
    found = _unpacked(settings.records_url)
    assert any(b"I have forgotten" in part for part in found)
    assert not any(b"Which area" in part for part in found), "not even in what was overwritten"
    (told,) = await ann.press(card.id, button(card, "Suffolk"))
    assert "is from before" in texts(told.card)
    await ann.post(activity)
    assert len(engine.got) == 1, "neither the old card nor the old message is heard again"


def _unpacked(records_url: str) -> list[bytes]:
    """All replies that can still be found in the file and its log, wherever they stand."""
    path = records_url.removeprefix("sqlite:///")
    found = []
    for file in (Path(path), Path(path + "-wal")):
        data = file.read_bytes() if file.exists() else b""
        for at in range(len(data)):
            if data[at : at + 2] == b"\x78\x9c":
                try:
                    found.append(zlib.decompressobj().decompress(data[at:]))
                except zlib.error:
                    continue
    return found


async def test_turns_are_deleted_when_conversations_are(ann: Person, client: Any) -> None:
    from datetime import UTC, datetime, timedelta

    await ann.say("hearing")
    parts, now = client.app.state.parts, datetime.now(UTC)
    await parts.purge_records(now)
    assert len(rows(client)) == 1
    await parts.purge_records(now + timedelta(hours=parts.settings.retention_hours, minutes=1))
    assert rows(client) == []


async def test_without_the_database_messages_are_answered(ann: Person, client: Any, side: Microsoft) -> None:
    card = await ann.say("which form")
    with client.app.state.parts.records.engine.begin() as connection:
        connection.exec_driver_sql("drop table teams_turns")
    activity = ann.activity(text="hearing")
    for _ in range(2):
        assert (await ann.post(activity)).status_code == 200
    assert len(side.messages) == 2, "this process knows what it answered"
    (answered,) = await ann.press(card.id, button(card, "Suffolk"))
    assert "Use form one." in texts(answered.card)
    assert "Hello" in texts((await ann.say("hi")).card)


async def test_the_log_names_nobody_and_nothing_that_was_written(
    ann: Person, side: Microsoft, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("DEBUG")
    side.answers = [(403, {})]
    await ann.post(ann.activity(text="Wilfredina cannot hear"))
    await ann.say("Wilfredina cannot hear")
    assert not any(word in caplog.text for word in ("Wilfredina", "29:ann", "a:ann", "Ann Example"))


def _keep_events(tracker: Path, senders: list[str]) -> None:
    with sqlite3.connect(tracker) as connection:
        connection.execute("create table if not exists events (sender_id text, timestamp float)")
        connection.executemany("insert into events values (?, 1e12)", [(each,) for each in senders])
    connection.close()


def _events(tracker: Path) -> set[str]:
    with sqlite3.connect(tracker) as connection:
        found = {row[0] for row in connection.execute("select sender_id from events")}
    connection.close()
    return found


async def test_the_log_tells_how_a_message_went_and_what_was_masked(
    ann: Person, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("INFO", "signpost.access")
    await ann.say(f"{NAME} cannot hear")
    line = json.loads([record.message for record in caplog.records if record.name == "signpost.access"][-1])
    assert (line["route"], line["status"], line["reply"], line["masked"]) == (
        "/api/messages",
        200,
        "answered",
        ["name"],
    )


async def test_where_to_read_more_stands_where_nothing_was_asked(ann: Person) -> None:
    def leads(sent: Sent) -> set[str]:
        links = [each["url"] for each in actions(sent.card, "Action.OpenUrl")] + _addresses(sent.card)
        return {link.rpartition("/")[2] for link in links}

    assert leads(await ann.say("help")) == {"help", "privacy"}
    assert leads(await ann.say("which form")) == set()


# ---------------------------------------------------------------------- what can come between


def _remembering(client: Any, engine: FakeEngine) -> Path:
    """Let the engine store what it answers, as the real one does. Returns: where."""
    tracker: Path = client.app.state.parts.settings.tracker_db

    def answer(body: dict[str, Any]) -> Any:
        _keep_events(tracker, [body["sender"]])
        return respond(body)

    engine.answer = answer
    return tracker


REMOVED = {"type": "conversationUpdate", "membersRemoved": [{"id": BOT}]}


async def test_what_is_asked_while_the_app_is_taken_away_leaves_nothing(
    ann: Person, client: Any, engine: FakeEngine
) -> None:
    tracker = _remembering(client, engine)
    for delay in (0.0, 0.02, 0.05, 0.1, 0.2):
        engine.delay_seconds = 0.1
        asking = asyncio.create_task(ann.post(ann.activity(text="hearing")))
        await asyncio.sleep(delay)
        assert (await ann.post(ann.activity(**REMOVED))).status_code == 200
        assert (await asking).status_code == 200
        await asyncio.sleep(0.1)
        assert _events(tracker) == set(), f"removed {delay} s after it was asked"
        assert [row for row in rows(client) if row.reply] == []


async def test_an_answer_that_teams_refused_is_forgotten_with_the_app(
    ann: Person, client: Any, engine: FakeEngine, side: Microsoft
) -> None:
    tracker = _remembering(client, engine)
    side.answers = [(403, {})]
    assert (await ann.post(ann.activity(text="hearing"))).status_code == 502
    assert len(_events(tracker)) == 1
    await ann.post(ann.activity(**REMOVED))
    assert _events(tracker) == set()


async def test_one_conversation_that_cannot_be_forgotten_does_not_hold_up_the_others(
    client: Any, side: Microsoft, engine: FakeEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    from sqlalchemy.exc import OperationalError

    tracker, store = _remembering(client, engine), client.app.state.parts.store
    people = [Person(client, side, f"29:{n}", thread="19:chat", kind="groupChat") for n in range(3)]
    for person in people:
        await person.say("hearing")
    stuck, really = engine.got[1]["sender"], store.delete_conversation

    def delete(conversation: str) -> int:
        if conversation == stuck:
            raise OperationalError("", None, Exception("locked"))
        return int(really(conversation))

    monkeypatch.setattr(store, "delete_conversation", delete)
    removed = people[0].activity(**REMOVED)
    assert (await people[0].post(removed)).status_code == 502
    assert _events(tracker) == {stuck}
    monkeypatch.setattr(store, "delete_conversation", really)
    assert (await people[0].post(removed)).status_code == 200
    assert _events(tracker) == set()
    assert rows(client) == []


async def test_ticks_that_cannot_be_counted_are_told_and_can_be_sent_again(ann: Person) -> None:
    card = await ann.say("are we ready")  # the door of these tests has no offers
    for _ in range(2):
        told, again = await ann.press(card.id, {"signpost": "ticks", "tick:suffolk/forms/one": "true"})
        assert "I cannot look that up just now" in texts(told.card)
        assert len(actions(again.card)) == 1


async def test_whatever_breaks_the_message_is_answered_when_it_comes_again(
    ann: Person, side: Microsoft, monkeypatch: pytest.MonkeyPatch
) -> None:
    from bot.teams import channel

    def broken(*_: object, **__: object) -> dict[str, Any]:
        raise KeyError("status")

    activity = ann.activity(text="hearing")
    with monkeypatch.context() as patched:
        patched.setattr(channel, "card_of", broken)
        assert (await ann.post(activity)).status_code == 502
    assert (await ann.post(activity)).status_code == 200
    assert len(side.messages) == 1


async def test_a_message_that_comes_again_while_it_is_answered_waits_for_how_that_goes(
    ann: Person, side: Microsoft, engine: FakeEngine
) -> None:
    engine.delay_seconds, side.answers = 0.2, [(403, {})]
    activity = ann.activity(text="hearing")
    both = await asyncio.gather(*(ann.post(activity) for _ in range(2)))
    assert [each.status_code for each in both] == [502, 502]
    assert (await ann.post(activity)).status_code == 200


async def test_answers_come_in_the_order_of_the_questions(ann: Person, side: Microsoft) -> None:
    side.answers = [(429, {"retry-after": "1"})]
    first = asyncio.create_task(ann.post(ann.activity(text="one")))
    while not side.messages:
        await asyncio.sleep(0.01)
    await asyncio.gather(first, ann.post(ann.activity(text="two")))
    assert [each.body["summary"] for each in side.messages if each.id] == ["You said: one", "You said: two"]


async def test_it_waits_as_long_as_teams_says(ann: Person, side: Microsoft) -> None:
    side.answers = [(429, {"retry-after": "2"})]
    await ann.post(ann.activity(text="hearing"))
    refused, taken = side.messages
    assert 2.0 <= taken.at - refused.at < 4.0


async def test_commands_and_ticks_count_as_messages_too(side: Microsoft, engine: FakeEngine, tmp_path: Path) -> None:
    async with opened(side, engine, tmp_path, messages_per_minute_per_sender=3) as client:
        ann = Person(client, side)
        card = await ann.say("are we ready")
        await ann.say("help")
        await ann.say("hi")
        assert "many messages in a short time" in texts((await ann.say("help")).card)
        (told,) = await ann.press(card.id, {"signpost": "ticks"})
        assert "many messages in a short time" in texts(told.card)


@pytest.mark.parametrize(
    "fields",
    [
        {"text": "hearing", "replyToId": ""},
        {"text": "hearing", "value": {"other": "app"}},
        {"text": "<at>Signpost</at> hearing", "entities": [{"type": "mention", "mentioned": {"id": BOT}}]},
        {"text": "hearing", "entities": [{"type": "mention", "mentioned": {"id": BOT}, "text": ""}]},
    ],
    ids=["no card", "data of another app", "a mention without words", "an empty mention"],
)
async def test_odd_forms_of_a_message_are_understood(ann: Person, engine: FakeEngine, fields: dict[str, Any]) -> None:
    await ann.do(**fields)
    assert engine.messages == ["hearing"]


async def test_a_group_without_a_name_for_its_kind_is_a_group(ann: Person, side: Microsoft) -> None:
    await ann.do(text="hearing", conversation={"id": "19:x", "isGroup": True, "tenantId": ann.tenant})
    assert side.sent == []


@pytest.mark.timeout(20)
@pytest.mark.parametrize(
    "fields",
    [
        {"text": "<at>" * 60_000},
        {
            "text": "n" * 1000,
            "entities": [{"type": "mention", "mentioned": {"id": "29:x"}, "text": text} for text in "name" * 500],
        },
    ],
    ids=["tags", "mentions"],
)
async def test_hostile_mentions_cost_next_to_nothing(ann: Person, fields: dict[str, Any]) -> None:
    assert (await ann.post(ann.activity(**fields))).status_code == 200
