"""Being ready for a route: each requirement changes the result, and ready means that nothing is missing or unknown."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.guidance.conditions import MONTHS, holds
from bot.guidance.readiness import (
    Result,
    candidates,
    first_of,
    implied,
    readiness,
    required,
    rests_on,
)
from bot.guidance.reply import ItemState
from bot.knowledge.model import Hedge, Statement, Unit
from tests.guidance_support import content, conversations, knowledge, solve

ROUTES = [(a.authority.id, r.id) for a in content().areas for r in a.routes]
SIX_WEEKS = 6 * MONTHS[Unit.WEEK]
# Facts under which every requirement applies and is met, for the routes that ask for something.
ALL_DONE: dict[str, Any] = {
    "form_complete": True, "parents_signed": True, "consent": True, "universal_targeted_done": True,
    "enough_time": True, "leadership_supports": True, "agreement_accepted": True, "local_offer_checked": True,
    "sensory_loss_diagnosed": True, "support_plan": True, "plan_on_proforma": True, "apdr_cycles": 2,
    "advice_implemented": True, "views_in_plan": True, "budget_timetable": True, "observed": True,
    "observation_age": SIX_WEEKS, "teacher_supported": True, "baseline_done": True, "multi_agency": True,
    "ebsa": True, "ebsa_guidance": True, "ebsa_plan": True, "ebsa_cycles": 2, "placement_at_risk": True,
    "review_held": True, "review_views": True,
}  # fmt: skip


@pytest.fixture(scope="module", autouse=True)
def loaded_beforehand() -> None:
    """Load the offers once, outside the time limit of a single test."""
    conversations()


def case(area_id: str, route_id: str, **changed: Any) -> dict[str, Any]:
    """Facts of a pupil whom the route is for and for whom everything is done, but for what is changed."""
    route = knowledge().areas[area_id].routes[route_id]
    ehcp = {} if route_id not in ("stt-consultation", "stt-involvement") else {"ehcp": True}
    met = solve([(c.when, True) for c in route.criteria], ehcp) or {}
    return {**met, **ALL_DONE, **changed}


REQUIREMENTS = [
    (area_id, route_id, s) for area_id, route_id in ROUTES for s in required(knowledge().areas[area_id], route_id, {})
]


def named(value: object) -> str:
    return value.id if isinstance(value, Statement) else str(value)


@pytest.mark.parametrize("area_id", [a.authority.id for a in content().areas])
def test_every_requirement_can_be_met_by_declared_facts(area_id):
    statements = knowledge().areas[area_id].content.statements
    assert [s.id for s in statements if s.requirement and s.met_when is None and not s.extends] == []


@pytest.mark.parametrize(("area_id", "route_id"), ROUTES)
def test_a_route_with_everything_done_is_ready_or_asks_for_nothing(area_id, route_id):
    found = readiness(knowledge().areas[area_id], route_id, case(area_id, route_id))
    wanted = Result.READY if required(knowledge().areas[area_id], route_id, {}) else Result.NOTHING_ASKED
    assert found.result is wanted, [(i.statement.id, i.state) for i in found.items]


@pytest.mark.parametrize(("area_id", "route_id", "statement"), REQUIREMENTS, ids=named)
def test_each_requirement_that_is_not_met_changes_the_result(area_id, route_id, statement):
    area = knowledge().areas[area_id]
    for fact in sorted(statement.met_when.facts()):
        for value in (False, 0, 99):
            facts = case(area_id, route_id, **{fact: value})
            if holds(statement.met_when, facts) is not False:
                continue
            found = readiness(area, route_id, facts)
            judged = statement.hedge is Hedge.WHERE_APPROPRIATE
            assert found.result is (Result.TO_CHECK if judged else Result.NOT_YET), (fact, value)
            state = ItemState.UNKNOWN if judged else ItemState.MISSING
            assert statement.id in {i.statement.id for i in found.of(state)}


@pytest.mark.parametrize(("area_id", "route_id", "statement"), REQUIREMENTS, ids=named)
def test_each_requirement_of_which_nothing_is_said_is_still_to_check(area_id, route_id, statement):
    for fact in sorted(statement.met_when.facts()):
        facts = case(area_id, route_id)
        del facts[fact]
        found = readiness(knowledge().areas[area_id], route_id, facts)
        assert found.result is Result.TO_CHECK
        assert [i.statement.id for i in found.items if i.state is ItemState.UNKNOWN and fact in
                (i.statement.met_when.facts() if i.statement.met_when else ())]  # fmt: skip


@pytest.mark.parametrize(("area_id", "route_id"), ROUTES)
def test_each_criterion_that_fails_leads_to_another_route(area_id, route_id):
    area = knowledge().areas[area_id]
    for criterion in area.routes[route_id].criteria:
        failing = solve([(criterion.when, False)])
        if failing is None:
            continue
        found = readiness(area, route_id, {**case(area_id, route_id), **failing})
        assert found.result is Result.ELSEWHERE
        assert criterion.id in [c.id for c in found.failed]


@pytest.mark.parametrize(("weeks", "ready"), [(0, True), (6, True), (6.1, False), (12, False)])
def test_an_observation_counts_for_six_weeks(weeks, ready):
    facts = case("milton-keynes", "stt-involvement", observation_age=weeks * MONTHS[Unit.WEEK])
    found = readiness(knowledge().areas["milton-keynes"], "stt-involvement", facts)
    assert (found.result is Result.READY) is ready


@pytest.mark.parametrize(
    ("cycles", "result"), [(0, Result.NOT_YET), (1, Result.NOT_YET), (2, Result.READY), (3, Result.READY)]
)
def test_two_cycles_are_needed_in_milton_keynes(cycles, result):
    facts = case("milton-keynes", "stt-consultation", apdr_cycles=cycles)
    assert readiness(knowledge().areas["milton-keynes"], "stt-consultation", facts).result is result


@pytest.mark.parametrize("route_id", ["bespoke", "section-f"])
def test_suffolk_asks_for_no_number_of_cycles(route_id):
    assert "apdr_cycles" not in rests_on(knowledge().areas["suffolk"], route_id)


def test_an_ebsa_plan_is_asked_for_only_where_there_may_be_such_a_concern():
    area = knowledge().areas["milton-keynes"]
    for known, shown in [({"ebsa": True}, True), ({}, True), ({"ebsa": False}, False)]:
        found = readiness(area, "stt-consultation", known)
        assert ("milton-keynes/stt/ebsa-guidance" in {i.statement.id for i in found.items}) is shown


def test_direct_involvement_asks_for_all_that_a_consultation_asks_for_and_more():
    area = knowledge().areas["milton-keynes"]
    first = {s.id for s in required(area, "stt-consultation", {})}
    assert first < {s.id for s in required(area, "stt-involvement", {})}
    assert first_of(area, ["stt-consultation", "stt-involvement"]) == ("stt-consultation", ("stt-involvement",))


def test_a_part_that_is_there_is_not_among_what_is_still_open():
    area = knowledge().areas["milton-keynes"]
    found = readiness(area, "stt-consultation", {"support_plan": True, "apdr_cycles": 1})
    item = next(i for i in found.items if i.statement.id == "milton-keynes/stt/cycles")
    assert (item.state, item.open) == (ItemState.MISSING, ("plan_on_proforma", "apdr_cycles"))


def test_which_routes_a_question_may_mean():
    suffolk, mk = knowledge().areas["suffolk"], knowledge().areas["milton-keynes"]
    assert candidates(suffolk, (), (), {"subject": "pupil"}) == ["bespoke", "section-f"]
    assert candidates(suffolk, (), (), {"subject": "pupil", "ehcp": False}) == ["bespoke"]
    assert candidates(suffolk, ("section-f",), ("bespoke",), {}) == ["section-f"]
    assert candidates(suffolk, (), ("section-f",), {}) == ["section-f"]
    assert candidates(mk, (), (), {"subject": "pupil"}) == ["stt-consultation", "stt-involvement"]
    assert first_of(suffolk, ["bespoke", "section-f"]) is None


def test_choosing_a_route_says_what_its_plain_criteria_say():
    suffolk = knowledge().areas["suffolk"]
    assert implied(suffolk, "bespoke") == {"subject": "pupil", "ehcp": False}
    assert implied(suffolk, "section-f") == {"subject": "pupil", "ehcp": True}


@given(
    route=st.sampled_from(ROUTES),
    known=st.dictionaries(st.sampled_from([*sorted(ALL_DONE), "year"]), st.booleans()),
    ehcp=st.sampled_from([True, False, None]),
    needs=st.sampled_from([(), ("semh",), ("vision",), ("deaf",), ("ebsa", "communication-interaction")]),
)
@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_ready_only_where_no_item_is_missing_or_unknown(route, known, ehcp, needs):
    area_id, route_id = route
    facts: dict[str, Any] = {k: ALL_DONE.get(k, 4) if v else (0 if k in ("apdr_cycles", "ebsa_cycles") else
                             99 if k in ("observation_age", "year") else False) for k, v in known.items()}  # fmt: skip
    facts |= {"ehcp": ehcp} if ehcp is not None else {}
    facts |= {"needs": needs} if needs else {}
    found = readiness(knowledge().areas[area_id], route_id, facts)
    states = {i.state for i in found.items}
    assert (found.result is Result.READY) == (states == {ItemState.DONE} and not found.failed)
    assert (found.result is Result.NOT_YET) == (ItemState.MISSING in states)
    assert (found.result is Result.ELSEWHERE) == bool(found.failed)
    assert len({i.statement.id for i in found.items}) == len(found.items)
