"""Draft e-mails and what else a reply lets people take away."""

import re

import pytest

from bot.guidance.answer_parts import ADDRESS
from bot.guidance.frame import Frame
from bot.guidance.reply import Answer, DateItem, Reply, Status
from bot.guidance.taking import Taking
from bot.guidance.turn import Last, Memory
from tests.guidance_support import AREAS, all_asked, ask, knowledge, points


@pytest.fixture(scope="module")
def taking():
    return Taking(knowledge(), knowledge().common.wording)


def of_statement(area_id, statement_id, **keys):
    """A reply that makes one statement."""
    area = knowledge().areas[area_id]
    part = Answer(area=area_id, points=[area.point(area.statements[statement_id])])
    return Reply(status=Status.ANSWERED, text="", area=area_id, parts=[part], **keys)


def drafts(reply):
    return [t for t in reply.takeaways if t.kind == "email"]


def with_facts(**facts):
    return Memory(frame=Frame(pupil=facts))


def test_the_draft_names_the_form_and_goes_to_the_address_that_the_answer_gives():
    reply, _ = ask("Y4, no EHCP: which form?", "referral_form", preset_area="suffolk")
    (draft,) = drafts(reply)
    assert draft.to == "SESreferrals@suffolk.gov.uk"
    assert draft.subject == "SES Bespoke Pupil Form: [name of your school]"
    assert "I attach the SES Bespoke Pupil Form" in draft.body
    assert "Year 4, no EHCP" in draft.body


@pytest.mark.parametrize(
    ("facts", "wanted"),
    [
        ({"ehcp": True}, ["EHCP@milton-keynes.gov.uk"]),
        ({"ehcp": False}, ["SENDsupport@milton-keynes.gov.uk"]),
        ({}, ["SENDsupport@milton-keynes.gov.uk", "EHCP@milton-keynes.gov.uk"]),
    ],
)
def test_of_two_addresses_in_a_statement_the_one_for_this_pupil_is_taken(taking, facts, wanted):
    reply = of_statement("milton-keynes", "milton-keynes/contact/send-support-address")
    assert [d.to for d in drafts(taking.add(reply, with_facts(**facts)))] == wanted


def test_the_form_of_the_one_route_is_named_where_the_statement_names_none(taking):
    reply = of_statement("suffolk", "suffolk/contact/referrals-address")
    (plain,) = drafts(taking.add(reply, Memory()))
    assert "Form" not in plain.subject + plain.body
    (routed,) = drafts(taking.add(reply, Memory(last=Last(area="suffolk", routes=("section-f",)))))
    assert routed.subject.startswith("SES Section F Form:")


def test_every_draft_goes_to_an_address_of_the_offer_and_has_blanks_to_fill(taking):
    seen = set()
    for area_id in AREAS:
        area = knowledge().areas[area_id]
        for statement in area.statements.values():
            named = set(ADDRESS.findall(statement.text))
            for draft in drafts(taking.add(of_statement(area_id, statement.id), Memory())):
                seen.add(draft.to)
                assert draft.to in area.content.authority.addresses
                assert draft.to in named
                assert "[name of your school]" in draft.subject
                assert len(re.findall(r"\[[^\]]+\]", draft.body)) >= 2
                assert not re.search(r"\{\w*\}", draft.subject + draft.body)
    assert seen == {
        "SESreferrals@suffolk.gov.uk",
        "SENDsupport@milton-keynes.gov.uk",
        "EHCP@milton-keynes.gov.uk",
    }


def test_the_answers_own_words_decide_what_can_be_taken_away(taking):
    nothing = Reply(status=Status.CLARIFY, text="Which one?")
    assert taking.add(nothing, Memory()).takeaways == []
    greeting, _ = ask("hello", "greet")
    assert greeting.takeaways == []
    reply = of_statement("suffolk", "suffolk/contact/referrals-address")
    day = {"counts_from": "2026-03-03", "event": "agreed", "unit": "week", "statement_id": "suffolk/x", "text": "by"}
    dated = reply.model_copy(update={"dates": [DateItem(label="", **day)]})
    assert [t.kind for t in taking.add(dated, Memory()).takeaways] == ["email", "print", "calendar"]


def test_no_answer_of_any_statement_offers_more_than_two_drafts():
    for asked in all_asked()[::7]:
        area = asked.statement_id.partition("/")[0]
        part = asked.outcome.answer.model_copy(update={"area": area})
        reply = Reply(status=Status.ANSWERED, text="", area=area, parts=[part])
        found = Taking(knowledge(), knowledge().common.wording).add(reply, Memory(frame=Frame(pupil=dict(asked.facts))))
        assert len(drafts(found)) <= 2
        assert bool(points(found)) == any(t.kind == "print" for t in found.takeaways)


def test_of_several_pupils_a_draft_names_none():
    reply, _ = ask(
        "one boy in Y2 with an EHCP, another in Y5 without: which form?", "referral_form", preset_area="suffolk"
    )
    assert len(reply.parts) > 1
    found = drafts(reply)
    assert [draft.subject.partition(":")[0] for draft in found] == ["SES Section F Form", "SES Bespoke Pupil Form"]
    assert not [draft for draft in found if re.search(r"Year|EHCP", draft.body.replace("SES Section F Form", ""))]


def test_where_an_answer_names_more_forms_than_drafts_none_is_picked(taking):
    area = knowledge().areas["suffolk"]
    ways = [s for s in area.statements.values() if "Form and e-mail it to" in s.text]
    points = [area.point(s) for s in ways]
    named = {f.name for f in area.content.authority.forms for p in points if f.name in p.text}
    assert len(named) > 2, named
    reply = Reply(status=Status.ANSWERED, text="", area="suffolk", parts=[Answer(area="suffolk", points=points)])
    (draft,) = drafts(taking.add(reply, Memory()))
    assert draft.subject == "[name of the form]: [name of your school]"
    assert "I attach the [name of the form] from" in draft.body
