"""What the desk borrows of the door: masked texts with counts, what the engine makes of a text, and the offers."""

from __future__ import annotations

from typing import Any

import pytest

from bot.desk.errors import DeskError
from bot.door.for_desk import Draftings
from bot.knowledge.store import StoreEmptyError
from tests.desk.support import desk_app
from tests.integration.door_fakes import DISCLOSURE, NAME, FakeEngine, running

PARSED = {"text": "who refers?", "intent": {"name": "ask_how_to_refer", "confidence": 0.9}}


async def test_a_text_comes_back_masked_and_counted_and_a_disclosure_not_at_all(tmp_path):
    async with desk_app(tmp_path) as app:
        looked = await app.state.desk.look_through(f"{NAME} and {NAME} cannot reed")
        assert NAME not in looked.masked + looked.corrected
        assert looked.counts == {"name": 2}
        assert not looked.is_disclosure
        disclosed = await app.state.desk.look_through(f"{NAME}: {DISCLOSURE}")
        assert (disclosed.masked, disclosed.corrected, disclosed.is_disclosure) == ("", "", True)


async def test_a_text_is_parsed_in_a_conversation_of_its_own_and_cannot_be_a_command(tmp_path):
    with running(FakeEngine(lambda _: [{"text": "x"}, {"custom": {"parse": PARSED}}])) as engine:
        async with desk_app(tmp_path, engine_url=engine.url) as app:
            assert await app.state.desk.parse("who refers?") == PARSED
            await app.state.desk.parse(" / /choose{}")
    assert [body["metadata"] for body in engine.got] == [{"parse": True}] * 2
    assert engine.messages == ["who refers?", "choose{}"]
    assert len({body["sender"] for body in engine.got}) == 2


@pytest.mark.parametrize(
    "answer",
    [(500, []), b"not JSON", [], [{"text": "no parse"}], [{"custom": {"parse": "zigzag"}}], [{"custom": "zigzag"}]],
)
async def test_an_engine_that_does_not_parse_is_told_as_such(tmp_path, caplog, answer: Any):
    with running(FakeEngine(lambda _: answer)) as engine:
        async with desk_app(tmp_path, engine_url=engine.url) as app:
            with pytest.raises(DeskError) as raised:
                await app.state.desk.parse("who refers?")
    assert (raised.value.name, raised.value.status) == ("engine_down", 503)
    assert "the engine failed the desk" in caplog.text
    assert "zigzag" not in caplog.text
    assert "refers" not in caplog.text


async def test_an_engine_that_is_down_or_slow_is_told_as_such(tmp_path):
    with running(FakeEngine(lambda _: [{"custom": {"parse": PARSED}}], delay_seconds=1)) as engine:
        limits = {"engine_timeout_seconds": 0.2, "action_timeout_seconds": 0.1}
        for number, settings in enumerate(({"engine_url": engine.url}, {})):
            async with desk_app(tmp_path / str(number), **limits, **settings) as app:
                with pytest.raises(DeskError, match="engine_down"):
                    await app.state.desk.parse("who refers?")


def test_before_the_offers_are_loaded_there_is_nothing_to_draft_from(tmp_path):
    with pytest.raises(StoreEmptyError):
        Draftings(f"sqlite:///{tmp_path / 'knowledge.db'}")()
