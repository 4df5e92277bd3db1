"""What a person typed into a reply, made ready to be stored: without what stands in blanks, and masked."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import groupby

from bot.desk.blanks import put_back
from bot.desk.desk import LookThrough
from bot.documents.texts import clean
from bot.records.replies import Reply
from bot.records.states import normalised

MOST_CHARS = 20_000


@dataclass(frozen=True, slots=True)
class Fault:
    """What stood in the way: a sentence in `faults` of words/reply.yml, the field it is about, what is filled in."""

    name: str
    at: str = "text"
    filled: str = ""


class RefusedError(Exception):
    """A step that was not taken; nothing was stored."""

    def __init__(self, *faults: Fault) -> None:
        super().__init__(*(fault.name for fault in faults))
        self.faults = faults


@dataclass(frozen=True, slots=True)
class Taken:
    """A text that may be stored. `values`: what had been typed over blanks, which may not. `masked`: how often."""

    text: str
    values: Mapping[str, str]
    masked: int = 0


def without_values(reply: Reply, typed: str) -> Taken:
    """The typed text with the blanks of the reply in it again, not masked yet."""
    text = normalised(clean(typed))
    values: dict[str, str] = {}
    for before in (reply.text, reply.verified):
        text, found = put_back(before, text)
        values = {**found, **values}
    return Taken(text, values)


async def taken(reply: Reply, typed: str, look_through: LookThrough) -> Taken:
    """Make a typed text ready to be stored. Lines that the reply had already are ours, or masked: they stay.

    Raises: RefusedError: it is too long, empty, or tells of somebody in danger. What `look_through` raises.
    """
    if len(typed) > MOST_CHARS:
        raise RefusedError(Fault("too_long"))
    found = without_values(reply, typed)
    if not found.text.strip():
        raise RefusedError(Fault("empty"))
    known = {*reply.text.split("\n"), *reply.verified.split("\n"), ""}
    pieces, count = [], 0
    for is_known, lines in groupby(found.text.split("\n"), key=known.__contains__):
        piece = "\n".join(lines)
        if not is_known:
            looked = await look_through(piece)
            if looked.is_disclosure:
                raise RefusedError(Fault("disclosure"))
            piece, count = looked.masked, count + sum(looked.counts.values())
        pieces.append(piece)
    return Taken("\n".join(pieces), found.values, count)
