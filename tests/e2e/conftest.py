"""A person to talk for, in each test anew."""

from collections.abc import Iterator

import pytest

from tests.e2e.talking import Talk


@pytest.fixture
def talk(running_signpost: str) -> Iterator[Talk]:
    """A new conversation with the running Signpost."""
    person = Talk(running_signpost)
    yield person
    person.close()
