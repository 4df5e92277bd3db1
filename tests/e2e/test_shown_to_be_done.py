"""The conversations by which the whole thing is shown to be done, through the running servers."""

from __future__ import annotations

import pytest

from tests.e2e.talking import Talk, facts_in, sections_in, statements_in


def test_which_form_for_a_y4_with_no_ehcp_in_suffolk(talk: Talk) -> None:
    reply = talk.say("which form for a Y4 with no EHCP in Suffolk?")
    assert reply["status"] == "answered"
    assert reply["area"] == "suffolk"
    assert "SES Bespoke Pupil Form" in reply["text"]
    assert "SESreferrals@suffolk.gov.uk" in reply["text"]
    assert "School SES Referral Form" not in reply["text"]
    assert "suffolk/bespoke/form" in statements_in(reply)
    assert any("Bespoke (no EHCP)" in section for section in sections_in(reply))
    assert facts_in(reply) | {"area": "suffolk", "ehcp": False, "year": 4} == facts_in(reply)


def test_what_is_needed_before_asking_the_specialist_teachers_in_mk(talk: Talk) -> None:
    reply = talk.say("what do I need before I ask the specialist teachers in MK?")
    assert reply["status"] == "answered"
    assert reply["area"] == "milton-keynes"
    for words in ("SEND Support Plan", "two APDR cycles", "MK proforma"):
        assert words in reply["text"]
    assert "milton-keynes/stt/cycles" in statements_in(reply)
    assert any(section.startswith("Targeted") for section in sections_in(reply))


def test_a_deaf_lad_in_y12_in_lowestoft_is_taken_and_has_his_form_and_address(talk: Talk) -> None:
    reply = talk.say("I'm in Lowestoft, deaf lad in Y12, is he yours and where do I write?")
    assert reply["area"] == "suffolk"
    assert facts_in(reply)["year"] == 12
    assert "deaf" in facts_in(reply)["needs"]
    assert "Sixth form" in reply["text"]
    assert "SESreferrals@suffolk.gov.uk" in reply["text"]
    assert "yes" in [part["verdict"] for part in reply["parts"]]
    assert not {"suffolk/bespoke/form", "suffolk/section-f/form"} & statements_in(reply)


def test_both_questions_about_a_boy_with_semh_in_bletchley_are_answered(talk: Talk) -> None:
    reply = talk.say("SEMH boy in Bletchley, will STT come? and who do I ask about his EHCP?")
    assert reply["area"] == "milton-keynes"
    assert "not ordinarily" in reply["text"]
    assert "EHCP@milton-keynes.gov.uk" in reply["text"]
    assert "no" in [part["verdict"] for part in reply["parts"]]
    assert "yes" not in [part["verdict"] for part in reply["parts"]]


def test_a_question_without_an_area_is_asked_back_with_choices(talk: Talk) -> None:
    reply = talk.say("which form do I need")
    assert reply["status"] == "clarify"
    assert {choice["title"] for choice in reply["choices"]} == {"Suffolk", "Milton Keynes"}
    assert all(choice["payload"].startswith("choice:") for choice in reply["choices"])


@pytest.mark.parametrize("way", ["its payload", "its typed title"])
@pytest.mark.parametrize(
    ("title", "area", "words"),
    [
        ("Suffolk", "suffolk", "SES Bespoke Pupil Form"),
        ("Milton Keynes", "milton-keynes", "Request for involvement form"),
    ],
)
def test_the_choice_of_an_area_is_taken_by(talk: Talk, way: str, title: str, area: str, words: str) -> None:
    talk.say("which form do I need")
    reply = talk.choose(title) if way == "its payload" else talk.say(title.lower())
    assert reply["area"] == area
    assert words in reply["text"]
    assert facts_in(reply)["area"] == area


def test_the_choice_of_another_person_is_not_taken(talk: Talk, running_signpost: str) -> None:
    talk.say("which form do I need")
    payload = talk.last["choices"][0]["payload"]
    other = Talk(running_signpost)
    reply = other.say(payload)
    other.close()
    assert reply["status"] == "clarify"
    assert reply["understood"] == []


def test_a_third_authority_is_told_plainly(talk: Talk) -> None:
    reply = talk.say("Norfolk school here")
    assert reply["status"] == "out_of_scope"
    assert "Norfolk" in reply["text"]
    assert "Suffolk" in reply["text"]
    assert "Milton Keynes" in reply["text"]
    assert "@" not in reply["text"]


def test_a_typed_restart_is_text_and_the_conversation_goes_on(talk: Talk) -> None:
    talk.say("which form for a Y4 with no EHCP in Suffolk?")
    assert talk.say("/restart")["text"]
    reply = talk.say("and which one if he has an EHCP?")
    assert reply["text"]
    assert reply["status"] != "error"


def test_a_train_is_not_booked(talk: Talk) -> None:
    reply = talk.say("can you book me a train?")
    assert reply["status"] == "out_of_scope"
    assert "can't help" in reply["text"]
    assert statements_in(reply) == set()


def test_a_childs_name_is_not_echoed_and_it_is_told_kindly(talk: Talk) -> None:
    reply = talk.say("Which form for Zebedee Quillfeather, he's in year 4 in Suffolk with no EHCP?")
    assert "SES Bespoke Pupil Form" in reply["text"]
    assert "zebedee" not in str(reply).lower()
    assert "quillfeather" not in str(reply).lower()
    assert any("leave out names" in notice for notice in reply["notices"])
