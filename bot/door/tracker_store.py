"""Deletion from Rasa's own event store (table `events`), for which Rasa has no call."""

from pathlib import Path

import sqlalchemy as sa
from sqlalchemy import delete, event, func, select
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.exc import OperationalError, ProgrammingError
from sqlalchemy.exc import TimeoutError as SATimeoutError

_LOCK_WAIT_SECONDS = 5
_events = sa.Table("events", sa.MetaData(), sa.Column("sender_id", sa.String), sa.Column("timestamp", sa.Float))


class TrackerStore:
    """Rasa's SQL tracker store, seen from outside. Blocking: call it in a thread."""

    def __init__(self, url: str) -> None:
        self._url = sa.make_url(url)
        self._is_sqlite = self._url.get_backend_name() == "sqlite"
        self._engine: sa.Engine | None = None

    def delete_conversation(self, conversation: str) -> int:
        """Delete all events of one conversation; returns how many (none where nothing is stored yet).

        Nothing of them can be read in the file or its log afterwards, else sqlalchemy.exc.SQLAlchemyError is raised.
        """
        return self._run(delete(_events).where(_events.c.sender_id == conversation))

    def delete_idle_since(self, before: float) -> int:
        """Delete every conversation whose last event is older than `before` (seconds since the epoch)."""
        senders = select(_events.c.sender_id).group_by(_events.c.sender_id)
        idle = senders.having(func.max(_events.c.timestamp) < before)
        return self._run(delete(_events).where(_events.c.sender_id.in_(idle)))

    def close(self) -> None:
        """Close all connections."""
        if self._engine is not None:
            self._engine.dispose()

    def _run(self, statement: object) -> int:
        if self._is_absent():
            return 0
        engine = self._connected()
        try:
            with engine.begin() as connection:
                deleted = int(connection.execute(statement).rowcount)  # type: ignore[call-overload]
        except (OperationalError, ProgrammingError) as error:
            if "no such table" in str(error.orig) or "does not exist" in str(error.orig):
                return 0
            raise
        if self._is_sqlite:
            _empty_log(engine)
        return deleted

    def _is_absent(self) -> bool:
        # Opening a missing SQLite file would create it, empty, under the engine's feet.
        database = self._url.database
        return self._is_sqlite and database is not None and not Path(database).exists()

    def _connected(self) -> sa.Engine:
        if self._engine is None:
            arguments = {"timeout": _LOCK_WAIT_SECONDS} if self._is_sqlite else {}
            self._engine = sa.create_engine(self._url, connect_args=arguments)
            if self._is_sqlite:
                # Deleted rows are overwritten, so that nothing of them can be read in the file.
                event.listen(self._engine, "connect", _overwrite_deleted)
        return self._engine


def _empty_log(engine: sa.Engine) -> None:
    """Empty the log that the engine writes ahead: what was deleted still stands in it. Nothing where there is none.

    Raises: sqlalchemy.exc.TimeoutError: somebody read or wrote all the time; the next deletion empties it.
    """
    with engine.connect() as connection:
        is_busy = connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)").one()[0]
    if is_busy:
        raise SATimeoutError("the log could not be emptied")


def _overwrite_deleted(connection: DBAPIConnection, _: object) -> None:
    cursor = connection.cursor()
    cursor.execute("PRAGMA secure_delete = ON")
    cursor.close()
