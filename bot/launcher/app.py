"""Starts Signpost: checks, jobs, parts, and the lines that people read on the console."""

import asyncio
import logging
import os
import sys
import time
from collections.abc import Callable
from pathlib import Path

from bot.launcher.child import open_log
from bot.launcher.model import why_train
from bot.launcher.parts import content_job, door_address, model_job, relative, signpost_parts
from bot.launcher.supervisor import LaunchError, Policy, Supervisor
from bot.settings import Settings, SettingsError, load_settings

logger = logging.getLogger("signpost.launcher")

EXIT_FAILED = 1
EXIT_SETTINGS = 2
OTHERS_MAY_NOTHING = 0o077  # logs and conversations are for the user who runs this


def main() -> int:
    """Run Signpost until a signal comes; the exit code: 0 stopped, 1 could not run, 2 wrong settings."""
    started = time.monotonic()
    try:
        settings = load_settings()
    except SettingsError as error:
        sys.stderr.write(f"Signpost cannot start, its settings are wrong:\n{error}\n")
        return EXIT_SETTINGS
    os.umask(OTHERS_MAY_NOTHING)
    set_up_logging(settings.logs_dir / "launcher.log", settings)
    try:
        asyncio.run(build(settings, lambda: say_ready(settings, time.monotonic() - started)).run())
    except LaunchError as error:
        for line in str(error).splitlines():
            logger.error("%s", line)
        logger.error("Signpost does not run.")
        return EXIT_FAILED
    logger.info("Signpost has stopped.")
    return 0


def build(settings: Settings, on_ready: Callable[[], None]) -> Supervisor:
    """Join settings, jobs and parts. Raises: LaunchError: what the model is trained from is incomplete."""
    jobs = [content_job(settings)]
    try:
        why = why_train(settings.model_file)
    except OSError as error:
        raise LaunchError(f"The model cannot be trained: {error}") from error
    if why is not None:
        logger.info("Training is needed: %s.", why)
        jobs.append(model_job(settings))
    return Supervisor(
        jobs,
        signpost_parts(settings),
        settings.logs_dir,
        policy=Policy(start_timeout_seconds=settings.start_timeout_seconds),
        on_ready=on_ready,
        log_max_bytes=settings.log_max_bytes,
        log_backups=settings.log_backups,
    )


def say_ready(settings: Settings, seconds: float) -> None:
    """Print where Signpost is reached and how long the start took."""
    door = door_address(settings)
    logger.info("Signpost is ready: %s/ (started in %.1f s)", door, seconds)
    logger.info("  for Rasa clients: POST %s/webhooks/rest/webhook", door)
    logger.info("  health: %s/healthz, %s/readyz; logs: %s", door, door, relative(settings.logs_dir))
    logger.info("  Ctrl-C stops it.")


def set_up_logging(file: Path, settings: Settings) -> None:
    """Each event of the launcher: one line on the console, one in its log."""
    logger.setLevel(logging.INFO)
    logger.propagate = False
    to_file = open_log(file, settings.log_max_bytes, settings.log_backups)
    to_file.terminator = "\n"
    to_file.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(message)s"))
    to_console = logging.StreamHandler(sys.stdout)
    to_console.setFormatter(logging.Formatter("%(asctime)s  %(message)s", "%H:%M:%S"))
    for handler in list(logger.handlers):
        logger.removeHandler(handler)
    logger.addHandler(to_file)
    logger.addHandler(to_console)


if __name__ == "__main__":
    sys.exit(main())
