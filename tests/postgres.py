"""A throw-away PostgreSQL server of Debian's package, on a Unix socket in a folder of its own."""

from __future__ import annotations

import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import quote

import psycopg

PROGRAMS = Path("/usr/lib/postgresql")
OWNERS = ("postgres", "nobody")  # the server refuses to run as root


class NoServerError(Exception):
    """There is no PostgreSQL server on this machine, or nobody to run it as; the text says which."""


class Postgres:
    """A running server. `folder` holds its data and its socket."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def empty_database(self) -> str:
        """SQLAlchemy URL of the one database, emptied; whoever was still connected is thrown out."""
        # Emptied rather than made anew: each new one is a thousand files.
        with psycopg.connect(host=str(self.folder), user="signpost", dbname="postgres", autocommit=True) as connection:
            connection.execute(
                "select pg_terminate_backend(pid, 5000) from pg_stat_activity"
                " where backend_type = 'client backend' and pid <> pg_backend_pid()"
            )
            connection.execute("drop schema public cascade")
            connection.execute("create schema public")
        return f"postgresql+psycopg://signpost@/postgres?host={quote(str(self.folder), safe='')}"


@contextmanager
def running_postgres() -> Iterator[Postgres]:
    """A server, stopped and gone afterwards. Raises: NoServerError."""
    programs = _programs()
    owner = _owner()
    # Not below pytest's folder: another user may not enter that. Short, since a socket's path may have 107 bytes.
    folder = Path(tempfile.mkdtemp(prefix="pg-"))
    try:
        if owner:
            shutil.chown(folder, owner, _group_of(owner))
        data = folder / "data"
        _run(owner, programs / "initdb", "-D", data, "-U", "signpost", "-A", "trust", "-E", "UTF8", "--no-locale")
        settings = f"-c listen_addresses='' -c unix_socket_directories='{folder}' -c timezone=Asia/Tokyo"
        _run(owner, programs / "pg_ctl", "-D", data, "-l", folder / "log", "-w", "-t", "60", "-o", settings, "start")
        try:
            yield Postgres(folder)
        finally:
            _run(owner, programs / "pg_ctl", "-D", data, "-m", "immediate", "-w", "stop")
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _programs() -> Path:
    """Folder of the newest server's programs."""
    found = sorted(PROGRAMS.glob("*/bin/pg_ctl"), key=lambda path: float(path.parts[-3]))
    if not found:
        raise NoServerError("no PostgreSQL server: the Debian package postgresql is not installed")
    return found[-1].parent


def _owner() -> str | None:
    """As whom to run it; None: as whoever runs the tests."""
    if os.geteuid() != 0:
        return None
    for name in OWNERS:
        try:
            return pwd.getpwnam(name).pw_name
        except KeyError:
            continue
    raise NoServerError(f"no PostgreSQL server: it refuses to run as root, and there is none of {', '.join(OWNERS)}")


def _group_of(owner: str) -> int:
    return pwd.getpwnam(owner).pw_gid


def _run(owner: str | None, *command: str | Path) -> None:
    # pg_ctl's server keeps what it was given: no pipe that we would wait for.
    as_owner = {"user": owner, "group": _group_of(owner), "extra_groups": ()} if owner else {}
    subprocess.run(
        [str(part) for part in command],
        check=True,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        cwd="/",
        timeout=90,
        **as_owner,
    )
