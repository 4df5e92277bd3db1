"""Where a statement is used: what in an offer names it, and what it names itself. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from bot.guidance.answer_parts import ways
from bot.guidance.area import AreaKnowledge
from bot.guidance.readiness import readiness
from bot.knowledge.model import Statement


class How(StrEnum):
    """How something hangs together with a statement."""

    CONTACT = "contact"  # it says whom to ask where the offer says nothing
    CRITERION = "criterion"  # it says who a route is for
    WAY = "way"  # it says how a route is asked for
    CHECKLIST = "checklist"  # it stands on the checklist of a route
    MEANWHILE = "meanwhile"  # what to do while a requirement of a route is missing
    EXTENDS = "extends"  # the requirements of a route hold as well
    BEFORE = "before"  # it comes before another statement or a named step
    AFTER = "after"
    OTHERWISE = "otherwise"  # what follows if it is not done
    ON_EXPIRY = "on_expiry"  # what follows when its time is up
    SUBJECT_TO = "subject_to"  # what its exception hangs on


@dataclass(frozen=True, slots=True)
class Use:
    """One use. Exactly one of `route` (its id), `statement` (its id) and `step` (a name) says of what, none: the area.

    `names_it`: the other statement names this one; False: this one names the other.
    """

    how: How
    route: str = ""
    statement: str = ""
    step: str = ""
    names_it: bool = True


def uses_of(area: AreaKnowledge, statement: Statement) -> tuple[Use, ...]:
    """All uses of a statement, each once: of the area, of its routes in order, of other statements in order."""
    found = [*_of_area(area, statement), *_of_routes(area, statement), *_links(statement, names_it=False)]
    for other in area.content.statements:
        links = _links(other, names_it=True)
        found += [Use(link.how, statement=other.id) for link in links if link.statement == statement.id]
    return tuple(dict.fromkeys(found))


def _of_area(area: AreaKnowledge, statement: Statement) -> Iterator[Use]:
    if area.content.authority.contact == statement.id:
        yield Use(How.CONTACT)


def _of_routes(area: AreaKnowledge, statement: Statement) -> Iterator[Use]:
    how_to_ask = ways(area)
    for route in area.content.routes:
        if any(c.statement == statement.id for c in route.criteria):
            yield Use(How.CRITERION, route=route.id)
        if how_to_ask.get(route.id) == statement.id:
            yield Use(How.WAY, route=route.id)
        if any(item.statement.id == statement.id for item in readiness(area, route.id, {}).items):
            yield Use(How.CHECKLIST, route=route.id)
        if statement.id in route.meanwhile:
            yield Use(How.MEANWHILE, route=route.id)
    for name in area.content.expand(statement.extends):
        yield Use(How.EXTENDS, route=name, names_it=False)


def _links(statement: Statement, *, names_it: bool) -> Iterator[Use]:
    """What a statement names: other statements and steps."""
    order = statement.depends_on
    named = {
        How.OTHERWISE: statement.otherwise,
        How.ON_EXPIRY: statement.on_expiry,
        How.SUBJECT_TO: statement.unless.subject_to if statement.unless else None,
        How.BEFORE: order.before if order else None,
        How.AFTER: order.after if order else None,
    }
    for how, name in named.items():
        if name is not None:
            is_statement = "/" in name
            yield Use(how, statement=name if is_statement else "", step="" if is_statement else name, names_it=names_it)
