"""The questions and answers of one message, held against each other: nothing is said twice. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from bot.guidance.answer_parts import Outcome
from bot.guidance.area import AreaKnowledge
from bot.guidance.reply import Answer
from bot.guidance.turn import Clause
from bot.guidance.understanding import follows_up


def said_once(outcomes: Sequence[Outcome]) -> list[Outcome]:
    """Outcomes without the points that an earlier one has said; one of which nothing is left is not kept."""
    kept: list[Outcome] = []
    said: set[str] = set()
    for outcome in outcomes:
        new = [p for p in outcome.answer.points if p.statement_id not in said]
        if new or not outcome.answer.points:
            kept.append(replace(outcome, answer=outcome.answer.model_copy(update={"points": new})))
        said |= {p.statement_id for p in new}
    return kept


def repeats(answer: Answer, other: Answer) -> bool:
    """Whether an answer says again what another one says already."""
    mine, others = {p.statement_id for p in answer.points}, {p.statement_id for p in other.points}
    if not mine and not others:
        return answer.lead == other.lead
    return bool(mine) and len(mine & others) >= 0.6 * len(mine)


def each_last_topic(clauses: Sequence[Clause], topics: Sequence[str]) -> Sequence[Clause]:
    """A follow-up to an answer about several things (`topics`) is a follow-up to each of them, two at most."""
    if len(clauses) != 1 or len(topics) < 2 or not follows_up(clauses[0]) or clauses[0].context:
        return clauses
    return [replace(clauses[0], intent="follow_up", ranking={f"ask_{t}": 1.0}) for t in topics[:2]]


def held_for(area: AreaKnowledge, answers: Sequence[Answer]) -> tuple[str, ...]:
    """The one route that all points of some answers hold for, with its strands; empty where they hold for several."""
    said = [p.statement_id for answer in answers for p in answer.points if p.statement_id in area.statements]
    sets = [area.routes_of[i] for i in said]
    if not sets or any(s is None for s in sets):
        return ()
    routes = frozenset().union(*(s for s in sets if s is not None))
    broad = {area.routes[r].broader or r for r in routes}
    return tuple(r for r in area.routes if r in routes | broad) if len(broad) == 1 else ()
