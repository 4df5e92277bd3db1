"""Databases for the records: each test that asks for `database` or `records_url` runs on SQLite and on PostgreSQL."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.records.database import Database
from tests.postgres import NoServerError, Postgres, running_postgres


@pytest.fixture(scope="session")
def postgres() -> Iterator[Postgres]:
    """A real server for all tests; each finds its database empty."""
    try:
        with running_postgres() as server:
            yield server
    except NoServerError as error:
        pytest.skip(str(error))


@pytest.fixture(params=["sqlite", "postgresql"])
def records_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """URL of an empty database, without tables."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path}/new/records.db"
    server: Postgres = request.getfixturevalue("postgres")
    return server.empty_database()


@pytest.fixture
def database(records_url: str) -> Iterator[Database]:
    """An empty database with the tables as the migrations make them."""
    found = Database(records_url)
    found.upgrade()
    yield found
    found.close()
