"""Rasa's own `moodbot`, as `rasa init` makes it, to measure beside: the same Rasa, with real TensorFlow.

It lives in `.var/bench/`, in an environment of its own, since Signpost's engine does without TensorFlow. The
versions are those of the engine's lock, but for numpy, of which TensorFlow needs an older one.
"""

import contextlib
import os
import re
import subprocess
import time
from collections.abc import Iterator
from dataclasses import dataclass

import httpx

from bot.settings import PROJECT_ROOT
from scripts.prepare import clean_environment, find_uv
from tests.support import free_ports

HOME = PROJECT_ROOT / ".var/bench"
VENV, PROJECT = HOME / "venv", HOME / "moodbot"
WANTED = ("rasa==3.6.21", "tensorflow-cpu==2.12.0", "setuptools<81")
# What TensorFlow's larger packages bring and nothing here uses.
LEFT_OUT = (
    *("tensorflow", "tensorflow-cpu-aws", "tensorflow-intel", "tensorflow-macos", "tensorflow-metal"),
    *("tensorflow-io-gcs-filesystem", "jax", "jaxlib", "libclang", "ml-dtypes"),
)
NOT_LOCKED = ("numpy",)
PREPARE_SECONDS, START_SECONDS, STOP_SECONDS = 900.0, 180.0, 10.0
MIX = (
    # Two conversations along moodbot's own stories, so that each message has a reply.
    *("hi", "I am sad", "yes", "are you a bot?", "good morning", "perfect"),
    *("hello", "my day was horrible", "not really", "hey there", "I am feeling very good", "see you later"),
)


@dataclass(frozen=True)
class RunningMoodbot:
    """A started moodbot; `start_seconds` from its start until it answered."""

    base_url: str
    pid: int
    start_seconds: float


def prepare() -> None:
    """Install, generate and train what is missing. Raises: subprocess.SubprocessError: a step failed."""
    HOME.mkdir(parents=True, exist_ok=True)
    rasa = VENV / "bin/rasa"
    if not rasa.is_file():
        uv, python = find_uv(PROJECT_ROOT), str(VENV / "bin/python")
        overrides, constraints = HOME / "overrides.txt", HOME / "constraints.txt"
        overrides.write_text("".join(f"{name} ; sys_platform == 'never'\n" for name in LEFT_OUT))
        constraints.write_text("".join(f"{line}\n" for line in locked()))
        _run([uv, "venv", "--clear", "--python", "3.10", str(VENV)])
        _run(
            [
                *(uv, "pip", "install", "--python", python),
                *("--override", str(overrides), "--constraint", str(constraints), *WANTED),
            ]
        )
    if not list(PROJECT.glob("models/*.tar.gz")):
        PROJECT.mkdir(exist_ok=True)
        _run([str(rasa), "init", "--no-prompt", "--init-dir", str(PROJECT)])


def locked() -> list[str]:
    """Versions of the engine's lock as "name==version"."""
    text = (PROJECT_ROOT / "engine/requirements.lock").read_text(encoding="utf-8")
    pins: list[str] = re.findall(r"^[\w.-]+==[\w.+!-]+", text, re.MULTILINE)
    return [pin for pin in pins if pin.partition("==")[0] not in NOT_LOCKED]


@contextlib.contextmanager
def run_moodbot() -> Iterator[RunningMoodbot]:
    """Serve moodbot on a free port of 127.0.0.1 until the block ends, with Rasa's own defaults."""
    (port,) = free_ports(1)
    started = time.monotonic()
    with (HOME / "moodbot.log").open("wb") as log:
        process = subprocess.Popen(
            [str(VENV / "bin/rasa"), "run", "--interface", "127.0.0.1", "--port", str(port)],
            cwd=PROJECT,
            env=_environment(),
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
        )
        try:
            base_url = f"http://127.0.0.1:{port}"
            _wait_until_answering(process, base_url)
            yield RunningMoodbot(base_url, process.pid, time.monotonic() - started)
        finally:
            process.terminate()
            try:
                process.wait(timeout=STOP_SECONDS)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def _wait_until_answering(process: "subprocess.Popen[bytes]", base_url: str) -> None:
    deadline = time.monotonic() + START_SECONDS
    while process.poll() is None and time.monotonic() < deadline:
        with contextlib.suppress(httpx.HTTPError):
            if httpx.get(base_url, timeout=2.0, trust_env=False).status_code == httpx.codes.OK:
                return
        time.sleep(0.2)
    raise subprocess.SubprocessError(f"moodbot did not start; see {HOME / 'moodbot.log'}")


def _run(command: list[str]) -> None:
    with (HOME / "prepare.log").open("ab") as log:
        subprocess.run(
            command,
            cwd=PROJECT_ROOT,
            env=_environment(),
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            timeout=PREPARE_SECONDS,
            check=True,
        )


def _environment() -> dict[str, str]:
    quiet = {"TF_CPP_MIN_LOG_LEVEL": "3", "SQLALCHEMY_SILENCE_UBER_WARNING": "1"}
    return {**clean_environment(os.environ), **quiet, "RASA_TELEMETRY_ENABLED": "false"}
