"""Turns through the front door, with a real small engine behind it."""

import asyncio
import json
import time
from pathlib import Path
from typing import Any

import pytest

from bot.door.turns import MAX_WAITING
from tests.integration.door_fakes import DISCLOSURE, NAME, WEBHOOK, FakeEngine, door, reply, running, say
from tests.support import free_ports


async def test_a_turn_is_one_message_with_text_buttons_and_reply(tmp_path: Path) -> None:
    offers = [{"title": "EHCP", "value": {"kind": "ehcp", "value": True}}]
    answers = [
        {"text": "Has he an EHCP?"},
        {"custom": reply("Yes.\n\nHas he an EHCP?", choices=offers)},
        {"text": "Yes."},
    ]
    with running(FakeEngine(answer=lambda _: answers)) as engine:
        async with door(engine.url, tmp_path) as client:
            message = await say(client, "who helps?")
    assert message["recipient_id"] == "ann"
    assert message["text"] == "Yes.\n\nHas he an EHCP?"
    assert [button["title"] for button in message["buttons"]] == ["EHCP"]
    assert message["custom"]["status"] == "answered"


async def test_the_engine_gets_an_id_that_tells_nothing_and_only_known_metadata(tmp_path: Path) -> None:
    with running(FakeEngine()) as engine:
        async with door(engine.url, tmp_path) as client:
            await say(client, "one", sender="ann.example", area="suffolk", role="admin", deep={"a": [{}]})
            await say(client, "two", sender="ann.example", area="atlantis")
            await say(client, "three", sender="ann.example", area={"suffolk": 1})
            await say(client, "four", sender="ben", area="../suffolk")
    assert [body["metadata"] for body in engine.got] == [{"masked": [], "area": "suffolk"}] + 3 * [{"masked": []}]
    senders = [body["sender"] for body in engine.got]
    assert senders[0] == senders[1] == senders[2] != senders[3]
    assert "ann" not in senders[0]


async def test_a_choice_reaches_the_engine_as_one_entity_and_only_in_its_conversation(tmp_path: Path) -> None:
    value = {"text": 'a "b"\n{c}@0.5', "n": [1, None]}
    offers = [{"title": "This one", "value": {"kind": "route", "value": value}}]
    with running(FakeEngine(answer=lambda _: [{"custom": reply("Which?", "clarify", choices=offers)}])) as engine:
        async with door(engine.url, tmp_path) as client:
            payload = (await say(client, "help"))["buttons"][0]["payload"]
            await say(client, payload)
            foreign = await say(client, payload, sender="ben")
            tampered = await say(client, payload[:-1] + ("0" if payload[-1] != "0" else "1"))
    assert len(engine.got) == 2
    sent = engine.messages[1]
    assert json.loads(json.loads(sent.removeprefix("/choose"))["choice"]) == {"k": "route", "v": value}
    for refused in (foreign, tampered):
        assert refused["custom"]["status"] == "clarify"
        assert "no longer open" in refused["text"]


async def test_a_payload_offered_by_a_plain_response_works_but_typing_it_does_not(tmp_path: Path) -> None:
    answer = [{"text": "Go on?", "buttons": [{"title": "Yes", "payload": "/affirm"}]}]
    with running(FakeEngine(answer=lambda _: answer)) as engine:
        async with door(engine.url, tmp_path) as client:
            payload = (await say(client, "hello"))["buttons"][0]["payload"]
            await say(client, payload)
            await say(client, "/affirm")
    assert engine.messages == ["hello", "/affirm", "affirm"]


@pytest.mark.parametrize(
    ("typed", "sent"),
    [
        ("/restart", "restart"),
        (" \u00a0/ /restart now", "restart now"),
        ("\u200b/session_start", "session_start"),
        ('/greet{"area":"moon"}', 'greet{"area":"moon"}'),
        ('{"sender": "x", "message": "/restart"}', '{"sender": "x", "message": "/restart"}'),
        ("which \ud800form\x00?", "which form?"),
        ("<b>which</b> form", "<b>which</b> form"),
        ("choice: which form?", "choice: which form?"),
    ],
)
async def test_typed_commands_and_odd_characters_are_plain_text(typed: str, sent: str, tmp_path: Path) -> None:
    with running(FakeEngine()) as engine:
        async with door(engine.url, tmp_path) as client:
            raw = json.dumps({"sender": "ann", "message": typed})
            assert (await client.post(WEBHOOK, content=raw)).status_code == 200
    assert engine.messages == [sent]


@pytest.mark.parametrize("typed", ["", "   \n", "🙂👍🏽", "?!…", "\x00\u200b", "/ //", "\ud800"])
async def test_what_asks_nothing_is_answered_kindly_without_the_engine(typed: str, tmp_path: Path) -> None:
    with running(FakeEngine()) as engine:
        async with door(engine.url, tmp_path) as client:
            raw = json.dumps({"sender": "ann", "message": typed})
            message = (await client.post(WEBHOOK, content=raw)).json()[0]
    assert message["custom"]["status"] == "empty"
    assert "in a few words" in message["text"]
    assert engine.got == []


async def test_the_longest_message_is_read_and_one_character_more_is_told(tmp_path: Path) -> None:
    with running(FakeEngine()) as engine:
        async with door(engine.url, tmp_path) as client:
            assert (await say(client, "é" * 8000))["custom"]["status"] == "answered"
            message = await say(client, "é" * 8001)
            assert message["custom"]["status"] == "too_long"
            assert "8,000" in message["text"]
            assert (await say(client, "and now?"))["custom"]["status"] == "answered"
    assert [len(text) for text in engine.messages] == [8000, 8]


async def test_names_are_masked_before_the_engine_and_the_notice_is_said_once(tmp_path: Path) -> None:
    with running(FakeEngine()) as engine:
        async with door(engine.url, tmp_path) as client:
            message = await say(client, f"{NAME} and {NAME} cannot read")
            plain = await say(client, "which form?")
    assert engine.messages[0] == "the pupil and the pupil cannot read"
    assert engine.got[0]["metadata"]["masked"] == ["name"]
    assert len(message["custom"]["notices"]) == 1
    assert message["text"].count("leave out names") == 1
    assert NAME not in json.dumps(message)
    assert plain["custom"]["notices"] == []


async def test_a_disclosure_is_answered_at_once_and_nothing_of_it_reaches_the_engine(tmp_path: Path) -> None:
    with running(FakeEngine(delay_seconds=0.5)) as engine:
        async with door(engine.url, tmp_path) as client:
            slow = asyncio.create_task(say(client, "a slow question"))
            await asyncio.sleep(0.1)
            began = time.perf_counter()
            message = await say(client, f"Please help, {DISCLOSURE}")
            assert time.perf_counter() - began < 0.3
            assert not slow.done()
            await slow
    assert message["custom"]["status"] == "safeguarding"
    assert "999" in message["text"]
    assert "designated safeguarding lead" in message["text"]
    assert engine.messages == ["a slow question"]


async def test_a_message_that_cannot_be_masked_goes_nowhere(tmp_path: Path) -> None:
    def broken_mask(text: str) -> Any:
        raise RuntimeError(text)

    with running(FakeEngine()) as engine:
        async with door(engine.url, tmp_path, mask=broken_mask) as client:
            assert (await say(client, "which form?"))["custom"]["status"] == "error"
    assert engine.got == []


@pytest.mark.parametrize(
    "answer",
    [
        [],
        (500, [{"text": "x"}]),
        (200, b"not json"),
        {"text": "x"},
        ["x"],
        [{"image": "x"}],
        b"\xff",
        [{"custom": {"status": 1}}],
    ],
    ids=[
        "empty list",
        "500",
        "not JSON",
        "object",
        "list of text",
        "image only",
        "not UTF-8",
        "broken reply",
    ],
)
async def test_a_broken_engine_is_told_in_words_and_the_conversation_goes_on(answer: Any, tmp_path: Path) -> None:
    with running(FakeEngine(answer=lambda _: answer)) as engine:
        async with door(engine.url, tmp_path) as client:
            message = await say(client, "which form?")
            assert message["custom"]["status"] == "error"
            assert "try again" in message["text"]
            assert "kept" in message["text"]
            assert "@" not in message["text"]
            engine.answer = lambda _: [{"custom": reply("The blue form.")}]
            assert (await say(client, "which form?"))["text"] == "The blue form."
    assert len({body["sender"] for body in engine.got}) == 1


async def test_a_slow_engine_is_given_up_in_time_and_the_conversation_goes_on(tmp_path: Path) -> None:
    with running(FakeEngine(delay_seconds=0.8)) as engine:
        async with door(engine.url, tmp_path, engine_timeout_seconds=0.4) as client:
            began = time.perf_counter()
            # The second waits in the queue: its time counts from its arrival.
            messages = await asyncio.gather(say(client, "one"), say(client, "two"))
            assert time.perf_counter() - began < 0.7
            assert [message["custom"]["status"] for message in messages] == ["error", "error"]
            engine.delay_seconds = 0
            assert (await say(client, "three"))["custom"]["status"] == "answered"


async def test_a_refused_connection_is_tried_once_more(tmp_path: Path) -> None:
    (port,) = free_ports(1)
    async with door(f"http://127.0.0.1:{port}", tmp_path) as client:
        assert (await say(client, "one"))["custom"]["status"] == "error"
        waiting = asyncio.create_task(say(client, "two"))
        await asyncio.sleep(0.05)
        with running(FakeEngine(), port) as engine:
            assert (await waiting)["custom"]["status"] == "answered"
            assert engine.messages == ["two"]


async def test_messages_of_one_conversation_are_taken_in_order_and_others_do_not_wait(tmp_path: Path) -> None:
    with running(FakeEngine(delay_seconds=0.05)) as engine:
        async with door(engine.url, tmp_path, engine_timeout_seconds=5) as client:
            texts = [f"message {number}" for number in range(6)]
            began = time.perf_counter()
            ours = [asyncio.create_task(say(client, text)) for text in texts]
            await asyncio.sleep(0.01)
            await say(client, "hello", sender="ben")
            assert time.perf_counter() - began < 0.25
            replies = [message["text"] for message in await asyncio.gather(*ours)]
    assert replies == [f"You said: {text}" for text in texts]
    assert [text for text in engine.messages if text != "hello"] == texts


async def test_too_many_waiting_messages_are_told_to_wait(tmp_path: Path) -> None:
    with running(FakeEngine(delay_seconds=0.05)) as engine:
        async with door(engine.url, tmp_path, engine_timeout_seconds=5) as client:
            asked = [say(client, f"message {number}") for number in range(MAX_WAITING + 2)]
            statuses = [message["custom"]["status"] for message in await asyncio.gather(*asked)]
    assert statuses.count("error") == 2
    assert len(engine.got) == MAX_WAITING


async def test_a_doubled_message_is_one_turn(tmp_path: Path) -> None:
    with running(FakeEngine(delay_seconds=0.1)) as engine:
        async with door(engine.url, tmp_path) as client:
            first, second = await asyncio.gather(say(client, "which form?"), say(client, "which form?"))
            third = await say(client, " which form? ")
            assert first == second == third
            assert len(engine.got) == 1
            await say(client, "which form?", sender="ben")
            await say(client, "which address?")
            assert len(engine.got) == 3


async def test_the_same_word_may_answer_two_questions_in_a_row(tmp_path: Path) -> None:
    with running(FakeEngine(answer=lambda _: [{"custom": reply("Next question?", "clarify")}])) as engine:
        async with door(engine.url, tmp_path) as client:
            await say(client, "no")
            await say(client, "no")
            double = await asyncio.gather(say(client, "yes"), say(client, "yes"))
    assert engine.messages == ["no", "no", "yes"]
    assert double[0] == double[1]


async def test_a_retry_with_the_same_message_id_gets_the_reply_even_after_other_turns(tmp_path: Path) -> None:
    with running(FakeEngine()) as engine:
        async with door(engine.url, tmp_path) as client:
            first = await say(client, "which form?", message_id="m1")
            await say(client, "which address?", message_id="m2")
            assert await say(client, "which form?", message_id="m1") == first
            assert len(engine.got) == 2
            await say(client, "which form?", message_id="m3")
    assert engine.messages == ["which form?", "which address?", "which form?"]


async def test_a_turn_goes_on_when_its_caller_goes_away(tmp_path: Path) -> None:
    with running(FakeEngine(delay_seconds=0.2)) as engine:
        async with door(engine.url, tmp_path) as client:
            gone = asyncio.create_task(say(client, "which form?", message_id="m1"))
            await asyncio.sleep(0.1)
            gone.cancel()
            await asyncio.gather(gone, return_exceptions=True)
            assert (await say(client, "which form?", message_id="m1"))["custom"]["status"] == "answered"
    assert len(engine.got) == 1


async def test_of_what_was_typed_only_the_masked_text_is_kept_in_memory(tmp_path: Path) -> None:
    with running(FakeEngine(answer=lambda _: [{"custom": reply("Yes.")}])) as engine:
        async with door(engine.url, tmp_path) as client:
            await say(client, f"{NAME} cannot zigzag")
            kept = client.app.state.parts.conversations  # type: ignore[attr-defined]
            (turn,) = kept.get(engine.got[0]["sender"]).turns
            outcome = turn.task.result()
    assert outcome.said == "the pupil cannot zigzag"
    for held in (turn.identity, turn.message_id, outcome.said, outcome.reply, outcome.masked_kinds):
        assert NAME not in str(held)
