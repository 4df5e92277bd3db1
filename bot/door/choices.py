"""Signed choices. A choice is accepted only in the conversation that offered it. Pure functions.

Payload: "choice:" + URL-safe base64 (no padding) of compact JSON {"k": kind, "v": value} + "." + 16 hex
digits of HMAC-SHA256(secret, conversation id, newline, body). Any door with the secret can check it.
"""

import base64
import binascii
import hashlib
import hmac
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

PREFIX = "choice:"
COMMAND = "command"
"""Kind of a choice that the engine offered as a Rasa payload ("/affirm"): sent back to it as it was."""
TYPED = "typed"
"""Kind of a choice that stands for words: the engine gets the words, as if they had been typed."""


@dataclass(frozen=True, slots=True)
class Choice:
    """One offered choice: `kind` says what it fills, `value` is any JSON value."""

    kind: str
    value: Any


def conversation_id(secret: str, sender: str) -> str:
    """The engine's name of a sender's conversation: 64 hex digits, which nobody can guess."""
    return hmac.new(secret.encode(), b"conversation\n" + sender.encode(), hashlib.sha256).hexdigest()


def sign_choice(secret: str, conversation: str, choice: Choice) -> str:
    """The payload of a choice, valid in this conversation only.

    Raises: TypeError, ValueError: the value is not JSON (NaN counts as not).
    """
    compact = json.dumps({"k": choice.kind, "v": choice.value}, separators=(",", ":"), allow_nan=False)
    body = base64.urlsafe_b64encode(compact.encode()).decode().rstrip("=")
    return f"{PREFIX}{body}.{_mark(secret, conversation, body)}"


def open_choice(secret: str, conversation: str, payload: str) -> Choice | None:
    """The choice in a payload, or None where it is broken, forged or from another conversation."""
    body, point, mark = payload.removeprefix(PREFIX).partition(".")
    if not (payload.startswith(PREFIX) and point and payload.isascii()):
        return None
    if not hmac.compare_digest(mark, _mark(secret, conversation, body)):
        return None
    try:
        data = json.loads(base64.urlsafe_b64decode(body + "=" * (-len(body) % 4)))
        return Choice(kind=data["k"], value=data["v"])
    except (ValueError, KeyError, TypeError, binascii.Error):
        return None


def looks_like_choice(message: str) -> bool:
    """Whether a message is meant as a payload. "choice: which form?" is what a person types."""
    after = message.removeprefix(PREFIX)
    return message.startswith(PREFIX) and after != "" and not after[0].isspace()


def engine_text(choice: Choice) -> str:
    """What the engine gets for a choice: one line that begins with "/", or plain words for `TYPED`.

    `/choose{"choice": "<JSON string>"}`: one entity `choice`, holding {"k": kind, "v": value} as JSON text.
    """
    if choice.kind in (COMMAND, TYPED):
        return str(choice.value)
    inner = json.dumps({"k": choice.kind, "v": choice.value}, separators=(",", ":"))
    return "/choose" + json.dumps({"choice": inner})


def choice_of(offer: Mapping[str, Any]) -> Choice | None:
    """The choice in an offer of the engine: {"value": {"kind"|"k", "value"|"v"}} or {"payload": "..."}.

    None where the offer holds neither: it cannot be taken then and is left out.
    """
    value = offer.get("value")
    if isinstance(value, Mapping):
        kind = value.get("kind", value.get("k"))
        if isinstance(kind, str) and kind:
            return Choice(kind, value.get("value", value.get("v")))
    payload = offer.get("payload")
    if isinstance(payload, str) and payload:
        return Choice(COMMAND if payload.startswith("/") else TYPED, payload)
    return None


def _mark(secret: str, conversation: str, body: str) -> str:
    return hmac.new(secret.encode(), f"{conversation}\n{body}".encode(), hashlib.sha256).hexdigest()[:16]
