"""What is kept of conversations in Teams, on both databases."""

from __future__ import annotations

import threading
from datetime import timedelta

import pytest

from bot.records.database import Database
from bot.records.teams import GIVEN_UP_AFTER, KeptCard, TeamsTurns
from tests.records_support import Clock

REPLY = {"status": "answered", "text": "Use form one. ☑", "parts": []}
LEAST = timedelta(microseconds=1)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def turns(database: Database, clock: Clock) -> TeamsTurns:
    return TeamsTurns(database, clock)


def test_a_message_is_taken_once(turns: TeamsTurns) -> None:
    assert turns.take("one", "place", "talk")
    assert not turns.take("one", "place", "talk")
    assert turns.take("two", "place", "talk")


def test_of_many_who_want_a_message_one_gets_it(turns: TeamsTurns) -> None:
    got: list[bool] = []
    start = threading.Barrier(6)

    def want() -> None:
        start.wait(10)
        got.append(turns.take("one", "place", "talk"))

    threads = [threading.Thread(target=want) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert sorted(got) == [False] * 5 + [True]


def test_a_message_that_was_given_back_may_be_taken_again(turns: TeamsTurns) -> None:
    turns.take("one", "place", "talk")
    turns.give_back("one")
    assert turns.take("one", "place", "talk")


def test_a_message_that_nobody_answered_in_time_may_be_taken_by_one_other(turns: TeamsTurns, clock: Clock) -> None:
    turns.take("one", "place", "talk")
    clock.now += GIVEN_UP_AFTER
    assert not turns.take("one", "place", "talk")
    clock.now += LEAST
    assert turns.take("one", "place", "talk")
    assert not turns.take("one", "place", "talk")


def test_a_message_that_was_answered_is_never_taken_again(turns: TeamsTurns, clock: Clock) -> None:
    turns.take("one", "place", "talk")
    turns.answered("one", "card", "link", REPLY)
    clock.forward(hours=1)
    assert not turns.take("one", "place", "talk")


def test_a_card_is_found_by_its_id_and_by_its_link(turns: TeamsTurns) -> None:
    turns.take("one", "place", "talk")
    assert turns.card("card") is None
    turns.answered("one", "card", "link", REPLY)
    assert turns.card("card") == turns.card_of_link("link") == KeptCard("talk", REPLY, "", "link")
    assert turns.card("link") is None
    assert turns.card_of_link("card") is None


def test_a_card_is_used_once_unless_nothing_came_of_it(turns: TeamsTurns) -> None:
    turns.take("one", "place", "talk")
    turns.answered("one", "card", "link", REPLY)
    assert turns.use("card", "Suffolk")
    assert not turns.use("card", "Milton Keynes")
    found = turns.card("card")
    assert found is not None
    assert found.chosen == "Suffolk"
    turns.free("card")
    assert turns.use("card", "Milton Keynes")


def test_a_conversation_and_a_place_are_forgotten_and_nothing_else(turns: TeamsTurns) -> None:
    for turn, place, talk in [("1", "here", "a"), ("2", "here", "b"), ("3", "there", "a"), ("4", "there", "c")]:
        turns.take(turn, place, talk)
        turns.answered(turn, f"card {turn}", f"link {turn}", REPLY)
    assert set(turns.conversations_at("here")) == {"a", "b"}
    turns.forget("b")
    turns.forget_place("there")
    assert [bool(turns.card(f"card {n}")) for n in range(1, 5)] == [True, False, False, False]
    assert [bool(turns.card_of_link(f"link {n}")) for n in range(1, 5)] == [True, False, False, False]
    assert not turns.take("2", "here", "b"), "what was forgotten was taken all the same"
    assert turns.take("3", "there", "a")


def test_one_turn_can_be_left_out_of_forgetting(turns: TeamsTurns) -> None:
    for turn in ("1", "2"):
        turns.take(turn, "here", "a")
        turns.answered(turn, f"card {turn}", f"link {turn}", REPLY)
    turns.forget("a", besides="2")
    assert [bool(turns.card(f"card {n}")) for n in (1, 2)] == [False, True]


def test_what_was_forgotten_while_it_was_under_way_is_not_kept_afterwards(turns: TeamsTurns) -> None:
    for turn, forget in [("1", lambda: turns.forget("a")), ("2", lambda: turns.forget_place("here"))]:
        turns.take(turn, "here", "a")
        forget()
        assert not turns.answered(turn, "card", "link", REPLY)
        assert not turns.give_back(turn)
        assert turns.card("card") is None
