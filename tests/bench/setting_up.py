"""How long a first set-up takes: both environments, in a copy of what it needs, removed again by the caller."""

import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

from bot.settings import PROJECT_ROOT
from scripts.prepare import clean_environment

NEEDED = (
    *("scripts", "bot", "actions", "pyproject.toml", "requirements.lock", "requirements-tools.txt"),
    *(".python-version", "engine/.python-version", "engine/requirements.lock"),
)
LIMIT_SECONDS = 1200.0


def measure(folder: Path) -> tuple[float, float]:
    """(seconds, MB on disk) of `make setup` in a new folder. Raises: subprocess.SubprocessError: it failed."""
    (folder / "engine").mkdir(parents=True)
    for name in NEEDED:
        source = PROJECT_ROOT / name
        if source.is_dir():
            shutil.copytree(source, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy(source, folder / name)
    python = Path(sys.base_prefix) / "bin/python3"  # as someone has it who has nothing of ours yet
    started = time.monotonic()
    ended = subprocess.run(
        [str(python), "scripts/prepare.py"],
        cwd=folder,
        env=clean_environment(os.environ),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=LIMIT_SECONDS,
        check=False,
    )
    seconds = time.monotonic() - started
    if ended.returncode != 0:
        raise subprocess.SubprocessError(ended.stderr.strip()[-300:])
    size = sum(f.stat().st_size for f in folder.rglob("*") if f.is_file() and not f.is_symlink())
    return seconds, size / 1e6
