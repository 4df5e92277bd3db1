"""Replies composed from statements: word for word, once each, in the house style of either voice."""

from __future__ import annotations

import re
from datetime import date
from functools import cache
from pathlib import Path
from statistics import median
from typing import Any

import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.desk.blanks import unfilled
from bot.desk.composing import Composed, Voice, compose
from bot.documents.texts import clean
from bot.guidance.draft import Question
from bot.guidance.reply import Status
from bot.knowledge.model import Kind
from tests.guidance_support import AREAS, TODAY, knowledge

ENQUIRIES = sorted((Path(__file__).parents[1] / "desk/enquiries").glob("*.yml"))
CONTACT = "suffolk/contact/referrals-address"
PAST_REVIEW = date(2025, 8, 1)
BLANKS = ("name of the person who wrote", "your name")


@cache
def words() -> dict[str, Any]:
    """The words of letters."""
    path = Path(__file__).parents[2] / "bot/desk/words/letter.yml"
    found: dict[str, Any] = yaml.safe_load(path.read_text(encoding="utf-8"))
    return found


def composed(*questions: Question, area: str = "suffolk", **options: Any) -> Composed:
    """A reply over the real offer."""
    chosen = {"voice": Voice.PROFESSIONAL, "with_sources": False, "today": TODAY, **options}
    return compose(questions, knowledge().areas[area], words(), **chosen)


def question(*statements: str, **fields: Any) -> Question:
    """A question with statements chosen for it."""
    return Question(**{"id": "q", "text": "?", "heading": "About it", **fields, "statements": list(statements)})


def text_of(statement_id: str) -> str:
    """What a statement says."""
    return knowledge().areas[statement_id.split("/")[0]].statements[statement_id].text


def some(area: str, **wanted: Any) -> list[str]:
    """Ids of statements with these fields."""
    found = knowledge().areas[area].statements.values()
    return [s.id for s in found if all(getattr(s, name) == value for name, value in wanted.items())]


def test_both_voices_have_the_same_words():
    assert set(words()["professional"]) == set(words()["parent"])


def test_one_question_with_one_statement_is_a_sentence_between_greeting_and_sign_off():
    reply = composed(question(CONTACT))
    assert reply.text == (
        "Hello [name of the person who wrote],\n\n"
        "Thank you for your e-mail. This is what the Suffolk offer says.\n\n"
        "The only e-mail address in the SES Core Offer is SESreferrals@suffolk.gov.uk.\n\n"
        "Where to write or look: SESreferrals@suffolk.gov.uk\n\n"
        "Kind regards\n[your name]"
    )
    assert (reply.blanks, reply.missing) == (BLANKS, ())


def test_several_statements_are_a_list_and_several_questions_have_numbered_headings():
    one, two, three = some("suffolk", kind=Kind.FACT)[:3]
    lines = composed(question(one, two, heading="First:", lead="What is needed."), question(three)).text.split("\n")
    at = lines.index("1. First")
    assert lines[at + 1 : at + 4] == ["What is needed.", f"- {text_of(one)}", f"- {text_of(two)}"]
    assert lines[at + 4 : at + 7] == ["", "2. About it", text_of(three)]


def test_a_statement_chosen_twice_is_said_once_and_pointed_to():
    one, two = some("suffolk", kind=Kind.FACT)[:2]
    text = composed(question(one, one), question(one), question(one, two)).text
    assert text.count(text_of(one)) == 1
    assert "2. About it\nPlease see my answer 1 above.\n" in text
    assert f"3. About it\n{text_of(two)} Please see my answer 1 above, too.\n" in text


def test_where_the_offer_does_not_say_that_is_said_and_what_an_adviser_must_answer_is_a_blank():
    assert "the Suffolk offer does not say" in composed(question(status=Status.NOT_STATED)).text
    lead = "I can't help with school transport."
    pointed = composed(question(status=Status.OUT_OF_SCOPE, lead=lead))
    assert lead in pointed.text
    assert "does not say" not in pointed.text
    for status in (Status.ANSWERED, Status.CLARIFY):
        left = composed(question(status=status, lead="Year 4:"))
        assert "does not say" not in left.text
        assert left.blanks == (BLANKS[0], "your answer to this question", BLANKS[1])


def test_a_statement_that_is_gone_is_named_and_left_out():
    reply = composed(question(CONTACT, "suffolk/no/such"))
    assert reply.missing == ("suffolk/no/such",)
    assert text_of(CONTACT) in reply.text


def test_parents_read_their_own_wording_and_are_told_what_is_for_the_school():
    own = next(s for s in knowledge().areas["suffolk"].statements.values() if s.parent_text and s.parent_text != s.text)
    school = next(
        s for s in knowledge().areas["suffolk"].statements.values() if not s.parent_text and s.routes == "all"
    )
    text = composed(question(own.id, school.id), voice=Voice.PARENT).text
    assert f"- {own.parent_text}\n" in text
    assert own.text not in text
    assert f"- For the school: {school.text}" in text


def test_statements_for_different_cases_say_for_which():
    bespoke, section_f = (some("suffolk", routes=(route,), kind=Kind.FACT)[0] for route in ("bespoke", "section-f"))
    unknown = composed(question(bespoke, section_f)).text
    assert f"- Pupil without an EHCP: {text_of(bespoke)}" in unknown
    assert f"- Pupil with an EHCP: {text_of(section_f)}" in unknown


def test_cases_that_the_pupil_rules_out_are_not_told_apart():
    area = knowledge().areas["suffolk"]
    section_f = some("suffolk", routes=("section-f",), kind=Kind.FACT)[0]
    both = next(i for i, routes in area.routes_of.items() if routes == {"bespoke", "section-f"})
    assert f"- Pupil with an EHCP: {text_of(section_f)}" in composed(question(section_f, both)).text
    known = composed(question(section_f, both), facts={"ehcp": True, "needs": ["literacy"]})
    assert f"- {text_of(section_f)}" in known.text


def test_a_text_that_comes_back_from_a_form_is_still_the_verified_one():
    texts = [
        text for area in AREAS for s in knowledge().areas[area].statements.values() for text in (s.text, s.parent_text)
    ]
    assert [text for text in texts if text and clean(text) != text] == []


def test_addresses_and_forms_that_are_named_stand_once_in_the_closing_line():
    named = "SES Section F Form"
    ids = [s.id for s in knowledge().areas["suffolk"].statements.values() if named in s.text][:3]
    closing = composed(question(*ids, CONTACT), question(CONTACT)).text.split("\n\n")[-2]
    assert closing.count("SESreferrals@suffolk.gov.uk") == 1
    assert closing.count(named) == 1


def test_a_form_whose_name_holds_that_of_another_is_not_taken_for_it():
    ids = [s.id for s in knowledge().areas["suffolk"].statements.values() if "School SES Referral Form" in s.text]
    only = next(i for i in ids if not re.search(r"(?<!School )SES Referral Form", text_of(i)))
    assert "Form: School SES Referral Form\n" in composed(question(only)).text


def test_sources_are_listed_once_each_and_marked_behind_the_statements():
    found = knowledge().areas["suffolk"].statements
    one = next(s for s in found.values() if len(s.source) == 1)
    same = next(s for s in found.values() if s.source == one.source and s.id != one.id)
    other = next(s for s in found.values() if len(s.source) == 2 and s.source[0] != one.source[0] != s.source[1])
    text = composed(question(one.id, same.id, other.id), with_sources=True).text
    listed = text.split("Where this comes from:\n")[1].split("\n")
    assert [line.split(" ")[0] for line in listed] == ["[1]", "[2]", "[3]"]
    assert all(
        line.endswith(f"paragraph {n}")
        for line, n in zip(listed, (one.source[0].paragraph, *(s.paragraph for s in other.source)), strict=True)
    )
    assert f"{one.text} [1]\n" in text
    assert f"{same.text} [1]\n" in text
    assert f"{other.text} [2, 3]\n" in text
    assert "[1]" not in composed(question(one.id)).text


def test_an_offer_past_its_review_date_is_said_to_be():
    assert "due for review by July 2025" in composed(question(CONTACT), today=PAST_REVIEW).text
    assert "July 2025" not in composed(question(CONTACT), today=date(2025, 7, 31)).text
    assert "July 2025" not in composed(question(status=Status.NOT_STATED), today=PAST_REVIEW).text
    contact = "milton-keynes/contact/send-support-address"
    assert "Please note" not in composed(question(contact), area="milton-keynes", today=PAST_REVIEW).text


def test_square_brackets_of_an_email_make_no_blanks_and_its_line_ends_no_lines():
    reply = composed(question(CONTACT, heading="About [pupil]\r\n[your name]", lead="[x]"), question(CONTACT))
    assert reply.blanks == BLANKS
    assert "1. About (pupil) (your name)\n(x) The only" in reply.text


IDS = [s for area in AREAS for s in knowledge().areas[area].statements]


@settings(max_examples=60, deadline=None)
@given(
    st.lists(
        st.builds(
            question,
            status=st.sampled_from(Status),
            heading=st.text(max_size=20),
            lead=st.text(max_size=20),
            id=st.just("q"),
        ).flatmap(
            lambda q: st.lists(st.sampled_from(IDS), max_size=4).map(
                lambda ids: q.model_copy(update={"statements": ids})
            )
        ),
        max_size=4,
    ),
    st.sampled_from(AREAS),
    st.sampled_from(Voice),
    st.booleans(),
)
def test_whatever_was_chosen_is_said_word_for_word_and_once(questions, area, voice, with_sources):
    reply = composed(*questions, area=area, voice=voice, with_sources=with_sources)
    known = knowledge().areas[area].statements
    chosen = {i for q in questions for i in q.statements}
    assert set(reply.missing) == chosen - set(known)
    assert set(reply.blanks) <= {*BLANKS, "your answer to this question"}
    assert list(reply.blanks) == unfilled(reply.text)
    for statement in (known[i] for i in chosen & set(known)):
        text = (voice is Voice.PARENT and statement.parent_text) or statement.text
        assert (
            len(re.findall(rf"(?m)(?<![\w]){re.escape(text)}(?: \[[\d, ]+\])?(?: Please see [^\n]+)?$", reply.text))
            == 1
        )
    marks = {int(n) for mark in re.findall(r"\[([\d, ]+)\](?! )", reply.text) for n in mark.split(", ")}
    assert not marks or with_sources
    assert "\n\n\n" not in reply.text


def test_replies_to_the_invented_enquiries_stay_short():
    lengths = []
    for path in ENQUIRIES:
        enquiry = yaml.safe_load(path.read_text(encoding="utf-8"))
        asked = [
            question(*each["any_of"][0], heading=each["asks"]) for each in enquiry["questions"] if each.get("any_of")
        ]
        lengths.append(len(composed(*asked, area=enquiry["area"]).text.split()))
    assert len(lengths) == 40
    assert median(lengths) <= 200, lengths
    assert max(lengths) <= 400, lengths
