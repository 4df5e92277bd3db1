"""What the front door notes of its turns, in a real database."""

import asyncio
import logging
import time
from pathlib import Path
from typing import Any

import httpx
import numpy as np
import pytest
from sqlalchemy import select

from bot.door.recorder import LOW_CONFIDENCE
from bot.guidance.reply import Answer, Point
from bot.knowledge.store import Store
from bot.records.models import AuditRow, Base, TurnRow, UnansweredRow
from tests.guidance_support import CONTENT, content
from tests.integration.door_fakes import DISCLOSURE, NAME, FakeEngine, door, reply, running, say

AREA = [{"title": "Suffolk", "value": {"kind": "area", "value": "suffolk"}}]
TOPICS = [{"title": "Costs", "value": {"kind": "topic", "value": "cost"}}]
NOTHING = {"area": "suffolk", "parts": [Answer(area="suffolk", topic="cost", status="not_stated", lead="Not said.")]}


async def rows(client: httpx.AsyncClient, table: type[Base]) -> list[Any]:
    """What is in a table, once all that was taken in is written."""
    parts = client.app.state.parts  # type: ignore[attr-defined]
    await asyncio.to_thread(parts.recorder.settle)
    with parts.records.session() as session:
        return list(session.scalars(select(table)))


async def words(client: httpx.AsyncClient) -> list[str]:
    return [row.question for row in await rows(client, UnansweredRow)]


def bytes_in(folder: Path) -> bytes:
    """All that the records hold, as it lies on the disk."""
    return b"".join(file.read_bytes() for file in folder.glob("records.db*"))


def answering(*replies: dict[str, Any]) -> FakeEngine:
    """Gives one reply after the other."""
    left = iter(replies)
    return FakeEngine(answer=lambda _: [{"custom": next(left)}])


async def test_each_turn_is_one_line_and_words_are_kept_masked_and_only_of_what_was_missed(tmp_path: Path) -> None:
    answered = [Answer(area="suffolk", topic="contact", lead="Write.", confidence=0.9)]
    with running(answering(reply("x", area="suffolk", parts=answered), reply("x", "not_stated", **NOTHING))) as engine:
        async with door(engine.url, tmp_path) as client:
            await say(client, "where do I write?")
            await say(client, f"{NAME} costs what?", area="suffolk")
            turns, missed = await rows(client, TurnRow), await rows(client, UnansweredRow)
    assert [(t.channel, t.area, t.topic, t.status, t.confidence) for t in turns] == [
        ("web", "suffolk", "contact", "answered", 0.9),
        ("web", "suffolk", "cost", "not_stated", None),
    ]
    assert all(0 <= turn.milliseconds < 5000 for turn in turns)
    assert [(m.question, m.status, m.area) for m in missed] == [("the pupil costs what?", "not_stated", "suffolk")]


async def test_an_answer_of_which_it_was_hardly_sure_is_kept_too(tmp_path: Path) -> None:
    def sure(confidence: float) -> dict[str, Any]:
        return reply("x", parts=[Answer(topic="cost", lead="Free.", confidence=confidence)])

    with running(answering(sure(LOW_CONFIDENCE - 0.01), sure(LOW_CONFIDENCE))) as engine:
        async with door(engine.url, tmp_path) as client:
            await say(client, "below the limit")
            await say(client, "at the limit")
            assert await words(client) == ["below the limit"]


async def test_nothing_of_a_disclosure_is_kept_nor_of_small_talk_nor_of_what_is_too_long(tmp_path: Path) -> None:
    with running(answering(reply("Hello.", "small_talk"), reply("999.", "safeguarding"))) as engine:
        async with door(engine.url, tmp_path) as client:
            for text in (DISCLOSURE, "hello zigzag", "something the guard let through", "???", "zigzag " * 2000):
                await say(client, text)
            turns = await rows(client, TurnRow)
            assert await words(client) == []
            assert await rows(client, AuditRow) == []
    assert [t.status for t in turns] == ["safeguarding", "small_talk", "safeguarding", "empty", "too_long"]
    assert b"safeguarding" in bytes_in(tmp_path)
    for kept_by_nobody in (b"zigzag", DISCLOSURE.encode()):
        assert kept_by_nobody not in bytes_in(tmp_path)


async def test_a_question_that_waited_for_an_answer_of_the_person_is_kept_whole(tmp_path: Path) -> None:
    back = reply("Which council?", "clarify", choices=AREA)
    nothing = reply("Not said.", "not_stated", **NOTHING)
    with running(answering(back, nothing, back, nothing, nothing, back, nothing)) as engine:
        async with door(engine.url, tmp_path) as client:
            offered = await say(client, "what does it cost?")
            await say(client, offered["buttons"][0]["payload"])
            await say(client, "who pays?", sender="ben")
            await say(client, "Suffolk", sender="ben")
            await say(client, "and the bus", sender="ben")
            await say(client, "what about lunch?", sender="cat")
            await say(client, "sorry, I meant to ask about the school bus", sender="cat")
            assert await words(client) == [
                "what does it cost?",
                "who pays? Suffolk",
                "and the bus",
                "sorry, I meant to ask about the school bus",
            ]


async def test_a_question_that_was_not_understood_is_kept_although_something_is_asked_back(tmp_path: Path) -> None:
    with running(answering(reply("What about?", "clarify", choices=TOPICS))) as engine:
        async with door(engine.url, tmp_path) as client:
            await say(client, "the thing with the stuff")
            assert await words(client) == ["the thing with the stuff"]


async def test_a_question_that_met_a_broken_engine_is_kept_masked_and_shown_again(tmp_path: Path) -> None:
    with running(FakeEngine(answer=lambda _: (500, []))) as engine:
        async with door(engine.url, tmp_path) as client:
            message = await say(client, f"which form for {NAME}?", keep=True)
            assert message["custom"]["status"] == "error"
            shown = (await client.post("/conversation/transcript", json={"sender": "ann"})).json()["turns"]
            assert await words(client) == [shown[0]["said"]] == ["which form for the pupil?"]


async def test_a_doubled_message_is_counted_once(tmp_path: Path) -> None:
    with running(FakeEngine()) as engine:
        async with door(engine.url, tmp_path) as client:
            await asyncio.gather(say(client, "which form?"), say(client, "which form?"))
            assert len(await rows(client, TurnRow)) == 1


async def test_what_a_clear_leaves_is_bound_to_no_conversation(tmp_path: Path) -> None:
    back = reply("Which council?", "clarify", choices=AREA)
    with running(answering(back, reply("Not said.", "not_stated", **NOTHING))) as engine:
        async with door(engine.url, tmp_path) as client:
            await say(client, "what does it cost?")
            await client.post("/conversation/clear", json={"sender": "ann"})
            await say(client, "Suffolk")
            assert await words(client) == ["Suffolk"]


async def test_the_gap_that_was_told_is_known_by_what_it_is_not_by_its_name(tmp_path: Path) -> None:
    store = Store(f"sqlite:///{tmp_path}/knowledge.db")
    store.load(content(), lambda texts: np.zeros((len(texts), 384), dtype=np.float32))
    store.engine.dispose()
    fact, gap, named = "suffolk/gap/parent-refers", "suffolk/vision/no-form", "milton-keynes/conflict/review-mode"

    def telling(*ids: str) -> dict[str, Any]:
        points = [Point(text="x", statement_id=i) for i in ids]
        return reply("x", parts=[Answer(topic="contact", points=points)])

    with running(answering(telling(fact, gap, named), telling(named), telling(fact, "nowhere/gap/x"))) as engine:
        async with door(engine.url, tmp_path, content_dir=CONTENT) as client:
            for number in range(3):
                await say(client, f"question {number}")
            assert [turn.gap for turn in await rows(client, TurnRow)] == [gap, named, None]


async def test_without_its_database_turns_are_as_quick_and_the_loss_is_counted(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    nowhere = "postgresql+psycopg://signpost@127.0.0.1:9/records"
    with running(FakeEngine()) as engine, caplog.at_level(logging.ERROR, "signpost"):
        async with door(engine.url, tmp_path, records_url=nowhere) as client:
            began = time.perf_counter()
            for number in range(5):
                assert (await say(client, f"zigzag {number}"))["custom"]["status"] == "answered"
            assert time.perf_counter() - began < 2
            await asyncio.to_thread(client.app.state.parts.recorder.settle)  # type: ignore[attr-defined]
    lost = [line for line in caplog.messages if "not noted" in line]
    assert sum(int(line.split()[0]) for line in lost) == 5
    assert {line.split(": ")[1] for line in lost} == {"OperationalError"}
    assert "zigzag" not in caplog.text


async def test_what_was_taken_in_is_written_before_the_door_ends(tmp_path: Path) -> None:
    with running(FakeEngine()) as engine:
        async with door(engine.url, tmp_path) as client:
            parts = client.app.state.parts  # type: ignore[attr-defined]
            await say(client, "the last question")
    with parts.records.session() as session:
        assert [turn.status for turn in session.scalars(select(TurnRow))] == ["answered"]
    parts.records.close()
