"""Rate limits, with a clock of our own."""

from dataclasses import dataclass

from bot.door.limits import is_loopback
from bot.door.ratelimit import RateLimit


@dataclass
class Clock:
    now: float = 0.0

    def __call__(self) -> float:
        return self.now


def test_a_burst_is_taken_then_one_at_a_time() -> None:
    clock = Clock()
    limit = RateLimit(per_minute=15, burst=3, clock=clock)
    assert [limit.wait_seconds("ann") for _ in range(4)] == [0, 0, 0, 4]
    clock.now = 3.0
    assert limit.wait_seconds("ann") == 1.0
    clock.now = 4.0
    assert limit.wait_seconds("ann") == 0
    assert limit.wait_seconds("ann") == 4


def test_keys_do_not_disturb_each_other_and_a_long_rest_gives_no_more_than_the_burst() -> None:
    clock = Clock()
    limit = RateLimit(per_minute=60, burst=2, clock=clock)
    assert [limit.wait_seconds(key) for key in ("ann", "ann", "ben")] == [0, 0, 0]
    clock.now = 3600
    assert [limit.wait_seconds("ann") > 0 for _ in range(3)] == [False, False, True]


def test_memory_is_bounded() -> None:
    limit = RateLimit(per_minute=1, burst=1, clock=Clock(), max_keys=3)
    for number in range(100):
        limit.wait_seconds(str(number))
    assert len(limit._buckets) == 3


def test_what_is_loopback() -> None:
    assert is_loopback("127.0.0.1")
    assert is_loopback("::1")
    assert not any(is_loopback(address) for address in ["192.0.2.1", "", "localhost.example", "testclient"])
