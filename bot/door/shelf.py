"""The offers as loaded, for documents and case links: read when first needed, renewed with another version."""

import threading
import time
from collections.abc import Callable

import numpy as np

from bot.guidance.area import AreaKnowledge, Knowledge
from bot.knowledge.store import Phrases, Store, StoreEmptyError

LOOK_EVERY_SECONDS = 2.0
_NO_PHRASES = Phrases((), (), (), np.empty((0, 384), dtype=np.float32))  # nothing is searched here


class Shelf:
    """Gives the knowledge of the newest loaded version. Safe to call from several threads."""

    def __init__(self, open_store: Callable[[], Store], clock: Callable[[], float] = time.monotonic) -> None:
        self._open_store = open_store
        self._clock = clock
        self._lock = threading.Lock()
        self._knowledge: Knowledge | None = None
        self._looked_at = float("-inf")

    def knowledge(self) -> Knowledge:
        """Everything but the phrases. Raises StoreEmptyError before the first load."""
        with self._lock:
            if self._knowledge is None or self._clock() - self._looked_at >= LOOK_EVERY_SECONDS:
                store = self._open_store()
                stamp = store.stamp()
                self._looked_at = self._clock()
                if stamp is None and self._knowledge is None:
                    raise StoreEmptyError
                if stamp is not None and (self._knowledge is None or stamp.version != self._knowledge.version):
                    found = ((area_id, store.area(area_id)) for area_id, _ in store.areas())
                    areas = {i: AreaKnowledge(content, _NO_PHRASES) for i, content in found if content is not None}
                    self._knowledge = Knowledge(stamp.version, store.common(), areas)
            assert self._knowledge is not None
            return self._knowledge
