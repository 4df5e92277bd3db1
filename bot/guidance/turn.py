"""What goes into a turn and what is remembered between turns."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from bot.guidance.frame import Frame
from bot.knowledge.model import Topic


@dataclass(frozen=True)
class Clause:
    """A clause of the message as the engine read it. Without text it asks for what its intent is about, as a whole.

    `ranking`: intent -> confidence; `entities` as Rasa gives them; `context` what stood before it in the message,
    `context_ranking` the ranking of the clause before it.
    """

    text: str
    intent: str = ""
    confidence: float = 0.0
    similarity: float = 0.0
    ranking: Mapping[str, float] = field(default_factory=dict)
    entities: Sequence[Mapping[str, Any]] | None = None
    context: str = ""
    context_ranking: Mapping[str, float] = field(default_factory=dict)

    @property
    def score(self) -> float:
        """How sure it is that the clause is one of ours: confidence times likeness to a training sentence."""
        return self.confidence * self.similarity


def topic_clause(topic: Topic, text: str = "") -> Clause:
    """A question for a topic as such: one that was chosen, or that is taken for meant."""
    intent = f"ask_{topic.id}"
    return Clause(text or topic.title, intent, 1.0, 1.0, {intent: 1.0})


@dataclass(frozen=True)
class Last:
    """What the last answer was about, so that a follow-up can lean on it.

    `routes`: the one route that all of it held for, with its strands; empty where it was about several. `asked`: its
    questions, each with its topic. `areas`: the authorities it was for. `days`: the message in which a day was said.
    """

    area: str = ""
    topics: tuple[str, ...] = ()
    statements: tuple[str, ...] = ()
    question: str = ""
    routes: tuple[str, ...] = ()
    asked: tuple[tuple[str, str], ...] = ()
    areas: tuple[str, ...] = ()
    days: str = ""


@dataclass(frozen=True)
class Memory:
    """All that a conversation remembers: JSON, kept in the engine's slots.

    `pending` are the questions that wait for an answer of the person (texts); `offered` the titles and values of
    the choices last shown; `told` what is said once only.
    """

    frame: Frame = field(default_factory=Frame)
    last: Last = field(default_factory=Last)
    pending: tuple[Clause, ...] = ()
    offered: tuple[tuple[str, Mapping[str, Any]], ...] = ()
    told: frozenset[str] = frozenset()

    def telling(self, what: str) -> Memory:
        """This memory, with something marked as said."""
        return replace(self, told=self.told | {what})


@dataclass(frozen=True)
class Turn:
    """One message. `preset_area` comes from the page it was asked on; `choice` is the value of a chosen button.

    `entities`: all of the message, as Rasa gives them; None where they are not known.
    """

    text: str
    clauses: tuple[Clause, ...]
    intent: str = ""
    ranking: Mapping[str, float] = field(default_factory=dict)
    preset_area: str | None = None
    choice: Mapping[str, Any] | None = None
    entities: Sequence[Mapping[str, Any]] | None = None
