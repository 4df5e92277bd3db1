"""What the door holds of each conversation in memory: its queue and its last turns."""

import asyncio
import time
from collections import OrderedDict, deque
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any


class Turnstile:
    """Strictly first come, first served; a place is taken at once, without awaiting anything."""

    def __init__(self) -> None:
        self._places: deque[asyncio.Future[None]] = deque()

    def __len__(self) -> int:
        return len(self._places)

    def enter(self) -> asyncio.Future[None]:
        """Take a place. The future is done when its turn comes; `leave` must be called in any case."""
        place: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._places.append(place)
        self._call_first()
        return place

    def leave(self, place: asyncio.Future[None]) -> None:
        """Give up a place, whether its turn has come or not."""
        self._places.remove(place)
        place.cancel()
        self._call_first()

    def _call_first(self) -> None:
        if self._places and not self._places[0].done():
            self._places[0].set_result(None)


@dataclass(slots=True)
class Turn:
    """One message under way or just answered. `identity`: digest of the message, equal in its doubles."""

    identity: bytes
    message_id: str | None
    task: asyncio.Task[Any]
    answered_at: float | None = None


@dataclass(slots=True)
class Conversation:
    """Masked words only, never what was typed. `asked`: the question that waits while something is asked back."""

    turnstile: Turnstile = field(default_factory=Turnstile)
    turns: deque[Turn] = field(default_factory=lambda: deque(maxlen=8))
    used_at: float = 0.0
    asked: str = ""


class Conversations:
    """Conversations by engine id, the least recently used first. Those in use are never dropped."""

    def __init__(self, clock: Callable[[], float] = time.monotonic, max_kept: int = 20_000) -> None:
        self._kept: OrderedDict[str, Conversation] = OrderedDict()
        self._clock = clock
        self._max_kept = max_kept

    def __len__(self) -> int:
        return len(self._kept)

    def __contains__(self, conversation_id: str) -> bool:
        return conversation_id in self._kept

    def get(self, conversation_id: str) -> Conversation:
        """The conversation, begun if need be, now the most recently used."""
        conversation = self._kept.setdefault(conversation_id, Conversation())
        self._kept.move_to_end(conversation_id)
        conversation.used_at = self._clock()
        if len(self._kept) > self._max_kept:
            self._drop_oldest()
        return conversation

    def forget(self, conversation_id: str) -> None:
        """Drop one conversation. Turns still under way end unseen."""
        self._kept.pop(conversation_id, None)

    def forget_idle(self, idle_seconds: float) -> int:
        """Drop what was idle for longer; returns how many."""
        before = self._clock() - idle_seconds
        idle = [key for key, kept in self._kept.items() if kept.used_at < before and not len(kept.turnstile)]
        for key in idle:
            del self._kept[key]
        return len(idle)

    def _drop_oldest(self) -> None:
        for key, kept in self._kept.items():
            if not len(kept.turnstile):
                del self._kept[key]
                return
