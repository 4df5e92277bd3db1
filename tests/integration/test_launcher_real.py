"""The launcher with real child processes: three small HTTP servers, killed in every way that matters."""

import contextlib
import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx
import pytest

from tests.support import free_ports

LIMIT_SECONDS = 10.0


class Launch:
    """A running fake launcher and the lines that it has written so far."""

    def __init__(self, logs: Path, specification: list[list[object]], start_timeout_seconds: float) -> None:
        self.lines: list[str] = []
        self.logs = logs
        self.process = subprocess.Popen(
            [sys.executable, "-m", "tests.integration.fake_launch", str(logs), json.dumps(specification)],
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            env={**os.environ, "FAKE_START_TIMEOUT": str(start_timeout_seconds)},
            start_new_session=True,
        )
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def _read(self) -> None:
        assert self.process.stdout is not None
        for line in self.process.stdout:
            self.lines.append(line.strip())

    def wait_for(self, text: str, count: int = 1) -> None:
        eventually(lambda: sum(text in line for line in self.lines) >= count, f"{text!r} x{count} in {self.lines}")

    def end(self, number: signal.Signals = signal.SIGTERM) -> int:
        self.process.send_signal(number)
        return self.ended()

    def ended(self) -> int:
        code = self.process.wait(timeout=LIMIT_SECONDS)
        self._reader.join(timeout=2)
        return code

    def position(self, text: str) -> int:
        return next(index for index, line in enumerate(self.lines) if text in line)


@pytest.fixture
def launch(tmp_path: Path) -> Iterator[Callable[..., Launch]]:
    running: list[Launch] = []

    def start(specification: list[list[object]], start_timeout_seconds: float = 10) -> Launch:
        running.append(Launch(tmp_path / "logs", specification, start_timeout_seconds))
        return running[-1]

    yield start
    for each in running:
        with contextlib.suppress(ProcessLookupError):
            each.process.kill()
        each.process.wait()
        each._reader.join(timeout=5)
        assert each.process.stdout is not None
        each.process.stdout.close()


def eventually(holds: Callable[[], bool], what: str) -> None:
    deadline = time.monotonic() + LIMIT_SECONDS
    while not holds():
        assert time.monotonic() < deadline, f"not within {LIMIT_SECONDS:g} s: {what}"
        time.sleep(0.02)


def pids(port: int) -> list[int]:
    answer: list[int] = httpx.get(f"http://127.0.0.1:{port}/pids", timeout=5, trust_env=False).json()
    return answer


def alive(pid: int) -> bool:
    """Whether a process runs; one that has ended and only waits to be collected does not."""
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except (FileNotFoundError, ProcessLookupError):
        return False
    return state != "Z"


def three_parts(ports: list[int]) -> list[list[object]]:
    engine, actions, door = ports
    return [
        ["engine", engine, ["after=0.5"], []],
        ["actions", actions, [], []],
        ["door", door, [], ["actions"]],
    ]


def test_parts_start_in_order_and_ready_is_said_once_when_all_are_healthy(launch):
    ports = free_ports(3)
    running = launch(three_parts(ports))
    running.wait_for("READY")
    assert running.position("actions: healthy") < running.position("door: started")
    for name in ("engine", "actions", "door"):
        assert running.position(f"{name}: healthy") < running.position("READY")
    processes = [pid for port in ports for pid in pids(port)]
    started = time.monotonic()
    assert running.end() == 0
    assert time.monotonic() - started < 5
    assert not [pid for pid in processes if alive(pid)]
    assert sum("READY" in line for line in running.lines) == 1
    assert "fake part on port" in (running.logs / "door.log").read_text()
    assert not any("fake part on port" in line for line in running.lines)


def test_each_part_that_is_killed_is_restarted_with_its_worker_cleared_away(launch):
    ports = free_ports(3)
    running = launch(three_parts(ports))
    running.wait_for("READY")
    for name, port in zip(("engine", "actions", "door"), ports, strict=True):
        leader, worker = pids(port)
        os.kill(leader, signal.SIGKILL)
        running.wait_for(f"{name} died (signal KILL)")
        running.wait_for(f"{name}: healthy", count=2)
        assert pids(port)[0] != leader
        assert not alive(worker)
    assert running.end(signal.SIGINT) == 0


def test_a_part_that_dies_again_and_again_is_given_up_loudly_and_all_is_stopped(launch, tmp_path):
    engine, actions = free_ports(2)
    switch = tmp_path / "broken"
    running = launch([["engine", engine, [], []], ["actions", actions, [f"dies-on={switch}"], []]])
    running.wait_for("READY")
    others = pids(engine)
    switch.touch()
    os.kill(pids(actions)[0], signal.SIGKILL)
    assert running.ended() == 1
    text = "\n".join(running.lines)
    assert "restarting in 0.1 s" in text
    assert "restarting in 0.2 s" in text
    assert "ERROR actions died (exit code 3) and was restarted 2 times in vain: giving up" in text
    assert "actions.log" in text
    assert not [pid for pid in others if alive(pid)]


def test_a_part_that_cannot_start_gives_its_last_line_as_the_reason(launch):
    (port,) = free_ports(1)
    running = launch([["engine", port, ["die"], []]])
    assert running.ended() == 1
    assert "died while starting (exit code 3): ValueError: invented fault" in running.lines[-1]


def test_a_part_that_never_gets_healthy_ends_the_start_with_one_line(launch):
    mute, other = free_ports(2)
    running = launch([["engine", mute, ["mute"], []], ["actions", other, [], []]], start_timeout_seconds=1.5)
    running.wait_for("actions: healthy")
    others = pids(other)
    assert running.ended() == 1
    assert running.lines[-1].startswith(f"ERROR engine did not answer at http://127.0.0.1:{mute}/pids within 1.5 s")
    assert not [pid for pid in others if alive(pid)]


def test_a_part_that_hangs_is_restarted(launch):
    (port,) = free_ports(1)
    running = launch([["engine", port, [], []]])
    running.wait_for("READY")
    leader, _ = pids(port)
    os.kill(leader, signal.SIGSTOP)
    running.wait_for("engine no longer answers")
    running.wait_for("engine: healthy", count=2)
    assert pids(port)[0] != leader
    assert not alive(leader)
    assert running.end() == 0


def test_a_busy_port_is_named_and_nothing_is_started(launch):
    busy, free = free_ports(2)
    with socket.socket() as taken:
        taken.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        taken.bind(("127.0.0.1", busy))
        taken.listen()
        running = launch([["engine", busy, [], []], ["actions", free, [], []]])
        assert running.ended() == 1
    assert running.lines == [
        f"ERROR Port {busy} (engine) is in use by another program: "
        "stop that program or set SIGNPOST_ENGINE_PORT to another port."
    ]


def test_a_part_that_ignores_term_is_killed_in_time(launch):
    (port,) = free_ports(1)
    running = launch([["engine", port, ["stubborn"], []]])
    running.wait_for("READY")
    processes = pids(port)
    started = time.monotonic()
    assert running.end() == 0
    assert 0.9 < time.monotonic() - started < 5
    assert not [pid for pid in processes if alive(pid)]


def test_when_the_launcher_itself_is_killed_its_children_do_not_live_on(launch):
    ports = free_ports(2)
    running = launch([["engine", ports[0], [], []], ["actions", ports[1], ["stubborn"], []]])
    running.wait_for("READY")
    processes = [pid for port in ports for pid in pids(port)]
    assert running.end(signal.SIGKILL) == -signal.SIGKILL
    eventually(lambda: not [pid for pid in processes if alive(pid)], "all children gone")


def test_a_part_waits_for_its_job_and_a_failed_job_ends_the_start(launch):
    (port,) = free_ports(1)
    good = launch([["content", None, ["print('loaded')"], []], ["actions", port, [], ["content"]]])
    good.wait_for("READY")
    assert good.position("content: done") < good.position("actions: started")
    assert good.end() == 0
    bad = launch([["content", None, ["raise SystemExit('broken offer')"], []], ["actions", port, [], ["content"]]])
    assert bad.ended() == 1
    assert "ERROR content: doing something failed (exit code 1): broken offer" in bad.lines[-1]
    assert not any("actions: started" in line for line in bad.lines)


def test_a_stop_while_a_job_runs_ends_the_job_too(launch):
    running = launch([["content", None, ["import time; time.sleep(60)"], []]])
    running.wait_for("content: doing something")
    assert running.end() == 0
