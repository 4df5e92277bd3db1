"""The activities taken last, by this process."""

from __future__ import annotations

from collections import OrderedDict

MOST = 10_000


class Recent:
    """A set that forgets the oldest."""

    def __init__(self, most: int = MOST) -> None:
        self._kept: OrderedDict[str, None] = OrderedDict()
        self._most = most

    def add(self, name: str) -> bool:
        """Add a name; False where it is in already."""
        if name in self._kept:
            return False
        self._kept[name] = None
        if len(self._kept) > self._most:
            self._kept.popitem(last=False)
        return True

    def discard(self, name: str) -> None:
        """Take a name out."""
        self._kept.pop(name, None)

    def __contains__(self, name: str) -> bool:
        return name in self._kept
