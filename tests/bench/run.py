"""`make bench`: measure speed, memory and cost, and write docs/figures.md.

    python -m tests.bench.run [--set-up]

Speed is measured beside Rasa's own `moodbot` on the same machine in the same run, window by window in turn; what
counts is the ratio. --set-up also times a first set-up in a copy of the project. Nothing here is a test: a
figure that misses its target is written down, and nothing fails.
"""

import argparse
import contextlib
import subprocess
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from playwright.sync_api import Error as BrowserError

from bot.settings import PROJECT_ROOT, load_settings
from tests.bench import authorities, desk, masking, moodbot, pages, setting_up, teams, widget
from tests.bench.load import Target, load, side_by_side
from tests.bench.processes import busy, cpu_seconds, machine, memory, tree
from tests.bench.questions import LONG, QUESTIONS, SINGLE
from tests.support import run_signpost

DOCUMENT = PROJECT_ROOT / "docs/figures.md"
USERS = (1, 8, 32)
STARTS = 3
WARM_UP_SECONDS = 3.0
MANY = 100


def main() -> None:
    """Measure and write."""
    parser = argparse.ArgumentParser(description="Measure speed, memory and cost; write docs/figures.md.")
    parser.add_argument("--set-up", action="store_true", help="also time a first set-up (minutes, 1 GB)")
    arguments = parser.parse_args()
    before = busy()
    with tempfile.TemporaryDirectory(prefix="signpost-bench-") as name:
        folder = Path(name)
        parts = [
            measured("Start", lambda: starts(folder / "var")),
            measured("Speed and memory", lambda: speed(folder / "var")),
            measured("Many authorities", lambda: many(folder / "authorities")),
            measured("Widget", lambda: pages.widget(widget.measure(folder / "var"))),
            measured("Desk", lambda: pages.desk(desk.measure(folder / "var"))),
            measured("Teams", lambda: pages.teams(teams.measure(folder / "teams"))),
            measured("Masking", lambda: pages.masking(masking.measure())),
        ]
        if arguments.set_up:
            parts.append(measured("First set-up", lambda: pages.set_up(setting_up.measure(folder / "new"))))
    head = pages.head(machine(), datetime.now(UTC), before, busy())
    DOCUMENT.write_text("\n\n".join([head, *parts]) + "\n", encoding="utf-8")
    print(f"\n{DOCUMENT.read_text(encoding='utf-8')}")


def measured(title: str, part: Callable[[], str]) -> str:
    """One section; where it cannot be measured here, the reason, so that the others still are."""
    print(f"{title} ...", flush=True)
    try:
        text = part()
    except (OSError, RuntimeError, ValueError, subprocess.SubprocessError, BrowserError) as error:
        text = f"Not measured: {type(error).__name__}"
    return f"## {title}\n\n{text}"


def starts(var_dir: Path) -> str:
    """Time from `signpost run` until it is ready: once with an empty var folder, then with everything there."""
    var_dir.mkdir()
    seconds = []
    for _ in range(STARTS + 1):
        started = time.monotonic()
        with run_signpost(var_dir):
            seconds.append(time.monotonic() - started)
    return pages.starts(seconds[0], seconds[1:])


def speed(var_dir: Path) -> str:
    """Replies through the front door beside moodbot's, the door's own share, and memory of all processes."""
    with contextlib.ExitStack() as stack:
        signpost = stack.enter_context(run_signpost(var_dir))
        ours = Target(signpost.base_url, QUESTIONS, is_answer, {"area": "suffolk"})
        targets = [ours]
        floor: moodbot.RunningMoodbot | None = None
        missing = ""
        try:
            moodbot.prepare()
            floor = stack.enter_context(moodbot.run_moodbot())
            targets.append(Target(floor.base_url, moodbot.MIX, bool))
        except (OSError, subprocess.SubprocessError, RuntimeError) as error:
            missing = str(error)
        for target in targets:
            load(target, 2, WARM_UP_SECONDS)
        trees = [tree(running.pid) for running in (signpost, floor) if running is not None]
        before = [cpu_seconds(pids) for pids in trees]
        timings = {users: side_by_side(targets, users) for users in USERS}
        used = [
            {pid: seconds - then.get(pid, 0.0) for pid, seconds in cpu_seconds(pids).items()}
            for pids, then in zip(trees, before, strict=True)
        ]
        behind = Target(signpost.engine_url, QUESTIONS, has_custom, {"area": "suffolk", "masked": []})
        door, engine = side_by_side([ours, behind], 1)
        single, long = side_by_side(
            [Target(signpost.base_url, mix, is_answer, {"area": "suffolk"}) for mix in (SINGLE, LONG)], 1
        )
        memories = [memory(tree(running.pid)) for running in (signpost, floor) if running is not None]
    start = floor.start_seconds if floor else None
    return "\n\n".join(
        [
            pages.speed(timings, missing),
            pages.door_share(door, engine),
            pages.long(single, long),
            pages.cost(timings, memories, used, start),
        ]
    )


def is_answer(messages: list[dict[str, object]]) -> bool:
    """Whether a reply of the front door is one, and no apology."""
    return has_custom(messages) and messages[0]["custom"]["status"] != "error"  # type: ignore[index]


def has_custom(messages: list[dict[str, object]]) -> bool:
    """Whether there is a reply in our form."""
    return bool(messages) and isinstance(messages[0].get("custom"), dict)


def many(folder: Path) -> str:
    """What a reply costs as the content grows."""
    folder.mkdir()
    return pages.many(authorities.measure((2, MANY), folder, load_settings().model_file))


if __name__ == "__main__":
    main()
