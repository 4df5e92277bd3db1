"""From a message to what it asks and says: facts, area, questions."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from bot.guidance.area import AreaKnowledge
from bot.guidance.reading import Reader, Reading
from bot.guidance.turn import Clause, Turn

INTERROGATIVE = re.compile(
    r"\?|^(?:\W*(?:and|so|but|or|also|ok|okay|well|right|then|plus|quick one|hi|hello|please|sorry|now)\W+){0,3}"
    r"(?:what|whats|which|who|whos|whose|where|wheres|when|how|hows|why|can|could|may|do|does|did|is|are|am|was|will|would|should|shall|must|has|have|any|need to know|"
    r"tell me|talk me|explain|remind me|checklist|help me|looking for|i need to|we need to|need to work)\b",
    re.IGNORECASE,
)
REFERS_BACK = re.compile(
    r"\b(?:it|that|this|they|them|he|she|him|her|his|there|one|ones|those|these|same|then|instead)\b", re.IGNORECASE
)


@dataclass(frozen=True)
class Limits:
    """Thresholds of understanding; measured, see docs/evaluation.md."""

    asks: float = 0.42
    out_of_scope: float = 0.45
    small_talk: float = 0.40
    questions: int = 4


@dataclass(frozen=True)
class Understood:
    """A message as understood: the reading of the whole, the clauses that ask, and the context before each."""

    reading: Reading
    asking: tuple[Clause, ...]
    context: Mapping[int, str]
    intent: str
    score: float


def topic_weights(clause: Clause, ranking: Mapping[str, float], share: float = 0.25) -> dict[str, float]:
    """Topic id -> probability: the clause's own ranking, mixed with a share of the whole message's."""
    weights: dict[str, float] = {}
    for source, part in ((clause.ranking, 1 - share), (ranking, share)):
        for intent, confidence in source.items():
            if intent.startswith("ask_"):
                topic = intent.removeprefix("ask_")
                weights[topic] = weights.get(topic, 0.0) + part * confidence
    return weights


def named_routes(reading: Reading, area: AreaKnowledge) -> tuple[str, ...]:
    """Routes of one authority that a text names, itself or through a service or a form that leads to one route."""
    prefix = area.id + "/"
    mine = [r.removeprefix(prefix) for r in reading.routes if r.startswith(prefix)]
    if not mine:
        services = {s.id: s for s in area.content.services}
        for name in reading.services:
            if name.startswith(prefix):
                mine += services[name.removeprefix(prefix)].routes
    if not mine:
        for name in reading.forms:
            if name.startswith(prefix):
                leading = [r.id for r in area.content.routes if r.form == name.removeprefix(prefix)]
                mine += leading if len(leading) == 1 else []
    return tuple(r for r in area.routes if r in mine)


def understand(turn: Turn, reader: Reader, limits: Limits) -> Understood:
    """Read a message: facts from the whole, questions from the clauses that ask."""
    clauses = turn.clauses or (Clause(turn.text),)
    entities = None
    if all(c.entities is not None for c in clauses):
        entities = [e for c in clauses for e in (c.entities or ())]
    reading = reader.read(turn.text, entities)
    best = max(clauses, key=lambda c: c.score)
    asking: list[Clause] = []
    context: dict[int, str] = {}
    for number, clause in enumerate(clauses):
        asks = clause.intent.startswith(("ask_", "out_of_scope_")) and clause.score >= limits.asks
        interrogative = bool(INTERROGATIVE.search(clause.text.strip()))
        if interrogative or (asks and len(clauses) <= 2 and clause.score >= limits.asks):
            context[len(asking)] = " ".join(c.text for c in clauses[max(0, number - 2) : number])[-220:]
            asking.append(clause)
    if not asking and best.intent.startswith(("ask_", "out_of_scope_")) and best.score >= limits.asks / 2:
        asking, context = [best], {0: turn.text[:220] if len(clauses) > 1 else ""}
    return Understood(reading, tuple(asking), context, best.intent, best.score)
