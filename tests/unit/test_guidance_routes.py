"""Each criterion of each route counts: facts that fail just this one change which routes fit, the verdict and the answer."""

from __future__ import annotations

import re
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.guidance.answer_parts import Question
from bot.guidance.reply import Answer, Verdict
from bot.guidance.routes import fit, fitting, verdict
from bot.knowledge.model import Criterion, Route
from tests.guidance_support import (
    AREAS,
    answerer,
    area_content,
    content,
    conversations,
    embedder,
    ids,
    knowledge,
    solve,
)

ROUTES = [(a.authority.id, r) for a in content().areas for r in a.routes]
CRITERIA = [(area_id, r, c) for area_id, r in ROUTES for c in r.criteria]


@pytest.fixture(scope="module", autouse=True)
def loaded_beforehand() -> None:
    """Load the offers once, outside the time limit of a single test."""
    conversations()


def named(value: object) -> str:
    return value.id if isinstance(value, (Route, Criterion)) else str(value)


def met(route: Route, but: Criterion | None = None) -> dict[str, Any] | None:
    """Facts under which all criteria of a route hold, but for one that fails."""
    failing = [(but.when, False)] if but else []
    return solve([*failing, *((c.when, True) for c in route.criteria if c is not but)])


def about(area_id: str, route: Route, facts: dict[str, Any]) -> Answer:
    """The answer to "can we use this route?"."""
    text = f"can we use {route.name}"
    question = Question(text, {"eligibility": 0.9}, list(embedder().embed([text])), (route.id,))
    return answerer(area_id).answer(question, facts).answer


@pytest.mark.parametrize(("area_id", "route"), ROUTES, ids=named)
def test_every_route_can_be_used_by_somebody(area_id, route):
    facts = met(route)
    assert facts is not None, "its criteria exclude one another"
    assert fit(route, facts).fits is True
    assert about(area_id, route, facts).verdict is not Verdict.NO


@pytest.mark.parametrize(("area_id", "route", "criterion"), CRITERIA, ids=named)
def test_a_criterion_that_fails_changes_what_fits_and_what_is_said(area_id, route, criterion):
    area = knowledge().areas[area_id]
    good, bad = met(route), met(route, but=criterion)
    assert good is not None
    assert bad is not None, "it can never fail alone: it adds nothing"
    assert fit(route, bad).failed == (criterion,)
    assert verdict(area, [route.id], good)[0] is Verdict.YES
    assert verdict(area, [route.id], bad) == (Verdict.NO, (criterion,))
    assert route.id not in fitting(area, bad)
    if route.default:
        assert route.id in fitting(area, good)
    fits, fails = about(area_id, route, good), about(area_id, route, bad)
    assert fails.verdict is Verdict.NO
    assert ids(fails)[0] == criterion.statement, "a no begins with its reason"
    assert (fits.verdict, ids(fits)) != (fails.verdict, ids(fails))


@pytest.mark.parametrize(("area_id", "route", "criterion"), CRITERIA, ids=named)
def test_a_criterion_that_is_not_known_rules_nothing_out(area_id, route, criterion):
    only_others = solve([(c.when, True) for c in route.criteria if c is not criterion])
    assert only_others is not None
    assert fit(route, only_others).fits is not False


@pytest.mark.parametrize(
    ("area_id", "fact", "inside", "outside", "route"),
    [
        ("suffolk", "year", (0, 11), (-1, 12), "bespoke"),
        ("suffolk", "year", (0, 11), (-1, 12), "section-f"),
        ("suffolk", "year", (-1, 0, 11, 12, 13), (), "deaf"),
        ("suffolk", "year", (-1, 0, 12, 13), (), "vision"),
        ("suffolk", "ehcp", (False,), (True,), "bespoke"),
        ("suffolk", "ehcp", (True,), (False,), "section-f"),
        ("suffolk", "setting", ("mainstream", "academy", "unit"), ("independent", "special", "home"), "bespoke"),
        ("suffolk", "setting", ("private-nursery", "further-education"), ("independent", "home"), "deaf"),
        ("milton-keynes", "setting", ("maintained-nursery", "academy"), ("private-nursery", "independent"), "stt-consultation"),
        ("milton-keynes", "ehcp", (True,), (False,), "ehcp-enquiry"),
        ("milton-keynes", "ehcp", (True, False), (), "stt-consultation"),
        ("milton-keynes", "needs", (("semh", "specific-learning"), ("deaf",)), (("semh",),), "stt-consultation"),
    ],
)  # fmt: skip
def test_a_route_ends_where_the_offer_says(area_id, fact, inside, outside, route):
    chosen = knowledge().areas[area_id].routes[route]
    assert [v for v in inside if fit(chosen, {fact: v}).fits is False] == []
    assert [v for v in outside if fit(chosen, {fact: v}).fits is not False] == []


@pytest.mark.parametrize(
    ("facts", "fits"),
    [
        ({"age": 25, "in_education": True}, True),
        ({"age": 25, "in_education": True, "year": 20}, True),
        ({"age": 26, "in_education": True, "year": 21}, False),
        ({"age": 24, "in_education": False, "year": 19}, False),
        ({"year": 13}, True),
    ],
)
def test_vision_support_goes_on_to_25_in_education(facts, fits):
    vision = knowledge().areas["suffolk"].routes["vision"]
    assert fit(vision, {"needs": ("vision",), **facts}).fits is fits


@pytest.mark.parametrize(
    ("facts", "form"),
    [
        ({"ehcp": False}, "SES Bespoke Pupil Form"),
        ({"ehcp": True}, "SES Section F Form"),
        ({"ehcp": False, "needs": ("deaf",)}, "SES Referral Form"),
        ({"ehcp": True, "needs": ("deaf",)}, "SES Referral Form"),
    ],
)
def test_ehcp_and_need_decide_the_form(facts, form):
    text = "which form do I need for him"
    question = Question(text, {"how_to_refer": 0.9}, list(embedder().embed([text])))
    answer = answerer("suffolk").answer(question, {"subject": "pupil", "year": 4, **facts}).answer
    said = [p.text for p in answer.points]
    forms = sorted((f.name for f in area_content("suffolk").authority.forms), key=len, reverse=True)
    a_form = re.compile("|".join(map(re.escape, forms)))  # the longest first: one form's name is part of another's
    used = {m[0] for t in said if not re.search(r"\bnot\b", t) for m in a_form.finditer(t)}
    assert used == {form}, said


# ---------------------------------------------------------------------- any facts


def frames() -> st.SearchStrategy[dict[str, Any]]:
    """Any facts, each known or not."""
    common = content().common
    values: dict[str, st.SearchStrategy[Any]] = {}
    for fact in common.facts:
        if fact.type == "bool":
            values[fact.id] = st.booleans()
        elif fact.type == "choice":
            values[fact.id] = st.sampled_from(fact.values)
        elif fact.type == "set":
            needs = st.sampled_from([n.id for n in common.needs])
            values[fact.id] = st.lists(needs, min_size=1, max_size=3, unique=True).map(tuple)
        else:
            values[fact.id] = st.integers(-3, 30)
    return st.fixed_dictionaries({}, optional=values)


QUESTIONS = [q for a in content().areas for s in a.statements[::7] for q in s.asked_as[:2]]


@given(area_id=st.sampled_from(AREAS), text=st.sampled_from(QUESTIONS), facts=frames())
@settings(max_examples=150, deadline=None)
def test_nothing_is_said_for_routes_that_cannot_fit(area_id, text, facts):
    """Unless the question names a route: then a no gives its reason, and what fits instead."""
    area = knowledge().areas[area_id]
    question = Question(text, {}, list(embedder().embed([text])))
    answer = answerer(area_id).answer(question, facts).answer
    usable = set(fitting(area, facts)) | {r.id for r in area.content.routes if not r.default and not r.criteria}
    reasons = {c.statement for r in area.content.routes for c in r.criteria} if answer.verdict is Verdict.NO else set()
    if not fitting(area, facts):  # nothing fits: the reasons why are all there is to say
        reasons = {c.statement for r in area.content.routes for c in r.criteria}
    wrong = [
        i for i in ids(answer) if (held := area.routes_of[i]) is not None and not held & usable and i not in reasons
    ]
    assert wrong == []


@given(area_id=st.sampled_from(AREAS), facts=frames())
@settings(max_examples=150, deadline=None)
def test_a_verdict_agrees_with_the_routes_that_fit(area_id, facts):
    area = knowledge().areas[area_id]
    for route in area.content.routes:
        found, speaking = verdict(area, [route.id], facts)
        fits = fit(route, facts).fits
        if not route.criteria:
            assert (found, speaking) == (Verdict.DEPENDS, ())
        else:
            assert (found is Verdict.NO) == (fits is False)
            assert fits is not True or found is Verdict.YES
            assert {c.id for c in speaking} <= {c.id for c in route.criteria}


@given(facts=frames(), more=frames())
@settings(max_examples=150, deadline=None)
def test_knowing_more_never_brings_a_default_route_back(facts, more):
    """Three-valued logic: what is ruled out by known facts stays ruled out when others become known."""
    for area in knowledge().areas.values():
        for route in area.content.routes:
            if fit(route, facts).fits is False:
                assert fit(route, {**more, **facts}).fits is False
