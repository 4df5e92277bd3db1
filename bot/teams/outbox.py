"""Sends messages to Teams: again when it is busy, and not longer than somebody waits."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Mapping
from typing import Any

import httpx
from tenacity import AsyncRetrying, RetryCallState, retry_if_exception, stop_after_attempt

from bot.teams.sdk import App, MessageActivityInput, TypingActivityInput

ATTEMPTS = 3
PAUSE_SECONDS = 0.5
LONGEST_PAUSE_SECONDS = 4.0
TYPING_AFTER_SECONDS = 0.4  # an answer is mostly there before
TYPING_AGAIN_SECONDS = 3.0  # Teams takes the sign away by itself
AGAIN = frozenset({412, 429, 500, 502, 503, 504})


class NotSentError(Exception):
    """Teams did not take a message. `reason`: a short word for the log, without ids."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class Outbox:
    """Sends and changes messages through the library, which has the token and the addresses."""

    def __init__(self, app: App) -> None:
        self._app = app

    async def send(self, thread: str, service_url: str, message: Mapping[str, Any], *, card: str = "") -> str:
        """Send a message, or change one that was sent (`card`: its id). Returns: its id.

        Raises: NotSentError: refused, or not taken in time. Whether it arrived is not known where no answer came.
        """
        try:
            async for attempt in AsyncRetrying(
                stop=stop_after_attempt(ATTEMPTS), retry=retry_if_exception(_is_worth_it), wait=_pause, reraise=True
            ):
                with attempt:
                    activity = MessageActivityInput.model_validate({**message, "id": card or None})
                    sent = await self._app.send(thread, activity, service_url=service_url)
                    return str(sent.id)
        except httpx.HTTPStatusError as error:
            raise NotSentError(f"status {error.response.status_code}") from None
        except Exception as error:  # of the library that fetches our own token, too; its text may hold ids
            raise NotSentError(type(error).__name__) from None
        raise NotSentError("no attempt")  # pragma: no cover - the loop ends by returning or raising

    @contextlib.asynccontextmanager
    async def typing(self, thread: str, service_url: str) -> AsyncIterator[None]:
        """Show that somebody types, while the block takes long. It is over before anything else is sent."""
        showing = asyncio.create_task(self._type(thread, service_url))
        try:
            yield
        finally:
            showing.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await showing

    async def _type(self, thread: str, service_url: str) -> None:
        await asyncio.sleep(TYPING_AFTER_SECONDS)
        while True:
            with contextlib.suppress(Exception):  # a sign only
                await self._app.send(thread, TypingActivityInput(), service_url=service_url)
            await asyncio.sleep(TYPING_AGAIN_SECONDS)


def _is_worth_it(error: BaseException) -> bool:
    """Whether to try again: Teams is busy, or was not reached. Without an answer the message may be there already."""
    if isinstance(error, httpx.HTTPStatusError):
        return error.response.status_code in AGAIN
    return isinstance(error, httpx.ConnectError | httpx.ConnectTimeout)


def _pause(state: RetryCallState) -> float:
    """Seconds till the next attempt: what the answer says, else twice as long each time."""
    error = state.outcome.exception() if state.outcome else None
    if isinstance(error, httpx.HTTPStatusError):
        said = error.response.headers.get("retry-after", "")
        if said.isdecimal() and len(said) < 4:
            return min(float(said), LONGEST_PAUSE_SECONDS)
    return min(PAUSE_SECONDS * 2.0 ** (state.attempt_number - 1), LONGEST_PAUSE_SECONDS)
