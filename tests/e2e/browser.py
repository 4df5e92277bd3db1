"""A headless Chromium, driven over its debugging pipe: no library and no port needed."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

# Without these flags it calls other machines at every start, which a closed network refuses.
FLAGS = (
    *("--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"),
    *("--disable-background-networking", "--disable-component-update", "--disable-sync"),
)
LIMIT_SECONDS = 30.0


def chromium() -> str:
    """The browser's program; where there is none the test is skipped, which fails in CI."""
    found = shutil.which("chromium")
    if found is None:
        pytest.skip("chromium is not installed (Debian package chromium)")
    return found


def dumped(url: str, *flags: str) -> str:
    """The document of a page as the browser has it after loading."""
    with tempfile.TemporaryDirectory() as profile:
        done = subprocess.run(
            [chromium(), *FLAGS, f"--user-data-dir={profile}", *flags, "--dump-dom", url],
            capture_output=True,
            text=True,
            timeout=60,
            check=True,
        )
    return done.stdout


class Page:
    """One open page. `run` evaluates JavaScript in it."""

    def __init__(self, commands: int, events: int) -> None:
        self._commands = commands
        self._events = events
        self._rest = b""
        self._number = 0
        target = self._call("Target.createTarget", {"url": "about:blank"})["targetId"]
        attach = {"targetId": target, "flatten": True}
        self._session: str = self._call("Target.attachToTarget", attach)["sessionId"]

    def open(self, url: str) -> None:
        """Go to an address and wait until it is loaded."""
        if self.run("location.href") != "about:blank":
            self._call("Page.navigate", {"url": "about:blank"})  # else an earlier page might be taken for it
            self.wait_for("location.href === 'about:blank'")
        self._call("Page.navigate", {"url": url})
        self.wait_for("document.readyState === 'complete' && location.href !== 'about:blank'")

    def allow_scripts(self, is_allowed: bool) -> None:
        """Whether scripts of the pages opened from now on run; what `run` evaluates always does."""
        self._call("Emulation.setScriptExecutionDisabled", {"value": not is_allowed})

    def run(self, script: str) -> Any:
        """The value of an expression in the page."""
        result = self._call("Runtime.evaluate", {"expression": script, "returnByValue": True})
        assert "exceptionDetails" not in result, result
        return result["result"].get("value")

    def wait_for(self, script: str) -> None:
        """Wait until an expression is true."""
        deadline = time.monotonic() + LIMIT_SECONDS
        while not self.run(script):
            assert time.monotonic() < deadline, f"never true: {script}\n{self.run('document.body.innerText')}"
            time.sleep(0.05)

    def _call(self, method: str, parameters: dict[str, Any]) -> dict[str, Any]:
        self._number += 1
        message: dict[str, Any] = {"id": self._number, "method": method, "params": parameters}
        if not method.startswith("Target."):
            message["sessionId"] = self._session
        os.write(self._commands, json.dumps(message).encode() + b"\0")
        while True:
            while b"\0" not in self._rest:
                chunk = os.read(self._events, 65536)
                assert chunk, "the browser has gone"
                self._rest += chunk
            raw, _, self._rest = self._rest.partition(b"\0")
            answer: dict[str, Any] = json.loads(raw)
            if answer.get("id") == self._number:
                assert "error" not in answer, answer
                result: dict[str, Any] = answer["result"]
                return result


@contextlib.contextmanager
def open_browser(profile: Path) -> Iterator[Page]:
    """A browser with one page; `profile` is a new empty folder."""
    program = chromium()
    commands_out, commands_in = os.pipe()
    events_out, events_in = os.pipe()
    # The browser reads commands from its file descriptor 3 and writes to 4; the shell moves ours there.
    script = f'exec "$0" "$@" 3<&{commands_out} 4>&{events_in}'
    process = subprocess.Popen(
        ["/bin/bash", "-c", script, program, *FLAGS, f"--user-data-dir={profile}", "--remote-debugging-pipe"],
        pass_fds=(commands_out, events_in),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    os.close(commands_out)
    os.close(events_in)
    try:
        yield Page(commands_in, events_out)
    finally:
        process.terminate()
        process.wait(timeout=10)
        os.close(commands_in)
        os.close(events_out)
