"""Counts, times and log lines of the door. No text of any message ever gets here."""

import json
import logging
from collections.abc import Sequence
from datetime import UTC, datetime

from prometheus_client import CollectorRegistry, Counter, Histogram, generate_latest

log = logging.getLogger("signpost.access")
_BUCKETS = (0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10)


class Telemetry:
    """One registry an app, so that two apps in one process do not share their counts."""

    def __init__(self) -> None:
        self._registry = CollectorRegistry()
        self._replies = Counter("signpost_replies", "Replies given, by status.", ["status"], registry=self._registry)
        self._seconds = Histogram(
            "signpost_reply_seconds", "Time to a reply.", buckets=_BUCKETS, registry=self._registry
        )
        self._requests = Counter("signpost_requests", "Requests by HTTP status.", ["status"], registry=self._registry)

    def reply_given(self, status: str, seconds: float) -> None:
        """Count a reply."""
        self._replies.labels(status).inc()
        self._seconds.observe(seconds)

    def request_done(
        self, method: str, route: str, status: int, seconds: float, reply: str | None, masked: Sequence[str]
    ) -> None:
        """Count a request and write its line. `route`: one of the app's own paths, or "other"."""
        self._requests.labels(str(status)).inc()
        line = {
            "time": datetime.now(UTC).isoformat(timespec="milliseconds"),
            "method": method,
            "route": route,
            "status": status,
            "reply": reply,
            "ms": round(seconds * 1000, 1),
            "masked": list(masked),
        }
        log.info(json.dumps(line))

    def exposition(self) -> bytes:
        """All counts in Prometheus' text format."""
        return generate_latest(self._registry)


def log_to_stderr(level: str) -> None:
    """Write the door's log lines to standard error, once, unless the program has set up logging itself."""
    logger = logging.getLogger("signpost")
    if not logger.handlers and not logging.getLogger().handlers:
        handler = logging.StreamHandler()
        handler.setFormatter(logging.Formatter("%(message)s"))
        logger.addHandler(handler)
    logger.setLevel(level)
