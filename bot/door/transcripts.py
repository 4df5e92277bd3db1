"""What was said in conversations that are shown again from here: the plain page, and chats kept over pages.

Masked words only. Held in memory, packed, for the conversations used last.
"""

import json
import zlib
from collections import OrderedDict, deque
from typing import Any

MOST_ENTRIES = 40
MOST_CONVERSATIONS = 2_000
MOST_BYTES = 64 * 1024 * 1024  # of all packed entries, which are about 2 kB each; what is typed may not pack at all


class Transcripts:
    """Entries {"message_id", "said", "reply"} by conversation. `said` is None where nothing of it is kept."""

    def __init__(self, most_conversations: int = MOST_CONVERSATIONS, most_bytes: int = MOST_BYTES) -> None:
        self._kept: OrderedDict[str, deque[tuple[str, bytes]]] = OrderedDict()
        self._most = most_conversations
        self._most_bytes = most_bytes
        self._bytes = 0

    def add(self, conversation: str, message_id: str, said: str | None, reply: dict[str, Any]) -> None:
        """Note a turn, unless the message was noted before."""
        if message_id and any(known == message_id for known, _ in self._kept.get(conversation, ())):
            return
        kept = self._kept.setdefault(conversation, deque())
        self._kept.move_to_end(conversation)
        packed = zlib.compress(json.dumps({"message_id": message_id, "said": said, "reply": reply}).encode())
        kept.append((message_id, packed))
        self._bytes += len(packed)
        if len(kept) > MOST_ENTRIES:
            self._bytes -= len(kept.popleft()[1])
        while len(self._kept) > self._most or (self._bytes > self._most_bytes and len(self._kept) > 1):
            self.forget(next(iter(self._kept)))

    def entries(self, conversation: str) -> list[dict[str, Any]]:
        """What was said, oldest first; [] for a conversation that is not known."""
        return [_opened(packed) for _, packed in self._kept.get(conversation, ())]

    def entry(self, conversation: str, message_id: str) -> dict[str, Any] | None:
        """One turn."""
        kept = self._kept.get(conversation, ())
        return next((_opened(packed) for known, packed in kept if known == message_id), None)

    def forget(self, conversation: str) -> None:
        """Drop a conversation."""
        self._bytes -= sum(len(packed) for _, packed in self._kept.pop(conversation, ()))

    def __contains__(self, conversation: str) -> bool:
        return conversation in self._kept

    def names(self) -> list[str]:
        """The conversations that are held."""
        return list(self._kept)


def _opened(packed: bytes) -> dict[str, Any]:
    entry: dict[str, Any] = json.loads(zlib.decompress(packed))
    return entry


def title_of_choice(transcript: list[dict[str, Any]], payload: str) -> str | None:
    """Words of an offered choice; None if it was not offered in this transcript."""
    for entry in reversed(transcript):
        offered = [(c["payload"], c["title"]) for c in entry["reply"]["choices"]]
        offered += [(f.get("payload"), f["label"]) for f in entry["reply"]["understood"]]
        for signed, title in offered:
            if signed == payload:
                return str(title)
    return None
