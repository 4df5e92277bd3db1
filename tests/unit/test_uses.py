"""Where a statement is used: what names it, and what it names."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from pathlib import Path

import numpy as np

from bot.guidance.area import AreaKnowledge
from bot.guidance.uses import How, Use, uses_of
from bot.knowledge.content import read_content
from bot.knowledge.model import DependsOn, Unless
from bot.knowledge.store import Phrases

ROOT = Path(__file__).resolve().parents[2]
PHRASES = Phrases((), (), (), np.zeros((0, 384), np.float32))


@cache
def area(area_id: str) -> AreaKnowledge:
    content = read_content(ROOT / "content").content
    return AreaKnowledge(next(a for a in content.areas if a.authority.id == area_id), PHRASES)


def uses(area_id: str, statement_id: str) -> tuple[Use, ...]:
    return uses_of(area(area_id), area(area_id).statements[statement_id])


def test_criteria_and_meanwhile_of_routes_name_a_statement() -> None:
    assert Use(How.CRITERION, route="bespoke") in uses("suffolk", "suffolk/bespoke/no-ehcp")
    assert Use(How.CRITERION, route="section-f") not in uses("suffolk", "suffolk/bespoke/no-ehcp")
    assert Use(How.MEANWHILE, route="bespoke") in uses("suffolk", "suffolk/bespoke/ism-book")


def test_the_statement_on_whom_to_ask_is_used_by_the_area() -> None:
    assert uses("suffolk", "suffolk/contact/referrals-address")[0] == Use(How.CONTACT)
    assert How.CONTACT not in {u.how for u in uses("suffolk", "suffolk/bespoke/no-ehcp")}


def test_every_criterion_and_every_link_of_the_offers_is_shown_from_both_ends() -> None:
    for area_id in ("suffolk", "milton-keynes"):
        here = area(area_id)
        shown = {s.id: uses_of(here, s) for s in here.content.statements}
        for route in here.content.routes:
            for criterion in route.criteria:
                assert Use(How.CRITERION, route=route.id) in shown[criterion.statement]
        for s in here.content.statements:
            order = s.depends_on
            for how, other in (
                (How.OTHERWISE, s.otherwise),
                (How.ON_EXPIRY, s.on_expiry),
                (How.SUBJECT_TO, s.unless.subject_to if s.unless else None),
                (How.AFTER, order.after if order else None),
                (How.BEFORE, order.before if order else None),
            ):
                if other and "/" in other:
                    assert Use(how, statement=other, names_it=False) in shown[s.id]
                    assert Use(how, statement=s.id) in shown[other]
                elif other:
                    assert Use(how, step=other, names_it=False) in shown[s.id]
            if s.requirement and s.routes != "all" and not s.extends:
                assert any(u.how is How.CHECKLIST for u in shown[s.id]), s.id


def test_each_use_stands_once_and_says_of_what() -> None:
    here = area("suffolk")
    for s in here.content.statements:
        found = uses_of(here, s)
        assert len(set(found)) == len(found)
        for use in found:
            assert sum(map(bool, (use.route, use.statement, use.step))) == (use.how is not How.CONTACT)


def test_links_of_an_invented_statement_are_told_apart() -> None:
    here = area("suffolk")
    first, second, *rest = here.content.statements
    keys = {
        "unless": Unless(decided_by="ses", subject_to=second.id),
        "depends_on": DependsOn(before="referral"),
        "otherwise": second.id,
        "on_expiry": None,
        "extends": ("vision",),
    }
    changed = replace(here.content, statements=(first.model_copy(update=keys), second, *rest))
    other = AreaKnowledge(changed, PHRASES)
    named = {u for u in uses_of(other, changed.statements[0]) if not u.names_it}
    assert named == {
        Use(How.EXTENDS, route="vision", names_it=False),
        Use(How.SUBJECT_TO, statement=second.id, names_it=False),
        Use(How.BEFORE, step="referral", names_it=False),
        Use(How.OTHERWISE, statement=second.id, names_it=False),
    }
    naming = {u for u in uses_of(other, second) if u.statement == first.id}
    assert naming == {Use(How.SUBJECT_TO, statement=first.id), Use(How.OTHERWISE, statement=first.id)}
