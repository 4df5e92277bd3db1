"""The list of enquiries: what it shows and narrows to; giving an enquiry to somebody, its status, deleting it."""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest
from fastapi import FastAPI
from hypothesis import given
from hypothesis import strategies as st
from lxml import html

from bot.desk.access import Role
from bot.desk.forms import Form
from bot.desk.listing import LIST, _back
from bot.desk.templating import load_words
from bot.desk.visit import Visit
from bot.records.enquiries import Enquiries, Enquiry
from bot.records.replies import Replies
from bot.records.states import EnquiryStatus
from tests.desk.support import Person, desk_app, signed_in
from tests.records_support import Clock, add_enquiry

WORDS = load_words()["enquiries"]
HOSTILE = '<script>alert("x")</script>'


@pytest.fixture
async def clock() -> Clock:
    return Clock()


@pytest.fixture
async def desk(tmp_path, clock):
    """The app under a clock that is put forward."""
    async with desk_app(tmp_path, clock=clock) as app:
        yield app


def enquiries(app: FastAPI) -> Enquiries:
    return Enquiries(app.state.desk.database, app.state.desk.clock)


def add(app: FastAPI, by: Person, **values: Any) -> Enquiry:
    return add_enquiry(enquiries(app), by=by.staff_id, **values)


def stored(app: FastAPI, enquiry: Enquiry) -> Enquiry:
    found = enquiries(app).get(enquiry.id)
    assert found is not None
    return found


async def page(person: Person, query: str = "", **headers: str) -> html.HtmlElement:
    response = await person.get(f"{LIST}{query}", headers=headers)
    assert response.status_code == 200, response.text
    return html.fromstring(response.text)


def rows(made: html.HtmlElement) -> list[list[str]]:
    """The lines of the list, cell by cell."""
    return [[" ".join(cell.text_content().split()) for cell in row] for row in made.xpath(".//tbody//tr")]


def numbers(made: html.HtmlElement) -> list[int]:
    return [int(row[0].partition(":")[0]) for row in rows(made)]


def tabs(made: html.HtmlElement) -> list[str]:
    return [" ".join(each.text_content().split()) for each in made.xpath('.//*[@class="sp-tabs__tab"]')]


async def step(person: Person, enquiry: Enquiry, ending: str, **fields: str) -> Any:
    return await person.post_form(f"{LIST}/{enquiry.id}/{ending}", **{"version": str(enquiry.version), **fields})


# ---------------------------------------------------------------------- the list


async def test_open_enquiries_are_listed_the_oldest_first_with_names_instead_of_ids(desk, clock):
    ada = signed_in(desk, Role.ADVISER)
    first = add(desk, ada, assigned_to=ada.staff_id, topics=["response_time", "consent"])
    clock.forward(hours=70)
    second = add(desk, ada, subject="", area=None, topics=["no-such-topic"])
    clock.forward(hours=2)
    ada = signed_in(desk, Role.ADVISER)  # again: so long idle, nobody stays signed in
    assert rows(await page(ada)) == [
        ["1: Hearing support", "Suffolk", "How soon they answer, Parents' permission", "You", "3 days", "Open"],
        ["2: no subject", "not chosen", "no-such-topic", "Take it (enquiry 2)", "2 hours", "Open"],
    ]
    made = await page(signed_in(desk, Role.SUPERVISOR))
    assert rows(made)[0][3] == "Ada Adviser"
    assert [a.get("href") for a in made.xpath(".//tbody//a")] == [f"{LIST}/{each.id}" for each in (first, second)]


async def test_each_status_has_a_tab_with_its_number(desk, clock):
    ada = signed_in(desk, Role.ADVISER)
    add(desk, ada)
    waiting, answered = add(desk, ada, subject="waits"), add(desk, ada, subject="done")
    replies = Replies(desk.state.desk.database, clock)
    made = {"verified": "Use form one.", "voice": "professional", "with_sources": True, "content_version": "abc"}
    reply = replies.compose(waiting.id, None, by=ada.staff_id, **made)
    reply = replies.save_text(waiting.id, reply.version, "Use form two.", ada.staff_id)
    replies.submit(waiting.id, reply.version, ada.staff_id)
    enquiries(desk).change(answered.id, answered.version, ada.staff_id, status=EnquiryStatus.ANSWERED)
    shown = ["Open (1)", "Waiting for approval (1)", "Answered (1)"]
    for query, found in (("", 1), ("?status=open", 1), ("?status=zigzag", 1), ("?status=waiting", 2)):
        made = await page(ada, query)
        assert (tabs(made), numbers(made)) == (shown, [found])
    made = await page(ada, "?status=answered")
    assert rows(made)[0][3:] == ["Nobody", "just now", "Answered 2 November 2026"]
    assert [tab.get("aria-current") for tab in made.xpath('.//*[@class="sp-tabs__tab"]')] == [None, None, "page"]


async def test_the_list_is_narrowed_and_the_tabs_count_what_fits(desk):
    ada, sam = signed_in(desk, Role.ADVISER), signed_in(desk, Role.SUPERVISOR)
    add(desk, ada, assigned_to=ada.staff_id)
    add(desk, ada, assigned_to=sam.staff_id, area="milton-keynes", topics=["consent"])
    third = add(desk, ada, subject="Zigzag & Zebra", body="a stairlift")
    enquiries(desk).change(third.id, third.version, ada.staff_id, status=EnquiryStatus.ANSWERED)
    add(desk, ada, subject="Zigzag again")
    for query, found in {
        "?assigned=me": [1],
        "?assigned=-": [4],
        f"?assigned={sam.staff_id}": [2],
        f"?assigned={ada.staff_id}": [1, 2, 4],  # offered as "me" only
        "?area=milton-keynes": [2],
        "?topic=consent": [2],
        "?text=zigzag": [4],
        "?text=%234": [4],
        "?text=support+hearing": [1, 2, 4],
        "?text=zigzag&area=milton-keynes": [],
        "?status=answered&text=STAIRLIFT": [3],
        "?area=nowhere&topic=nothing&assigned=nobody-known": [1, 2, 4],
    }.items():
        assert numbers(await page(ada, query)) == found, query
    made = await page(ada, "?text=zigzag+%26&assigned=-")
    assert tabs(made) == ["Open (0)", "Waiting for approval (0)", "Answered (1)"]
    links = [urlsplit(a.get("href")) for a in made.xpath('.//*[@class="sp-tabs__tab"]')]
    assert [dict(parse_qsl(link.query)) for link in links] == [
        {"status": status, "text": "zigzag &", "assigned": "-"} for status in ("open", "waiting", "answered")
    ]


async def test_what_was_asked_for_stays_in_the_form_and_people_who_answer_are_offered(desk):
    ada = signed_in(desk, Role.ADVISER)
    signed_in(desk, Role.SUPERVISOR)
    signed_in(desk, Role.CONTENT_OWNER)
    made = await page(ada, "?status=waiting&assigned=-&area=suffolk&topic=consent&text=%22%3E%3Cb%3E")
    form = made.xpath('.//form[@role="search"]')[0]
    assert [option.text for option in form.xpath(".//option[@selected]")] == [
        "Nobody",
        "Suffolk",
        "Parents' permission",
    ]
    assert form.xpath('.//*[@name="text"]')[0].get("value") == '"><b>'
    assert form.xpath('.//*[@name="status"]')[0].get("value") == "waiting"
    assert [option.text for option in form.xpath('.//*[@id="assigned"]/option')] == [
        "Anybody",
        "Me",
        "Nobody",
        "Sam Supervisor",
    ]
    assert made.xpath(".//b") == []


async def test_an_empty_list_says_why(desk):
    ada = signed_in(desk, Role.ADVISER)
    for query, text in {
        "": WORDS["none"]["open"],
        "?status=waiting": WORDS["none"]["waiting"],
        "?status=answered": WORDS["none"]["answered"],
        "?text=zigzag": WORDS["none_fits"],
    }.items():
        made = await page(ada, query)
        assert [each.text_content() for each in made.xpath('.//*[contains(@class, "sp-empty")]')] == [text]
        assert bool(made.xpath(f'.//a[text()="{WORDS["show_all"]}"]')) == (query == "?text=zigzag")
    assert made.xpath('.//a[@href="/desk/enquiries/new"]')[0].text == "New enquiry"


async def test_a_long_list_has_pages_that_keep_the_filter(desk):
    ada = signed_in(desk, Role.ADVISER)
    for _ in range(26):
        add(desk, ada)
    made = await page(ada, "?text=hearing")
    assert (numbers(made), made.xpath('.//*[@id="found-count"]')[0].text) == (list(range(1, 26)), "26 enquiries found")
    assert made.xpath('.//a[@rel="next"]')[0].get("href") == "?text=hearing&page=2"
    assert numbers(await page(ada, "?page=2")) == numbers(await page(ada, "?page=99")) == [26]
    assert len(numbers(await page(ada, "?page=x"))) == 25


async def test_a_script_gets_the_part_that_changed_and_the_count_and_history_gets_the_page(desk):
    ada = signed_in(desk, Role.ADVISER)
    add(desk, ada)
    whole = await ada.get(LIST)
    part = await ada.get(f"{LIST}?text=hearing", headers={"hx-request": "true"})
    assert "<html" not in part.text
    assert part.headers["vary"] == "HX-Request"
    made = html.fragment_fromstring(part.text, create_parent="div")
    assert numbers(made) == [1]
    assert made.xpath(".//form[@role='search']") == []
    count = made.xpath('./*[@hx-swap-oob="innerHTML"]')[0]
    assert (count.get("id"), count.text) == ("found-count", "1 enquiry found")
    # What is brought up to date stands in the page, and is read out.
    page_made = html.fromstring(whole.text)
    assert page_made.xpath('.//*[@id="found-count"]')[0].get("role") == "status"
    form = page_made.xpath('.//form[@role="search"]')[0]
    assert page_made.xpath(f".//*[@id='{form.get('hx-target').removeprefix('#')}']//table")
    assert "hx-swap-oob" not in whole.text
    back = await ada.get(LIST, headers={"hx-request": "true", "hx-history-restore-request": "true"})
    assert "<html" in back.text


async def test_what_stands_in_an_enquiry_is_escaped(desk):
    ada = signed_in(desk, Role.ADVISER, name=HOSTILE)
    add(desk, ada, subject=HOSTILE, topics=[HOSTILE], area=HOSTILE, assigned_to=ada.staff_id)
    sam = signed_in(desk, Role.SUPERVISOR)
    for query in ("", "?text=script"):
        made = await page(sam, query)
        assert rows(made)[0][:4] == [f"1: {HOSTILE}", HOSTILE, HOSTILE, HOSTILE]
        assert made.xpath(".//main//script") == []


# ---------------------------------------------------------------------- steps


async def test_an_enquiry_is_given_to_me_to_another_and_to_nobody(desk):
    ada, sam = signed_in(desk, Role.ADVISER), signed_in(desk, Role.SUPERVISOR)
    enquiry = add(desk, ada)
    form = (await page(ada)).xpath(".//tbody//form")[0]
    fields = {each.get("name"): each.get("value") for each in form.xpath(".//input")}
    response = await ada.post(form.get("action"), data=fields)
    assert response.headers["location"] == f"{LIST}?status=open&page=1&said=enquiries.taken"
    assert stored(desk, enquiry).assigned_to == ada.staff_id
    assert WORDS["said"]["taken"] in (await ada.get(response.headers["location"])).text
    response = await step(ada, stored(desk, enquiry), "assign", to=sam.staff_id, next=f"{LIST}/{enquiry.id}")
    assert response.headers["location"] == f"{LIST}/{enquiry.id}?said=enquiries.assigned"
    assert stored(desk, enquiry).assigned_name == "Sam Supervisor"
    response = await step(sam, stored(desk, enquiry), "assign", to="")
    assert response.headers["location"] == f"{LIST}?said=enquiries.unassigned"
    assert stored(desk, enquiry).assigned_to is None


async def test_an_enquiry_is_given_only_to_somebody_who_answers(desk):
    ada, olive = signed_in(desk, Role.ADVISER), signed_in(desk, Role.CONTENT_OWNER)
    enquiry = add(desk, ada)
    for to in (olive.staff_id, "nobody-known", HOSTILE):
        assert (await step(ada, enquiry, "assign", to=to)).status_code == 400
    assert (await ada.post_form(f"{LIST}/{enquiry.id}/assign", version="x", to="")).status_code == 400
    assert stored(desk, enquiry) == enquiry


async def test_pressed_twice_it_is_so_already(desk):
    ada = signed_in(desk, Role.ADVISER)
    enquiry = add(desk, ada)
    for ending, fields in (("assign", {"to": ada.staff_id}), ("status", {"status": "answered"})):
        before = stored(desk, enquiry)
        answers = [await step(ada, before, ending, **fields) for _ in range(2)]
        assert [answer.status_code for answer in answers] == [303, 303]
        assert stored(desk, enquiry).version == before.version + 1


async def test_nobody_overwrites_another_and_is_told_who_was_quicker(desk, clock):
    ada, sam = signed_in(desk, Role.ADVISER), signed_in(desk, Role.SUPERVISOR, name=HOSTILE)
    enquiry = add(desk, ada)
    await step(sam, enquiry, "assign", to=sam.staff_id)
    for ending, fields in (
        ("assign", {"to": ada.staff_id}),
        ("assign", {"to": ""}),
        ("status", {"status": "answered"}),
    ):
        response = await step(ada, enquiry, ending, **fields)
        assert response.status_code == 409
        made = html.fromstring(response.text)
        told = made.xpath('.//*[@role="alert"]')[0].text
        assert told.startswith(f"{HOSTILE} changed it on 2 November 2026, 9.30am")
        assert made.xpath(f'.//main//a[@href="{LIST}/{enquiry.id}"]')
    assert (await step(sam, enquiry, "delete", sure="yes")).status_code == 409
    found = stored(desk, enquiry)
    assert (found.assigned_to, found.status, found.version) == (sam.staff_id, EnquiryStatus.OPEN, 2)


async def test_an_enquiry_is_marked_as_answered_and_opened_again_by_hand(desk):
    ada = signed_in(desk, Role.ADVISER)
    enquiry = add(desk, ada)
    back = f"{LIST}?status=open&text=a%26b&page=2&zigzag=1&said=log.saved"
    response = await step(ada, enquiry, "status", status="answered", next=back)
    assert response.headers["location"] == f"{LIST}?status=open&text=a%26b&page=2&said=enquiries.answered"
    assert stored(desk, enquiry).status is EnquiryStatus.ANSWERED
    await step(ada, stored(desk, enquiry), "status", status="open")
    assert stored(desk, enquiry).status is EnquiryStatus.OPEN
    assert (await step(ada, stored(desk, enquiry), "status", status="zigzag")).status_code == 400


async def test_waiting_comes_and_goes_with_the_reply_only(desk, clock):
    ada = signed_in(desk, Role.ADVISER)
    enquiry = add(desk, ada)
    response = await step(ada, enquiry, "status", status="waiting")
    assert response.status_code == 409
    assert "The status cannot be set so now" in response.text
    replies = Replies(desk.state.desk.database, clock)
    made = {"verified": "Use form one.", "voice": "professional", "with_sources": True, "content_version": "abc"}
    reply = replies.compose(enquiry.id, None, by=ada.staff_id, **made)
    reply = replies.save_text(enquiry.id, reply.version, "Use form two.", ada.staff_id)
    replies.submit(enquiry.id, reply.version, ada.staff_id)
    for status in ("open", "answered"):
        assert (await step(ada, stored(desk, enquiry), "status", status=status)).status_code == 409
    assert stored(desk, enquiry).status is EnquiryStatus.WAITING


async def test_deleting_is_asked_about_first_and_is_for_supervisors(desk):
    ada, sam = signed_in(desk, Role.ADVISER), signed_in(desk, Role.SUPERVISOR)
    enquiry = add(desk, ada, subject=HOSTILE)
    assert (await step(ada, enquiry, "delete", sure="yes")).status_code == 403
    back = f"{LIST}?status=answered"
    asked = html.fromstring((await step(sam, enquiry, "delete", next=back)).text)
    assert stored(desk, enquiry) == enquiry
    assert HOSTILE in asked.xpath(".//main")[0].text_content()
    form = asked.xpath(".//main//form")[0]
    fields = {each.get("name"): each.get("value") for each in form.xpath(".//input")}
    response = await sam.post(form.get("action"), data=fields)
    assert response.headers["location"] == f"{LIST}?status=answered&said=enquiries.deleted"
    assert enquiries(desk).get(enquiry.id) is None
    assert (await step(sam, enquiry, "delete", sure="yes")).status_code == 404
    # There is no page of the enquiry any more to go back to.
    other = add(desk, ada)
    response = await step(sam, other, "delete", sure="yes", next=f"{LIST}/{other.id}")
    assert response.headers["location"] == f"{LIST}?said=enquiries.deleted"


@given(wanted=st.one_of(st.text(max_size=40), st.from_regex(r"(https?:)?[/\\]{0,3}[a-z.@:\[]{0,9}/desk/enquiries.*")))
def test_no_address_in_a_form_leads_anywhere_but_to_our_own_pages(wanted):
    visit = Visit(None, None, "1", "Ida Invented", frozenset(Role), "c", Form((("next", wanted),)))
    enquiry = type("Stub", (), {"id": "abc"})()
    for one in (enquiry, None):
        place = urlsplit(_back(visit, one, "taken").headers["location"])
        assert (place.scheme, place.netloc) == ("", "")
        assert place.path in {LIST, f"{LIST}/abc", f"{LIST}/abc/reply"}


async def test_the_part_for_the_page_of_an_enquiry_has_what_the_person_may_do(desk, clock):
    ada, sam = signed_in(desk, Role.ADVISER), signed_in(desk, Role.SUPERVISOR)
    enquiry = add(desk, ada, assigned_to=sam.staff_id)
    for person, roles, wanted in (
        (ada, {Role.ADVISER}, ["assign", "status"]),
        (sam, {Role.SUPERVISOR}, ["assign", "status", "delete"]),
    ):
        visit = Visit(desk.state.desk, None, person.staff_id, person.name, frozenset(roles), "the-token")
        template = desk.state.desk.templates.from_string(
            '{% from "enquiry_steps.html" import enquiry_steps with context %}{{ enquiry_steps(enquiry, people) }}'
        )
        # Sam does not answer any more, but has this enquiry.
        text = template.render(
            visit=visit, words=desk.state.desk.words, enquiry=enquiry, people=[(ada.staff_id, ada.name)]
        )
        made = html.fragment_fromstring(text, create_parent="div")
        assert [form.get("action").rpartition("/")[2] for form in made.xpath(".//form")] == wanted
        assert [option.text for option in made.xpath(".//option")] == ["Nobody", "Ada Adviser", "Sam Supervisor"]
        assert made.xpath(".//option[@selected]")[0].text == "Sam Supervisor"
        assert {each.get("value") for each in made.xpath('.//input[@name="version"]')} == {str(enquiry.version)}


async def test_the_page_of_an_enquiry_has_the_steps_and_they_lead_back_to_it(desk):
    sam = signed_in(desk, Role.SUPERVISOR)
    enquiry = add(desk, sam, questions=[])
    made = html.fromstring((await sam.get(f"{LIST}/{enquiry.id}")).text)
    for ending, more in (("assign", {"to": sam.staff_id}), ("status", {})):
        form = made.xpath(f'.//form[@action="{LIST}/{enquiry.id}/{ending}"]')[0]
        fields = {each.get("name"): each.get("value") for each in form.xpath(".//input")}
        response = await sam.post(form.get("action"), data={**fields, "version": stored(desk, enquiry).version, **more})
        assert response.headers["location"].startswith(f"{LIST}/{enquiry.id}?said=enquiries.")
    found = stored(desk, enquiry)
    assert (found.assigned_to, found.status) == (sam.staff_id, EnquiryStatus.ANSWERED)
