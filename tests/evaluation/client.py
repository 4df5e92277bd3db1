"""A small client of the REST channel, as a player or a measurement needs it."""

from collections.abc import Sequence
from typing import Any, Self

import httpx

from tests.evaluation.player import Message

WEBHOOK = "/webhooks/rest/webhook"
TIMEOUT_SECONDS = 30.0


class Assistant:
    """An assistant behind a REST channel. `base_url` has no slash at the end."""

    def __init__(self, base_url: str) -> None:
        self._client = httpx.Client(base_url=base_url, timeout=TIMEOUT_SECONDS, trust_env=False)
        self.requests = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._client.close()

    def say(self, sender: str, text: str, area: str | None = None) -> Sequence[Message]:
        """The messages that come back. Raises: httpx.HTTPError: no answer, or not a good one."""
        body: dict[str, Any] = {"sender": sender, "message": text}
        if area is not None:
            body["metadata"] = {"area": area}
        answer = self._client.post(WEBHOOK, json=body)
        answer.raise_for_status()
        self.requests += 1
        messages: list[Message] = answer.json()
        return messages

    def status(self, sender: str, text: str, area: str) -> str:
        """The status of the reply to one message (see bot.guidance.reply.Status); "none" without a reply."""
        messages = self.say(sender, text, area)
        return str((messages[-1].get("custom") or {}).get("status")) if messages else "none"
