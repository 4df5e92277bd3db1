"""Starts jobs and parts in order, watches the parts, restarts what dies, and stops everything again."""

import asyncio
import contextlib
import logging
import signal
import time
from collections.abc import Awaitable, Callable, Iterator, Sequence
from dataclasses import dataclass
from logging.handlers import RotatingFileHandler
from pathlib import Path

import httpx

from bot.launcher import health
from bot.launcher.child import Child, Watchdog, open_log
from bot.launcher.parts import Job, Part, relative

logger = logging.getLogger("signpost.launcher")


class LaunchError(Exception):
    """The whole cannot run; the text says why, in one line."""


@dataclass(frozen=True)
class Policy:
    """Time limits and patience, all in seconds.

    A part that ends within `quick_death_seconds` of its start died quickly; more than `quick_deaths_allowed`
    in a row, and the launcher gives up. The pause before a restart doubles from `first_pause_seconds` to
    `longest_pause_seconds`. `failed_checks_allowed` health checks in a row may fail.
    """

    start_timeout_seconds: float = 120.0
    quick_death_seconds: float = 30.0
    quick_deaths_allowed: int = 3
    first_pause_seconds: float = 0.5
    longest_pause_seconds: float = 15.0
    poll_seconds: float = 0.15
    check_every_seconds: float = 5.0
    check_timeout_seconds: float = 5.0
    failed_checks_allowed: int = 3
    stop_seconds: float = 3.5

    def pause_seconds(self, quick_deaths: int) -> float:
        """Pause before the restart that follows the given number (1 or more) of quick deaths."""
        doubled: float = self.first_pause_seconds * 2 ** (quick_deaths - 1)
        return min(doubled, self.longest_pause_seconds)


class Supervisor:
    """Runs `jobs` and `parts` until it is told to stop. One instance runs once.

    Args:
        logs_dir: folder of each one's log, `<name>.log`.
        on_ready: called once, when every part is healthy and ready.
    """

    def __init__(
        self,
        jobs: Sequence[Job],
        parts: Sequence[Part],
        logs_dir: Path,
        *,
        policy: Policy | None = None,
        on_ready: Callable[[], None] = lambda: None,
        log_max_bytes: int = 5_000_000,
        log_backups: int = 3,
    ) -> None:
        self._jobs = jobs
        self._parts = parts
        self._policy = policy or Policy()
        self._logs_dir = logs_dir
        self._log_max_bytes = log_max_bytes
        self._log_backups = log_backups
        self._on_ready = on_ready
        self._done = {name: asyncio.Event() for name in [*(job.name for job in jobs), *(part.name for part in parts)]}
        self._stopping = asyncio.Event()
        self._at_once = asyncio.Event()

    def stop(self) -> None:
        """Stop everything, orderly; called a second time, at once."""
        if self._stopping.is_set():
            self._at_once.set()
        self._stopping.set()

    async def run(self) -> None:
        """Start everything and keep it running until `stop` or TERM, INT or HUP; leaves nothing behind.

        Raises: LaunchError: a port is busy, a job failed, a part never gets up or dies again and again.
        """
        if lines := health.busy_ports(self._parts):
            raise LaunchError("\n".join(lines))
        with self._signals():
            async with Watchdog() as watching:
                limits = httpx.Timeout(self._policy.check_timeout_seconds)
                async with httpx.AsyncClient(timeout=limits, trust_env=False) as client:
                    await self._run_all(watching, client)

    async def _run_all(self, watching: Watchdog, client: httpx.AsyncClient) -> None:
        work = [self._run_job(job, watching) for job in self._jobs]
        work += [self._keep(part, watching, client) for part in self._parts]
        work.append(self._announce(client))
        tasks = [asyncio.create_task(each) for each in work]
        errors: list[BaseException] = []
        for finished in asyncio.as_completed(tasks):
            try:
                await finished
            except Exception as error:
                # The first error ends the run: each task stops its own child, none is cancelled half-way.
                errors.append(error)
                self._stopping.set()
        if errors:
            raise errors[0]

    @contextlib.contextmanager
    def _signals(self) -> Iterator[None]:
        loop = asyncio.get_running_loop()
        numbers = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP)
        for number in numbers:
            loop.add_signal_handler(number, self._on_signal, number)
        try:
            yield
        finally:
            for number in numbers:
                loop.remove_signal_handler(number)

    def _on_signal(self, number: signal.Signals) -> None:
        logger.info("Stopping (%s) ...", number.name)
        self.stop()

    async def _unless_stopping(self, awaitable: Awaitable[object]) -> bool:
        """Wait for `awaitable` or for the stop, whichever comes first; whether it was `awaitable`."""
        wanted = asyncio.ensure_future(awaitable)
        stop = asyncio.ensure_future(self._stopping.wait())
        await asyncio.wait({wanted, stop}, return_when=asyncio.FIRST_COMPLETED)
        for task in (wanted, stop):
            if not task.done():
                task.cancel()
                with contextlib.suppress(asyncio.CancelledError):
                    await task
        if self._stopping.is_set():
            return False
        await wanted  # it is done; raises what it raised
        return True

    async def _may_start(self, after: Sequence[str]) -> bool:
        """Wait until what comes before is done or healthy; False when the stop came first.

        What is not in this launch (a model that needs no training) is done.
        """
        for name in after:
            if name in self._done and not await self._unless_stopping(self._done[name].wait()):
                return False
        return not self._stopping.is_set()

    async def _start(self, what: Job | Part, watching: Watchdog) -> Child:
        try:
            return await Child.start(what.argv, what.env, self._log_of(what.name), watching)
        except OSError as error:
            raise LaunchError(f"{what.name} cannot be started: {what.argv[0]}: {error.strerror}") from error

    def _log_of(self, name: str) -> RotatingFileHandler:
        return open_log(self._logs_dir / f"{name}.log", self._log_max_bytes, self._log_backups)

    def _see_log(self, name: str) -> str:
        return f"see {relative(self._logs_dir / f'{name}.log')}"

    async def _run_job(self, job: Job, watching: Watchdog) -> None:
        if not await self._may_start(job.after):
            return
        started = time.monotonic()
        logger.info("%s: %s ...", job.name, job.doing)
        child = await self._start(job, watching)
        try:
            ended = await self._unless_stopping(child.wait())
        finally:
            await child.stop(self._policy.stop_seconds, self._at_once)
        if not ended:
            return
        if (code := await child.wait()) != 0:
            raise LaunchError(
                f"{job.name}: {job.doing} failed ({exit_words(code)}): {child.last_line}; {self._see_log(job.name)}"
            )
        logger.info("%s: done in %.1f s", job.name, time.monotonic() - started)
        self._done[job.name].set()

    async def _keep(self, part: Part, watching: Watchdog, client: httpx.AsyncClient) -> None:
        """Start a part, and again whenever it ends, until the stop."""
        quick_deaths = 0
        while await self._may_start(part.after):
            started = time.monotonic()
            child = await self._start(part, watching)
            logger.info("%s: started (process %d)", part.name, child.pid)
            try:
                why = await self._watch(part, child, client)
            finally:
                await child.stop(self._policy.stop_seconds, self._at_once)
            if why is None:
                logger.info("%s: stopped", part.name)
                return
            quick = time.monotonic() - started < self._policy.quick_death_seconds
            quick_deaths = quick_deaths + 1 if quick else 1
            if quick_deaths > self._policy.quick_deaths_allowed:
                raise LaunchError(
                    f"{part.name} {why} and was restarted {quick_deaths - 1} times in vain: giving up; "
                    f"{self._see_log(part.name)}"
                )
            pause = self._policy.pause_seconds(quick_deaths)
            logger.warning("%s %s; restarting in %.1f s; %s", part.name, why, pause, self._see_log(part.name))
            await self._unless_stopping(asyncio.sleep(pause))

    async def _watch(self, part: Part, child: Child, client: httpx.AsyncClient) -> str | None:
        """Wait until a part ends or no longer answers, and say so in words; None when the stop came first."""
        ending = asyncio.ensure_future(child.wait())
        checking = asyncio.ensure_future(self._check(part, client))
        try:
            if not await self._unless_stopping(asyncio.wait({ending, checking}, return_when=asyncio.FIRST_COMPLETED)):
                return None
            if not ending.done():
                return checking.result()
            if self._done[part.name].is_set():  # later lines may hold what people wrote: not for the console
                return f"died ({exit_words(ending.result())})"
            await child.clear()
            return f"died while starting ({exit_words(ending.result())}): {child.last_line}"
        finally:
            for task in (ending, checking):
                task.cancel()
            await asyncio.gather(ending, checking, return_exceptions=True)

    async def _check(self, part: Part, client: httpx.AsyncClient) -> str:
        """Wait for a part's health, then look after it; returns what is wrong as soon as something is.

        Raises: LaunchError: it did not get healthy in time at the very first start.
        """
        policy = self._policy
        started = time.monotonic()
        if not await health.wait_until_answering(
            client, part.health_url, policy.start_timeout_seconds, policy.poll_seconds
        ):
            why = f"did not answer at {part.health_url} within {policy.start_timeout_seconds:g} s"
            if self._done[part.name].is_set():
                return why
            raise LaunchError(f"{part.name} {why}; {self._see_log(part.name)}")
        logger.info("%s: healthy after %.1f s", part.name, time.monotonic() - started)
        self._done[part.name].set()
        failed = 0
        while failed <= policy.failed_checks_allowed:
            await asyncio.sleep(policy.check_every_seconds)
            failed = 0 if await health.answers(client, part.health_url) else failed + 1
        return f"no longer answers at {part.health_url}"

    async def _announce(self, client: httpx.AsyncClient) -> None:
        """Call `on_ready` when all parts are healthy, and ready where they have an address for that."""
        if not await self._may_start([part.name for part in self._parts]):
            return
        for part in self._parts:
            if part.ready_url is None:
                continue
            waiting = asyncio.ensure_future(
                health.wait_until_answering(
                    client, part.ready_url, self._policy.start_timeout_seconds, self._policy.poll_seconds
                )
            )
            if not await self._unless_stopping(waiting):
                return
            if not waiting.result():
                raise LaunchError(f"{part.name} is healthy but never got ready: {part.ready_url}")
        self._on_ready()


def exit_words(code: int) -> str:
    """An exit code in words: "exit code 3", "signal KILL"."""
    if code >= 0:
        return f"exit code {code}"
    try:
        return f"signal {signal.Signals(-code).name.removeprefix('SIG')}"
    except ValueError:
        return f"signal {-code}"
