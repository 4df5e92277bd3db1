"""The database of the records: connections, and migrations up to the newest revision."""

from __future__ import annotations

import contextlib
import fcntl
from collections.abc import Iterator
from pathlib import Path

from alembic import command
from alembic.config import Config
from sqlalchemy import Connection, Engine, create_engine, event, text
from sqlalchemy.engine import make_url
from sqlalchemy.orm import Session, sessionmaker

MIGRATIONS = Path(__file__).with_name("migrations")
WAIT_SECONDS = 10  # for another writer
LOCK_NUMBER = 7_460_311  # of the advisory lock under which PostgreSQL is migrated; any number of our own


class Database:
    """Sessions on the records.

    Args:
        url: SQLAlchemy URL; SQLite (a file, made with its folder when missing) or PostgreSQL (`postgresql+psycopg://`).
    """

    def __init__(self, url: str) -> None:
        self._url = make_url(url)
        if self.is_sqlite and self._url.database:
            Path(self._url.database).parent.mkdir(parents=True, exist_ok=True)
        self.engine = _engine(url, is_sqlite=self.is_sqlite)
        self._sessions = sessionmaker(self.engine, expire_on_commit=False)

    @property
    def is_sqlite(self) -> bool:
        """Whether it is a SQLite file."""
        return self._url.get_backend_name() == "sqlite"

    @contextlib.contextmanager
    def session(self) -> Iterator[Session]:
        """A session in one transaction: kept when the block ends, undone when it raises."""
        with self._sessions() as session, session.begin():
            yield session

    def upgrade(self) -> None:
        """Bring the tables to the newest revision. Several processes may do so at once: one works, the others wait."""
        with self._only_one(), self.engine.begin() as connection:
            if self.is_sqlite:  # the driver begins no transaction for tables: killed half-way, half of them would stay
                connection.exec_driver_sql("begin immediate")
            command.upgrade(self._config(connection), "head")

    def _config(self, connection: Connection) -> Config:
        config = Config()
        config.set_main_option("script_location", str(MIGRATIONS))
        config.attributes["connection"] = connection
        return config

    @contextlib.contextmanager
    def _only_one(self) -> Iterator[None]:
        if self.is_sqlite:
            path = Path(f"{self._url.database}.lock")
            with path.open("w") as file:
                fcntl.flock(file, fcntl.LOCK_EX)
                yield
            return
        with self.engine.connect() as connection:
            connection.execute(text("select pg_advisory_lock(:number)"), {"number": LOCK_NUMBER})
            try:
                yield
            finally:
                connection.execute(text("select pg_advisory_unlock(:number)"), {"number": LOCK_NUMBER})

    def empty_log(self) -> None:
        """Empty the log that SQLite writes ahead, where what was deleted still stands. Not while somebody reads."""
        if self.is_sqlite:
            with self.engine.connect() as connection:
                connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")

    def close(self) -> None:
        """Give up the connections."""
        self.engine.dispose()


def _engine(url: str, *, is_sqlite: bool) -> Engine:
    if not is_sqlite:
        return create_engine(url, pool_pre_ping=True)
    engine = create_engine(url, connect_args={"timeout": WAIT_SECONDS})

    @event.listens_for(engine, "connect")
    def _set_up(connection: object, _: object) -> None:
        cursor = connection.cursor()  # type: ignore[attr-defined]
        # Readers do not wait for a writer; what was committed outlives a crash; rows hang on what they belong to; what
        # was deleted is overwritten.
        for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "secure_delete=ON"):
            cursor.execute(f"PRAGMA {pragma}")
        cursor.close()

    return engine
