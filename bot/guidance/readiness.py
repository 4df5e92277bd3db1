"""Whether a route can be asked for yet: its requirements against what was said. Pure; the data is the content's."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from bot.guidance.area import AreaKnowledge
from bot.guidance.conditions import holds
from bot.guidance.reply import ItemState
from bot.guidance.routes import TAKEN_FOR_GRANTED, fit, fitting
from bot.knowledge.model import Condition, Criterion, Hedge, Kind, Statement

# Which facts leave a criterion aside while they are not known: what is said of most pupils without being asked.
ASSUMED = TAKEN_FOR_GRANTED | {"needs", "year"}


class Result(StrEnum):
    """How ready a route is. TO_CHECK: nothing is known to be missing, something is not known to be there."""

    READY = "ready"
    TO_CHECK = "to_check"
    NOT_YET = "not_yet"
    ELSEWHERE = "elsewhere"
    NOTHING_ASKED = "nothing_asked"


@dataclass(frozen=True)
class Item:
    """A requirement with its state; `open` are the facts that it still hangs on, where it rests on several."""

    statement: Statement
    state: ItemState
    open: tuple[str, ...] = ()


@dataclass(frozen=True)
class Readiness:
    """The checklist of one route. `failed` are the criteria that rule the route out."""

    route: str
    result: Result
    items: tuple[Item, ...] = ()
    failed: tuple[Criterion, ...] = ()

    def of(self, state: ItemState) -> tuple[Item, ...]:
        """The items in one state, in order."""
        return tuple(i for i in self.items if i.state is state)


def readiness(area: AreaKnowledge, route_id: str, facts: Mapping[str, Any]) -> Readiness:
    """The checklist of a route under what is known.

    Args:
        route_id: a route of the area.
        facts: known facts by id; a missing one is not known.
    Returns: READY only where every item is done; ELSEWHERE where a criterion of the route is known to fail.
    """
    found = fit(area.routes[route_id], facts)
    if found.fits is False:
        return Readiness(route_id, Result.ELSEWHERE, failed=found.failed)
    doubtful = [c.statement for c in found.open if not c.when.facts() <= ASSUMED]
    items = [Item(area.statements[i], ItemState.UNKNOWN) for i in dict.fromkeys(doubtful)]
    items += [_item(s, facts) for s in required(area, route_id, facts) if s.id not in doubtful]
    items.sort(key=lambda i: _holds_only_in_a_case(i.statement, facts))
    states = {i.state for i in items}
    if not items:
        result = Result.NOTHING_ASKED
    elif ItemState.MISSING in states:
        result = Result.NOT_YET
    else:
        result = Result.TO_CHECK if ItemState.UNKNOWN in states else Result.READY
    return Readiness(route_id, result, tuple(items))


def required(area: AreaKnowledge, route_id: str, facts: Mapping[str, Any]) -> list[Statement]:
    """The requirements of a route that are not known not to apply: first of the routes it builds on, then its own.

    A requirement that only points to those of other routes (`extends`) is replaced by them.
    """
    own = _applying(area, route_id, facts)
    pointing = [s for s in own if s.extends]
    routes = [r for s in pointing for r in area.content.expand(s.extends)]
    found = {s.id: s for r in routes for s in _applying(area, r, facts) if not s.extends}
    found |= {s.id: s for s in own if not s.extends}
    return list(found.values())


def _holds_only_in_a_case(statement: Statement, facts: Mapping[str, Any]) -> bool:
    """Whether a requirement has a condition that is not known to be met: it stands after those that hold for all."""
    return statement.when is not None and holds(statement.when, facts) is not True


def rests_on(area: AreaKnowledge, route_id: str) -> set[str]:
    """The facts that can change a route's checklist."""
    found: set[str] = set().union(*(c.when.facts() for c in area.routes[route_id].criteria))
    for s in required(area, route_id, {}):
        found |= s.when.facts() if s.when else set()
        found |= s.met_when.facts() if s.met_when else set()
    return found


def candidates(area: AreaKnowledge, named: Sequence[str], focus: Sequence[str], facts: Mapping[str, Any]) -> list[str]:
    """The routes that a question about being ready may be meant for.

    Those named; else those last talked about; else those that can fit, of the level that is being talked about,
    that ask for something first.
    """
    levels = {"pupil": ("pupil",), "school": ("school", "setting"), "senco": ("senco",)}
    wanted = levels.get(str(facts.get("subject")), ())
    chosen = [r for r in (named or focus) if r in area.routes]
    chosen = [r for r in chosen if area.routes[r].level in wanted] or chosen
    if not chosen:
        fits = [r for r in fitting(area, facts) if not wanted or area.routes[r].level in wanted]
        asking = [r for r in fits if required(area, r, facts)]
        chosen = asking or fits
    possible = [r for r in chosen if fit(area.routes[r], facts).fits is not False]
    return possible or chosen


def first_of(area: AreaKnowledge, routes: Sequence[str]) -> tuple[str, tuple[str, ...]] | None:
    """The one route to check, and its strands that need more; None where the routes are several different ones."""
    for route in routes:
        strands = tuple(r for r in routes if r != route)
        if all(area.routes[r].broader == route for r in strands):
            return route, strands
    return None


def implied(area: AreaKnowledge, route_id: str) -> dict[str, Any]:
    """What choosing a route says about the case: criteria that are one plain fact, or its negation."""
    said: dict[str, Any] = {}
    for criterion in area.routes[route_id].criteria:
        when = criterion.when
        if when.not_ is not None and when.not_.facts() and when.not_ == Condition(fact=when.not_.fact):
            said[str(when.not_.fact)] = False
        elif when.fact is not None and when == Condition(fact=when.fact):
            said[when.fact] = True
        elif when.fact is not None and isinstance(when.is_, str):
            said[when.fact] = when.is_
    return said


def _applying(area: AreaKnowledge, route_id: str, facts: Mapping[str, Any]) -> list[Statement]:
    needs = set(facts.get("needs") or ())
    found = []
    for s in area.content.statements:
        routes = area.routes_of[s.id]
        if not s.requirement or s.kind is not Kind.FACT or (routes is not None and route_id not in routes):
            continue
        if holds(s.when, facts) is False or (s.needs and needs and not needs & set(s.needs)):
            continue
        found.append(s)
    return found


def _item(statement: Statement, facts: Mapping[str, Any]) -> Item:
    """The state of a requirement. What is asked for only where appropriate is never missing: somebody judges that."""
    condition = statement.met_when
    met = holds(condition, facts) if condition is not None else None
    if met is True:
        return Item(statement, ItemState.DONE)
    missing = met is False and holds(statement.when, facts) is True and statement.hedge is not Hedge.WHERE_APPROPRIATE
    state = ItemState.MISSING if missing else ItemState.UNKNOWN
    parts = (condition.all or ()) if condition is not None else ()
    return Item(statement, state, tuple(str(p.fact) for p in parts if p.fact and holds(p, facts) is not True))


def missing(area: AreaKnowledge, routes: Sequence[str], facts: Mapping[str, Any]) -> list[str]:
    """Ids of the requirements that are known not to be met, where each of some routes lacks one; else nothing."""
    found = [readiness(area, r, facts).of(ItemState.MISSING) for r in routes]
    if not found or not all(found):
        return []
    return list(dict.fromkeys(item.statement.id for items in found for item in items))


def is_missing(area: AreaKnowledge, routes: Sequence[str], facts: Mapping[str, Any]) -> bool:
    """Whether each route in question that could be used lacks something that must be in place first."""
    open_routes = [r for r in routes if fit(area.routes[r], facts).fits is not False]
    return all(readiness(area, r, facts).result is Result.NOT_YET for r in open_routes)
