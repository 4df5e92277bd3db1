"""What a request may hold: reading its body within the limit and checking each field."""

import json
from dataclasses import dataclass
from typing import Any

from starlette.requests import Request

from bot.door.cleaning import clean_text


class RefusedError(Exception):
    """The request is answered with an HTTP error. `code` names its words in wording.yml; `text`: to be said instead."""

    def __init__(self, status: int, code: str, retry_after_seconds: float | None = None, text: str = "") -> None:
        super().__init__(code)
        self.status = status
        self.code = code
        self.retry_after_seconds = retry_after_seconds
        self.text = text


@dataclass(frozen=True, slots=True)
class Message:
    """One message as it came, cleaned but not masked.

    `message_id`: a client's own id, kept in retries. `keep`: whether the chat is to be shown again on another page.
    `channel`: one of bot.records.switches.CHANNELS; it is known from where the message came in, never from its fields.
    """

    sender: str
    text: str
    area: str | None = None
    message_id: str | None = None
    keep: bool = False
    channel: str = "web"


async def read_body(request: Request, max_bytes: int) -> bytes:
    """The body. Raises RefusedError (413) as soon as it is known to be larger than `max_bytes`."""
    announced = request.headers.get("content-length", "")
    if announced.isdecimal() and int(announced) > max_bytes:
        raise RefusedError(413, "too_large")
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > max_bytes:
            raise RefusedError(413, "too_large")
    return bytes(body)


def json_object(body: bytes) -> dict[str, Any]:
    """The object in a body. Raises RefusedError: 400 not UTF-8, not JSON, too deep; 422 not an object."""
    try:
        text = body.decode("utf-8")
    except UnicodeDecodeError:
        raise RefusedError(400, "bad_encoding") from None
    try:
        data = json.loads(text)
    except (ValueError, RecursionError):
        raise RefusedError(400, "bad_json") from None
    if not isinstance(data, dict):
        raise RefusedError(422, "not_an_object")
    return data


def message_of(data: dict[str, Any], max_sender_chars: int) -> Message:
    """The message in a JSON object. Raises RefusedError (422): a field is missing or of the wrong type."""
    metadata = data.get("metadata")
    if metadata is not None and not isinstance(metadata, dict):
        raise RefusedError(422, "bad_metadata")
    sender = sender_of(data, max_sender_chars)
    if "message" not in data:
        raise RefusedError(422, "missing_message")
    if not isinstance(data["message"], str):
        raise RefusedError(422, "bad_message")
    text, known = clean_text(data["message"]), metadata or {}
    area, message_id = _short(known.get("area")), _short(known.get("message_id"))
    return Message(sender, text, area, message_id, keep=known.get("keep") is True)


def sender_of(data: dict[str, Any], max_sender_chars: int) -> str:
    """The cleaned sender of an object. Raises RefusedError (422): missing, not text, blank or too long."""
    if "sender" not in data:
        raise RefusedError(422, "missing_sender")
    sender = data["sender"]
    if not isinstance(sender, str) or len(sender) > max_sender_chars or not (sender := clean_text(sender)):
        raise RefusedError(422, "bad_sender")
    return sender


def _short(value: object) -> str | None:
    return value if isinstance(value, str) and 0 < len(value) <= 64 else None
