"""The queue of one conversation, and what is kept of many."""

import asyncio

from bot.door.queueing import Conversations, Turnstile


async def test_places_are_called_in_order_even_if_one_leaves_early() -> None:
    turnstile = Turnstile()
    first, second, third = (turnstile.enter() for _ in range(3))
    assert [place.done() for place in (first, second, third)] == [True, False, False]
    turnstile.leave(second)
    assert not third.done()
    turnstile.leave(first)
    await asyncio.wait_for(third, 1)
    turnstile.leave(third)
    assert len(turnstile) == 0


async def test_a_cancelled_place_at_the_front_lets_the_next_in_when_it_leaves() -> None:
    turnstile = Turnstile()
    first, second, third = (turnstile.enter() for _ in range(3))
    second.cancel()
    turnstile.leave(first)
    turnstile.leave(second)
    await asyncio.wait_for(third, 1)


async def test_the_longest_unused_is_dropped_but_never_one_in_use() -> None:
    kept = Conversations(clock=lambda: 0.0, max_kept=2)
    kept.get("a").turnstile.enter()
    kept.get("b")
    kept.get("c")
    assert [name in kept for name in "abc"] == [True, False, True]


async def test_idle_conversations_are_forgotten_after_their_time() -> None:
    now = [0.0]
    kept = Conversations(clock=lambda: now[0])
    kept.get("old")
    now[0] = 50.0
    kept.get("new")
    now[0] = 101.0
    assert kept.forget_idle(100) == 1
    assert ("old" in kept, "new" in kept) == (False, True)
