"""Which routes can fit: criteria against what is known, three-valued."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from bot.guidance.area import AreaKnowledge
from bot.guidance.conditions import all_of, holds
from bot.guidance.reply import Verdict
from bot.knowledge.model import Criterion, Kind, Route

# Facts that most askers take for granted: unknown, they do not turn a yes into "it depends"; the criterion is said.
TAKEN_FOR_GRANTED = frozenset({"setting", "subject", "in_education", "sensory_loss_diagnosed", "age"})


@dataclass(frozen=True)
class Fit:
    """How a route fits: None where a criterion's fact is not known. `failed` and `open` name the criteria."""

    route: Route
    fits: bool | None
    failed: tuple[Criterion, ...]
    open: tuple[Criterion, ...]


def fit(route: Route, facts: Mapping[str, Any]) -> Fit:
    """Test a route's criteria against facts."""
    results = [(c, holds(c.when, facts)) for c in route.criteria]
    failed = tuple(c for c, r in results if r is False)
    unknown = tuple(c for c, r in results if r is None)
    return Fit(route, all_of(r for _, r in results), failed, unknown)


def fitting(area: AreaKnowledge, facts: Mapping[str, Any]) -> tuple[str, ...]:
    """Ids of the routes that can hold, in order.

    A route that is not a default one counts only where its criteria name a need that is known to be there.
    """
    found = []
    for route in area.content.routes:
        result = fit(route, facts)
        if result.fits is False:
            continue
        if route.default or (route.criteria and _need_is_known(route, facts)):
            found.append(route.id)
    return tuple(found)


def fit_instead(area: AreaKnowledge, facts: Mapping[str, Any]) -> list[str]:
    """The pupil routes that are known to fit; where there are none, those for a need that is known to be there.

    Where there are none of these either, those that can fit, if the EHCP status is known.
    """
    certain = [r for r in area.content.routes if r.criteria and fit(r, facts).fits is True]
    possible = [area.routes[r] for r in fitting(area, facts)]
    for_the_need = [r for r in possible if not r.default]
    return [r.id for r in (certain or for_the_need or (possible if "ehcp" in facts else [])) if r.level == "pupil"]


def instead(area: AreaKnowledge, facts: Mapping[str, Any]) -> list[str]:
    """Statements on how to use the routes that fit a pupil for whom others are ruled out; two at most."""
    fits = set(fit_instead(area, facts))
    found = []
    for s in area.content.statements:
        routes = area.routes_of[s.id]
        first = (s.priority == 1 or s.kind is Kind.GAP) and "how_to_refer" in s.topics
        if first and routes is not None and routes & fits and holds(s.when, facts) is not False:
            found.append(s.id)
    return sorted(found, key=lambda i: area.statements[i].kind is Kind.GAP)[:2]


def _need_is_known(route: Route, facts: Mapping[str, Any]) -> bool:
    """Whether a criterion about needs is known to hold."""
    about_needs = [c for c in route.criteria if "needs" in c.when.facts()]
    return bool(about_needs) and all(holds(c.when, facts) for c in about_needs)


def verdict(
    area: AreaKnowledge, routes: Sequence[str], facts: Mapping[str, Any]
) -> tuple[Verdict, tuple[Criterion, ...]]:
    """Yes, no or it depends, for "can we use one of these routes?"

    Returns: the verdict, and the criteria that speak: the failed ones of a no, the open ones otherwise.
    """
    fits = [fit(area.routes[r], facts) for r in routes if r in area.routes and area.routes[r].criteria]
    if not fits:
        return Verdict.DEPENDS, ()
    if all(f.fits is False for f in fits):
        failed = {c.statement: c for f in fits for c in f.failed}
        return Verdict.NO, tuple(failed.values())
    possible = [f for f in fits if f.fits is not False]
    unsure = [f for f in possible if any(not c.when.facts() <= TAKEN_FOR_GRANTED for c in f.open)]
    speaking = {c.statement: c for f in possible for c in f.open}
    return (Verdict.DEPENDS if len(unsure) == len(possible) else Verdict.YES), tuple(speaking.values())
