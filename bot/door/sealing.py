"""The seal of a reply: proof that this front door, or one with the same secret, gave it.

A document is made from a reply that the caller sends back, since nothing is kept for it here; the seal is why nobody
can have words of their own printed as ours. Pure functions.
"""

import hashlib
import hmac
import json
from collections.abc import Mapping
from typing import Any

MARK_CHARS = 12


def mark_of(secret: str, conversation: str) -> str:
    """A short name of a conversation for what leaves it (calendar entries); the conversation cannot be told from it."""
    return hmac.new(secret.encode(), b"mark\n" + conversation.encode(), hashlib.sha256).hexdigest()[:MARK_CHARS]


def sealed(secret: str, reply: Mapping[str, Any]) -> dict[str, Any]:
    """The reply with its seal, as it leaves: UTF-8 has no lone surrogates, so there are none."""
    as_sent = _as_in_a_browser(json.dumps(reply, ensure_ascii=False).encode("utf-8", "replace"))
    return {**as_sent, "seal": _seal(secret, as_sent)}


def is_sealed(secret: str, reply: Mapping[str, Any]) -> bool:
    """Whether a reply is word for word as it was sealed. Takes whatever JSON there is."""
    seal = reply.get("seal")
    if not isinstance(seal, str) or not seal.isascii():
        return False
    try:
        read = _as_in_a_browser(json.dumps(reply, ensure_ascii=False).encode())
        return hmac.compare_digest(seal, _seal(secret, read))
    except (RecursionError, ValueError):  # nested too deeply, lone surrogates, numbers of thousands of digits
        return False


def _seal(secret: str, reply: Mapping[str, Any]) -> str:
    bare = {name: value for name, value in reply.items() if name != "seal"}
    text = json.dumps(bare, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hmac.new(secret.encode(), b"reply\n" + text.encode(), hashlib.sha256).hexdigest()[:32]


def _as_in_a_browser(text: bytes) -> dict[str, Any]:
    """JSON as it comes back from JavaScript, which writes 4.0 as 4; done by the parser, which is quick."""
    read: dict[str, Any] = json.loads(text, parse_float=_whole)
    return read


def _whole(number: str) -> float:
    value = float(number)
    return int(value) if value.is_integer() else value
