"""The last answer said again: in words for parents, and with the place of each point. Over the real content."""

from __future__ import annotations

import pytest

from bot.guidance.frame import Frame
from bot.guidance.reply import Reply, Status
from bot.guidance.turn import Last, Memory, Turn
from tests.guidance_support import AREAS, TODAY, content, conversations, ids, knowledge, points, said, turn

SIMPLER = said("could that be simpler", "say_simpler")
FOR_PARENTS = said("one for the parents", "for_parents")
SOURCE = said("where is that from", "ask_source")
CONSENT = turn("do parents have to sign", "consent")


@pytest.fixture(scope="module", autouse=True)
def loaded_beforehand() -> None:
    """Load the offers once, outside the time limit of a single test."""
    conversations()


def talk(*messages: Turn, memory: Memory | None = None) -> list[Reply]:
    memory, replies = memory or Memory(), []
    for message in messages:
        reply, memory = conversations().reply(message, memory, TODAY)
        replies.append(reply)
    return replies


def told(*statements: str, area: str = "suffolk") -> Memory:
    """A conversation whose last answer was made of these statements."""
    return Memory(frame=Frame(area=area), last=Last(area=area, topics=("consent",), statements=statements))


def parent_text(statement_id: str) -> str | None:
    return knowledge().areas[statement_id.split("/")[0]].statements[statement_id].parent_text


@pytest.mark.parametrize("area", AREAS)
@pytest.mark.parametrize("asked", [SIMPLER, FOR_PARENTS], ids=lambda t: t.intent)
def test_the_last_answer_is_said_again_for_parents(asked, area):
    first, again = talk(CONSENT, asked, memory=Memory(frame=Frame(area=area)))
    assert ids(again) == ids(first)
    assert [p.text for p in points(again)] == [parent_text(i) for i in ids(first)]
    assert [p.sources for p in points(again)] == [p.sources for p in points(first)]
    assert (again.status, again.area) == (Status.ANSWERED, area)


def test_each_way_of_asking_has_its_own_lead():
    _, simpler, for_parents = talk(CONSENT, SIMPLER, FOR_PARENTS, memory=Memory(frame=Frame(area="suffolk")))
    wording = conversations().wording
    assert simpler.text.startswith(wording.simpler_lead)
    assert for_parents.text.startswith(wording.parents_lead)


def test_it_can_be_asked_again_and_the_talk_goes_on():
    replies = talk(
        CONSENT, SIMPLER, FOR_PARENTS, SOURCE, said("and in Milton Keynes?", "follow_up"),
        memory=Memory(frame=Frame(area="suffolk")),
    )  # fmt: skip
    assert ids(replies[0]) == ids(replies[1]) == ids(replies[2]) == ids(replies[3])
    assert replies[4].area == "milton-keynes"


@pytest.mark.parametrize("asked", [SIMPLER, FOR_PARENTS], ids=lambda t: t.intent)
def test_before_any_answer_it_is_said_kindly_that_there_is_nothing_yet(asked):
    (reply,) = talk(asked)
    assert (reply.status, reply.text) == (Status.SMALL_TALK, conversations().wording.simpler_none)


def test_what_has_no_wording_for_parents_is_marked_as_said_to_the_school():
    with_one, without = "suffolk/consent/permission", "suffolk/staff/release"
    assert parent_text(with_one)
    assert parent_text(without) is None
    (reply,) = talk(FOR_PARENTS, memory=told(with_one, without))
    marked = conversations().wording.for_school
    assert [p.label for p in points(reply)] == ["", marked]
    assert f"{marked}: {points(reply)[1].text}" in reply.text


def test_the_forms_and_services_named_do_not_hide_the_request():
    reply = talk(CONSENT, said("the SES Referral Form bit, easier please", "say_simpler"), memory=told())[1]
    assert reply.text.startswith(conversations().wording.simpler_lead)


def test_an_unsure_guess_is_no_request():
    unsure = Turn("hm", (), intent="say_simpler", ranking={"say_simpler": 0.2})
    (reply,) = talk(unsure, memory=told("suffolk/consent/permission"))
    assert not reply.text.startswith(conversations().wording.simpler_lead)


def test_a_question_with_its_own_topic_is_answered_rather_than_the_last_one_repeated():
    asked = turn("and which address do I send it to?", "contact")
    both = Turn(
        "for parents please. and which address do I send it to?",
        (*FOR_PARENTS.clauses, *asked.clauses),
        intent="for_parents",
        ranking={"for_parents": 0.95},
    )
    (reply,) = talk(both, memory=told("suffolk/consent/permission"))
    assert "SESreferrals@suffolk.gov.uk" in reply.text


def test_statements_that_are_gone_are_left_out():
    (reply,) = talk(SIMPLER, memory=told("suffolk/gone/away", "suffolk/consent/sign"))
    assert ids(reply) == ["suffolk/consent/sign"]
    (nothing,) = talk(SIMPLER, memory=told("suffolk/gone/away"))
    assert nothing.status is Status.SMALL_TALK


def test_an_answer_for_both_areas_is_said_again_for_both():
    both = told("milton-keynes/gap/consent", "suffolk/consent/permission")
    for asked in (SIMPLER, SOURCE):
        (reply,) = talk(asked, memory=both)
        assert [part.area for part in reply.parts] == ["suffolk", "milton-keynes"]
        assert all(part.question for part in reply.parts)
        assert reply.area is None


# ---------------------------------------------------------------------- sources


def test_each_point_stands_beside_its_document_section_and_paragraph():
    first, sources = talk(CONSENT, SOURCE, memory=Memory(frame=Frame(area="suffolk")))
    assert ids(sources) == ids(first)
    for point in points(sources):
        for source in point.sources:
            for place in (source.document, source.section, f"paragraph {source.paragraph}"):
                assert place in point.label
        assert f"{point.label}: {point.text}" in sources.text


def test_a_point_that_rests_on_several_paragraphs_names_each():
    several = next(s for a in content().areas for s in a.statements if len(s.source) > 1)
    (reply,) = talk(SOURCE, memory=told(several.id, area=several.id.split("/")[0]))
    for source in several.source:
        assert f"paragraph {source.paragraph}" in points(reply)[0].label


def test_a_point_without_a_source_is_marked_so():
    (reply,) = talk(SOURCE, memory=told("suffolk/gap/telephone"))
    assert points(reply)[0].label == conversations().wording.source_of_none


def test_the_meaning_of_a_term_has_a_source_too_and_needs_no_other_words():
    memory = told("term/suffolk-smif")
    (reply,) = talk(SOURCE, memory=memory)
    assert "paragraph" in points(reply)[0].label
    (again,) = talk(FOR_PARENTS, memory=memory)
    assert (points(again)[0].label, points(again)[0].text) == ("", points(reply)[0].text)
