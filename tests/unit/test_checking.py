"""The dialogue about being ready: which route, its checklist in words, and the checklist once more after new facts."""

from __future__ import annotations

import pytest

from bot.guidance.checking import INTENT
from bot.guidance.compose import word_count
from bot.guidance.frame import Frame
from bot.guidance.reply import ItemState, Reply, Status, Verdict
from bot.guidance.slots import from_slots, to_slots
from bot.guidance.turn import Clause, Memory, Turn
from tests.guidance_support import AREAS, SURE, TODAY, conversations, ids, knowledge, said

SUFFOLK, MK = (Memory(frame=Frame(area=a)) for a in ("suffolk", "milton-keynes"))
READY = (
    "is he ready? Y4, no EHCP, form complete, parents signed, SLT supportive, partnership agreement accepted, "
    "universal and targeted done, given plenty of time"
)


@pytest.fixture(scope="module", autouse=True)
def loaded_beforehand() -> None:
    """Load the offers once, outside the time limit of a single test."""
    conversations()


def talk(*turns: Turn | str, memory: Memory | None = None) -> tuple[list[Reply], Memory]:
    """Replies to turns in order; a text is the title of an offered choice. Memory goes through its slots each time."""
    replies, known = [], memory or Memory()
    for one in turns:
        heard = Turn(text="", clauses=(), choice=dict(known.offered)[one]) if isinstance(one, str) else one
        reply, after = conversations().reply(heard, known, TODAY)
        known = from_slots(to_slots(after))
        replies.append(reply)
    return replies, known


def check(text: str) -> Turn:
    return said(text, INTENT)


def states(reply: Reply) -> dict[str, ItemState]:
    return {item.statement_id: item.state for item in reply.checklist}


def test_what_is_told_is_ticked_and_the_rest_listed():
    (reply,), memory = talk(
        check("have I got all for the bespoke form? no EHCP, mum has signed, form half done"), memory=SUFFOLK
    )
    found = states(reply)
    assert found["suffolk/consent/sign"] is ItemState.DONE
    assert found["suffolk/bespoke/form-in-full"] is ItemState.MISSING
    assert found["suffolk/bespoke/enough-time"] is ItemState.UNKNOWN
    assert reply.status is Status.ANSWERED
    text = reply.text
    missing, open_, done = (
        text.index(w) for w in ("one thing is missing", "Still to check", "Done, from what you say")
    )
    assert missing < open_ < done
    assert memory.frame.routes == ("bespoke",)


def test_every_item_says_how_firm_it_is_who_provides_it_and_where_that_stands():
    (reply,), _ = talk(check("am I ready for a bespoke referral"), memory=SUFFOLK)
    assert {i.statement_id for i in reply.checklist if not i.sources or not i.firmness} == set()
    by_id = {i.statement_id: i for i in reply.checklist}
    assert by_id["suffolk/bespoke/universal-first"].firmness == "must, in most circumstances"
    assert by_id["suffolk/consent/sign"].who == "Parents or carers"
    for item in reply.checklist:
        assert item.text in reply.text
        assert all(str(s.paragraph) in reply.text for s in item.sources)


def test_ready_says_so_how_to_ask_and_that_the_service_decides():
    (reply,), _ = talk(check(READY), memory=SUFFOLK)
    assert set(states(reply).values()) == {ItemState.DONE}
    for words in ("everything is in place", "The service decides", "SESreferrals@suffolk.gov.uk", "[38]"):
        assert words in reply.text
    assert "suffolk/bespoke/form" in ids(reply)


@pytest.mark.parametrize("area", AREAS)
def test_every_checklist_says_that_the_service_decides(area):
    for route in knowledge().areas[area].content.routes:
        frame = Frame(area=area, routes=(route.id,))
        (reply,), _ = talk(check("am I ready"), memory=Memory(frame=frame))
        assert "The service decides." in reply.text, route.id
        assert word_count(reply.text) <= 250


def test_the_area_is_asked_first_then_the_route_then_the_checklist_follows():
    replies, memory = talk(check("am I ready to refer?"), "Suffolk", "Pupil with an EHCP")
    assert [r.status for r in replies] == [Status.CLARIFY, Status.CLARIFY, Status.ANSWERED]
    assert "suffolk/section-f/form-in-full" in ids(replies[2])
    assert (memory.frame.pupil["ehcp"], memory.frame.routes, memory.pending) == (True, ("section-f",), ())


def test_the_route_may_be_typed():
    replies, _ = talk(check("am I ready to refer?"), said("section f", "inform"), memory=SUFFOLK)
    assert replies[0].status is Status.CLARIFY
    assert "suffolk/section-f/form-in-full" in ids(replies[1])


def test_specialist_teachers_means_the_consultation_first_and_offers_the_strand():
    replies, memory = talk(
        check("one cycle done and parents signed, is that enough for the specialist teachers"),
        "Direct involvement",
        memory=MK,
    )
    assert [c.title for c in replies[0].choices] == ["Direct involvement"]
    assert states(replies[0])["milton-keynes/stt/cycles"] is ItemState.MISSING
    assert {"milton-keynes/ep/no-plan", "milton-keynes/enquiry/subjects"} <= set(ids(replies[0]))
    assert "milton-keynes/personalised/observation" in states(replies[1])
    assert memory.frame.routes == ("stt-involvement",)


@pytest.mark.parametrize("intent", ["inform", "ask_apdr", "ask_consent", "affirm"])
def test_facts_told_later_update_the_checklist(intent):
    replies, _ = talk(
        check("ready for the STT? plan on the MK proforma, one cycle done"),
        said("we've done the second cycle now", intent),
        memory=MK,
    )
    assert states(replies[0])["milton-keynes/stt/cycles"] is ItemState.MISSING
    assert states(replies[1])["milton-keynes/stt/cycles"] is ItemState.DONE


def test_a_question_after_a_checklist_is_answered_as_a_question():
    replies, _ = talk(
        check("am I ready for a bespoke referral"), said("do parents have to sign?", "ask_consent"), memory=SUFFOLK
    )
    assert replies[1].checklist == []
    assert "suffolk/consent/permission" in ids(replies[1]) or "suffolk/consent/sign" in ids(replies[1])


def test_a_thing_done_is_ticked_after_another_answer_too():
    replies, _ = talk(
        check("am I ready for a bespoke referral, no EHCP"),
        said("how long does bespoke support last?", "ask_support_length"),
        said("parents have signed", "inform"),
        memory=SUFFOLK,
    )
    assert [bool(r.checklist) for r in replies] == [True, False, True]


def test_a_route_that_the_criteria_rule_out_says_why_and_what_fits():
    replies, _ = talk(
        check("have I got all for the bespoke form, he has an EHCP"), "Pupil with an EHCP", memory=SUFFOLK
    )
    assert replies[0].parts[0].verdict is Verdict.NO
    assert ids(replies[0]) == ["suffolk/bespoke/no-ehcp", "suffolk/section-f/form"]
    assert replies[0].checklist == []
    assert "suffolk/section-f/form-in-full" in states(replies[1])


def test_a_correction_after_a_checklist_may_rule_the_route_out():
    replies, _ = talk(
        check("am I ready for bespoke? no EHCP"), said("sorry, he does have an EHCP", "inform"), memory=SUFFOLK
    )
    assert replies[1].parts[0].verdict is Verdict.NO


def test_a_route_that_asks_for_nothing_says_so_and_how_to_ask():
    (reply,), _ = talk(check("are we ready for an EP consultation"), memory=MK)
    assert "lists nothing that must be in place first" in reply.text
    assert ids(reply) == ["milton-keynes/ep/how"]


def test_what_else_is_asked_is_answered_below():
    one = Clause("am I ready to send the bespoke form", INTENT, SURE, SURE, {INTENT: SURE})
    two = Clause("how long does bespoke support last", "ask_support_length", SURE, SURE, {"ask_support_length": SURE})
    turn = Turn(text=f"{one.text}? and {two.text}?", clauses=(one, two), intent="ask_several")
    (reply,), memory = talk(turn, memory=SUFFOLK)
    assert reply.checklist
    assert "support_length" in [p.topic for p in reply.parts]
    assert memory.frame.routes == ("bespoke",)


def test_the_sources_of_a_checklist_are_those_of_its_items():
    replies, _ = talk(check(READY), said("where is that from", "ask_source"), memory=SUFFOLK)
    assert {i.statement_id for i in replies[0].checklist} <= set(ids(replies[1]))
