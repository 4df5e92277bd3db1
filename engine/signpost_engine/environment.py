"""Environment variables that the engine runs under. Standard library only: read before Rasa is imported.

What the caller has set is never overwritten, save that telemetry stays off.
"""

from __future__ import annotations

from collections.abc import MutableMapping
from pathlib import Path

ACTIONS_URL = "ENGINE_ACTIONS_URL"
TRACKER_URL = "ENGINE_TRACKER_URL"
TENSORFLOW = "ENGINE_TENSORFLOW"

_DEFAULTS = {
    "TF_CPP_MIN_LOG_LEVEL": "3",
    "SQLALCHEMY_SILENCE_UBER_WARNING": "1",
    "MPLBACKEND": "Agg",
    # One line of JSON for each structured record, also in a terminal: quiet_logs reads it.
    "FORCE_JSON_LOGGING": "1",
    # An engine that dies in the middle of a turn keeps that conversation locked as long as this (s).
    "TICKET_LOCK_LIFETIME": "15",
    # Bytes; the front door allows less, Sanic's own default is 100 MB.
    "SANIC_REQUEST_MAX_SIZE": "1000000",
}


def prepare(environment: MutableMapping[str, str], root: Path) -> None:
    """Fill in what endpoints.yml and Rasa read from the environment.

    Args:
        environment: usually `os.environ`; changed in place. Read: `SIGNPOST_VAR_DIR`, `SIGNPOST_TRACKER_DB`,
            `SIGNPOST_ACTIONS_URL`, `SIGNPOST_ACTIONS_PORT`.
        root: folder of the project; relative paths start there.
    """
    for name, value in _DEFAULTS.items():
        environment.setdefault(name, value)
    environment["RASA_TELEMETRY_ENABLED"] = "false"
    var = root / (environment.get("SIGNPOST_VAR_DIR") or ".var")
    environment.setdefault("RASA_CACHE_DIRECTORY", str(var / "cache"))
    if not environment.get(ACTIONS_URL):
        port = environment.get("SIGNPOST_ACTIONS_PORT") or "5055"
        environment[ACTIONS_URL] = environment.get("SIGNPOST_ACTIONS_URL") or f"http://127.0.0.1:{port}"
    if not environment.get(TRACKER_URL):
        file = root / (environment.get("SIGNPOST_TRACKER_DB") or var / "tracker.db")
        environment[TRACKER_URL] = f"sqlite:///{file}"


def models_dir(environment: MutableMapping[str, str], root: Path) -> Path:
    """Folder of the trained model; it may not exist yet."""
    configured = environment.get("SIGNPOST_MODELS_DIR")
    return root / (configured or Path(environment.get("SIGNPOST_VAR_DIR") or ".var") / "models")


def make_folders(environment: MutableMapping[str, str], root: Path) -> None:
    """Make the folders that SQLite and the training need; neither makes its own."""
    models_dir(environment, root).mkdir(parents=True, exist_ok=True)
    Path(environment["RASA_CACHE_DIRECTORY"]).mkdir(parents=True, exist_ok=True)
    prefix = "sqlite:///"
    if environment[TRACKER_URL].startswith(prefix):
        Path(environment[TRACKER_URL][len(prefix) :]).parent.mkdir(parents=True, exist_ok=True)
