"""Turns that depend on each other, over the real content: the area, corrections, another pupil, choices, sources."""

from __future__ import annotations

from datetime import date

import pytest

from bot.guidance.frame import Frame
from bot.guidance.reply import Reply, Status, Verdict
from bot.guidance.slots import from_slots, to_slots
from bot.guidance.turn import Memory, Turn
from tests.guidance_support import TODAY, conversations, ids, said, turn


@pytest.fixture(scope="module", autouse=True)
def loaded_beforehand() -> None:
    """Load the offers once, outside the time limit of a single test."""
    conversations()


def talk(*messages: Turn, memory: Memory | None = None, today: date = TODAY) -> tuple[list[Reply], Memory]:
    """The replies to a conversation, and what is remembered at its end."""
    memory, replies = memory or Memory(), []
    for message in messages:
        reply, memory = conversations().reply(message, memory, today)
        replies.append(reply)
    return replies, memory


SUFFOLK = Memory(frame=Frame(area="suffolk"))
WHICH_FORM = turn("which form do I use", "how_to_refer")


def test_what_was_asked_waits_for_the_area():
    (asked, answered), memory = talk(turn("do parents have to sign", "consent"), said("suffolk", "inform"))
    assert (asked.status, answered.status, answered.area) == (Status.CLARIFY, Status.ANSWERED, "suffolk")
    assert "permission is required for every pupil referral" in answered.text
    assert memory.pending == ()


def test_a_choice_by_its_title_is_the_choice_by_its_button():
    _, memory = talk(turn("do parents have to sign", "consent"))
    (typed,), _ = talk(said("  Milton keynes. ", "inform"), memory=memory)
    (pressed,), _ = talk(Turn("x", (), choice={"kind": "area", "value": "milton-keynes"}), memory=memory)
    assert ids(typed) == ids(pressed)
    assert typed.area == "milton-keynes"


def test_a_correction_of_the_ehcp_changes_the_form():
    replies, memory = talk(
        turn("Y4, no EHCP, phonics trouble, which form do I use", "how_to_refer"),
        said("sorry, he does have an EHCP", "inform"),
        memory=SUFFOLK,
    )
    assert "SES Bespoke Pupil Form" in replies[0].text
    assert "SES Section F Form" in replies[1].text
    assert memory.frame.pupil["ehcp"] is True


def test_a_correction_of_the_need_leaves_its_route():
    replies, _ = talk(
        turn("vision service: how do we refer him, Y4, no EHCP", "how_to_refer"),
        said("sorry, it is autism, not vision", "inform"),
        WHICH_FORM,
        memory=SUFFOLK,
    )
    assert "suffolk/bespoke/form" in ids(replies[-1])
    assert not any("vision" in i for i in ids(replies[-1]))


@pytest.mark.parametrize("message", ["what about norfolk", "and in Essex?", "is it the same in Cambridgeshire"])
def test_another_authority_is_not_answered_for(message):
    replies, memory = talk(turn("do parents have to sign", "consent"), said(message, "follow_up"), memory=SUFFOLK)
    assert replies[-1].status is Status.OUT_OF_SCOPE
    assert ids(replies[-1]) == []
    assert memory.frame.area == "suffolk"


def test_another_authority_named_first_is_told_plainly():
    (reply,), memory = talk(turn("how do we refer in Norfolk", "how_to_refer"))
    assert reply.status is Status.OUT_OF_SCOPE
    assert "Norfolk" in reply.text
    assert memory.frame.area is None


def test_another_pupil_starts_an_empty_frame_in_the_same_area():
    replies, memory = talk(
        turn("Y4, no EHCP, phonics, which form do I use", "how_to_refer"),
        turn("another pupil, in Y9: which form do I use", "how_to_refer"),
        memory=SUFFOLK,
    )
    assert "ehcp" not in memory.frame.pupil
    assert memory.frame.area == "suffolk"
    assert memory.frame.pupil["year"] == 9
    assert replies[-1].notices


def test_a_carried_fact_is_said_in_the_first_line():
    replies, _ = talk(
        turn("Y4, no EHCP, which form do I use", "how_to_refer"),
        turn("and how long does support last", "support_length"),
        memory=SUFFOLK,
    )
    first = replies[-1].text.splitlines()[0]
    assert "no EHCP" in first
    assert "before" in first


def test_sources_are_those_of_the_last_answer():
    replies, _ = talk(
        turn("do parents have to sign", "consent"), said("where is that from", "ask_source"), memory=SUFFOLK
    )
    assert ids(replies[1]) == ids(replies[0])
    (nothing,), _ = talk(said("where is that from", "ask_source"))
    assert (nothing.status, ids(nothing)) == (Status.SMALL_TALK, [])


def test_starting_again_forgets_everything():
    _, memory = talk(
        turn("Y4, no EHCP, which form", "how_to_refer"), said("start again", "start_again"), memory=SUFFOLK
    )
    assert memory == Memory()


def test_an_offer_past_its_review_date_says_so_once():
    message = turn("do parents have to sign", "consent")
    replies, _ = talk(message, message, memory=SUFFOLK, today=date(2025, 8, 1))
    assert ["July 2025" in r.text for r in replies] == [True, False]
    on_the_day, _ = talk(message, memory=SUFFOLK, today=date(2025, 7, 31))
    assert "July 2025" not in on_the_day[0].text
    elsewhere, _ = talk(message, memory=Memory(frame=Frame(area="milton-keynes")), today=date(2025, 8, 1))
    assert elsewhere[0].notices == []


def test_both_areas_are_answered_side_by_side_when_both_are_named():
    (reply,), _ = talk(turn("do parents have to sign in Suffolk and in Milton Keynes", "consent"))
    assert {p.area for p in reply.parts if p.points} == {"suffolk", "milton-keynes"}
    assert reply.area is None


def test_never_please_rephrase_twice():
    """Not understood: choices once, then an honest word and whom to ask."""
    unknown = turn("blue elephants whistle")
    replies, _ = talk(unknown, unknown, memory=SUFFOLK)
    assert replies[0].status is Status.CLARIFY
    assert replies[0].choices
    assert replies[1].status is Status.NOT_STATED
    assert "SESreferrals@suffolk.gov.uk" in replies[1].text


def test_a_disclosure_comes_before_everything():
    (reply,), memory = talk(said("he told me that his uncle hits him", "safeguarding"), memory=SUFFOLK)
    assert reply.status is Status.SAFEGUARDING
    assert "999" in reply.text
    assert memory == SUFFOLK


def test_the_area_alone_is_no_question():
    (reply,), memory = talk(said("suffolk", "inform"))
    assert reply.status is Status.CLARIFY
    assert [c.value["kind"] for c in reply.choices] == ["topic"] * 3
    assert memory.frame.area == "suffolk"


def test_an_area_that_was_left_is_not_answered_for():
    (reply,), _ = talk(turn("moved from an MK school to one in Suffolk, which form do I use", "how_to_refer"))
    assert reply.area == "suffolk"
    assert "@milton-keynes" not in reply.text


def test_thanks_while_the_area_is_waited_for_are_answered_and_the_question_goes_on_waiting():
    replies, memory = talk(turn("do parents have to sign", "consent"), said("lovely, thanks", "thank"))
    assert replies[-1].status is Status.SMALL_TALK
    (answered,), _ = talk(said("suffolk", "inform"), memory=memory)
    assert "permission is required for every pupil referral" in answered.text


def test_a_question_about_parents_is_no_wish_for_parents_words():
    replies, _ = talk(WHICH_FORM, said("and do I need mum's say so for that one too", "for_parents"), memory=SUFFOLK)
    assert "In words for parents" not in replies[-1].text


def test_where_something_is_written_is_a_question_while_nothing_was_said():
    (reply,), _ = talk(
        said("they keep telling me to do the universal things, where is that written down for us", "ask_source"),
        memory=Memory(frame=Frame(area="milton-keynes")),
    )
    assert reply.status is not Status.SMALL_TALK


def test_a_changed_fact_asks_the_last_question_again():
    replies, _ = talk(
        turn("Y4, no EHCP, phonics: which form do I use", "how_to_refer"),
        turn("he got his EHCP this week, does that change it?", "follow_up"),
        memory=SUFFOLK,
    )
    assert "suffolk/section-f/form" in ids(replies[-1])


def test_a_search_that_is_stopped_asks_nothing_more():
    replies, memory = talk(
        said("help me find the right service, one question at a time", "find_route"),
        said("actually stop, somebody is at the door", "ask_ending_support"),
        memory=SUFFOLK,
    )
    assert replies[0].status is Status.CLARIFY
    assert replies[1].status is Status.SMALL_TALK
    assert memory.pending == ()


def test_another_language_is_told_that_only_english_is_read():
    replies, _ = talk(
        said("Szukam pomocy dla córki, Year 4, SEND w Milton Keynes, nie mówię po angielsku", "ask_language")
    )
    assert replies[0].status is Status.SMALL_TALK
    assert "English" in replies[0].text


def test_an_unclear_message_in_other_letters_is_taken_for_another_language():
    (reply,), _ = talk(said("где мне получить помощь", ""), memory=SUFFOLK)
    assert "English" in reply.text


def test_a_child_in_danger_comes_before_a_question_that_waits():
    replies, _ = talk(
        turn("do parents have to sign", "consent"),
        said("a boy in our Suffolk school has just told me that he is hit at home", "safeguarding"),
    )
    assert replies[-1].status is Status.SAFEGUARDING


def test_a_clause_that_names_its_area_is_answered_for_that_one():
    one, other = turn("who signs in Suffolk", "consent"), turn("which form in Milton Keynes", "how_to_refer")
    both = Turn("who signs in Suffolk, and which form in Milton Keynes", (*one.clauses, *other.clauses))
    (reply,), _ = talk(both)
    assert [part.area for part in reply.parts] == ["suffolk", "milton-keynes"]


def test_a_search_that_was_left_goes_on_the_next_day():
    (asked,), memory = talk(said("help me find the right support", "find_route"), memory=SUFFOLK)
    kept = from_slots(to_slots(memory))
    (found,), after = talk(
        said("a Y4 boy, no EHCP, dyslexic", "inform"), memory=kept, today=date.fromordinal(TODAY.toordinal() + 1)
    )
    assert asked.status is Status.CLARIFY
    assert found.status is Status.ANSWERED
    assert "SES Bespoke Pupil Form" in found.text
    assert after.pending == ()


def test_what_is_taken_back_is_no_longer_known_and_the_answer_follows():
    replies, memory = talk(
        turn("Y4, EHCP, which form do I use", "how_to_refer"),
        said("I'm not sure she has an EHCP after all", "inform"),
        said("forget the year", "inform"),
        memory=SUFFOLK,
    )
    assert "SES Bespoke Pupil Form" not in replies[0].text
    assert "SES Bespoke Pupil Form" in replies[1].text
    assert "SES Section F Form" in replies[1].text
    assert not {"ehcp", "year"} & set(memory.frame.pupil)


def test_two_answers_to_one_question_are_asked_about_and_the_question_waits():
    (asked, answered), memory = talk(
        turn("she's in Year 3 and Year 9, no EHCP, which form", "how_to_refer"),
        said("Year 9", "inform"),
        memory=SUFFOLK,
    )
    assert asked.status is Status.CLARIFY
    assert "Which year group" in asked.text
    assert "SES Bespoke Pupil Form" in answered.text
    assert memory.frame.pupil["year"] == 9


@pytest.mark.parametrize("fact", ["ehcp", "year", "needs"])
def test_a_chip_asks_for_its_fact_anew_and_not_known_is_an_answer(fact):
    _, memory = talk(turn("Y4, no EHCP, autistic, which form do I use", "how_to_refer"), memory=SUFFOLK)
    (asked, after), known = talk(
        Turn("", (), choice={"kind": "change", "value": fact}),
        Turn("", (), choice={"kind": "forget", "value": fact}),
        memory=memory,
    )
    assert asked.status is Status.CLARIFY
    assert asked.choices[-1].title == "I don't know"
    assert after.parts
    assert fact not in known.frame.facts


def test_no_yes_is_said_where_the_offer_is_silent_on_the_need():
    (reply,), _ = talk(
        turn("Y6, losing her sight. does the offer have a vision team for her?", "eligibility"),
        memory=Memory(frame=Frame(area="milton-keynes")),
    )
    assert all(part.verdict is not Verdict.YES for part in reply.parts)
