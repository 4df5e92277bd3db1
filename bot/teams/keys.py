"""The keys that Microsoft signs messages from Teams with: fetched beside the event loop, and kept.

The library fetches them in the event loop, where a slow key server would hold up everybody else in the front door.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import jwt

FRESH_SECONDS = 300.0  # after which a key is looked up again
STALE_SECONDS = 24 * 3600.0  # for which a key still counts while the key server does not answer
LONGEST_SECONDS = 5.0  # of one fetch
MOST_WAITING = 20


class KeysUnavailableError(Exception):
    """The key server did not answer, or too many wait for it."""


class Keys:
    """Stands in for the library's own client of the key server.

    Args:
        url: of the key set.
        clock: seconds that only rise.
    """

    def __init__(self, url: str, clock: Callable[[], float] = time.monotonic) -> None:
        self._client = jwt.PyJWKClient(url, lifespan=FRESH_SECONDS, timeout=LONGEST_SECONDS)
        self._clock = clock
        self._found: dict[str, tuple[jwt.PyJWK, float]] = {}
        # A thread of its own: whoever waits for the key server takes none from the rest of the door.
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="teams-keys")
        self._waiting = 0

    async def find(self, token: str) -> None:
        """Make the key of a token ready. What is known and fresh is not waited for.

        Raises: jwt.PyJWTError: there is no such key, or the token is none; KeysUnavailableError.
        """
        kid = _kid(token)
        if self._age(kid) < FRESH_SECONDS:
            return
        if self._waiting >= MOST_WAITING:
            raise KeysUnavailableError
        self._waiting += 1
        try:
            key = await asyncio.get_running_loop().run_in_executor(self._thread, self._client.get_signing_key, kid)
        except jwt.PyJWKClientConnectionError:
            if self._age(kid) >= STALE_SECONDS:
                raise KeysUnavailableError from None
        except jwt.PyJWKClientError:
            self._found.pop(kid, None)  # taken back
            raise
        else:
            self._found[kid] = (key, self._clock())
        finally:
            self._waiting -= 1

    def get_signing_key_from_jwt(self, token: str) -> jwt.PyJWK:
        """The key of a token, without waiting. Called by the library. Raises: jwt.PyJWKClientError: not ready."""
        found = self._found.get(_kid(token))
        if found is None:
            raise jwt.PyJWKClientError("no such key")
        return found[0]

    def close(self) -> None:
        """Stop the thread."""
        self._thread.shutdown(wait=False, cancel_futures=True)

    def _age(self, kid: str) -> float:
        found = self._found.get(kid)
        return STALE_SECONDS if found is None else self._clock() - found[1]


def _kid(token: str) -> str:
    return str(jwt.get_unverified_header(token).get("kid"))
