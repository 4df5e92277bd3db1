"""The door's side of Rasa's REST channel."""

import asyncio
import json
from typing import Any

import httpx

PATH = "/webhooks/rest/webhook"
_KEEPALIVE_SECONDS = 2.0
"""Below the 5 s after which the engine closes an idle connection: else a message can meet a closing one."""
_RETRY_PAUSE_SECONDS = 0.2


class EngineError(Exception):
    """The engine gave no usable answer. `cause` is a short fixed word for the log, never text of the turn."""

    def __init__(self, cause: str) -> None:
        super().__init__(cause)
        self.cause = cause


class EngineClient:
    """Posts messages to the engine. `transport` lets tests reach an app in the same process."""

    def __init__(self, url: str, longest_seconds: float, transport: httpx.AsyncBaseTransport | None = None) -> None:
        limits = httpx.Limits(max_connections=200, max_keepalive_connections=50, keepalive_expiry=_KEEPALIVE_SECONDS)
        self._transport = transport or httpx.AsyncHTTPTransport(limits=limits, trust_env=False)
        self._client = httpx.AsyncClient(
            base_url=url, transport=self._transport, timeout=longest_seconds, trust_env=False
        )
        self._url = httpx.URL(url.rstrip("/") + PATH)
        self._extensions = {"timeout": httpx.Timeout(longest_seconds).as_dict()}

    async def send(self, conversation: str, text: str, metadata: dict[str, Any]) -> list[dict[str, Any]]:
        """The engine's messages for one turn, at least one.

        A refused connection is tried once more, since nothing can have been done; anything else is not, since
        the engine may have acted on it.

        Raises: EngineError: refused twice, broken off, not 200, not JSON, not a list of objects, or empty.
        """
        body = {"sender": conversation, "message": text, "metadata": metadata}
        try:
            response = await self._post(body)
        except httpx.HTTPError as error:
            raise EngineError(type(error).__name__) from None
        if response.status_code != httpx.codes.OK:
            raise EngineError(f"status {response.status_code}")
        try:
            messages = response.json()
        except ValueError:
            raise EngineError("not JSON") from None
        if not isinstance(messages, list) or not all(isinstance(message, dict) for message in messages):
            raise EngineError("not a list of messages")
        if not messages:
            raise EngineError("no message")
        return messages

    async def _post(self, body: dict[str, Any]) -> httpx.Response:
        content = json.dumps(body, ensure_ascii=False, separators=(",", ":")).encode()
        try:
            return await self._post_once(content)
        except httpx.ConnectError:
            await asyncio.sleep(_RETRY_PAUSE_SECONDS)
            return await self._post_once(content)

    async def _post_once(self, content: bytes) -> httpx.Response:
        # Past httpx's client, whose cookies, redirects and logins cost 1 ms a turn and are not wanted here.
        headers = {"content-type": "application/json"}
        request = httpx.Request("POST", self._url, headers=headers, content=content, extensions=self._extensions)
        response = await self._transport.handle_async_request(request)
        try:
            await response.aread()
        finally:
            await response.aclose()
        return response

    async def is_up(self, timeout_seconds: float = 2.0) -> bool:
        """Whether the engine answers at its root."""
        return await answers(self._client, "/", timeout_seconds)

    async def close(self) -> None:
        """Close all connections."""
        await self._client.aclose()


async def answers(client: httpx.AsyncClient, url: str, timeout_seconds: float) -> bool:
    """Whether a GET of `url` gives 200 within the time."""
    try:
        return (await client.get(url, timeout=timeout_seconds)).status_code == httpx.codes.OK
    except httpx.HTTPError:
        return False
