"""A second front door for Teams, before the engine and the actions of the running Signpost.

It differs from the one of `signpost run` in one thing: it believes the tests' keys instead of Microsoft's.
"""

from __future__ import annotations

import contextlib
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import uvicorn
from fastapi import FastAPI

from bot.door.app import create_app
from bot.settings import Settings
from tests.support import RunningSignpost, free_ports
from tests.teams_support import SETTINGS, Microsoft

LONGEST_START_SECONDS = 60


@contextlib.contextmanager
def teams_door(running: RunningSignpost, side: Microsoft, folder: Path, **more: Any) -> Iterator[tuple[str, FastAPI]]:
    """Address of the door, and its app. `folder`: for its own records."""
    (port,) = free_ports(1)
    settings = Settings(
        _env_file=None,
        **{
            "engine_url": running.engine_url,
            "actions_url": running.actions_url,
            "knowledge_url": f"sqlite:///{running.var_dir / 'knowledge.db'}",
            "tracker_db": running.var_dir / "tracker.db",
            "records_url": f"sqlite:///{folder / 'records.db'}",
            "messages_per_minute_per_sender": 1000,
            **SETTINGS,
            **more,
        },
    )
    app = create_app(settings, cloud=side.cloud)
    server = uvicorn.Server(uvicorn.Config(app, "127.0.0.1", port, log_level="warning", ws="none"))
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    deadline = time.monotonic() + LONGEST_START_SECONDS
    while not server.started:
        assert thread.is_alive(), "the door did not start"
        assert time.monotonic() < deadline, "the door did not start in time"
        time.sleep(0.02)
    try:
        yield f"http://127.0.0.1:{port}", app
    finally:
        server.should_exit = True
        thread.join(10)
