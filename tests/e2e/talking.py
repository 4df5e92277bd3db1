"""A person who talks to a running Signpost over its public channel."""

from __future__ import annotations

import uuid
from typing import Any

import httpx

WEBHOOK = "/webhooks/rest/webhook"


class Talk:
    """One conversation. `last` is the `custom` of the newest reply, {} before the first."""

    def __init__(self, base_url: str, timeout_seconds: float = 30.0) -> None:
        self.sender = uuid.uuid4().hex
        self.last: dict[str, Any] = {}
        self._client = httpx.Client(base_url=base_url, timeout=timeout_seconds, trust_env=False)

    def say(self, text: str) -> dict[str, Any]:
        """The `custom` of the one reply. Raises: httpx.HTTPError: the door did not answer with 200."""
        response = self._client.post(WEBHOOK, json={"sender": self.sender, "message": text})
        response.raise_for_status()
        (message,) = response.json()
        assert message["recipient_id"] == self.sender
        self.last = message["custom"]
        return self.last

    def choose(self, title: str) -> dict[str, Any]:
        """Take an offered choice by its button."""
        payload = next(c["payload"] for c in self.last["choices"] if c["title"] == title)
        return self.say(payload)

    def clear(self) -> None:
        """What the button "Clear this chat" does."""
        self._client.post("/conversation/clear", json={"sender": self.sender}).raise_for_status()

    def close(self) -> None:
        """Close the connection."""
        self._client.close()


def statements_in(reply: dict[str, Any]) -> set[str]:
    """Ids of the statements that a reply makes."""
    return {point["statement_id"] for part in reply["parts"] for point in part["points"]}


def sections_in(reply: dict[str, Any]) -> set[str]:
    """Headings of the sections that a reply shows as its sources."""
    return {s["section"] for part in reply["parts"] for point in part["points"] for s in point["sources"]}


def facts_in(reply: dict[str, Any]) -> dict[str, Any]:
    """What a reply says was understood."""
    return {chip["fact"]: chip["value"] for chip in reply["understood"]}
