"""The offers as loaded, for documents and case links: read when first needed, renewed with another version."""

import threading
import time
from collections.abc import Callable

from sqlalchemy.exc import SQLAlchemyError

from bot.guidance.area import Knowledge
from bot.guidance.service import knowledge_of
from bot.knowledge.store import Store, StoreEmptyError

LOOK_EVERY_SECONDS = 2.0


class Shelf:
    """Gives the knowledge of the newest loaded version. Safe to call from several threads."""

    def __init__(
        self,
        open_store: Callable[[], Store],
        clock: Callable[[], float] = time.monotonic,
        *,
        searchable: bool = False,
    ) -> None:
        self._searchable = searchable
        self._open_store = open_store
        self._store: Store | None = None
        self._clock = clock
        self._lock = threading.Lock()
        self._knowledge: Knowledge | None = None
        self._looked_at = float("-inf")

    def knowledge(self) -> Knowledge:
        """Everything, without the phrases unless `searchable`.

        Raises: StoreEmptyError, SQLAlchemyError: nothing was ever read.
        """
        with self._lock:
            if self._knowledge is None or self._clock() - self._looked_at >= LOOK_EVERY_SECONDS:
                try:
                    self._look()
                except SQLAlchemyError:  # what was read holds until the store can be read again
                    if self._knowledge is None:
                        raise
                self._looked_at = self._clock()
            if self._knowledge is None:
                raise StoreEmptyError
            return self._knowledge

    def _look(self) -> None:
        store = self._store = self._store or self._open_store()
        stamp = store.stamp()
        if stamp is not None and (self._knowledge is None or stamp.version != self._knowledge.version):
            self._knowledge = knowledge_of(store, searchable=self._searchable)
