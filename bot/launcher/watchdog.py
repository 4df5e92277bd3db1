"""Ends the process groups of a launcher that is gone, however it went. A script; standard library only.

The launcher holds the other end of this program's standard input. Lines `+<group>` and `-<group>` say which
groups are alive. When the input ends, the launcher has ended too: what is still listed gets TERM, then KILL.
"""

import os
import signal
import sys
import time
from collections.abc import Iterable

PATIENCE_SECONDS = 3.0


def main() -> None:
    """Keep the list until the input ends, then end what is on it."""
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)
    groups: set[int] = set()
    for line in sys.stdin:
        group = int(line[1:])
        if line.startswith("+"):
            groups.add(group)
        else:
            groups.discard(group)
    end_groups(groups)


def end_groups(groups: Iterable[int]) -> None:
    """TERM to all, then KILL to those that are left after `PATIENCE_SECONDS`."""
    left = [group for group in groups if send(group, signal.SIGTERM)]
    deadline = time.monotonic() + PATIENCE_SECONDS
    while left and time.monotonic() < deadline:
        time.sleep(0.05)
        left = [group for group in left if send(group, 0)]
    for group in left:
        send(group, signal.SIGKILL)


def send(group: int, number: int) -> bool:
    """Send a signal to a group; False when the group is gone."""
    try:
        os.killpg(group, number)
    except (ProcessLookupError, PermissionError):
        return False
    return True


if __name__ == "__main__":
    main()
