"""The desk in one app, which each test has for itself."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from fastapi import FastAPI

from tests.desk.support import desk_app


@pytest.fixture
async def desk(tmp_path: Path) -> AsyncIterator[FastAPI]:
    """The app with the desk, started; no engine behind it."""
    async with desk_app(tmp_path) as app:
        yield app
