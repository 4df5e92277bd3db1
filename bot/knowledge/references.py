"""Check that the records of content fit together: every reference resolves, every id is unique."""

from __future__ import annotations

from collections.abc import Collection
from typing import TYPE_CHECKING

from bot.knowledge.files import Fault, Loc
from bot.knowledge.model import Condition, Fact, Kind, Record, Statement

if TYPE_CHECKING:
    from bot.knowledge.content import AreaContent, CommonContent, Content, Place


class _Checker:
    def __init__(self, places: dict[int, Place], faults: list[Fault]) -> None:
        self._places, self._faults = places, faults

    def fault(self, record: Record, field: str, message: str) -> None:
        place = self._places.get(id(record))
        record_id = str(getattr(record, "id", "") or getattr(record, "kind", "") or getattr(record, "fact", ""))
        if place is None:
            self._faults.append(Fault("", 0, record_id, field, message))
            return
        head = field.split(".")
        loc: Loc = (*place.loc, *(int(p) if p.isdigit() else p for p in head))
        place.file.fault(loc, record_id, field, message)

    def known(self, record: Record, field: str, names: Collection[str], among: Collection[str], what: str) -> None:
        for name in names:
            if name not in among:
                self.fault(record, field, f"no {what} is called {name}")

    def unique(self, records: Collection[Record], what: str, key: str = "id") -> None:
        seen: set[str] = set()
        for record in records:
            name = str(getattr(record, key))
            if name in seen:
                self.fault(record, key, f"another {what} has this {key} too: {name}")
            seen.add(name)

    def condition(
        self, record: Record, field: str, condition: Condition | None, facts: dict[str, Fact], needs: set[str]
    ) -> None:
        if condition is None:
            return
        for part in [
            *(condition.all or ()),
            *(condition.any or ()),
            *([condition.not_] if condition.not_ else []),
        ]:
            self.condition(record, field, part, facts, needs)
        if condition.fact is None:
            return
        fact = facts.get(condition.fact)
        if fact is None:
            self.fault(record, field, f"no fact is called {condition.fact}")
            return
        numeric = any(
            b is not None for b in (condition.at_least, condition.at_most, condition.more_than, condition.less_than)
        )
        if numeric and fact.type not in ("number", "age"):
            self.fault(record, field, f"{fact.id} is no number: a bound cannot be tested")
        if condition.within is not None and fact.type != "age":
            self.fault(record, field, f"{fact.id} has no age: within cannot be tested")
        named = [
            *(condition.in_ or ()),
            *(condition.only or ()),
            *([condition.is_] if isinstance(condition.is_, str) else []),
        ]
        allowed = needs if fact.type == "set" else set(fact.values)
        for value in named:
            if value not in allowed:
                self.fault(record, field, f"{fact.id} is never {value}")


def check_references(content: Content, places: dict[int, Place], faults: list[Fault]) -> None:
    """Add every dangling reference and duplicate id of `content` to `faults`."""
    check = _Checker(places, faults)
    common = content.common
    check.unique(common.topics, "topic")
    check.unique(common.needs, "need")
    check.unique(common.facts, "fact")
    check.unique(common.pointers, "pointer", key="kind")
    check.unique([*common.terms, *(t for a in content.areas for t in a.terms)], "term")
    check.unique([s for a in content.areas for s in a.statements], "statement")
    topics, needs = {t.id for t in common.topics}, {n.id for n in common.needs}
    area_ids = {a.authority.id for a in content.areas}
    for topic in common.topics:
        check.known(topic, "related", topic.related, topics, "topic")
    for need in common.needs:
        check.known(need, "broader", [need.broader] if need.broader else [], needs, "need")
    facts = {f.id: f for f in common.facts}
    for cue in common.cues:
        check.known(cue, "fact", [cue.fact], facts, "fact")
        if cue.fact in facts and facts[cue.fact].type == "choice":
            check.known(cue, "value", [str(cue.value)], facts[cue.fact].values, f"value of {cue.fact}")
    check.unique(common.bridges, "bridge")
    terms_of = {a.authority.id: {t.id for t in a.terms} for a in content.areas}
    for bridge in common.bridges:
        check.known(bridge, "topics", bridge.topics, topics, "topic")
        for area_id in terms_of.keys() & bridge.terms.keys():
            check.known(bridge, f"terms.{area_id}", bridge.terms[area_id], terms_of[area_id], f"term of {area_id}")
    for pointer in common.pointers:
        check.known(pointer, "by_area", pointer.by_area, area_ids, "authority")
    for area in content.areas:
        _check_area(check, area, common)


def _check_area(check: _Checker, area: AreaContent, common: CommonContent) -> None:
    facts = {f.id: f for f in common.facts}
    needs, topics = {n.id for n in common.needs}, {t.id for t in common.topics}
    routes = {r.id for r in area.routes}
    names = routes | set(area.authority.groups)
    statements = {s.id for s in area.statements}
    forms, services = {f.id for f in area.authority.forms}, {s.id for s in area.services}
    check.unique(area.routes, "route")
    check.unique(area.services, "service")
    check.known(area.authority, "contact", [area.authority.contact], statements, "statement")
    for group, members in area.authority.groups.items():
        check.known(area.authority, f"groups.{group}", members, routes, "route")
    for service in area.services:
        check.known(service, "routes", service.routes, routes, "route")
    for route in area.routes:
        check.known(route, "service", [route.service], services, "service")
        check.known(route, "form", [route.form] if route.form else [], forms, "form")
        check.known(route, "broader", [route.broader] if route.broader else [], routes, "route")
        check.known(route, "address", [route.address] if route.address else [], area.authority.addresses, "address")
        check.known(route, "meanwhile", route.meanwhile, statements, "statement")
        for number, criterion in enumerate(route.criteria):
            field = f"criteria.{number}"
            check.known(route, field, [criterion.statement], statements, "statement")
            check.condition(route, field, criterion.when, facts, needs)
    for statement in area.statements:
        _check_statement(check, statement, area, topics, needs, names, statements, facts)
    _check_time(check, area, common)
    for term in area.terms:
        for number, source in enumerate(term.source):
            if area.paragraph(source.document, source.paragraph) is None:
                check.fault(term, f"source.{number}", f"{source.document} has no paragraph {source.paragraph}")


def _check_time(check: _Checker, area: AreaContent, common: CommonContent) -> None:
    """Term dates are those of different years; what a value counts from is an event."""
    check.unique(area.school_years, "school year")
    events = {e.id for e in (*common.events, *area.events)}
    check.unique([*common.events, *area.events], "event")
    for event in (*common.events, *area.events):
        ages = {f.id for f in common.facts if f.type == "age"}
        check.known(event, "fact", [event.fact] if event.fact else [], ages, "fact of type age")
    for statement in area.statements:
        if statement.value is not None:
            named = [e for e in (statement.value.counts_from, statement.value.ends_at) if e]
            check.known(statement, "value", named, events, "event (events.yml)")


def _check_statement(
    check: _Checker,
    statement: Statement,
    area: AreaContent,
    topics: set[str],
    needs: set[str],
    route_names: set[str],
    statements: set[str],
    facts: dict[str, Fact],
) -> None:
    if not statement.id.startswith(area.authority.id + "/"):
        check.fault(statement, "id", f"must begin with {area.authority.id}/")
    check.known(statement, "topics", statement.topics, topics, "topic")
    check.known(statement, "needs", statement.needs, needs, "need")
    if statement.routes != "all":
        check.known(statement, "routes", statement.routes, route_names, "route or group")
    check.known(statement, "except_routes", statement.except_routes, route_names, "route or group")
    check.known(statement, "extends", statement.extends, route_names, "route or group")
    check.condition(statement, "when", statement.when, facts, needs)
    check.condition(statement, "met_when", statement.met_when, facts, needs)
    linked = {
        "otherwise": statement.otherwise,
        "on_expiry": statement.on_expiry,
        "unless": statement.unless.subject_to if statement.unless else None,
        "depends_on": next(
            (d for d in (statement.depends_on.before, statement.depends_on.after) if d and "/" in d), None
        )
        if statement.depends_on
        else None,
    }
    for field, target in linked.items():
        check.known(statement, field, [target] if target else [], statements, "statement")
    if statement.requirement and statement.kind is not Kind.FACT:
        check.fault(statement, "requirement", "a gap or a conflict is no requirement")
    for number, source in enumerate(statement.source):
        if area.paragraph(source.document, source.paragraph) is None:
            check.fault(statement, f"source.{number}", f"{source.document} has no paragraph {source.paragraph}")
