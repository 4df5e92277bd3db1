"""Helpers that several tests share: free ports, and the whole of Signpost as child processes."""

import contextlib
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

PROJECT_ROOT = Path(__file__).resolve().parents[1]
START_LIMIT_SECONDS = 420.0  # a model may have to be trained first, on a busy machine
STOP_LIMIT_SECONDS = 10.0


@dataclass(frozen=True)
class RunningSignpost:
    """A started Signpost. URLs have no slash at the end; `console` and `pid` are the launcher's."""

    base_url: str
    engine_url: str
    actions_url: str
    var_dir: Path
    console: Path
    pid: int


def free_ports(count: int) -> list[int]:
    """Ports of 127.0.0.1 that nothing listens on now, all different."""
    sockets = [socket.socket() for _ in range(count)]
    try:
        for each in sockets:
            each.bind(("127.0.0.1", 0))
        return [each.getsockname()[1] for each in sockets]
    finally:
        for each in sockets:
            each.close()


@contextlib.contextmanager
def run_signpost(var_dir: Path, settings: Mapping[str, str] | None = None) -> Iterator[RunningSignpost]:
    """Run `signpost run` until the block ends; `settings` are further SIGNPOST_ variables.

    The offers are loaded into `var_dir`; the model in `.var/models` is shared, so that it is trained once.
    """
    door, engine, actions = free_ports(3)
    kept = {name: value for name, value in os.environ.items() if not name.startswith("SIGNPOST_")}
    environment = {
        **kept,
        "SIGNPOST_PORT": str(door),
        "SIGNPOST_ENGINE_PORT": str(engine),
        "SIGNPOST_ACTIONS_PORT": str(actions),
        "SIGNPOST_VAR_DIR": str(var_dir),
        "SIGNPOST_MODELS_DIR": str(PROJECT_ROOT / ".var/models"),
        **(settings or {}),
    }
    loaded = PROJECT_ROOT / ".var/knowledge.db"
    if loaded.is_file():  # the offers are loaded anew all the same, only their vectors need not be computed again
        shutil.copy(loaded, var_dir / loaded.name)
    console = var_dir / "console.log"
    with console.open("wb") as output:
        process = subprocess.Popen(
            [sys.executable, "-m", "bot.cli", "run"],
            cwd=PROJECT_ROOT,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
        )
        try:
            _wait_until_ready(process, console)
            yield RunningSignpost(
                base_url=f"http://127.0.0.1:{door}",
                engine_url=f"http://127.0.0.1:{engine}",
                actions_url=f"http://127.0.0.1:{actions}",
                var_dir=var_dir,
                console=console,
                pid=process.pid,
            )
        finally:
            process.send_signal(signal.SIGTERM)
            try:
                process.wait(timeout=STOP_LIMIT_SECONDS)
            except subprocess.TimeoutExpired:
                process.kill()  # its children go with it
                process.wait()


def _wait_until_ready(process: subprocess.Popen[bytes], console: Path) -> None:
    deadline = time.monotonic() + START_LIMIT_SECONDS
    while "Signpost is ready" not in console.read_text(encoding="utf-8"):
        if process.poll() is not None or time.monotonic() > deadline:
            text = console.read_text(encoding="utf-8")
            raise RuntimeError(f"Signpost did not start (exit code {process.poll()}):\n{text}")
        time.sleep(0.1)
