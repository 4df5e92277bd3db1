"""What is switched off, as the door knows it: looked up every second beside the turns, so that none waits for it."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterable, Mapping, Sequence
from types import MappingProxyType
from typing import Any

from bot.records.switches import Switch, is_off

log = logging.getLogger("signpost.door")


class SwitchBoard:
    """Knows the newest state that could be read. Where it cannot be read, the last known one holds.

    Args:
        load: reads the switches; whatever it raises, it is called again.
    """

    def __init__(self, load: Callable[[], Sequence[Switch]], every_seconds: float = 1.0) -> None:
        self._load = load
        self._every = every_seconds
        self._switches: Sequence[Switch] = ()
        self._is_blind = False
        self._looked, self._stopped = threading.Event(), threading.Event()
        # A thread of its own: a database that hangs holds up neither the turns nor the end of the process.
        self._thread = threading.Thread(target=self._look_for_ever, name="switches", daemon=True)

    def start(self, longest_seconds: float = 10.0) -> None:
        """Begin to look, and wait for the first look, but no longer than that."""
        self._thread.start()
        self._looked.wait(longest_seconds)

    def close(self) -> None:
        """Stop looking."""
        self._stopped.set()

    def is_off(self, area: str | None, channel: str) -> bool:
        """Whether an area is off on a channel; without an area: whether the channel is off altogether."""
        return is_off(self._switches, area, channel)

    @property
    def has_any_off(self) -> bool:
        """Whether anything at all is off: else nothing needs to be looked at more closely."""
        return any(switch.is_off for switch in self._switches)

    def off_among(self, areas: Iterable[str], channel: str) -> list[str]:
        """Those of some areas that are off on a channel, in order."""
        return [area for area in areas if self.is_off(area, channel)]

    def look(self) -> None:
        """Look now."""
        try:
            self._switches = self._load()
        except Exception as error:  # of whatever database: the switch must work again as soon as it does
            if not self._is_blind:
                log.error("the switches cannot be read, the last known state holds: %s", type(error).__name__)
            self._is_blind = True
        else:
            if self._is_blind:
                log.warning("the switches can be read again")
            self._is_blind = False

    def _look_for_ever(self) -> None:
        while not self._stopped.is_set():
            self.look()
            self._looked.set()
            self._stopped.wait(self._every)


def areas_in(reply: Mapping[str, Any], by_name: Mapping[str, str] = MappingProxyType({})) -> list[str]:
    """The areas that a reply tells of, each once: its own, those of its parts and cells, those of its statements.

    Args:
        by_name: ids of areas by name: where no area is known, what a term means in one is labelled with its name.
    """
    rows = (reply["comparison"] or {"rows": []})["rows"]
    told = [*reply["parts"], *(cell for row in rows for cell in row["cells"])]
    points = [point for each in told for point in each["points"]]
    named = [reply["area"], *(each["area"] for each in told), *(by_name.get(point["label"]) for point in points)]
    # The id of a statement begins with its area.
    named += [each["statement_id"].partition("/")[0] for each in (*points, *reply["checklist"], *reply["dates"])]
    return list(dict.fromkeys(area for area in named if area))
