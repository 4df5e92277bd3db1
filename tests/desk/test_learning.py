"""Content owners see what was not understood, decide about it, and take decisions back; accepted wordings go out as a file."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import yaml
from fastapi import FastAPI
from sqlalchemy import update

from bot.desk import deciding
from bot.desk.access import Role
from bot.desk.desk import Desk
from bot.desk.phrasings import Training
from bot.records.enquiries import Enquiries
from bot.records.marks import MarkKind, Marks
from bot.records.models import AuditRow, MarkRow, ReplyRow, ReportRow, UnansweredRow
from bot.records.replies import Replies
from bot.settings import PROJECT_ROOT
from tests.desk.support import Person, signed_in
from tests.integration.door_fakes import DISCLOSURE, NAME
from tests.records_support import add_enquiry, add_staff

NOW = datetime(2026, 11, 2, 12, tzinfo=UTC)
PAGE = "/desk/learning"
FREE = ("is hot lunch free at the example tower", "is a hot lunch free at the example tower please")
OTHER = "who paints the zebra crossing"
MARKUP = "<script>alert(1)</script> [suffolk](area)"
STATEMENT = "suffolk/section-f/after-review"


@pytest.fixture
async def olive(desk: FastAPI) -> AsyncIterator[Person]:
    async with signed_in(desk, Role.CONTENT_OWNER) as person:
        yield person


def parts_of(app: FastAPI) -> Desk:
    desk: Desk = app.state.desk
    return desk


def marks_of(app: FastAPI) -> Marks:
    return Marks(parts_of(app).database, parts_of(app).clock)


def add_questions(app: FastAPI, *texts: str, **values: Any) -> list[int]:
    """Questions that were not answered, each a minute newer; returns their ids."""
    given = {
        "channel": "web",
        "area": "suffolk",
        "topic": "cost",
        "status": "not_stated",
        "content_version": "x",
    } | values
    rows = [UnansweredRow(at=NOW + timedelta(minutes=n), question=text, **given) for n, text in enumerate(texts)]
    with parts_of(app).database.session() as session:
        session.add_all(rows)
        session.flush()
        return [row.id for row in rows]


def add_report(app: FastAPI, statements: tuple[str, ...] = (STATEMENT, "suffolk/no/longer-there")) -> int:
    with parts_of(app).database.session() as session:
        row = ReportRow(
            at=NOW,
            area="suffolk",
            said="that's wrong",
            question="how many reviews",
            statements=list(statements),
            content_version="x",
        )
        session.add(row)
        session.flush()
        return row.id


def add_changed_reply(app: FastAPI) -> int:
    database, clock = parts_of(app).database, parts_of(app).clock
    add_staff(database)
    enquiry = add_enquiry(Enquiries(database, clock), questions=[{"id": "q1", "text": "Is it free for us?"}])
    Replies(database, clock).compose(
        enquiry.id,
        None,
        verified="Hello,\nit is free.",
        text="Hello,\nit is free.",
        voice="professional",
        with_sources=False,
        by="ada",
        content_version="x",
    )
    with database.session() as session:
        values = {"text": "Hello,\nit costs <b>nothing</b>.", "state": "sent", "sent_at": NOW}
        session.execute(update(ReplyRow).where(ReplyRow.enquiry_id == enquiry.id).values(**values))
        return session.query(ReplyRow).filter_by(enquiry_id=enquiry.id).one().id


def accepting(ids: list[int], *texts: str, **fields: Any) -> dict[str, Any]:
    """A form that accepts all these texts as phrasings."""
    filled = {f"text-{place}": text for place, text in enumerate(texts)}
    accept = [str(place) for place in range(len(texts))]
    ids_field = ",".join(map(str, ids))
    return (
        {"what": "questions", "ids": ids_field, "kind": "phrasing", "intent": "ask_cost", "accept": accept}
        | filled
        | fields
    )


def kept(app: FastAPI) -> list[MarkRow]:
    with parts_of(app).database.session() as session:
        return list(session.query(MarkRow).order_by(MarkRow.id))


async def test_questions_that_ask_alike_stand_together_the_largest_group_first(desk, olive):
    add_questions(desk, OTHER, *FREE)
    page = (await olive.get(PAGE)).text
    heads = re.findall(r'<h3 class="govuk-heading-s">(.*?)</h3>', page)
    assert len(heads) == 2
    assert heads[0] in FREE
    assert heads[1] == OTHER
    assert "Asked 2 times" in page
    assert "Questions (3)" in page
    assert "Not in the offer" in page


async def test_a_group_is_decided_about_as_a_whole(desk, olive):
    ids = add_questions(desk, OTHER, *FREE)
    page = (await olive.get(f"{PAGE}?tab=questions&id={ids[1]}")).text
    assert f'name="ids" value="{ids[2]},{ids[1]}"' in page
    assert all(f'value="{text}"' in page for text in FREE)
    assert '<option value="ask_cost" selected>' in page, "the topic that most of them had"
    answer = await olive.post_form(PAGE, what="questions", ids=f"{ids[1]},{ids[2]}", kind="gap_wanted", note="Say so.")
    assert answer.status_code == 303
    (mark,) = kept(desk)
    assert (mark.kind, mark.note, mark.area, mark.name) == ("gap_wanted", "Say so.", "suffolk", "Olive Owner")
    assert (mark.intent, mark.phrasings) == ("", [])
    assert [each.question for each in marks_of(desk).unanswered()] == [OTHER]
    after = (await olive.get(answer.headers["location"])).text
    assert "Your decision was saved." in after
    assert FREE[0] not in after
    with parts_of(desk).database.session() as session:
        assert session.query(AuditRow).filter_by(action="marked", staff_id=olive.staff_id).count() == 1


async def test_accepted_wordings_come_out_as_examples_and_only_what_was_ticked(desk, olive):
    ids = add_questions(desk, *FREE, MARKUP)
    fields = accepting(ids, FREE[0], "Reworded: is [lunch](area)\nfree?", "not this one") | {"accept": ["0", "1"]}
    assert (await olive.post_form(PAGE, **fields)).status_code == 303
    file = await olive.get(f"{PAGE}/phrasings.yml")
    assert file.headers["content-type"].startswith("application/yaml")
    assert "attachment" in file.headers["content-disposition"]
    (mark,) = kept(desk)
    assert f"# mark {mark.id}, " in file.text
    assert yaml.safe_load(file.text) == {
        "version": "3.1",
        "nlu": [{"intent": "ask_cost", "examples": f"- {FREE[0]}\n- Reworded: is [lunch] (area) free?\n"}],
    }


async def test_what_is_accepted_or_noted_is_masked_once_more(desk, olive):
    ids = add_questions(desk, *FREE)
    fields = accepting(ids, f"is {NAME} free", note=f"ask\x00 {NAME}\nsoon")
    answer = await olive.post_form(PAGE, **fields)
    assert "learning.marked_masked" in answer.headers["location"]
    (mark,) = kept(desk)
    assert (mark.phrasings, mark.note) == (["is the pupil free"], "ask the pupil\nsoon")


def trained_example() -> str:
    return next(text for text, intent in Training(PROJECT_ROOT).trained().items() if intent == "ask_cost")


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"kind": ""}, "Choose what it is."),
        ({"kind": "made_up"}, "Choose what it is."),
        ({"intent": ""}, "Choose what is meant"),
        ({"intent": "made_up"}, "Choose what is meant"),
        ({"intent": "choose"}, "Choose what is meant"),
        ({"accept": []}, "Tick at least one wording."),
        ({"text-0": " \u200b \n"}, "This wording is empty."),
        ({"text-0": "x" * 501}, "This wording is too long."),
        ({"text-0": DISCLOSURE}, "a worry about a child"),
        ({"text-0": trained_example().upper() + "?!"}, "an example already"),
        ({"note": "x" * 1001}, "The note is too long."),
    ],
)
async def test_a_decision_that_is_not_whole_is_shown_again_with_what_was_typed(desk, olive, fields, said):
    ids = add_questions(desk, *FREE)
    sent = accepting(ids, "<i>lunch</i>, free?", "kept as typed", note="Kept, too.") | fields
    answer = await olive.post_form(PAGE, **sent)
    assert answer.status_code == 400
    assert "There is a problem" in answer.text
    assert said in answer.text
    assert 'value="kept as typed"' in answer.text
    assert "Kept, too." in answer.text or "note" in fields
    assert "<i>" not in answer.text
    assert kept(desk) == []
    assert len(marks_of(desk).unanswered()) == 2


async def test_the_longest_wording_and_note_are_taken(desk, olive):
    ids = add_questions(desk, *FREE)
    long = ("lunch " * 100)[:500].rstrip("l ") + "ll"
    answer = await olive.post_form(PAGE, **accepting(ids, long[:500], note="x" * 1000))
    assert answer.status_code == 303


async def test_a_wording_that_another_mark_accepted_is_refused(desk, olive):
    first, second = add_questions(desk, *FREE)
    assert (await olive.post_form(PAGE, **accepting([first], "Is lunch free?"))).status_code == 303
    answer = await olive.post_form(PAGE, **accepting([second], "is lunch free", intent="ask_budget"))
    assert answer.status_code == 400
    assert "an example already" in answer.text


async def test_who_is_second_to_decide_is_told_and_nothing_is_changed(desk, olive):
    ids = add_questions(desk, *FREE)
    await olive.post_form(PAGE, what="questions", ids=str(ids[0]), kind="nothing")
    for kind in ("out_of_scope", ""):
        answer = await olive.post_form(PAGE, what="questions", ids=f"{ids[0]},{ids[1]}", kind=kind)
        assert answer.status_code == 409
        assert "This has been decided already" in answer.text
    assert len(kept(desk)) == 1
    assert (await olive.get(f"{PAGE}?tab=questions&id={ids[0]}")).status_code == 404


async def test_a_report_is_shown_with_the_statements_as_they_stand_now(desk, olive):
    report = add_report(desk)
    page = (await olive.get(f"{PAGE}?tab=reports")).text
    assert "how many reviews" in page
    assert "that&#39;s wrong" in page
    assert parts_of(desk).knowledge().areas["suffolk"].statements[STATEMENT].text.split("'")[0] in page
    assert 'This statement is no longer in the offer. <span class="sp-small">(suffolk/no/longer-there)' in page
    decide = (await olive.get(f"{PAGE}?tab=reports&id={report}")).text
    assert 'value="how many reviews"' in decide
    await olive.post_form(PAGE, what="reports", ids=str(report), kind="statement_wanted")
    assert marks_of(desk).wrong() == []
    assert "Nothing is waiting." in (await olive.get(f"{PAGE}?tab=reports")).text


async def test_a_changed_reply_is_shown_as_a_difference(desk, olive):
    reply = add_changed_reply(desk)
    page = (await olive.get(f"{PAGE}?tab=replies")).text
    plain = re.sub(r'<span class="govuk-visually-hidden">.*?</span>', "", page)
    assert "<del>is</del>" in plain
    assert "<ins>costs</ins>" in plain
    assert "&lt;b&gt;nothing&lt;/b&gt;." in plain
    decide = (await olive.get(f"{PAGE}?tab=replies&id={reply}")).text
    assert 'value="Is it free for us?"' in decide
    fields = accepting([reply], "Is it free for us at the tower?", what="replies")
    assert (await olive.post_form(PAGE, **fields)).status_code == 303
    assert marks_of(desk).edited() == []
    assert kept(desk)[0].phrasings == ["Is it free for us at the tower?"]


async def test_a_decision_can_be_taken_back_once(desk, olive):
    ids = add_questions(desk, *FREE)
    await olive.post_form(PAGE, **accepting(ids, FREE[0], note="<b>note</b>"))
    page = (await olive.get(f"{PAGE}?tab=marks")).text
    assert "Olive Owner" in page
    assert "A new way to ask" in page
    assert "&lt;b&gt;note&lt;/b&gt;" in page
    number = str(kept(desk)[0].id)
    answer = await olive.post_form(PAGE, take_back=number)
    assert "was taken back" in (await olive.get(answer.headers["location"])).text
    assert (kept(desk), len(marks_of(desk).unanswered())) == ([], 2)
    assert yaml.safe_load((await olive.get(f"{PAGE}/phrasings.yml")).text)["nlu"] == []
    for gone in (number, "0", "x", "9" * 40):
        again = await olive.post_form(PAGE, take_back=gone)
        assert again.status_code == 404
        assert "not there any more" in again.text


@pytest.mark.parametrize(
    "fields",
    [
        {},
        {"what": "questions", "ids": ""},
        {"what": "questions", "ids": "1,x"},
        {"what": "questions", "ids": "-1"},
        {"what": "questions", "ids": "9" * 30},
        {"what": "staff", "ids": "1"},
        {"what": "questions", "ids": ",".join(["1"] * 2001)},
    ],
)
async def test_a_form_that_is_none_of_ours_is_refused(desk, olive, fields):
    add_questions(desk, *FREE)
    answer = await olive.post_form(PAGE, kind="nothing", **fields)
    assert answer.status_code == 400
    assert kept(desk) == []


async def test_stored_markup_stays_text_in_list_and_form(desk, olive):
    (number,) = add_questions(desk, MARKUP)
    for page in (PAGE, f"{PAGE}?id={number}"):
        text = (await olive.get(page)).text
        assert "<script>alert" not in text
        assert "&lt;script&gt;alert" in text


@pytest.mark.parametrize("query", ["?tab=made-up", "?page=0", "?page=99", "?page=x", "?tab=marks&page=-1"])
async def test_an_odd_address_shows_the_nearest_page(desk, olive, query):
    add_questions(desk, *FREE)
    assert (await olive.get(PAGE + query)).status_code == 200


@pytest.mark.parametrize("query", ["?id=x", "?id=99999", "?tab=reports&id=1", "?tab=replies&id=1", "?tab=marks&id=1"])
async def test_what_is_not_on_the_list_cannot_be_decided_about(desk, olive, query):
    assert (await olive.get(PAGE + query)).status_code == 404


async def test_a_long_list_has_pages_and_a_large_group_offers_some_of_its_wordings(desk, olive):
    # The pupil's "word" numbers keep them apart as texts, while they ask the same.
    add_questions(desk, *(f"is hot lunch free at the example tower on day {n}" for n in range(40)))
    add_questions(desk, *(f"{word} {word}" for word in PLAINLY_DIFFERENT))
    page = (await olive.get(PAGE)).text
    assert "Page 1 of 2" in page
    assert "Asked 40 times" in page
    first = marks_of(desk).unanswered()
    number = next(each.id for each in first if "day 7" in each.question)
    decide = (await olive.get(f"{PAGE}?id={number}")).text
    assert decide.count('name="accept"') == deciding.MOST_TEXTS
    assert "and 10 more like these" in decide
    ids = re.search(r'name="ids" value="([\d,]+)"', decide)
    assert ids is not None
    assert (await olive.post_form(PAGE, what="questions", ids=ids[1], kind=MarkKind.NOTHING.value)).status_code == 303
    assert "Asked 40 times" not in (await olive.get(PAGE)).text


PLAINLY_DIFFERENT = (
    "zebra", "piano", "volcano", "cheese", "sailing", "carpet", "moon", "tax", "goldfish", "helmet", "river", "violin",
    "parsley", "satellite", "beard", "glacier", "lottery", "waltz", "cement", "umbrella", "tiger", "opera", "bicycle",
)  # fmt: skip
