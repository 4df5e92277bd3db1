"""What is known in a conversation: facts of the conversation and of the pupil being talked about."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from bot.knowledge.model import Fact

MOST_OTHERS = 6
AREA = "area"  # kept with the facts of a pupil spoken of before


@dataclass(frozen=True)
class Frame:
    """Known facts, by id. `carried` are the pupil facts that were said in an earlier turn, not in this one.

    `needs` is a tuple of need ids. `routes` are the routes last named or answered about. `others` are the facts of
    pupils spoken of before, with their area, in the order in which they came up; `together`: how many pupils, this
    one the last of them, the last message was about (0 or 1: this one only).
    """

    area: str | None = None
    conversation: Mapping[str, Any] = field(default_factory=dict)
    pupil: Mapping[str, Any] = field(default_factory=dict)
    routes: tuple[str, ...] = ()
    carried: frozenset[str] = frozenset()
    others: tuple[Mapping[str, Any], ...] = ()
    together: int = 0

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

    def without(self, names: Collection[str]) -> Frame:
        """This frame without some facts, as if they had not been said."""
        return replace(
            self,
            conversation={n: v for n, v in self.conversation.items() if n not in names},
            pupil={n: v for n, v in self.pupil.items() if n not in names},
            carried=self.carried - frozenset(names),
            routes=(),
        )

    def new_pupil(self, facts: Mapping[str, Any] | None = None) -> Frame:
        """The same conversation about another pupil: nothing of the former one is kept but among the others."""
        mine = {**self.pupil, AREA: self.area} if self.area else dict(self.pupil)
        others = (*self.others, mine) if self.pupil else self.others
        return replace(
            self,
            pupil=dict(facts or {}),
            routes=(),
            carried=frozenset(),
            others=others[-MOST_OTHERS:],
            together=0,
        )

    def back_to(self, number: int) -> Frame:
        """The same conversation about one of the others again."""
        chosen = dict(self.others[number])
        area = chosen.pop(AREA, self.area)
        rest = (*self.others[:number], *self.others[number + 1 :])
        return replace(replace(self, others=rest).new_pupil(chosen), carried=frozenset(chosen), area=area)

    def each(self) -> tuple[Frame, ...]:
        """A frame for each of the pupils that are spoken of together; this one alone where it is only one."""
        if self.together <= 1 or self.together > len(self.others) + 1:
            return (self,)
        pupils = (*self.others[len(self.others) + 1 - self.together :], {**self.pupil, AREA: self.area})
        return tuple(
            replace(
                self,
                pupil={n: v for n, v in p.items() if n != AREA},
                area=p.get(AREA) or self.area,
                routes=(),
                carried=self.carried & set(p),
            )
            for p in pupils
        )


def plausible(fact: Fact, value: object) -> bool:
    """Whether a value is one that the fact may have; what comes from outside is checked with this."""
    if fact.type == "bool":
        return isinstance(value, bool)
    if fact.type in ("number", "age"):
        return isinstance(value, (int, float)) and not isinstance(value, bool)
    if fact.type == "set":
        return isinstance(value, (list, tuple)) and all(isinstance(v, str) for v in value)
    return isinstance(value, str) and value in fact.values
