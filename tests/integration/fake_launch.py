"""A launcher of fake parts, as a program of its own: `python -m tests.integration.fake_launch LOGS JSON`.

JSON: list of [name, port, options, after]. Each event is a line of the output, as with the real launcher.
"""

import asyncio
import json
import logging
import os
import sys
from pathlib import Path

from bot.launcher.parts import Job, Part
from bot.launcher.supervisor import LaunchError, Policy, Supervisor

QUICK = Policy(
    start_timeout_seconds=float(os.environ.get("FAKE_START_TIMEOUT", "10")),
    quick_death_seconds=5,
    quick_deaths_allowed=2,
    first_pause_seconds=0.1,
    longest_pause_seconds=1,
    poll_seconds=0.05,
    check_every_seconds=0.2,
    check_timeout_seconds=0.5,
    failed_checks_allowed=1,
    stop_seconds=1,
)


def main(logs: Path, specification: str) -> int:
    """Run until a signal; 1 when it could not."""
    logging.basicConfig(level=logging.INFO, stream=sys.stdout, format="%(message)s")
    logging.getLogger("httpx").setLevel(logging.WARNING)
    fake = str(Path(__file__).with_name("fake_part.py"))
    jobs, parts = [], []
    for name, port, options, after in json.loads(specification):
        if port is None:
            job = Job(name, (sys.executable, "-c", *options), "doing something", dict(os.environ), tuple(after))
            jobs.append(job)
            continue
        parts.append(
            Part(
                name=name,
                argv=(sys.executable, fake, str(port), *options),
                health_url=f"http://127.0.0.1:{port}/pids",
                host="127.0.0.1",
                port=port,
                port_setting=f"SIGNPOST_{name.upper()}_PORT",
                env=dict(os.environ),
                after=tuple(after),
            )
        )
    supervisor = Supervisor(jobs, parts, logs, policy=QUICK, on_ready=lambda: print("READY", flush=True))
    try:
        asyncio.run(supervisor.run())
    except LaunchError as error:
        print(f"ERROR {error}", flush=True)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]), sys.argv[2]))
