"""The front door as it is served: its own process, settings from the environment, the real guard."""

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx

from tests.integration.door_fakes import WEBHOOK, FakeEngine, running
from tests.support import free_ports

START_SECONDS = 60.0


@contextmanager
def served(engine_url: str, folder: Path) -> Iterator[str]:
    (port,) = free_ports(1)
    command = [sys.executable, "-m", "uvicorn", "--factory", "bot.door.app:create_app", "--port", str(port)]
    environment = os.environ | {"SIGNPOST_ENGINE_URL": engine_url, "SIGNPOST_VAR_DIR": str(folder)}
    with (folder / "door.log").open("wb") as log:
        process = subprocess.Popen([*command, "--no-access-log"], env=environment, stdout=log, stderr=log)
        try:
            url = f"http://127.0.0.1:{port}"
            wait_for(f"{url}/healthz", process)
            yield url
        finally:
            process.terminate()
            process.wait(10)


def wait_for(url: str, process: subprocess.Popen[bytes]) -> None:
    until = time.monotonic() + START_SECONDS
    while time.monotonic() < until:
        assert process.poll() is None, "the door ended while it started"
        try:
            if httpx.get(url).status_code == 200:
                return
        except httpx.TransportError:
            time.sleep(0.1)
    raise AssertionError(f"no answer within {START_SECONDS} s")


def test_a_message_is_masked_and_answered_and_the_log_holds_none_of_it(tmp_path: Path) -> None:
    text = "Mrs Wilfredina Oddlington-Smythe's son needs help, write to SESreferrals@suffolk.gov.uk?"
    with running(FakeEngine()) as engine, served(engine.url, tmp_path) as url:
        body = {"sender": "ann", "message": text, "metadata": {"area": "suffolk"}}
        message = httpx.post(url + WEBHOOK, json=body).json()[0]
        page = httpx.get(url).text
    assert message["custom"]["status"] == "answered"
    assert len(message["custom"]["notices"]) == 1
    assert "Oddlington" not in str(engine.got)
    assert "SESreferrals@suffolk.gov.uk" in engine.messages[0]
    assert engine.got[0]["metadata"]["area"] == "suffolk"
    assert "Milton Keynes and Suffolk" in page
    log = (tmp_path / "door.log").read_text(encoding="utf-8")
    assert '"reply": "answered"' in log
    assert "Oddlington" not in log
    assert "son needs help" not in log
