"""Token buckets in memory. One event loop uses them, so nothing is locked."""

import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field


@dataclass(slots=True)
class RateLimit:
    """At most `per_minute` events a minute and key in the long run, `burst` of them at once.

    Memory is bounded: beyond `max_keys` the key unused for longest is forgotten.
    """

    per_minute: float
    burst: int
    clock: Callable[[], float] = time.monotonic
    max_keys: int = 50_000
    _buckets: OrderedDict[str, tuple[float, float]] = field(default_factory=OrderedDict)

    def wait_seconds(self, key: str) -> float:
        """Take one token: 0.0. If there is none, nothing is taken: the seconds until there will be one."""
        now = self.clock()
        tokens, seen_at = self._buckets.pop(key, (float(self.burst), now))
        tokens = min(float(self.burst), tokens + (now - seen_at) * self.per_minute / 60)
        taken = tokens >= 1
        self._buckets[key] = (tokens - 1 if taken else tokens, now)
        if len(self._buckets) > self.max_keys:
            self._buckets.popitem(last=False)
        return 0.0 if taken else (1 - tokens) * 60 / self.per_minute
