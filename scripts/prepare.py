"""Set up both environments, `.venv` and `engine/.venv`, from their locks. Needs Python 3.11 and nothing else.

Run by `make setup`. What is up to date is left alone: stamps in `.var/setup/` hold a hash of all that counts.
"""

import contextlib
import fcntl
import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
import time
import tomllib
import venv
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

OLDEST_PYTHON = (3, 11)
OLDEST_UV = (0, 5, 0)
TOOLS_LOCK = "requirements-tools.txt"
LONGEST_REASON = 300


class PreparationError(Exception):
    """A step failed; the text says which one and why, in one line."""


@dataclass(frozen=True)
class Environment:
    """One virtual environment: its folder, its Python ("3.12"), its lock; paths from the project's."""

    name: str
    folder: str
    python: str
    lock: str
    with_project: bool  # whether Signpost itself is installed too, so that the command `signpost` exists


ENVIRONMENTS = (
    Environment("signpost", ".venv", "3.12", "requirements.lock", with_project=True),
    Environment("engine", "engine/.venv", "3.10", "engine/requirements.lock", with_project=False),
)


def main() -> int:
    """Prepare both environments; 0 when they are ready, 1 after one plain line that says what failed."""
    root = Path(__file__).resolve().parents[1]
    try:
        if sys.version_info < OLDEST_PYTHON:
            raise PreparationError("Python 3.11 or newer is needed")
        (root / ".var/setup").mkdir(parents=True, exist_ok=True)
        with only_one_at_a_time(root / ".var/setup/lock"):
            for environment in ENVIRONMENTS:
                prepare(root, environment)
    except PreparationError as error:
        print(f"Set-up failed: {error}", file=sys.stderr)
        return 1
    return 0


def prepare(root: Path, environment: Environment) -> None:
    """Bring one environment to the state that its lock file describes, unless it is in it already."""
    stamp = root / ".var/setup" / f"{environment.name}.sha256"
    wanted = fingerprint(root, environment)
    folder = root / environment.folder
    works = python_version(folder / "bin/python") == environment.python
    has_command = not environment.with_project or (folder / "bin/signpost").is_file()
    if works and has_command and stamp.is_file() and stamp.read_text().strip() == wanted:
        return
    started = time.monotonic()
    print(
        f"Setting up {environment.folder} (Python {environment.python}) from {environment.lock} ...",
        flush=True,
    )
    stamp.unlink(missing_ok=True)
    uv = find_uv(root)
    if not works:
        shutil.rmtree(folder, ignore_errors=True)
        run_step(root, f"making {environment.folder}", [uv, "venv", "--python", environment.python, str(folder)])
    into = ["--python", str(folder / "bin/python")]
    output = run_step(
        root,
        f"installing {environment.lock}",
        [uv, "pip", "sync", "--require-hashes", *into, environment.lock],
    )
    if gone := removed_packages(output):
        print(f"Removed from {environment.folder}, since {environment.lock} does not name it: {', '.join(gone)}")
    if environment.with_project:
        run_step(
            root,
            "installing the command signpost",
            [uv, "pip", "install", "--no-deps", "--no-build-isolation", *into, "-e", "."],
        )
    stamp.write_text(wanted + "\n")
    print(f"Set up {environment.folder} in {time.monotonic() - started:.1f} s.", flush=True)


def fingerprint(root: Path, environment: Environment) -> str:
    """SHA-256 of all that decides what an environment holds: lock, Python, place, commands."""
    digest = hashlib.sha256()
    for part in (environment.python, str(root), environment.folder):
        digest.update(part.encode() + b"\0")
    try:
        digest.update((root / environment.lock).read_bytes())
    except OSError as error:
        raise PreparationError(f"{environment.lock} cannot be read ({error.strerror})") from error
    if environment.with_project:
        project = tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))
        installed = [project["project"]["version"], project["project"]["scripts"], project["tool"]["hatch"]]
        digest.update(json.dumps(installed, sort_keys=True).encode())
    return digest.hexdigest()


def python_version(python: Path) -> str | None:
    """Version of an interpreter as "3.12"; None when there is none or it does not work."""
    try:
        answer = subprocess.run(
            [python, "-c", "import sys; print('%d.%d' % sys.version_info[:2])"],
            capture_output=True,
            text=True,
            check=True,
            timeout=60,
        )
    except (OSError, subprocess.SubprocessError):
        return None
    return answer.stdout.strip()


def find_uv(root: Path) -> str:
    """Path of a uv: the one on the PATH when new enough, else ours in `.tools/`, installed if need be."""
    on_path = shutil.which("uv")
    if on_path and (version := uv_version(on_path)) and version >= OLDEST_UV:
        return on_path
    own = root / ".tools/bin/uv"
    lock = root / TOOLS_LOCK
    pinned = re.search(r"^uv==([\d.]+)", lock.read_text(encoding="utf-8"), re.MULTILINE)
    if pinned is None:
        raise PreparationError(f"{TOOLS_LOCK} names no version of uv")
    if uv_version(str(own)) == version_tuple(pinned[1]):
        return str(own)
    print("Installing uv into .tools ...", flush=True)
    try:
        venv.create(root / ".tools", with_pip=True, clear=True)
    except (OSError, subprocess.SubprocessError) as error:
        raise PreparationError(
            f"making .tools: Python's module venv does not work ({error}); on Debian install python3-venv"
        ) from error
    pip = [str(root / ".tools/bin/python"), "-m", "pip", "--disable-pip-version-check"]
    run_step(root, "installing uv", [*pip, "install", "--require-hashes", "--no-deps", "-r", TOOLS_LOCK])
    return str(own)


def uv_version(program: str) -> tuple[int, ...] | None:
    """Version of a uv as (0, 13, 9); None when it does not run."""
    try:
        answer = subprocess.run([program, "--version"], capture_output=True, text=True, check=True, timeout=60)
    except (OSError, subprocess.SubprocessError):
        return None
    found = re.search(r"\d+\.\d+\.\d+", answer.stdout)
    return version_tuple(found[0]) if found else None


def version_tuple(text: str) -> tuple[int, ...]:
    """ "0.13.9" -> (0, 13, 9)."""
    return tuple(int(part) for part in text.split("."))


def run_step(root: Path, what: str, command: Sequence[str]) -> str:
    """Run one command in the project's folder; its output is returned and goes to `.var/logs/setup.log` too.

    Raises: PreparationError: it failed; the text holds the reason that the command gave.
    """
    log = root / ".var/logs/setup.log"
    log.parent.mkdir(parents=True, exist_ok=True)
    answer = subprocess.run(
        command,
        cwd=root,
        env=clean_environment(os.environ),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    with log.open("a", encoding="utf-8") as file:
        file.write(f"$ {' '.join(command)}\n{answer.stdout}")
    if answer.returncode != 0:
        raise PreparationError(f"{what}: {reason(answer.stdout)} (all of it: .var/logs/setup.log)")
    return answer.stdout


def removed_packages(output: str) -> list[str]:
    """Packages that a sync took away and did not replace, as "name==version"; never Signpost itself."""
    gone = re.findall(r"^ - ([\w.-]+)==(\S+)", output, re.MULTILINE)
    come = set(re.findall(r"^ \+ ([\w.-]+)==", output, re.MULTILINE)) | {"signpost"}
    return [f"{name}=={version}" for name, version in gone if name not in come]


def clean_environment(environ: Mapping[str, str]) -> dict[str, str]:
    """The environment without an activated virtual environment, so that uv looks at ours only."""
    return {name: value for name, value in environ.items() if name not in {"VIRTUAL_ENV", "PYTHONPATH", "PYTHONHOME"}}


def reason(output: str) -> str:
    """The line or two of a command's output that tell why it failed, as one line."""
    lines = [re.sub(r"\x1b\[[0-9;]*m", "", line).strip() for line in output.splitlines()]
    lines = [line for line in lines if line]
    telling = [line for line in lines if re.match(r"(error:|ERROR:|cause:|Caused by|×|╰─▶|├─▶|\w+Error:)", line)]
    text = " ".join(telling or lines[-1:]) or "it gave no reason"
    return text if len(text) <= LONGEST_REASON else text[: LONGEST_REASON - 3] + "..."


@contextlib.contextmanager
def only_one_at_a_time(path: Path) -> Iterator[None]:
    """Wait until no other set-up runs in this folder, then keep others waiting."""
    with path.open("w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            print("Waiting for another set-up to end ...", flush=True)
            fcntl.flock(file, fcntl.LOCK_EX)
        yield


if __name__ == "__main__":
    sys.exit(main())
