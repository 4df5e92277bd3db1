"""The bench: an enquiry's questions and statements changed, what was understood corrected, statements searched."""

from __future__ import annotations

import html
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from fastapi import FastAPI
from hypothesis import given
from hypothesis import strategies as st
from lxml import html as lxml_html

from bot.desk.access import Role
from bot.desk.bench_page import counted
from bot.desk.drafts import LONGEST_QUESTION, MOST_QUESTIONS, MOST_STATEMENTS, changed, new_number
from bot.desk.errors import DeskError
from bot.desk.templating import load_words
from bot.guidance.draft import Question
from bot.guidance.reply import Status
from bot.records.enquiries import Enquiry
from bot.records.switches import Switches
from tests.desk.bench_support import HOSTILE, Parsing, again, enquiries, stored, unanswered
from tests.desk.support import Person, desk_app, drafting, signed_in
from tests.integration.door_fakes import DISCLOSURE, NAME
from tests.records_support import Clock

ALL = load_words()
WORDS = ALL["bench"]
FORM, NO_EHCP, CONTACT = "suffolk/bespoke/form", "suffolk/bespoke/no-ehcp", "suffolk/contact/referrals-address"
TELEPHONE = "suffolk/gap/telephone"
OF_MK = "milton-keynes/gap/consent"


@pytest.fixture(scope="module")
def searchable() -> None:
    """Load the vectors of all phrases outside the time limit of a single test."""
    drafting(searchable=True)


@pytest.fixture
def parsing() -> Parsing:
    return Parsing()


@pytest.fixture
async def desk(tmp_path: Path, parsing: Parsing) -> AsyncIterator[FastAPI]:
    """The app with an engine behind it that finds a question in every sentence."""
    async with desk_app(tmp_path, parse=parsing, clock=Clock()) as app:
        yield app


@pytest.fixture
def ada(desk: FastAPI) -> Person:
    return signed_in(desk, Role.ADVISER)


def question(number: str, *statements: str, **more: Any) -> dict[str, Any]:
    made = Question(
        id=number, text=f"Question {number}?", heading=f"Heading {number}", statements=list(statements), **more
    )
    return made.model_dump(mode="json")


def add(app: FastAPI, person: Person, **values: Any) -> Enquiry:
    """An enquiry with two questions."""
    given: dict[str, Any] = {
        "by": person.staff_id,
        "subject": "A question",
        "body": "Which form do we need?",
        "masked": {"name": 2, "phone": 1, "zigzag": 1},
        "content_version": app.state.desk.knowledge().version,
        "area": "suffolk",
        "facts": {"ehcp": False, "year": 4, "subject": "pupil", "consent": True},
        "questions": [question("q1", FORM, NO_EHCP, CONTACT, others=[TELEPHONE]), question("q2", TELEPHONE)],
    }
    return enquiries(app).add(**(given | values))


@pytest.fixture
def enquiry(desk: FastAPI, ada: Person) -> Enquiry:
    return add(desk, ada)


def path(enquiry: Enquiry, ending: str = "") -> str:
    return f"/desk/enquiries/{enquiry.id}{ending}"


async def do(person: Person, enquiry: Enquiry, ending: str, **fields: Any) -> Any:
    """Send one of the forms of the page as it was when the enquiry had this version."""
    return await person.post_form(path(enquiry, f"/{ending}"), **{"version": str(enquiry.version), **fields})


def questions(app: FastAPI, enquiry: Enquiry) -> list[Question]:
    return [Question.model_validate(each) for each in again(app, enquiry).questions]


def statements(app: FastAPI, enquiry: Enquiry, number: int = 0) -> list[str]:
    return questions(app, enquiry)[number].statements


async def shown(person: Person, enquiry: Enquiry) -> Any:
    response = await person.get(path(enquiry))
    assert response.status_code == 200, response.text
    return lxml_html.fromstring(response.text)


def text_of(element: Any) -> str:
    return " ".join(element.text_content().split())


def refused(response: Any, name: str, status: int) -> None:
    assert response.status_code == status, response.text
    assert ALL["errors"][name]["title"] in html.unescape(response.text)


# ---------------------------------------------------------------------- the page


async def test_the_page_shows_the_email_what_was_understood_and_each_question_with_sources(desk, ada, enquiry):
    page = await shown(ada, enquiry)
    text = text_of(page)
    known = desk.state.desk.knowledge().areas["suffolk"].statements
    assert page.findtext(".//title") == f"Enquiry {enquiry.number} - {ALL['desk']['name']}"
    assert "Which form do we need?" in text
    assert "Taken out: 2 names, 1 telephone number, 1 other detail." in text
    assert [text_of(chip) for chip in page.find_class("sp-chip")] == [
        label for _, label in desk.state.desk.drafting().labels(dict(enquiry.facts), "suffolk")
    ]
    first, second = page.find_class("sp-card")
    assert first.get("id") == "question-q1"
    assert [item.get("id") for item in first.xpath(".//ol/li")] == [f"q1-{i}" for i in (FORM, NO_EHCP, CONTACT)]
    assert known[FORM].text in text_of(first)
    source = first.xpath(".//li[1]//*[contains(@class, 'sp-statement__source')]")
    (cited,) = desk.state.desk.knowledge().areas["suffolk"].point(known[FORM]).sources
    assert text_of(source[0]).endswith(f"{cited.section}, paragraph {cited.paragraph}")
    assert known[TELEPHONE].text in text_of(second)
    gaps = page.xpath("//h2[@id='gaps']/following-sibling::ul[1]/li")
    assert [text_of(gap) for gap in gaps] == [known[TELEPHONE].text]
    assert page.xpath(f"//a[@href='{path(enquiry)}/reply']")


async def test_how_sure_an_answer_is_is_said_in_words(desk, ada):
    sure = [question(f"q{n}", FORM, confidence=share) for n, share in enumerate((0.75, 0.5, 0.49), start=1)]
    text = text_of(await shown(ada, add(desk, ada, questions=sure)))
    assert "Sure (75 %)" in text
    assert "Fairly sure (50 %)" in text
    assert "Unsure (49 %)" in text


async def test_a_question_without_an_answer_is_listed_as_not_covered(desk, ada):
    lead = "That is the work of another office."
    elsewhere = question("q2", status=Status.OUT_OF_SCOPE, lead=lead)
    page = await shown(ada, add(desk, ada, questions=[question("q1"), elsewhere]))
    gaps = page.xpath("//h2[@id='gaps']/following-sibling::ul[1]/li")
    assert [text_of(gap) for gap in gaps] == [WORDS["gap_question"].format(question="Question q1?"), lead]
    assert WORDS["no_statements"] in text_of(page)
    page = await shown(ada, add(desk, ada, questions=[question("q1", FORM)]))
    assert WORDS["gaps_none"] in text_of(page)


async def test_what_people_wrote_is_text_on_every_page_that_shows_it(desk, ada):
    spoilt = question("q1", FORM, lead=HOSTILE) | {"text": HOSTILE, "heading": HOSTILE, "topic": HOSTILE}
    enquiry = add(desk, ada, subject=HOSTILE, body=HOSTILE, questions=[spoilt], masked={HOSTILE: 1}, topics=[HOSTILE])
    for address in (
        path(enquiry),
        path(enquiry, "/search?question=q1&query=form"),
        path(enquiry, "/reply"),
        "/desk/enquiries",
    ):
        response = await ada.get(address)
        assert response.status_code == 200, address
        assert "<script>alert" not in response.text, address
        assert "<img" not in response.text, address
        page = lxml_html.fromstring(response.text)
        assert page.xpath("//*[@onerror]") == [], address
        assert "49" not in text_of(page), f"{address}: nothing of it is worked out as a template"
    assert text_of(await shown(ada, enquiry)).count("<script>alert(1)</script>") >= 4


async def test_an_older_version_of_the_offer_is_pointed_out_and_what_is_gone_from_it_left_out(desk, ada):
    enquiry = add(desk, ada, content_version="0123456789ab", questions=[question("q1", FORM, "suffolk/gone/away")])
    page = await shown(ada, enquiry)
    assert WORDS["stale"] in text_of(page)
    assert [item.get("id") for item in page.xpath("//ol/li")] == [f"q1-{FORM}"]
    assert WORDS["stale"] not in text_of(await shown(ada, add(desk, ada)))


async def test_an_enquiry_of_an_area_that_is_gone_can_be_opened(desk, ada):
    assert WORDS["no_area"] in text_of(await shown(ada, add(desk, ada, area="rutland")))


async def test_there_is_nothing_at_the_address_of_no_enquiry(desk, ada, enquiry):
    enquiries(desk).delete(enquiry.id, enquiry.version, ada.staff_id)
    refused(await ada.get(path(enquiry)), "not_found", 404)
    refused(await do(ada, enquiry, "facts", area="suffolk"), "not_found", 404)


@pytest.mark.parametrize(
    ("counts", "said"),
    [
        ({}, ""),
        ({"name": 0}, ""),
        ({"name": 1}, "1 name"),
        ({"zig": 1, "zag": 2}, "3 other details"),
        ({"name": 2, "phone": 1}, "2 names, 1 telephone number"),
    ],
)
def test_what_was_masked_is_said_in_words(counts, said):
    assert counted(counts, WORDS["kinds"]) == said


# ---------------------------------------------------------------------- questions


async def test_a_question_that_an_adviser_adds_is_masked_answered_and_counted(desk, ada, enquiry, parsing):
    answer = await do(ada, enquiry, "questions", act="add", text=f" Who signs for {NAME}? ")
    assert answer.status_code == 303
    assert answer.headers["location"] == f"{path(enquiry)}?said=bench.saved#question-q3"
    found = questions(desk, enquiry)
    assert [q.id for q in found] == ["q1", "q2", "q3"]
    assert found[2].text == "Who signs for the pupil?"
    assert found[2].statements
    assert parsing.texts == ["Who signs for the pupil?"]
    assert NAME.encode() not in stored(desk)
    assert all(each.question == "Who signs for the pupil?" for each in unanswered(desk))
    assert list(again(desk, enquiry).topics) == [found[2].topic]
    assert WORDS["said"]["saved"] in (await ada.get(answer.headers["location"])).text


async def test_a_question_that_is_saved_is_looked_for_again_and_keeps_its_place(desk, ada, enquiry):
    answer = await do(ada, enquiry, "questions", act="save", question="q1", text="Who signs it?")
    assert answer.headers["location"].endswith("#question-q1")
    found = questions(desk, enquiry)
    assert [(q.id, q.text) for q in found] == [("q1", "Who signs it?"), ("q2", "Question q2?")]
    assert found[1].statements == [TELEPHONE]


async def test_a_question_is_removed_and_its_number_given_again(desk, ada, enquiry):
    await do(ada, enquiry, "questions", act="remove", question="q1")
    assert [q.id for q in questions(desk, enquiry)] == ["q2"]
    assert new_number(questions(desk, enquiry)) == "q1"
    await do(ada, again(desk, enquiry), "questions", act="add", text="Who signs it?")
    assert [q.id for q in questions(desk, enquiry)] == ["q2", "q1"]


@pytest.mark.parametrize("act", ["add", "save"])
async def test_a_question_that_cannot_be_taken_is_refused_in_words(desk, ada, enquiry, parsing, act):
    for text in ("", " \n", "x" * (LONGEST_QUESTION + 1)):
        refused(await do(ada, enquiry, "questions", act=act, question="q1", text=text), "bad_question", 400)
    answer = await do(ada, enquiry, "questions", act=act, question="q1", text=f"{DISCLOSURE} and {NAME}")
    refused(answer, "disclosure", 400)
    assert DISCLOSURE not in answer.text
    assert again(desk, enquiry) == enquiry
    assert parsing.texts == []
    assert DISCLOSURE.encode() not in stored(desk)
    longest = "Who? " * (LONGEST_QUESTION // 5)
    assert (await do(ada, enquiry, "questions", act=act, question="q1", text=longest)).status_code == 303


async def test_there_are_twenty_questions_at_most(desk, ada):
    enquiry = add(desk, ada, questions=[question(f"q{n}", FORM) for n in range(1, MOST_QUESTIONS + 1)])
    refused(await do(ada, enquiry, "questions", act="add", text="One more?"), "bad_question", 400)
    assert (await do(ada, enquiry, "questions", act="save", question="q20", text="Another?")).status_code == 303


async def test_a_question_of_another_enquiry_or_of_none_is_not_saved(desk, ada, enquiry):
    refused(await do(ada, enquiry, "questions", act="save", question="q9", text="Who?"), "not_found", 404)
    refused(await do(ada, enquiry, "statements", act="remove", question="q9", statement=FORM), "not_found", 404)
    assert again(desk, enquiry) == enquiry


async def test_without_an_area_there_is_nothing_to_look_for_a_question_in(desk, ada):
    enquiry = add(desk, ada, area=None, questions=[])
    refused(await do(ada, enquiry, "questions", act="add", text="Who signs it?"), "no_area", 409)


async def test_while_the_engine_is_down_nothing_is_changed(tmp_path):
    async with desk_app(tmp_path, clock=Clock()) as app:
        ada = signed_in(app, Role.ADVISER)
        enquiry = add(app, ada)
        refused(await do(ada, enquiry, "questions", act="add", text="Who signs it?"), "engine_down", 503)
        refused(await do(ada, enquiry, "facts", area="milton-keynes"), "engine_down", 503)
        assert again(app, enquiry) == enquiry


async def test_where_the_area_is_switched_off_nothing_new_is_drafted_but_the_rest_can_be_changed(desk, ada, enquiry):
    Switches(desk.state.desk.database).set("suffolk", "desk", True, "The offer is being rewritten.", None, "Sam")
    refused(await do(ada, enquiry, "questions", act="add", text="Who signs it?"), "switched_off", 503)
    refused(await do(ada, enquiry, "facts", area="suffolk", again="yes"), "switched_off", 503)
    assert again(desk, enquiry) == enquiry
    assert (await do(ada, enquiry, "statements", act="remove", question="q1", statement=FORM)).status_code == 303
    assert (await do(ada, again(desk, enquiry), "questions", act="remove", question="q2")).status_code == 303


# ---------------------------------------------------------------------- statements


async def test_statements_are_added_removed_and_moved_one_at_a_time(desk, ada, enquiry):
    async def step(act: str, statement: str, number: str = "q1") -> str:
        answer = await do(ada, again(desk, enquiry), "statements", act=act, question=number, statement=statement)
        assert answer.status_code == 303, answer.text
        return str(answer.headers["location"]).partition("#")[2]

    assert await step("add", TELEPHONE) == f"q1-{TELEPHONE}"
    assert statements(desk, enquiry) == [FORM, NO_EHCP, CONTACT, TELEPHONE]
    assert questions(desk, enquiry)[0].others == []
    assert await step("up", CONTACT) == f"q1-{CONTACT}"
    assert statements(desk, enquiry) == [FORM, CONTACT, NO_EHCP, TELEPHONE]
    await step("down", FORM)
    assert statements(desk, enquiry) == [CONTACT, FORM, NO_EHCP, TELEPHONE]
    await step("up", CONTACT)
    await step("down", TELEPHONE)
    assert statements(desk, enquiry) == [CONTACT, FORM, NO_EHCP, TELEPHONE], "there is nothing beyond the ends"
    assert await step("remove", NO_EHCP) == "question-q1"
    assert statements(desk, enquiry) == [CONTACT, FORM, TELEPHONE]
    assert questions(desk, enquiry)[0].others == [NO_EHCP]
    await step("add", CONTACT)
    assert statements(desk, enquiry) == [FORM, TELEPHONE, CONTACT], "what is there already moves to the end"
    assert statements(desk, enquiry, 1) == [TELEPHONE], "the other question stays as it was"


@pytest.mark.parametrize(
    ("act", "statement"),
    [
        ("add", "suffolk/no-such/statement"),
        ("add", OF_MK),
        ("add", ""),
        ("add", HOSTILE),
        ("remove", TELEPHONE),
        ("up", TELEPHONE),
        ("down", TELEPHONE),
        ("zigzag", FORM),
        ("", FORM),
    ],
)
async def test_a_statement_that_is_unknown_or_not_this_question_s_is_refused(desk, ada, enquiry, act, statement):
    refused(await do(ada, enquiry, "statements", act=act, question="q1", statement=statement), "bad_form", 400)
    assert again(desk, enquiry) == enquiry


async def test_a_question_has_thirty_statements_at_most(desk, ada):
    known = list(desk.state.desk.knowledge().areas["suffolk"].statements)
    enquiry = add(desk, ada, questions=[question("q1", *known[:MOST_STATEMENTS])])
    answer = await do(ada, enquiry, "statements", act="add", question="q1", statement=known[MOST_STATEMENTS])
    refused(answer, "many_statements", 409)
    assert (await do(ada, enquiry, "statements", act="add", question="q1", statement=known[0])).status_code == 303


IDS = st.sampled_from("abcdef")


@given(
    st.lists(IDS, unique=True, max_size=4), st.lists(st.tuples(st.sampled_from(["add", "remove", "up", "down"]), IDS))
)
def test_whatever_is_done_to_a_question_no_statement_stands_twice_or_in_both_lists(ids, steps):
    found = Question(id="q1", text="", statements=ids, others=[each for each in "abcdef" if each not in ids])
    for act, statement in steps:
        before = found.statements
        try:
            found = changed(found, act, statement, dict.fromkeys("abcdef"))
        except DeskError:
            assert act != "add"
            assert statement not in before
        expected = {"add": {*before, statement}, "remove": {*before} - {statement}}.get(act, {*before})
        assert set(found.statements) == expected
        assert len(found.statements) == len(expected)
        assert sorted([*found.statements, *found.others]) == sorted("abcdef"), "nothing is lost"


# ---------------------------------------------------------------------- what was understood


FACTS = {"area": "suffolk", "ehcp": "no", "year": "4", "subject": "pupil"}


async def test_facts_are_corrected_without_a_new_draft_where_none_is_wished(desk, ada, enquiry, parsing):
    fields = {**FACTS, "ehcp": "yes", "year": "-1", "subject": "", "needs": ["deaf", "vision", "deaf"]}
    answer = await do(ada, enquiry, "facts", **fields)
    assert answer.headers["location"] == f"{path(enquiry)}?said=bench.saved#understood"
    after = again(desk, enquiry)
    assert after.facts == {"ehcp": True, "year": -1, "needs": ["deaf", "vision"], "consent": True}
    assert after.questions == enquiry.questions
    assert parsing.texts == []
    checked = (await shown(ada, after)).xpath("//input[@name='needs'][@checked]/@value")
    assert sorted(checked) == ["deaf", "vision"]


async def test_a_fact_that_the_form_does_not_ask_for_is_kept_until_it_is_forgotten(desk, ada, enquiry):
    page = await shown(ada, enquiry)
    assert page.xpath("//input[@name='no-consent']")
    await do(ada, enquiry, "facts", **FACTS)
    assert again(desk, enquiry).facts["consent"] is True
    await do(ada, again(desk, enquiry), "facts", **FACTS, **{"no-consent": "yes"})
    assert again(desk, enquiry).facts == {"ehcp": False, "year": 4, "subject": "pupil"}
    await do(ada, again(desk, enquiry), "facts", area="suffolk", ehcp="", year="", subject="")
    assert again(desk, enquiry).facts == {}


async def test_everything_is_looked_for_again_where_that_is_wished(desk, ada, enquiry, parsing):
    enquiry = add(desk, ada, content_version="0123456789ab")
    answer = await do(ada, enquiry, "facts", **FACTS, again="yes")
    assert answer.headers["location"].endswith("#questions")
    after = again(desk, enquiry)
    assert [q.text for q in questions(desk, enquiry)] == ["A question", "Which form do we need?"][
        -len(after.questions) :
    ]
    assert after.content_version == desk.state.desk.knowledge().version
    assert parsing.texts == ["A question\n\nWhich form do we need?"]
    assert unanswered(desk) == (), "it was counted when it came in"


async def test_another_area_has_other_statements(desk, ada, enquiry):
    await do(ada, enquiry, "facts", **{**FACTS, "area": "milton-keynes"})
    after = again(desk, enquiry)
    assert after.area == "milton-keynes"
    chosen = [statement for q in questions(desk, enquiry) for statement in q.statements]
    assert chosen
    assert all(statement.startswith("milton-keynes/") for statement in chosen)


async def test_an_email_that_says_nothing_can_be_given_an_area_and_questions_by_hand(desk, ada):
    enquiry = add(desk, ada, subject="", body="Dear team,", area=None, questions=[], facts={})
    await do(ada, enquiry, "facts", area="suffolk", again="yes")
    assert again(desk, enquiry).area == "suffolk"
    answer = await do(ada, again(desk, enquiry), "questions", act="add", text="Who signs it?")
    assert answer.status_code == 303


@pytest.mark.parametrize("year", ["15", "-6", "four", "4.5", "1e1", "9" * 30, "9" * 5000])
async def test_a_year_that_is_none_is_refused_in_words(desk, ada, enquiry, year):
    refused(await do(ada, enquiry, "facts", **{**FACTS, "year": year}), "bad_year", 400)
    assert again(desk, enquiry) == enquiry


@pytest.mark.parametrize("year", ["-5", "14", " 0 "])
async def test_a_year_from_before_nursery_to_the_end_of_college_is_taken(desk, ada, enquiry, year):
    await do(ada, enquiry, "facts", **{**FACTS, "year": year})
    assert again(desk, enquiry).facts["year"] == int(year)


async def test_a_form_made_by_hand_stores_no_word_of_its_own(desk, ada, enquiry):
    refused(await do(ada, enquiry, "facts", **{**FACTS, "area": "rutland"}), "bad_form", 400)
    await do(ada, enquiry, "facts", **{**FACTS, "ehcp": NAME, "subject": NAME, "needs": ["deaf", NAME], "zigzag": NAME})
    assert again(desk, enquiry).facts == {"year": 4, "consent": True}
    assert NAME.encode() not in stored(desk)


# ---------------------------------------------------------------------- somebody else was quicker


@pytest.mark.parametrize(
    ("ending", "fields"),
    [
        ("questions", {"act": "add", "text": f"Typed with care? {HOSTILE}"}),
        ("questions", {"act": "save", "question": "q1", "text": f"Typed with care? {HOSTILE}"}),
        ("questions", {"act": "remove", "question": "q1"}),
        ("statements", {"act": "add", "question": "q1", "statement": TELEPHONE}),
        ("statements", {"act": "remove", "question": "q1", "statement": FORM}),
        ("facts", {**FACTS, "again": "yes"}),
    ],
)
async def test_who_comes_second_overwrites_nothing_and_keeps_what_was_typed(
    desk, ada, enquiry, parsing, ending, fields
):
    bert = signed_in(desk, Role.ADVISER, name="Bert Adviser")
    await do(bert, enquiry, "questions", act="remove", question="q1")
    meanwhile = again(desk, enquiry)
    answer = await do(ada, enquiry, ending, **fields)
    page = html.unescape(answer.text)
    assert answer.status_code == 409
    assert WORDS["moved_title"] in page
    assert "Bert Adviser" in page
    assert ("Typed with care?" in page) == ("text" in fields)
    assert "<script>alert" not in answer.text
    assert f'href="{path(enquiry)}"' in answer.text
    assert again(desk, enquiry) == meanwhile
    assert parsing.texts == []


@pytest.mark.parametrize("version", ["", "one", "1.0", "99", "-1"])
async def test_a_form_without_the_version_that_was_seen_changes_nothing(desk, ada, enquiry, version):
    answer = await do(ada, enquiry, "questions", version=version, act="remove", question="q1")
    assert answer.status_code in (400, 409)
    assert again(desk, enquiry) == enquiry


# ---------------------------------------------------------------------- search


async def test_a_search_is_a_part_of_the_page_or_a_page_of_its_own(desk, ada, enquiry):
    address = path(enquiry, "/search?question=q1&query=telephone")
    part = await ada.get(address, headers={"hx-request": "true"})
    whole = await ada.get(address)
    for response in (part, whole):
        assert response.status_code == 200
        assert response.headers["vary"] == "HX-Request"
        found = lxml_html.fromstring(f"<div>{response.text}</div>" if response is part else response.text)
        assert found.get_element_by_id("found-q1").xpath(".//input[@name='statement']/@value")[0] == TELEPHONE
        assert found.xpath(".//button[@value='add']")
    assert "<html" not in part.text
    assert "<html" in whole.text
    assert 'value="telephone"' in whole.text


async def test_what_is_chosen_already_is_not_found_again(desk, ada, enquiry):
    found = await ada.get(path(enquiry, "/search?question=q2&query=telephone"))
    assert f'value="{TELEPHONE}"' not in found.text
    assert f"q2-{TELEPHONE}" not in found.text


@pytest.mark.parametrize("query", ["", "a", "%20%20", "%00"])
async def test_hardly_a_letter_finds_nothing(desk, ada, enquiry, query):
    response = await ada.get(path(enquiry, f"/search?question=q1&query={query}"))
    assert response.status_code == 200
    assert 'value="add"' not in response.text


async def test_what_is_searched_for_is_shown_as_text_only_and_cut(desk, ada, enquiry):
    response = await ada.get(path(enquiry, "/search"), params={"question": "q1", "query": HOSTILE + "x" * 500})
    assert response.status_code == 200
    assert "<script>alert" not in response.text
    assert "<img" not in response.text
    assert "x" * 200 not in response.text
    (field,) = lxml_html.fromstring(response.text).xpath("//input[@name='query']")
    assert field.get("value").startswith(HOSTILE)


async def test_a_search_for_no_question_finds_no_page(desk, ada, enquiry):
    refused(await ada.get(path(enquiry, "/search?question=q9&query=form")), "not_found", 404)
    refused(await ada.get(path(enquiry, "/search?query=form")), "not_found", 404)
    elsewhere = add(desk, ada, area=None)
    refused(await ada.get(path(elsewhere, "/search?question=q1&query=form")), "not_found", 404)


async def test_a_search_finds_by_meaning_in_the_area_of_the_enquiry(tmp_path, searchable):
    async with desk_app(tmp_path, clock=Clock(), searchable=True) as app:
        ada = signed_in(app, Role.ADVISER)
        enquiry = add(app, ada)
        response = await ada.get(path(enquiry, "/search"), params={"question": "q1", "query": "can I ring somebody"})
        found = lxml_html.fromstring(response.text).xpath("//input[@name='statement']/@value")
        assert TELEPHONE in found[:6]
        assert all(each.startswith("suffolk/") for each in found)
