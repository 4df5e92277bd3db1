"""New enquiries: an e-mail pasted or uploaded, masked before anything is kept of it; case links; and what is refused."""

from __future__ import annotations

import html
from collections.abc import AsyncIterator
from datetime import UTC, date, datetime
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest
from fastapi import FastAPI

from bot.desk.access import Role
from bot.desk.letters import MOST_CHARS
from bot.desk.templating import load_words
from bot.guidance.case import CASE, with_case
from bot.guidance.checklist import ChecklistSpeaker
from bot.guidance.draft import Question
from bot.guidance.frame import Frame
from bot.guidance.reply import Reply, Status
from bot.guidance.speaking import Speaker
from bot.records.enquiries import Enquiry
from bot.records.states import EnquiryStatus
from bot.records.switches import Switches
from tests.desk.bench_support import HOSTILE, Parsing, all_of, stored, turns, unanswered
from tests.desk.support import Person, desk_app, signed_in
from tests.integration.door_fakes import DISCLOSURE, NAME

ALL = load_words()
WORDS = ALL["bench"]
NOW = datetime(2026, 11, 27, 12, 0, tzinfo=UTC)
POST = "/desk/enquiries"
EMAIL = f"""Subject: {NAME} and the form

Dear team,

{NAME} is in Year 4, has no EHCP and hides under the piano.
Which form do we need for {NAME}?
Who has to sign it?

Kind regards
A. Sender"""


@pytest.fixture
def parsing() -> Parsing:
    return Parsing()


@pytest.fixture
async def desk(tmp_path: Path, parsing: Parsing) -> AsyncIterator[FastAPI]:
    """The app with an engine behind it that finds a question in every sentence."""
    async with desk_app(tmp_path, parse=parsing, clock=lambda: NOW) as app:
        yield app


@pytest.fixture
def ada(desk: FastAPI) -> Person:
    return signed_in(desk, Role.ADVISER)


def only(app: FastAPI) -> Enquiry:
    (found,) = all_of(app)
    return found


def counted(app: FastAPI) -> int:
    """How many questions were counted."""
    return len(turns(app))


def nothing_of(app: FastAPI, *texts: str) -> None:
    """Nothing was kept: no enquiry, no count, no word of it."""
    assert all_of(app) == []
    assert unanswered(app) == ()
    assert counted(app) == 0
    data = stored(app)
    assert [text for text in texts if text.encode() in data] == []


async def upload(person: Person, data: bytes, **fields: str) -> Any:
    return await person.post(
        POST, data={"csrf": person.csrf, **fields}, files={"file": ("letter.eml", data, "message/rfc822")}
    )


def eml(body: str, subject: str) -> bytes:
    made = EmailMessage()
    made["from"], made["subject"] = "A. Sender <sender@example.org>", subject
    made.set_content(body)
    return bytes(made)


# ---------------------------------------------------------------------- pasted and uploaded


async def test_a_pasted_email_is_masked_before_anything_else_and_drafted(desk, ada, parsing):
    answer = await ada.post_form(POST, text=EMAIL, area="suffolk")
    enquiry = only(desk)
    assert answer.status_code == 303
    assert answer.headers["location"] == f"/desk/enquiries/{enquiry.id}?said=bench.added"
    assert NAME.encode() not in stored(desk)
    assert [text for text in parsing.texts if NAME in text] == []
    assert len(parsing.texts) == 1
    assert enquiry.subject == "the pupil and the form"
    assert "the pupil is in Year 4" in enquiry.body
    assert "Subject:" not in enquiry.body
    assert enquiry.masked == {"name": 3}
    assert (enquiry.area, enquiry.status, enquiry.assigned_to) == ("suffolk", EnquiryStatus.OPEN, ada.staff_id)
    assert (enquiry.facts["ehcp"], enquiry.facts["year"]) == (False, 4)
    assert enquiry.content_version == desk.state.desk.knowledge().version
    questions = [Question.model_validate(each) for each in enquiry.questions]
    assert "Which form do we need for the pupil?" in [q.text for q in questions]
    assert "Who has to sign it?" in [q.text for q in questions]
    assert questions[0].statements
    assert list(enquiry.topics) == list(dict.fromkeys(q.topic for q in questions if q.topic))
    page = await ada.get(answer.headers["location"])
    assert page.status_code == 200
    assert WORDS["said"]["added"] in page.text
    assert "Taken out: 3 names." in page.text
    assert NAME not in page.text


async def test_an_email_that_has_a_subject_only_is_taken(desk, ada, parsing):
    await upload(ada, eml("", f"Which form do we need for {NAME}?"), area="suffolk")
    enquiry = only(desk)
    assert (enquiry.subject, enquiry.body) == ("Which form do we need for the pupil?", "")
    assert [each["text"] for each in enquiry.questions] == ["Which form do we need for the pupil?"]
    assert parsing.texts == ["Which form do we need for the pupil?"]


async def test_where_nothing_was_masked_the_page_says_so(desk, ada):
    answer = await ada.post_form(POST, text="Which form do we need?", area="suffolk")
    assert WORDS["masked_nothing"] in (await ada.get(answer.headers["location"])).text


async def test_an_uploaded_email_is_taken_instead_of_what_was_typed(desk, ada):
    answer = await upload(
        ada, eml(f"Which form do we need for {NAME}?\n", f"About {NAME}"), text="Something else?", area="suffolk"
    )
    assert answer.status_code == 303
    enquiry = only(desk)
    assert (enquiry.subject, enquiry.body) == ("About the pupil", "Which form do we need for the pupil?")
    assert enquiry.masked == {"name": 2}
    assert NAME.encode() not in stored(desk)
    assert b"Something else" not in stored(desk)
    assert b"sender@example.org" not in stored(desk)


async def test_an_empty_file_leaves_what_was_typed(desk, ada):
    answer = await upload(ada, b"", text="Which form do we need?", area="suffolk")
    assert answer.status_code == 303
    assert only(desk).body == "Which form do we need?"


async def test_the_area_is_the_one_that_the_email_names_where_none_was_chosen(desk, ada):
    await ada.post_form(POST, text="We are a school in Milton Keynes.\nWhich form do we need?", area="")
    assert only(desk).area == "milton-keynes"


@pytest.mark.parametrize("area", ["", "norfolk", HOSTILE])
async def test_without_a_known_area_the_enquiry_is_kept_and_waits_for_somebody_to_choose_one(desk, ada, area):
    answer = await ada.post_form(POST, text=f"Which form do we need for {NAME}?", area=area)
    enquiry = only(desk)
    assert (enquiry.area, list(enquiry.questions)) == (None, [])
    assert counted(desk) == 0
    page = await ada.get(answer.headers["location"])
    assert WORDS["no_area"] in html.unescape(page.text)
    assert "/reply" not in page.text
    answer = await ada.post_form(f"{POST}/{enquiry.id}/facts", version="1", area="suffolk", again="yes")
    assert answer.headers["location"].endswith("said=bench.saved#questions")
    enquiry = only(desk)
    assert enquiry.area == "suffolk"
    assert [each["text"] for each in enquiry.questions] == ["Which form do we need for the pupil?"]
    assert enquiry.questions[0]["statements"]
    assert counted(desk) == 1
    await ada.post_form(f"{POST}/{enquiry.id}/facts", version="2", area="suffolk", again="yes")
    assert counted(desk) == 1, "what was counted is not counted again"


# ---------------------------------------------------------------------- counted


async def test_its_questions_are_counted_and_the_masked_words_of_unsure_ones_kept(desk, ada):
    await ada.post_form(POST, text=EMAIL, area="suffolk")
    questions = [Question.model_validate(each) for each in only(desk).questions]
    assert counted(desk) == len(questions)
    assert {(turn.channel, turn.area) for turn in turns(desk)} == {("desk", "suffolk")}
    unsure = {q.text for q in questions if q.status is not Status.ANSWERED or q.confidence < 0.5}
    assert {each.question for each in unanswered(desk)} == unsure
    assert unsure
    assert all(each.content_version == desk.state.desk.knowledge().version for each in unanswered(desk))


async def test_a_draft_is_kept_though_its_questions_cannot_be_counted(desk, ada, caplog):
    with desk.state.desk.database.engine.begin() as connection:
        connection.exec_driver_sql("drop table turns")
    answer = await ada.post_form(POST, text=EMAIL, area="suffolk")
    assert answer.status_code == 303
    assert only(desk).questions
    assert "questions of the desk were not counted" in caplog.text
    assert "piano" not in caplog.text


# ---------------------------------------------------------------------- refused


@pytest.mark.parametrize(
    "text", [f"Dear team,\n{DISCLOSURE}.\nWhich form do we need?", f"Subject: {DISCLOSURE}\n\nWhich form?"]
)
async def test_what_may_tell_of_a_child_in_danger_is_not_kept_but_stays_in_the_field(desk, ada, parsing, text):
    answer = await ada.post_form(POST, text=text, area="suffolk")
    assert answer.status_code == 200
    page = html.unescape(answer.text)
    assert WORDS["safeguarding_title"] in page
    assert "call 999" in page
    assert DISCLOSURE in page
    assert WORDS["is_read"] in page
    assert parsing.texts == []
    nothing_of(desk, DISCLOSURE, "Which form")


async def test_an_adviser_who_has_read_it_and_sees_no_danger_goes_on_with_the_masked_text(desk, ada, parsing):
    answer = await ada.post_form(POST, text=f"{NAME} says: {DISCLOSURE}. Which form?", area="suffolk", is_read="yes")
    assert answer.status_code == 303
    assert NAME not in only(desk).body
    assert DISCLOSURE in only(desk).body


async def test_an_uploaded_email_that_may_tell_of_a_child_in_danger_is_not_kept(desk, ada, parsing):
    answer = await upload(ada, eml(f"{DISCLOSURE}\n", "A question"), area="suffolk")
    assert WORDS["safeguarding_title"] in html.unescape(answer.text)
    assert DISCLOSURE not in answer.text
    assert parsing.texts == []
    nothing_of(desk, DISCLOSURE)


@pytest.mark.parametrize("text", ["", " \n\t ", None])
async def test_nothing_typed_is_said_to_be_nothing(desk, ada, text):
    answer = await ada.post_form(POST, **({} if text is None else {"text": text}))
    assert answer.status_code == 400
    assert WORDS["nothing_typed"] in html.unescape(answer.text)
    nothing_of(desk)


async def test_a_text_without_a_letter_in_it_is_refused_in_words(desk, ada):
    answer = await ada.post_form(POST, text="\u200b\u200b", area="suffolk")
    assert answer.status_code == 400
    assert ALL["errors"]["empty_letter"]["text"] in html.unescape(answer.text)
    nothing_of(desk)


async def test_a_text_that_is_too_long_is_refused_and_stays_in_the_form(desk, ada, parsing):
    longest = "Which form? " * (MOST_CHARS // 12)
    text = longest + "Zanzibar" * 20
    answer = await ada.post_form(POST, text=text, area="suffolk")
    page = html.unescape(answer.text)
    assert answer.status_code == 413
    assert f"{len(text):,}" in page
    assert "8,000" in page
    assert "Zanzibar" in page
    assert '<option value="suffolk" selected>' in page
    assert parsing.texts == []
    nothing_of(desk, "Zanzibar")
    assert (await ada.post_form(POST, text=longest, area="suffolk")).status_code == 303


@pytest.mark.parametrize("data", [b"\x00\x01\x02", b"no e-mail at all", b"%PDF-1.7\n"])
async def test_a_file_that_is_no_email_is_refused_in_words(desk, ada, data):
    answer = await upload(ada, data, text="Zanzibar", area="suffolk")
    assert answer.status_code == 400
    assert ALL["errors"]["bad_eml"]["text"] in html.unescape(answer.text)
    nothing_of(desk, "Zanzibar")


async def test_while_the_engine_does_not_answer_nothing_is_kept(tmp_path):
    async with desk_app(tmp_path, clock=lambda: NOW) as app:
        answer = await signed_in(app, Role.ADVISER).post_form(POST, text=EMAIL, area="suffolk")
        assert answer.status_code == 503
        assert ALL["errors"]["engine_down"]["title"] in answer.text
        nothing_of(app, "piano", NAME)


async def test_what_is_typed_is_shown_again_as_text_only(desk, ada):
    answer = await ada.post_form(POST, text=HOSTILE + "a" * MOST_CHARS, area=HOSTILE)
    assert answer.status_code == 413
    assert "<script>alert" not in answer.text
    assert "<img" not in answer.text
    assert "{{ 7 * 7 }}" in html.unescape(answer.text)


@pytest.mark.parametrize(("area", "text"), [("suffolk", "Which form?"), ("", "We are in Suffolk.\nWhich form?")])
async def test_for_an_area_that_is_switched_off_nothing_is_drafted(desk, ada, area, text):
    Switches(desk.state.desk.database).set("suffolk", "desk", True, "The offer is being rewritten.", None, "Sam")
    answer = await ada.post_form(POST, text=text, area=area)
    assert answer.status_code == 503
    assert ALL["errors"]["switched_off"]["title"] in answer.text
    assert all_of(desk) == []
    assert (await ada.post_form(POST, text="Which form?", area="milton-keynes")).status_code == 303


async def test_while_the_desk_is_switched_off_a_child_in_danger_is_still_seen(desk, ada):
    Switches(desk.state.desk.database).set("", "desk", True, "The offer is being rewritten.", None, "Sam")
    assert (await ada.post_form(POST, text="Which form?", area="")).status_code == 503
    answer = await ada.post_form(POST, text=f"{DISCLOSURE}. Which form?", area="suffolk")
    assert WORDS["safeguarding_title"] in html.unescape(answer.text)
    assert all_of(desk) == []


# ---------------------------------------------------------------------- case links


def case_link(app: FastAPI, area_id: str, route_id: str, facts: dict[str, Any], ticked: tuple[str, ...] = ()) -> str:
    """What a school sends: the packed state of a readiness check."""
    knowledge = app.state.desk.knowledge()
    area, wording = knowledge.areas[area_id], knowledge.common.wording
    frame = Frame(area=area_id, routes=(route_id,)).with_facts(facts, {f.id: f for f in knowledge.common.facts})
    _, items, _ = ChecklistSpeaker(knowledge, wording, Speaker(knowledge, wording)).said(area, route_id, frame)
    reply = Reply(status=Status.ANSWERED, text="", checklist=items)
    made = with_case(reply, knowledge, area, route_id, facts, date(2026, 11, 20), ticked)
    return next(t.body for t in made.takeaways if t.kind == CASE)


BESPOKE = {"subject": "pupil", "year": 4, "ehcp": False, "setting": "mainstream", "parents_signed": True}


@pytest.mark.parametrize(
    "around", ["{}", "https://signpost.example/case/{}", "See https://signpost.example/case/{} , please.", "  {}\n"]
)
async def test_a_case_link_becomes_an_enquiry_with_what_is_still_open(desk, ada, around):
    packed = case_link(desk, "suffolk", "bespoke", BESPOKE)
    answer = await ada.post_form("/desk/case", link=around.format(packed))
    assert answer.status_code == 303, answer.text
    enquiry = only(desk)
    assert answer.headers["location"] == f"/desk/enquiries/{enquiry.id}?said=bench.added"
    assert (enquiry.area, enquiry.subject) == ("suffolk", "Case link: Bespoke pupil support")
    assert (enquiry.facts["year"], enquiry.facts["ehcp"], enquiry.facts["parents_signed"]) == (4, False, True)
    (question,) = [Question.model_validate(each) for each in enquiry.questions]
    page = html.unescape((await ada.get(answer.headers["location"])).text)
    assert question.statements
    assert "Is it ready? Bespoke pupil support" in page
    assert WORDS["sure"]["low"].format(percent=0) not in page
    statements = desk.state.desk.knowledge().areas["suffolk"].statements
    assert all(statements[i].text in page for i in question.statements)


async def test_what_the_school_had_ticked_is_not_open_any_more(desk, ada):
    await ada.post_form("/desk/case", link=case_link(desk, "suffolk", "bespoke", BESPOKE))
    open_before = only(desk).questions[0]["statements"]
    await ada.post_form("/desk/case", link=case_link(desk, "suffolk", "bespoke", BESPOKE, (open_before[0],)))
    later = next(each for each in all_of(desk) if each.number == 2)
    assert later.questions[0]["statements"] == open_before[1:]


@pytest.mark.parametrize("spoilt", [lambda p: p[:-4], lambda p: p[: len(p) // 2], lambda p: p[::-1], lambda _: "", lambda _: HOSTILE,
                                    lambda _: "Which form do we need?", lambda _: "https://signpost.example/case/", lambda _: "a" * 20_000])  # fmt: skip
async def test_what_is_no_whole_case_link_is_refused_and_stays_in_the_form(desk, ada, spoilt):
    link = spoilt(case_link(desk, "suffolk", "bespoke", BESPOKE))
    answer = await ada.post_form("/desk/case", link=link)
    assert answer.status_code == 400
    assert WORDS["bad_case"] in html.unescape(answer.text)
    assert link in html.unescape(answer.text)
    assert "<script>alert" not in answer.text
    assert all_of(desk) == []


async def test_a_case_link_of_an_area_that_is_switched_off_is_not_opened(desk, ada):
    packed = case_link(desk, "suffolk", "bespoke", BESPOKE)
    Switches(desk.state.desk.database).set("suffolk", "desk", True, "The offer is being rewritten.", None, "Sam")
    assert (await ada.post_form("/desk/case", link=packed)).status_code == 503
    assert all_of(desk) == []


async def test_the_forms_are_there_and_lead_to_each_other(desk, ada):
    new, case = await ada.get("/desk/enquiries/new"), await ada.get("/desk/case")
    assert 'href="/desk/case"' in new.text
    assert 'enctype="multipart/form-data"' in new.text
    assert all(f'<option value="{area}"' in new.text for area in ("suffolk", "milton-keynes"))
    assert 'name="link"' in case.text
    assert 'href="/desk/enquiries"' in case.text
