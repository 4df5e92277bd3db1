"""What was done is read where it is told: not where it is asked, demanded or wished for; "not done" is not "done"."""

from __future__ import annotations

import pytest

from bot.guidance.conditions import MONTHS
from bot.guidance.telling import told_at
from bot.knowledge.model import Unit
from tests.guidance_support import content, reader

OTHERS = {"subject", "role", "setting", "needs", "year", "age", "ehcp"}  # read of every message, tested elsewhere


def done(text: str) -> dict[str, object]:
    """The facts about what was done that a text tells."""
    return {fact: value for fact, value in reader().read(text).facts.items() if fact not in OTHERS}


@pytest.mark.parametrize(
    ("text", "facts"),
    [
        ("parents have signed", {"parents_signed": True, "consent": True}),
        ("mum and dad have both signed", {"parents_signed": True, "consent": True}),
        ("dad hasn't signed", {"parents_signed": False}),
        ("parents still need to sign", {"parents_signed": False}),
        ("mum's happy for us to refer", {"consent": True}),
        ("mum refuses", {"consent": False}),
        ("parents don't agree", {"consent": False}),
        ("we haven't got consent yet", {"consent": False}),
        ("we've got written consent", {"consent": True}),
        (
            "we've done one cycle, parents have signed, is that enough for the specialist teachers?",
            {"apdr_cycles": 1, "parents_signed": True, "consent": True},
        ),
        ("two rounds of APDR", {"apdr_cycles": 2}),
        ("we've done the second cycle", {"apdr_cycles": 2}),
        ("halfway through the second cycle", {"apdr_cycles": 1}),
        ("haven't done any cycles", {"apdr_cycles": 0}),
        ("no cycles yet", {"apdr_cycles": 0}),
        ("not done two cycles yet", {"apdr_cycles": 1}),
        ("no plan yet", {"support_plan": False}),
        ("plan isn't finished", {"support_plan": False}),
        ("the SEND Support Plan is done on the MK proforma", {"support_plan": True, "plan_on_proforma": True}),
        ("his plan is on our own template", {"plan_on_proforma": False}),
        ("we've used our own school format", {"plan_on_proforma": False}),
        ("I observed him last week", {"observed": True}),
        ("observation three weeks ago", {"observed": True}),
        ("observed him three months ago", {"observed": True}),
        ("I haven't observed him", {"observed": False}),
        ("we've done everything in the SMIF", {"universal_targeted_done": True}),
        ("universal and targeted provision has been in place for two terms", {"universal_targeted_done": True}),
        ("we haven't done universal and targeted", {"universal_targeted_done": False}),
        ("only started the strategies a fortnight ago", {"enough_time": False, "advice_implemented": False}),
        ("the form is filled in", {"form_complete": True}),
        ("form half filled in", {"form_complete": False}),
        ("I've completed the bespoke form", {"form_complete": True}),
        ("the form isn't finished", {"form_complete": False}),
        ("head is on board", {"leadership_supports": True}),
        ("slt aren't supportive", {"leadership_supports": False}),
        ("we've accepted the partnership agreement", {"agreement_accepted": True}),
        ("we haven't signed the partnership agreement", {"agreement_accepted": False}),
        ("we checked the local offer", {"local_offer_checked": True}),
        ("we've implemented all the strategies they advised", {"advice_implemented": True}),
        ("haven't carried out the advice yet", {"advice_implemented": False}),
        ("pupil and parent views are in the plan", {"views_in_plan": True}),
        ("we've got parent views", {"views_in_plan": True}),
        ("no pupil views yet", {"views_in_plan": False}),
        ("the timetable shows the £6,000", {"budget_timetable": True}),
        ("nothing on paper about funding", {"budget_timetable": False}),
        ("he's on a part-time timetable", {"part_time_timetable": True}),
        ("I've supported the class teacher", {"teacher_supported": True}),
        (
            "I've done an observation, baseline scores and two rounds of targets",
            {"baseline_done": True, "observed": True},
        ),
        ("no baseline", {"baseline_done": False}),
        ("SALT and early help are involved", {"multi_agency": True}),
        ("no other agencies", {"multi_agency": False}),
        ("not an EBSA concern", {"ebsa": False}),
        ("we have an EBSA support plan", {"ebsa_plan": True, "ebsa": True}),
        ("EBSA guidance followed", {"ebsa_guidance": True, "ebsa": True}),
        ("two cycles of the EBSA plan done", {"ebsa_cycles": 2}),
        ("we held an early review", {"review_held": True}),
        ("haven't had a review", {"review_held": False}),
        ("we held a review and captured parent views", {"review_held": True, "review_views": True}),
        ("clinically diagnosed vision loss", {"sensory_loss_diagnosed": True}),
        ("his sight loss isn't diagnosed", {"sensory_loss_diagnosed": False}),
        ("have done two cycles and parents signed", {"apdr_cycles": 2, "parents_signed": True}),
        (
            "Check if we're ready for direct specialist teacher involvement: autistic Y5, no EHCP, two APDR cycles on the MK proforma, observed him three months ago, nothing on paper about funding.",
            {"apdr_cycles": 2, "plan_on_proforma": True, "observed": True, "budget_timetable": False},
        ),
        (
            "Y3, no EHCP, a year of universal and targeted provision, form half filled in and dad hasn't signed.",
            {"universal_targeted_done": True, "form_complete": False, "parents_signed": False},
        ),
    ],
)
def test_what_is_told_is_read(text, facts):
    found = done(text)
    assert {fact: found.get(fact) for fact in facts} == facts


@pytest.mark.parametrize(
    "text",
    [
        "do parents have to sign",
        "do the parents need to have signed?",
        "have parents signed it",
        "who signs, mum or dad?",
        "once parents have signed can I send it",
        "do we need consent",
        "do we need two cycles",
        "is two cycles enough",
        "how many cycles",
        "we need to do two cycles",
        "must the plan be on the MK proforma",
        "do I need to have observed him in the last 6 weeks",
        "do we have to have done universal and targeted",
        "is universal and targeted done by us?",
        "which form",
        "does my head have to agree",
        "what is the partnership agreement",
        "is a diagnosis needed",
        "does the family have to be happy with it",
        "what if parents don't agree",
    ],
)
def test_what_is_only_asked_or_demanded_states_nothing(text):
    assert done(text) == {}


@pytest.mark.parametrize(
    ("text", "weeks"),
    [
        ("observed him today", 0),
        ("I observed her last week", 1),
        ("the observation was a fortnight ago", 2),
        ("observed six weeks ago", 6),
        ("my observation is 7 weeks old", 7),
        ("observed three months ago", 13),
        ("last month I did an observation", 52 / 12),
    ],
)
def test_how_long_ago_the_observation_was(text, weeks):
    assert done(text)["observation_age"] == pytest.approx(weeks * MONTHS[Unit.WEEK])


@pytest.mark.parametrize(
    "text", ["did you observe him last week?", "must I have observed him in the last 6 weeks", "we saw him last week"]
)
def test_no_observation_is_read_where_none_is_told(text):
    assert "observation_age" not in done(text)


def test_every_fact_that_meets_a_requirement_can_be_told_as_done_and_as_not_done():
    counted = {"apdr_cycles", "ebsa_cycles", "observation_age"}
    wanted = {f for a in content().areas for s in a.statements if s.met_when for f in s.met_when.facts()} - counted
    said: dict[str, set[object]] = {}
    for cue in content().common.cues:
        said.setdefault(cue.fact, set()).add(cue.value)
    assert {f for f in wanted if said.get(f) != {True, False}} == set()


def test_cues_of_what_was_done_count_only_where_told():
    met = {f for a in content().areas for s in a.statements if s.met_when for f in s.met_when.facts()}
    assert [c.fact for c in content().common.cues if c.fact in met and not c.told] == []


@pytest.mark.parametrize(
    ("text", "word", "told"),
    [
        ("we have done it", "done", True),
        ("have we done it", "done", False),
        ("have done it", "done", True),
        ("no EHCP, have we done it", "done", False),
        ("do we need it? we have done it", "done", True),
        ("can I send it, we have done it", "done", True),
        ("we have to have done it", "done", False),
        ("if we had done it", "done", False),
    ],
)
def test_told_or_asked(text, word, told):
    assert told_at(text, text.index(word)) is told
