"""What was said in conversations that are shown again from here: the plain page, and chats kept over pages.

Masked words only. Held in memory, packed, for the conversations used last.
"""

import json
import zlib
from collections import OrderedDict, deque
from typing import Any

MOST_ENTRIES = 40
MOST_CONVERSATIONS = 2_000  # packed entries are about 2 kB: some 160 MB if all were full


class Transcripts:
    """Entries {"message_id", "said", "reply"} by conversation. `said` is None where nothing of it is kept."""

    def __init__(self, most_conversations: int = MOST_CONVERSATIONS) -> None:
        self._kept: OrderedDict[str, deque[bytes]] = OrderedDict()
        self._most = most_conversations

    def add(self, conversation: str, message_id: str, said: str | None, reply: dict[str, Any]) -> None:
        """Note a turn, unless the message was noted before."""
        if message_id and any(entry["message_id"] == message_id for entry in self.entries(conversation)):
            return
        entry = {"message_id": message_id, "said": said, "reply": reply}
        kept = self._kept.setdefault(conversation, deque(maxlen=MOST_ENTRIES))
        kept.append(zlib.compress(json.dumps(entry).encode()))
        self._kept.move_to_end(conversation)
        if len(self._kept) > self._most:
            self._kept.popitem(last=False)

    def entries(self, conversation: str) -> list[dict[str, Any]]:
        """What was said, oldest first; [] for a conversation that is not known."""
        return [json.loads(zlib.decompress(packed)) for packed in self._kept.get(conversation, ())]

    def entry(self, conversation: str, message_id: str) -> dict[str, Any] | None:
        """One turn."""
        return next((e for e in self.entries(conversation) if e["message_id"] == message_id), None)

    def forget(self, conversation: str) -> None:
        """Drop a conversation."""
        self._kept.pop(conversation, None)

    def __contains__(self, conversation: str) -> bool:
        return conversation in self._kept

    def names(self) -> list[str]:
        """The conversations that are held."""
        return list(self._kept)


def title_of_choice(transcript: list[dict[str, Any]], payload: str) -> str | None:
    """Words of an offered choice; None if it was not offered in this transcript."""
    for entry in reversed(transcript):
        offered = [(c["payload"], c["title"]) for c in entry["reply"]["choices"]]
        offered += [(f.get("payload"), f["label"]) for f in entry["reply"]["understood"]]
        for signed, title in offered:
            if signed == payload:
                return str(title)
    return None
