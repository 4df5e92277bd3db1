"""Conversations over the knowledge as it stands: built once a version, renewed when another version is loaded."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from datetime import date

import numpy as np

from bot.guidance.area import AreaKnowledge, Knowledge
from bot.guidance.conversation import Conversations
from bot.guidance.likeness import Embed
from bot.guidance.reply import Reply
from bot.guidance.report import Report
from bot.guidance.turn import Memory, Turn
from bot.knowledge.store import Phrases, Store, StoreEmptyError

log = logging.getLogger(__name__)


NO_PHRASES = Phrases((), (), (), np.empty((0, 384), dtype=np.float32))


def knowledge_of(store: Store, *, searchable: bool = True) -> Knowledge:
    """Everything in the store; without the phrases, the largest part, where nothing is searched for.

    Raises: StoreEmptyError: nothing was loaded yet.
    """
    stamp = store.stamp()
    if stamp is None:
        raise StoreEmptyError
    areas: dict[str, AreaKnowledge] = {}
    for area_id, _ in store.areas():
        content = store.area(area_id)
        if content is not None:
            areas[area_id] = AreaKnowledge(content, store.phrases(area_id) if searchable else NO_PHRASES)
    return Knowledge(stamp.version, store.common(), areas)


class AnswerService:
    """Replies to turns from the loaded knowledge; sees a newly loaded version within `look_every_seconds`."""

    def __init__(
        self,
        store: Store,
        embed: Embed,
        look_every_seconds: float = 2.0,
        clock: Callable[[], float] = time.monotonic,
        today: Callable[[], date] = date.today,
        note: Callable[[Report], None] | None = None,
    ) -> None:
        self._store, self._embed, self._every, self._clock, self._today = (
            store,
            embed,
            look_every_seconds,
            clock,
            today,
        )
        self._note = note
        self._lock = threading.Lock()
        self._current: Conversations | None = None
        self._looked_at = float("-inf")

    def conversations(self) -> Conversations:
        """The conversations of the newest loaded version. Raises StoreEmptyError before the first load."""
        with self._lock:
            if self._current is None or self._clock() - self._looked_at >= self._every:
                stamp = self._store.stamp()
                self._looked_at = self._clock()
                if stamp is None and self._current is None:
                    raise StoreEmptyError
                if self._current is None or (stamp is not None and stamp.version != self._current.knowledge.version):
                    self._current = Conversations(knowledge_of(self._store), self._embed, note=self._noted)
            return self._current

    def _noted(self, report: Report) -> bool:
        """Whether a report could be kept; nobody is told that it was when it was not."""
        if self._note is None:
            return False
        try:
            self._note(report)
        except Exception as error:  # whatever the database says, the person is still answered
            log.error("a report was not kept: %s", type(error).__name__)
            return False
        return True

    def reply(self, turn: Turn, memory: Memory) -> tuple[Reply, Memory]:
        """The reply to one message, and what to remember."""
        return self.conversations().reply(turn, memory, self._today())
