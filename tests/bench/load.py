"""A closed-loop load: so many users, each of whom writes again as soon as the reply has come."""

import asyncio
import itertools
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from statistics import median
from typing import Any

import httpx

from tests.evaluation.client import WEBHOOK
from tests.evaluation.report import percentile

MESSAGES_A_SENDER = 6
TIMEOUT_SECONDS = 30.0

IsGood = Callable[[list[dict[str, Any]]], bool]


@dataclass(frozen=True)
class Target:
    """A REST channel to write to. `is_good` judges what comes back.

    `mix`: messages, in conversations of `MESSAGES_A_SENDER` one after the other.
    """

    base_url: str
    mix: Sequence[str]
    is_good: IsGood
    metadata: dict[str, Any] = field(default_factory=dict)


@dataclass
class Timings:
    """Seconds of each reply, in how many seconds altogether, and how many replies were none or not good."""

    seconds: list[float] = field(default_factory=list)
    elapsed: float = 0.0
    failed: int = 0

    def add(self, other: "Timings") -> None:
        """Take another window of the same kind in."""
        self.seconds += other.seconds
        self.elapsed += other.elapsed
        self.failed += other.failed

    @property
    def p50_ms(self) -> float:
        """Median of the replies, in milliseconds."""
        return median(self.seconds) * 1000 if self.seconds else 0.0

    @property
    def p95_ms(self) -> float:
        """95th percentile, in milliseconds."""
        return percentile(self.seconds, 0.95) * 1000

    @property
    def per_second(self) -> float:
        """Replies a second."""
        return len(self.seconds) / self.elapsed if self.elapsed else 0.0


def load(target: Target, users: int, seconds: float, most: int = 2000) -> Timings:
    """Write for `seconds`, at most `most` messages; what is under way at the end is waited for."""
    return asyncio.run(_load(target, users, seconds, most))


async def _load(target: Target, users: int, seconds: float, most: int) -> Timings:
    timings, numbers, run = Timings(), itertools.count(), f"bench-{time.time_ns()}"
    limits = httpx.Limits(max_connections=users, max_keepalive_connections=users)
    async with httpx.AsyncClient(
        base_url=target.base_url, timeout=TIMEOUT_SECONDS, limits=limits, trust_env=False
    ) as client:
        started = time.perf_counter()
        async with asyncio.TaskGroup() as group:
            for user in range(users):
                group.create_task(
                    _user(target, client, timings, numbers, f"{run}-{user}", user, started + seconds, most)
                )
        timings.elapsed = time.perf_counter() - started
    return timings


async def _user(
    target: Target,
    client: httpx.AsyncClient,
    timings: Timings,
    numbers: "itertools.count[int]",
    name: str,
    user: int,
    until: float,
    most: int,
) -> None:
    for own in itertools.count():
        if time.perf_counter() >= until or next(numbers) >= most:
            return
        body: dict[str, Any] = {
            "sender": f"{name}-{own // MESSAGES_A_SENDER}",
            "message": target.mix[(user * MESSAGES_A_SENDER + own) % len(target.mix)],
            **({"metadata": target.metadata} if target.metadata else {}),
        }
        started = time.perf_counter()
        try:
            answer = await client.post(WEBHOOK, json=body)
            is_good = answer.status_code == httpx.codes.OK and target.is_good(answer.json())
        except httpx.HTTPError:
            is_good = False
        timings.seconds.append(time.perf_counter() - started)
        timings.failed += not is_good


def side_by_side(targets: Sequence[Target], users: int, seconds: float = 6.0, rounds: int = 3) -> list[Timings]:
    """Load the targets in turn, `rounds` times, so that a busy moment of the machine meets all of them."""
    sums = [Timings() for _ in targets]
    for _ in range(rounds):
        for target, timings in zip(targets, sums, strict=True):
            timings.add(load(target, users, seconds))
    return sums
