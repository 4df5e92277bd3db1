"""Rasa's SQL tracker store, asked and written in as few and as plain statements as will do.

Rasa's own opens the file anew, counts what it has just read, writes through objects and waits for the disk several
times a turn: on a slow disk that took as long as all the rest of a reply. Table and contents are the same, so that
either store reads what the other has written.
"""

from __future__ import annotations

import contextlib
import itertools
import json
import sqlite3
from typing import Any

import sqlalchemy as sa
from rasa.core.brokers.broker import EventBroker
from rasa.core.tracker_store import SQLTrackerStore
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import Event, SessionStarted
from rasa.shared.core.trackers import DialogueStateTracker
from sqlalchemy.orm import Session, sessionmaker
from sqlalchemy.pool import QueuePool

LOCK_WAIT_SECONDS = 5
# How many events of a tracker are stored; noted on it when it is read, since nobody else writes during its turn.
STORED = "_signpost_stored"

_events = SQLTrackerStore.SQLEvent.__table__
_mine = _events.c.sender_id == sa.bindparam("sender")
_started = (
    sa.select(sa.func.max(_events.c.timestamp))
    .where(_mine, _events.c.type_name == SessionStarted.type_name)
    .scalar_subquery()
)
_in_session = sa.or_(_events.c.timestamp >= _started, _started.is_(None))
WHOLE = sa.select(_events.c.data).where(_mine).order_by(_events.c.id)
SESSION = sa.select(_events.c.data).where(_mine, _in_session).order_by(_events.c.id)
COUNT = sa.select(sa.func.count()).select_from(_events).where(_mine, _in_session)


class EventStore(SQLTrackerStore):
    """Conversations in SQLite or PostgreSQL; `host` is a whole SQLAlchemy URL, as Rasa hands it over."""

    engine: sa.engine.Engine

    def __init__(
        self,
        domain: Domain | None = None,
        host: str | None = None,
        event_broker: EventBroker | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(domain=domain, host=host, event_broker=event_broker, **kwargs)
        if self.engine.dialect.name == "sqlite":
            self._keep_open()

    async def _retrieve(self, sender_id: str, fetch_events_from_all_sessions: bool) -> DialogueStateTracker | None:
        statement = WHOLE if fetch_events_from_all_sessions else SESSION
        with self.session_scope() as session:
            rows = session.execute(statement, {"sender": sender_id}).scalars().all()
        if not rows or not self.domain:
            return None
        tracker = DialogueStateTracker.from_dict(sender_id, [json.loads(row) for row in rows], self.domain.slots)
        if not fetch_events_from_all_sessions:
            setattr(tracker, STORED, len(rows))
        return tracker

    async def save(self, tracker: DialogueStateTracker) -> None:
        """Store the events of a tracker that are not stored yet."""
        await self.stream_events(tracker)
        with self.session_scope() as session:
            stored = getattr(tracker, STORED, None)
            if stored is None:
                stored = self._count(session, tracker.sender_id)
            rows = [_row(tracker.sender_id, event) for event in itertools.islice(tracker.events, stored, None)]
            if rows:
                session.execute(_events.insert(), rows)
                session.commit()
        setattr(tracker, STORED, stored + len(rows))

    def _count(self, session: Session, sender_id: str) -> int:
        return int(session.execute(COUNT, {"sender": sender_id}).scalar_one())

    def _keep_open(self) -> None:
        """One connection kept, and a log written ahead (WAL), so that a turn need not wait for the disk.

        After a crash of the machine the last turns may be missing; the file itself stays whole. What is deleted must
        be got out of the log too: `bot/door/tracker_store.py`.
        """
        url = self.engine.url
        self.engine.dispose()
        arguments = {"timeout": LOCK_WAIT_SECONDS, "check_same_thread": False}
        self.engine = sa.create_engine(url, poolclass=QueuePool, pool_size=1, connect_args=arguments)
        sa.event.listen(self.engine, "connect", _write_ahead)
        self.sessionmaker = sessionmaker(bind=self.engine)


def _write_ahead(connection: Any, _: object) -> None:
    cursor = connection.cursor()
    # Refused while another process holds the file: then the next start turns it on, and all works without, slower.
    with contextlib.suppress(sqlite3.OperationalError):
        cursor.execute("PRAGMA journal_mode = WAL")
    cursor.execute("PRAGMA synchronous = NORMAL")
    cursor.close()


def _row(sender_id: str, event: Event) -> dict[str, Any]:
    data = event.as_dict()
    return {
        "sender_id": sender_id,
        "type_name": event.type_name,
        "timestamp": data.get("timestamp"),
        "intent_name": data.get("parse_data", {}).get("intent", {}).get("name"),
        "action_name": data.get("name"),
        "data": json.dumps(data),
    }
