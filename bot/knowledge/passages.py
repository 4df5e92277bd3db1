"""What a statement rests on, and whether it was signed off as it stands now.

A sign-off holds for what was read: the statement and the passage of its source. Both are known by digests, so that
another wording or another passage is told from the one that was signed.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Protocol

from bot.knowledge.content import AreaContent
from bot.knowledge.model import Source, Statement

# Where and how soon it is found, not what it says or for whom: these may change without reading the source again.
NOT_SIGNED = {"asked_as", "topics", "priority", "source"}


@dataclass(frozen=True, slots=True)
class Passage:
    """A paragraph of a source as far as the register has it; its text is in the authority's document only."""

    document: str
    title: str
    section: str
    number: int
    opens: str
    sha256: str


@dataclass(frozen=True, slots=True)
class Signable:
    """A statement as it can be signed: `digest` of it with its passages, `passage` of the passages alone (hex)."""

    digest: str
    passage: str


class Signed(Protocol):
    """What was once signed."""

    @property
    def digest(self) -> str:
        """Of the statement with its passages."""

    @property
    def passage(self) -> str:
        """Of the passages alone."""


class State(StrEnum):
    """Whether a statement is signed off as it stands. Two ways of being changed since it was signed."""

    SIGNED = "signed"
    UNSIGNED = "unsigned"
    WORDING_CHANGED = "wording_changed"
    PASSAGE_CHANGED = "passage_changed"


CHANGED = frozenset({State.WORDING_CHANGED, State.PASSAGE_CHANGED})


def passages(area: AreaContent, sources: Sequence[Source]) -> tuple[Passage, ...]:
    """The passages of a statement's sources, in its order; what the register does not have is left out."""
    titles = {d.id: d.title for d in area.authority.documents}
    found = []
    for source in sources:
        paragraph = area.paragraph(source.document, source.paragraph)
        if paragraph is not None:
            title = titles.get(source.document, source.document)
            found.append(
                Passage(source.document, title, paragraph.section, paragraph.n, paragraph.opens, paragraph.sha256)
            )
    return tuple(found)


def signable(area: AreaContent, statement: Statement) -> Signable:
    """The digests of a statement as it stands: 64 hex digits each.

    In them is all that people read of it and all that decides for whom and when it holds, with the hashes of its
    paragraphs. Paragraph numbers are not: a passage that only moved is the passage that was read. Routes count as
    the groups stand now.
    """
    said: dict[str, Any] = statement.model_dump(mode="json", by_alias=True, exclude=NOT_SIGNED, exclude_defaults=True)
    for key in ("routes", "except_routes", "extends"):
        names = getattr(statement, key)
        if names and names != "all":
            said[key] = list(area.expand(names))
    rests_on = sorted({(p.document, p.section, p.sha256) for p in passages(area, statement.source)})
    return Signable(_sha256([said, rests_on]), _sha256(rests_on))


def state_of(now: Signable, signed: Sequence[Signed]) -> State:
    """Whether a statement is signed off as it stands.

    Args:
        signed: all its sign-offs, the newest first. Any of them may hold: a wording that came back is signed still.
    """
    if not signed:
        return State.UNSIGNED
    if any(one.digest == now.digest for one in signed):
        return State.SIGNED
    return State.WORDING_CHANGED if signed[0].passage == now.passage else State.PASSAGE_CHANGED


def _sha256(value: object) -> str:
    return hashlib.sha256(json.dumps(value, sort_keys=True, ensure_ascii=False).encode()).hexdigest()
