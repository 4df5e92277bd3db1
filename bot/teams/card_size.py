"""How much of a reply goes on a card, and how large a card is."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

LARGEST_CARD_BYTES = 24_000
"""Teams takes messages of about 28 KB; the rest is for what stands around a card and is not in our hands."""
SHORT_FALLBACK_CHARS = 400


@dataclass(frozen=True)
class Room:
    """What there is room for. `said`: how many paragraphs, points and dates, from the first; None: all."""

    fallback_chars: int | None = None
    has_drafts: bool = True
    has_sources: bool = True
    said: int | None = None

    def less(self) -> Iterator[Room]:
        """Rooms with less and less in them, in the order in which things are left out."""
        yield self
        short = replace(self, fallback_chars=SHORT_FALLBACK_CHARS)
        yield short
        no_drafts = replace(short, has_drafts=False)
        yield no_drafts
        yield replace(no_drafts, has_sources=False)


def bytes_of(element: Mapping[str, Any]) -> int:
    """The size of an element in a message."""
    return len(json.dumps(element, ensure_ascii=False, separators=(",", ":")).encode())


def fits(card: Mapping[str, Any]) -> bool:
    """Whether a card may be sent."""
    return bytes_of(card) <= LARGEST_CARD_BYTES
