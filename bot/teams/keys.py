"""The keys that Microsoft signs messages from Teams with: fetched beside the event loop, and kept.

The library fetches them in the event loop, where a slow key server would hold up everybody else in the front door.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import jwt

FRESH_SECONDS = 300.0  # after which keys are fetched again, beside the messages
STALE_SECONDS = 24 * 3600.0  # for which a key still counts while the key server does not answer
PAUSE_SECONDS = 5.0  # after a fetch that failed
COOLING_SECONDS = 30.0  # after a fetch: a key that was not in it is none
LONGEST_SECONDS = 5.0  # that a message waits for a fetch
log = logging.getLogger("signpost.teams")


class KeysUnavailableError(Exception):
    """The key server did not answer, or not with keys."""


class Keys:
    """Stands in for the library's own client of the key server. One fetch at a time, whoever waits for it.

    Args:
        url: of the key set.
        clock: seconds that only rise.
    """

    def __init__(self, url: str, clock: Callable[[], float] = time.monotonic) -> None:
        self._client = jwt.PyJWKClient(url, cache_jwk_set=False, timeout=LONGEST_SECONDS)
        self._clock = clock
        self._found: dict[str, jwt.PyJWK] = {}
        self._found_at = self._failed_at = float("-inf")
        self._fetching: asyncio.Task[None] | None = None
        # A thread of its own: a key server that hangs takes none from the rest of the door.
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="teams-keys")

    async def find(self, token: str) -> jwt.PyJWK:
        """The key of a token. For one that is known nobody waits, whatever the key server does.

        Raises: jwt.PyJWTError: there is no such key, or the token is none; KeysUnavailableError.
        """
        kid, age = _kid(token), self._clock() - self._found_at
        if kid in self._found and age < STALE_SECONDS:
            if age >= FRESH_SECONDS:
                self._fetch()
            return self._found[kid]
        if age < COOLING_SECONDS:
            raise jwt.PyJWKClientError("no such key")
        try:
            await asyncio.wait_for(asyncio.shield(self._fetch()), LONGEST_SECONDS)
        except TimeoutError:
            raise KeysUnavailableError from None
        if self._clock() - self._found_at >= STALE_SECONDS or self._failed_at > self._found_at:
            raise KeysUnavailableError
        return self.get_signing_key_from_jwt(token)

    def get_signing_key_from_jwt(self, token: str) -> jwt.PyJWK:
        """The key of a token, without waiting. Called by the library. Raises: jwt.PyJWKClientError: not known."""
        found = self._found.get(_kid(token))
        if found is None:
            raise jwt.PyJWKClientError("no such key")
        return found

    def close(self) -> None:
        """Stop fetching."""
        if self._fetching is not None:
            self._fetching.cancel()
        self._thread.shutdown(wait=False, cancel_futures=True)

    def _fetch(self) -> asyncio.Task[None]:
        """The fetch under way, begun if need be; soon after one that failed, that one."""
        if self._fetching is None or (
            self._fetching.done() and self._clock() - max(self._failed_at, self._found_at) >= PAUSE_SECONDS
        ):
            self._fetching = asyncio.create_task(self._fetch_once())
        return self._fetching

    async def _fetch_once(self) -> None:
        try:
            found = await asyncio.get_running_loop().run_in_executor(self._thread, self._client.get_signing_keys)
        except Exception as error:  # whatever the key server gives must not break a message
            log.warning("the keys were not fetched: %s", type(error).__name__)
            self._failed_at = self._clock()
        else:
            self._found = {str(key.key_id): key for key in found}
            self._found_at = self._clock()


def _kid(token: str) -> str:
    return str(jwt.get_unverified_header(token).get("kid"))
