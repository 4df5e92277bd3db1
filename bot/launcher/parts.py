"""What the launcher starts: the typed list of jobs (run once) and parts (kept running)."""

import os
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from bot.settings import PROJECT_ROOT, Settings

ENGINE_PYTHON = PROJECT_ROOT / "engine/.venv/bin/python"
LOOPBACK = "127.0.0.1"

# Quiet and closed: no telemetry, no TensorFlow or SQLAlchemy 1.4 noise, no look-ups of models, lines at once.
QUIET = {
    "HF_HUB_OFFLINE": "1",
    # One thread each: numpy's own threads fight over the cores, at twice the processor time a reply.
    "OMP_NUM_THREADS": "1",
    "OPENBLAS_NUM_THREADS": "1",
    "PYTHONUNBUFFERED": "1",
    "RASA_TELEMETRY_ENABLED": "false",
    "SQLALCHEMY_SILENCE_UBER_WARNING": "1",
    "TF_CPP_MIN_LOG_LEVEL": "3",
}


@dataclass(frozen=True)
class Job:
    """A command that must end well once before others may start.

    `doing` continues "The launcher is ...". `after`: jobs and parts that must be done or healthy.
    """

    name: str
    argv: tuple[str, ...]
    doing: str
    env: Mapping[str, str] = field(default_factory=dict)
    after: tuple[str, ...] = ()


@dataclass(frozen=True)
class Part:
    """A server that is kept running. Healthy means: `health_url` answers a GET with a status of 2xx.

    `host` and `port` must be free before the start; `port_setting` is the variable that changes the port.
    `ready_url`, where there is one, must answer 2xx as well before the whole is called ready.
    """

    name: str
    argv: tuple[str, ...]
    health_url: str
    host: str
    port: int
    port_setting: str
    env: Mapping[str, str] = field(default_factory=dict)
    after: tuple[str, ...] = ()
    ready_url: str | None = None


def signpost_parts(settings: Settings) -> tuple[Part, ...]:
    """Engine, action server and front door. The engine is the slowest to start, so nothing waits for it."""
    door = door_address(settings)
    return (
        Part(
            name="engine",
            argv=(str(ENGINE_PYTHON), "-m", "signpost_engine", "run", *engine_run_options(settings)),
            health_url=f"http://{LOOPBACK}:{settings.engine_port}/",
            host=LOOPBACK,
            port=settings.engine_port,
            port_setting="SIGNPOST_ENGINE_PORT",
            env=environment_of(settings, engine_environment()),
            after=("model",),
        ),
        Part(
            name="actions",
            argv=(sys.executable, "-m", "actions"),
            health_url=f"http://{LOOPBACK}:{settings.actions_port}/health",
            host=LOOPBACK,
            port=settings.actions_port,
            port_setting="SIGNPOST_ACTIONS_PORT",
            env=environment_of(settings, {"SANIC_HOST": LOOPBACK}),
            after=("content",),
        ),
        Part(
            name="door",
            argv=(
                *(sys.executable, "-m", "uvicorn", "bot.door.app:create_app", "--factory"),
                *("--host", settings.host, "--port", str(settings.port)),
                *("--no-access-log", "--no-server-header", "--timeout-graceful-shutdown", "2"),
            ),
            health_url=f"{door}/healthz",
            ready_url=f"{door}/readyz",
            host=settings.host,
            port=settings.port,
            port_setting="SIGNPOST_PORT",
            env=environment_of(settings),
            after=("content",),
        ),
    )


def content_job(settings: Settings) -> Job:
    """Load the offers into the knowledge base; bad content changes nothing and ends the start."""
    return Job(
        name="content",
        argv=(sys.executable, "-m", "bot.cli", "content", "load"),
        doing="loading the offers",
        env=environment_of(settings),
    )


def model_job(settings: Settings) -> Job:
    """Train the model; see `bot.launcher.model`."""
    return Job(
        name="model",
        argv=(sys.executable, "-m", "bot.launcher.model"),
        doing="training the model (a minute or two; only when the training data changed)",
        env=environment_of(settings),
    )


def engine_run_options(settings: Settings) -> Sequence[str]:
    """Options of the engine's `run`, which hands them to Rasa."""
    return (
        *("--model", str(settings.model_file)),
        *("--interface", LOOPBACK, "--port", str(settings.engine_port)),
        *("--endpoints", str(PROJECT_ROOT / "endpoints.yml")),
        *("--credentials", str(PROJECT_ROOT / "credentials.yml")),
    )


def engine_environment() -> dict[str, str]:
    """Where the engine finds its own modules and `bot/embedding`, the one package that both Pythons share."""
    return {"PYTHONPATH": os.pathsep.join([str(PROJECT_ROOT / "engine"), str(PROJECT_ROOT)])}


def environment_of(settings: Settings, more: Mapping[str, str] | None = None) -> dict[str, str]:
    """Environment of a child: the launcher's own, all settings as the launcher read them, and `more`."""
    return {**os.environ, **QUIET, **settings.as_environment(), **(more or {})}


def door_address(settings: Settings) -> str:
    """Address at which the front door is reached from this machine, without a slash at the end."""
    anywhere = {"0.0.0.0": LOOPBACK, "::": "::1"}  # noqa: S104 - compared, not bound
    host = anywhere.get(settings.host, settings.host)
    return f"http://[{host}]:{settings.port}" if ":" in host else f"http://{host}:{settings.port}"


def relative(path: Path) -> str:
    """A path as people read it: from the project's folder where it lies below."""
    return str(path.relative_to(PROJECT_ROOT)) if path.is_relative_to(PROJECT_ROOT) else str(path)
