"""A tiny Rasa project, a real engine that serves it, and an action server that remembers what it was sent."""

from __future__ import annotations

import json
import os
import shutil
import socket
import subprocess
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import httpx

ROOT = Path(__file__).resolve().parents[2]
ENGINE_PYTHON = ROOT / "engine/.venv/bin/python"
LOOPBACK = "127.0.0.1"

DOMAIN = """
version: "3.1"
intents: [ask_timescale, ask_how_to_refer, ask_consent, ask_cost, greet, inform_pupil, ask_several]
entities: [area]
slots:
  area: {type: text, influence_conversation: false, mappings: [{type: from_entity, entity: area}]}
actions: [action_answer]
session_config: {session_expiration_time: 60, carry_over_slots_to_new_session: true}
"""
NLU = {
    "ask_timescale": ["how long does it take", "when will we hear back", "how many weeks until a decision"],
    "ask_how_to_refer": [
        "how do I refer a pupil",
        "what form do I need",
        "who do I send the form to in [dunmere](area)",
    ],
    "ask_consent": ["do parents have to sign", "do I need consent", "is the permission of parents needed"],
    "ask_cost": ["what does it cost", "is there a charge for [dunmere](area)", "do we have to pay"],
    "greet": ["hi", "hello there", "good morning"],
    "inform_pupil": ["he is in year 4 and has no plan", "we have tried two terms of phonics", "she is deaf"],
}
RULES = """
version: "3.1"
rules:
- rule: a question about time is answered
  steps:
  - intent: ask_timescale
  - action: action_answer
- rule: several questions are answered together
  steps:
  - intent: ask_several
  - action: action_answer
- rule: a greeting is answered
  steps:
  - intent: greet
  - action: action_answer
"""


class ActionServer(ThreadingHTTPServer):
    """Rasa's action protocol: answers every call with one message, or badly where the text asks for that."""

    def __init__(self) -> None:
        super().__init__((LOOPBACK, 0), _ActionHandler)
        self.calls: list[dict[str, Any]] = []

    @property
    def url(self) -> str:
        return f"http://{LOOPBACK}:{self.server_port}"


class _ActionHandler(BaseHTTPRequestHandler):
    server: ActionServer
    wbufsize = -1  # head and body in one packet: in two, each call waits 40 ms for a delayed acknowledgement

    def do_POST(self) -> None:
        call = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self.server.calls.append(call)
        text = call["tracker"]["latest_message"]["text"] or ""
        status, reply = 200, {"events": [], "responses": [{"text": "answered"}]}
        if "invalid reply" in text:
            reply = {"events": text, "responses": []}
        elif "broken action" in text:
            status, reply = 500, {"error": text, "action_name": text}
        body = json.dumps(reply).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *args: Any) -> None:
        return None


@dataclass
class Engine:
    """A running engine and what surrounds it."""

    url: str
    port: int
    project: Path
    log: Path
    actions: ActionServer
    process: subprocess.Popen[bytes]
    facts: dict[str, float] = field(default_factory=dict)

    def say(self, text: object, sender: str = "tester") -> list[dict[str, Any]]:
        """Send one message over the REST channel."""
        # json.dumps escapes lone surrogates, which httpx's own encoding refuses to send.
        body = json.dumps({"sender": sender, "message": text})
        headers = {"Content-Type": "application/json"}
        response = httpx.post(f"{self.url}/webhooks/rest/webhook", content=body, headers=headers, timeout=20)
        response.raise_for_status()
        messages: list[dict[str, Any]] = response.json()
        return messages

    def heard(self, text: str, sender: str = "tester") -> dict[str, Any]:
        """Send one message; what the action found in `latest_message`. Exactly one action must have run."""
        before = len(self.actions.calls)
        self.say(text, sender)
        calls = self.actions.calls[before:]
        assert [call["next_action"] for call in calls] == ["action_answer"]
        latest: dict[str, Any] = calls[0]["tracker"]["latest_message"]
        return latest


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind((LOOPBACK, 0))
        port: int = probe.getsockname()[1]
        return port


def make_project(folder: Path) -> None:
    """Our own config, endpoints and credentials with a domain and examples of a few lines."""
    for name in ("config.yml", "endpoints.yml", "credentials.yml"):
        shutil.copy(ROOT / name, folder / name)
    (folder / "domain.yml").write_text(DOMAIN)
    (folder / "data").mkdir()
    (folder / "data/rules.yml").write_text(RULES)
    examples = "".join(
        f"- intent: {intent}\n  examples: |\n" + "".join(f"    - {text}\n" for text in texts)
        for intent, texts in NLU.items()
    )
    lookup = "- lookup: area\n  examples: |\n    - dunmere\n    - high fold\n"
    (folder / "data/nlu.yml").write_text(f'version: "3.1"\nnlu:\n{examples}{lookup}')


def signpost_engine(project: Path, *arguments: str, **environment: str) -> tuple[list[str], dict[str, str]]:
    """Command and environment of `python -m signpost_engine ...` in that project."""
    clean = {name: value for name, value in os.environ.items() if not name.startswith(("SIGNPOST_", "ENGINE_"))}
    path = os.pathsep.join([str(ROOT / "engine"), str(ROOT)])
    return [str(ENGINE_PYTHON), "-m", "signpost_engine", *arguments], {
        **clean,
        "PYTHONPATH": path,
        "PYTHONUNBUFFERED": "1",
        **environment,
    }


@contextmanager
def running_engine(project: Path) -> Iterator[Engine]:
    """Train the project, serve it, and end everything afterwards."""
    actions = ActionServer()
    threading.Thread(target=actions.serve_forever, daemon=True).start()
    facts: dict[str, float] = {}
    began = time.monotonic()
    command, environment = signpost_engine(project, "train")
    trained = subprocess.run(command, cwd=project, env=environment, capture_output=True, text=True, timeout=120)
    assert trained.returncode == 0, trained.stdout[-2000:] + trained.stderr[-4000:]
    facts["train_seconds"] = time.monotonic() - began
    port = free_port()
    log = project / "engine.log"
    command, environment = signpost_engine(project, "run", "--port", str(port), SIGNPOST_ACTIONS_URL=actions.url)
    began = time.monotonic()
    with log.open("wb") as sink:
        process = subprocess.Popen(command, cwd=project, env=environment, stdout=sink, stderr=subprocess.STDOUT)
    try:
        _wait_until_up(f"http://{LOOPBACK}:{port}/", process, log)
        facts["start_seconds"] = time.monotonic() - began
        yield Engine(f"http://{LOOPBACK}:{port}", port, project, log, actions, process, facts)
    finally:
        process.terminate()
        try:
            process.wait(timeout=10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait(timeout=10)
        actions.shutdown()
        actions.server_close()


def _wait_until_up(url: str, process: subprocess.Popen[bytes], log: Path) -> None:
    for _ in range(300):
        assert process.poll() is None, log.read_text()
        try:
            if httpx.get(url, timeout=2).status_code == 200:
                return
        except httpx.TransportError:
            time.sleep(0.2)
    raise AssertionError(f"the engine did not come up: {log.read_text()}")
