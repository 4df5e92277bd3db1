"""One child process in a process group of its own, its output in a log; the watchdog over all of them."""

import asyncio
import codecs
import contextlib
import logging
import os
import signal
import sys
from collections import deque
from collections.abc import Mapping, Sequence
from logging.handlers import RotatingFileHandler
from pathlib import Path
from typing import Self

from bot.launcher import watchdog
from bot.settings import PROJECT_ROOT

CHUNK_BYTES = 65536
KEPT_LINES = 20
WORKERS_PATIENCE_SECONDS = 0.1


class Watchdog:
    """Knows which process groups are alive and ends them when the launcher is gone (kill -9 included)."""

    def __init__(self) -> None:
        self._groups: set[int] = set()
        self._process: asyncio.subprocess.Process | None = None
        self._restarter: asyncio.Task[None] | None = None

    async def __aenter__(self) -> Self:
        await self._start()
        self._restarter = asyncio.create_task(self._keep_alive())
        return self

    async def __aexit__(self, *_: object) -> None:
        assert self._restarter is not None
        assert self._process is not None
        self._restarter.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await self._restarter
        assert self._process.stdin is not None
        self._process.stdin.close()
        await self._process.wait()

    def add(self, group: int) -> None:
        """Say that a group was started."""
        self._groups.add(group)
        self._write(f"+{group}\n")

    def drop(self, group: int) -> None:
        """Say that a group is gone."""
        self._groups.discard(group)
        self._write(f"-{group}\n")

    async def _start(self) -> None:
        self._process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-I", "-S", watchdog.__file__),
            stdin=asyncio.subprocess.PIPE,
            start_new_session=True,
        )
        for group in self._groups:
            self._write(f"+{group}\n")

    async def _keep_alive(self) -> None:
        while True:
            assert self._process is not None
            await self._process.wait()
            await asyncio.sleep(0.2)
            await self._start()

    def _write(self, line: str) -> None:
        assert self._process is not None
        assert self._process.stdin is not None
        # A watchdog that was killed is started anew with the whole list, so a lost line does no harm.
        with contextlib.suppress(OSError):
            self._process.stdin.write(line.encode())


class Child:
    """A running process; made by `Child.start`. It leads a group, and the whole group ends with it."""

    def __init__(
        self,
        process: asyncio.subprocess.Process,
        output: asyncio.StreamReader,
        log: RotatingFileHandler,
        watching: Watchdog,
    ) -> None:
        self._process = process
        self._output = output
        self._log = log
        self._watching = watching
        self._lines: deque[str] = deque(maxlen=KEPT_LINES)
        self._pump = asyncio.create_task(self._copy_output())

    @classmethod
    async def start(
        cls, argv: Sequence[str], env: Mapping[str, str], log: RotatingFileHandler, watching: Watchdog
    ) -> Self:
        """Start `argv` in the project's folder. Raises: OSError: no such program, or not allowed."""
        # A pipe of our own: with asyncio's, waiting for the process would last until its workers have ended.
        read_end, write_end = os.pipe()
        try:
            process = await asyncio.create_subprocess_exec(
                *argv,
                cwd=PROJECT_ROOT,
                env=dict(env),
                stdin=asyncio.subprocess.DEVNULL,
                stdout=write_end,
                stderr=asyncio.subprocess.STDOUT,
                start_new_session=True,
            )
        except OSError:
            os.close(read_end)
            raise
        finally:
            os.close(write_end)
        watching.add(process.pid)
        return cls(process, await _reader(read_end), log, watching)

    @property
    def pid(self) -> int:
        """Process id, which is the id of the group too."""
        return self._process.pid

    @property
    def last_line(self) -> str:
        """The last line that it wrote, without blanks; "" when it wrote none."""
        return next((line.strip() for line in reversed(self._lines) if line.strip()), "")

    async def wait(self) -> int:
        """Wait for its end; the exit code, or minus the number of the signal that ended it."""
        return await self._process.wait()

    async def stop(self, patience_seconds: float, now: asyncio.Event | None = None) -> None:
        """TERM to the group, KILL after `patience_seconds` or once `now` is set; leaves nothing behind."""
        watchdog.send(self.pid, signal.SIGTERM)
        ending = asyncio.ensure_future(self._process.wait())
        hurry = asyncio.ensure_future((now or asyncio.Event()).wait())
        await asyncio.wait({ending, hurry}, timeout=patience_seconds, return_when=asyncio.FIRST_COMPLETED)
        for task in (ending, hurry):
            task.cancel()
        # A leader that ends orderly has waited for its workers: what is left is lost, or only uncollected.
        if self._process.returncode is not None and watchdog.send(self.pid, 0):
            await asyncio.sleep(WORKERS_PATIENCE_SECONDS)
        await self.clear()

    async def clear(self) -> None:
        """KILL what is left of the group (workers outlive a leader that was killed) and close the log."""
        watchdog.send(self.pid, signal.SIGKILL)
        await self._process.wait()
        self._watching.drop(self.pid)
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._pump, timeout=1)
        self._log.close()

    async def _copy_output(self) -> None:
        decode = codecs.getincrementaldecoder("utf-8")(errors="replace").decode
        unfinished = ""
        while chunk := await self._output.read(CHUNK_BYTES):
            text = decode(chunk)
            self._log.handle(logging.makeLogRecord({"msg": text}))
            *lines, unfinished = (unfinished + text).split("\n")
            self._lines.extend(line[:500] for line in lines)
            unfinished = unfinished[-CHUNK_BYTES:]
        self._lines.append(unfinished[:500])


async def _reader(read_end: int) -> asyncio.StreamReader:
    reader = asyncio.StreamReader()
    loop = asyncio.get_running_loop()
    await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), os.fdopen(read_end, "rb"))
    return reader


def open_log(path: Path, max_bytes: int, backups: int) -> RotatingFileHandler:
    """A log file that is begun anew at `max_bytes`, with `backups` older ones kept; makes its folder."""
    path.parent.mkdir(parents=True, exist_ok=True)
    log = RotatingFileHandler(path, maxBytes=max_bytes, backupCount=backups, encoding="utf-8")
    log.terminator = ""
    return log
