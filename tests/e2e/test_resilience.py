"""Each server is killed while somebody chats: a kind word at once, then answers, with all that was known."""

from __future__ import annotations

import os
import re
import signal
import time
from typing import Any

import httpx
import pytest

from tests.e2e.talking import Talk, facts_in
from tests.support import RunningSignpost

pytestmark = pytest.mark.timeout(180)

KIND_WORD_SECONDS = 10.0
BACK_LIMIT_SECONDS = 90.0
KNOWN = {"area": "suffolk", "ehcp": False, "year": 4}


@pytest.mark.parametrize("name", ["actions", "engine", "door"])
def test_a_killed_server_costs_a_moment_only(signpost_processes: RunningSignpost, name: str) -> None:
    running = signpost_processes
    talk = Talk(running.base_url, timeout_seconds=KIND_WORD_SECONDS)
    assert facts_in(talk.say("which form for a Y4 with no EHCP in Suffolk?")) | KNOWN == facts_in(talk.last)
    before = pid_of(running, name)
    os.kill(before, signal.SIGKILL)

    first = _say(talk, "and do the parents have to agree to it?")
    if name == "door":
        assert first is None, "the killed door answered"
    else:
        assert first is not None
        assert first["status"] == "error", first["text"]
        assert "sorry" in first["text"].lower()
        assert "Traceback" not in first["text"]
    _until_ready(running, name, before)

    reply = _say(talk, "do parents have to agree to that referral?")
    assert reply is not None
    assert "permission" in reply["text"]
    assert facts_in(reply) | KNOWN == facts_in(reply), "what was known is lost"
    talk.close()


def pid_of(running: RunningSignpost, name: str) -> int:
    """Process id of a part, from the launcher's newest line about its start."""
    text = running.console.read_text(encoding="utf-8")
    return int(re.findall(rf"{name}: started \(process (\d+)\)", text)[-1])


def _say(talk: Talk, text: str) -> dict[str, Any] | None:
    """The reply, within KIND_WORD_SECONDS; None where nothing listens."""
    try:
        return talk.say(text)
    except (httpx.ConnectError, httpx.RemoteProtocolError, httpx.ReadError):
        return None


def _until_ready(running: RunningSignpost, name: str, before: int) -> None:
    deadline = time.monotonic() + BACK_LIMIT_SECONDS
    while time.monotonic() < deadline:
        if pid_of(running, name) != before and _is_ready(running.base_url):
            return
        time.sleep(0.3)
    pytest.fail(f"{name} did not come back:\n{running.console.read_text(encoding='utf-8')[-2000:]}")


def _is_ready(base_url: str) -> bool:
    try:
        return httpx.get(f"{base_url}/readyz", timeout=5, trust_env=False).status_code == httpx.codes.OK
    except httpx.HTTPError:
        return False
