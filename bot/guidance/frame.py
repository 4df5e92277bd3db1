"""What is known in a conversation: facts of the conversation and of the pupil being talked about."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from bot.knowledge.model import Fact


@dataclass(frozen=True)
class Frame:
    """Known facts, by id. `carried` are the pupil facts that were said in an earlier turn, not in this one.

    `needs` is a tuple of need ids. `routes` are the routes last named or answered about.
    """

    area: str | None = None
    conversation: Mapping[str, Any] = field(default_factory=dict)
    pupil: Mapping[str, Any] = field(default_factory=dict)
    routes: tuple[str, ...] = ()
    carried: frozenset[str] = frozenset()

    @property
    def facts(self) -> dict[str, Any]:
        """All facts together, as conditions read them."""
        return {**self.conversation, **self.pupil}

    def with_facts(self, said: Mapping[str, Any], declared: Mapping[str, Fact]) -> Frame:
        """This frame with what was just said; what is said later replaces what was said before."""
        conversation, pupil = dict(self.conversation), dict(self.pupil)
        for name, value in said.items():
            target = conversation if declared[name].scope == "conversation" else pupil
            target[name] = value
        carried = frozenset(n for n in self.pupil if n not in said)
        return replace(self, conversation=conversation, pupil=pupil, carried=carried)

    def new_pupil(self) -> Frame:
        """The same conversation about another pupil: nothing of the former pupil is kept."""
        return replace(self, pupil={}, routes=(), carried=frozenset())


def plausible(fact: Fact, value: object) -> bool:
    """Whether a value is one that the fact may have; what comes from outside is checked with this."""
    if fact.type == "bool":
        return isinstance(value, bool)
    if fact.type in ("number", "age"):
        return isinstance(value, (int, float)) and not isinstance(value, bool)
    if fact.type == "set":
        return isinstance(value, (list, tuple)) and all(isinstance(v, str) for v in value)
    return isinstance(value, str) and value in fact.values
