"""The off switch at the desk: what is off, switching with a reason, the bar on every page, drafts that are refused."""

from __future__ import annotations

import asyncio
import dataclasses
from datetime import UTC, datetime
from typing import Any

import pytest
from fastapi import FastAPI
from hypothesis import given
from hypothesis import strategies as st
from lxml import html

from bot.desk.access import Role
from bot.desk.desk import Desk
from bot.desk.errors import DeskError
from bot.desk.switching import LONGEST_REASON, PATH, refuse_if_off
from bot.desk.templating import load_words
from bot.desk.visit import Visit
from bot.knowledge.store import StoreEmptyError
from bot.records.audit import AuditLog
from bot.records.enquiries import Enquiries
from bot.records.finding import EnquiryFilter
from bot.records.switches import ALL, CHANNELS, Switch, Switches
from bot.records.switches import is_off as is_off_by_rule
from tests.desk.support import Person, browser, desk_app, signed_in
from tests.integration.door_fakes import DISCLOSURE, NAME
from tests.records_support import add_enquiry

WORDS = load_words()["switches"]
HOSTILE = '<script>alert("x")</script>'
NOON = datetime(2026, 11, 27, 12, 5, tzinfo=UTC)


@pytest.fixture
async def desk(tmp_path):
    """The app at noon."""
    async with desk_app(tmp_path, clock=lambda: NOON) as app:
        yield app


def switches(app: FastAPI) -> Switches:
    return Switches(app.state.desk.database, app.state.desk.clock)


def off(app: FastAPI, area: str = ALL, channel: str = ALL, reason: str = "wrong address", is_off: bool = True) -> None:
    switches(app).set(area, channel, is_off, reason, None, "Sam Supervisor")


def turned(app: FastAPI) -> list[tuple[str, str, bool, str, str]]:
    """Every turn, the newest first."""
    return [(s.area, s.channel, s.is_off, s.reason, s.by_name) for s in switches(app).history()]


async def page(person: Person, address: str = PATH) -> html.HtmlElement:
    response = await person.get(address)
    assert response.status_code == 200, response.text
    return html.fromstring(response.text)


def words_of(element: html.HtmlElement) -> str:
    return " ".join(element.text_content().split())


def table(made: html.HtmlElement, number: int = 0) -> list[list[str]]:
    return [[words_of(cell) for cell in row] for row in made.xpath(".//main//tbody")[number].xpath("./tr")]


def bar(made: html.HtmlElement) -> list[str]:
    """The paragraphs of the bar."""
    return [words_of(each) for each in made.xpath('.//*[@id="off"]//p')]


async def turn(person: Person, area: str = "suffolk", channel: str = "web", turn: str = "off", **more: str) -> Any:
    fields = {"area": area, "channel": channel, "turn": turn, "reason": "wrong address", **more}
    return await person.post_form(PATH, **fields)


# ---------------------------------------------------------------------- the page


async def test_the_table_tells_each_area_on_each_channel_and_the_history_every_turn(desk):
    sam = signed_in(desk, Role.SUPERVISOR)
    made = await page(sam)
    assert table(made) == [["Milton Keynes", *["Working"] * 3], ["Suffolk", *["Working"] * 3]]
    assert WORDS["none_off"] in words_of(made)
    assert WORDS["no_history"] in words_of(made)
    off(desk, "suffolk", "teams", reason="first")
    off(desk, ALL, "web", reason="second")
    off(desk, "suffolk", "teams", reason="third", is_off=False)
    off(desk, "milton-keynes", reason="fourth")
    made = await page(sam)
    assert table(made) == [
        ["Milton Keynes", *["Switched off"] * 3],
        ["Suffolk", "Switched off", "Working", "Working"],
    ]
    assert table(made, 1) == [
        ["27 November 2026, 12.05pm", state, where, "Sam Supervisor", reason]
        for state, where, reason in (
            ("Switched off", "Milton Keynes, All channels", "fourth"),
            ("Working", "Suffolk, Teams", "third"),
            ("Switched off", "All areas, Web", "second"),
            ("Switched off", "Suffolk, Teams", "first"),
        )
    ]
    cards = [words_of(each) for each in made.xpath('.//*[@class="sp-card"]/h3')]
    assert sorted(cards) == ["All areas, Web", "Milton Keynes, All channels"]


async def test_what_is_off_has_a_link_that_fills_the_form_for_switching_it_on(desk):
    sam = signed_in(desk, Role.SUPERVISOR)
    off(desk, ALL, "web")
    link = (await page(sam)).xpath('.//*[@class="sp-card"]//a')[0].get("href")
    assert link == "/desk/switches?area=all&channel=web&turn=on#turn-form"
    made = await page(sam, link)
    assert [each.text for each in made.xpath(".//option[@selected]")] == ["All areas", "Web"]
    assert made.xpath(".//input[@type='radio'][@checked]")[0].get("value") == "on"


async def test_it_is_switched_off_and_on_with_who_and_why_and_a_line_in_the_log(desk):
    sam = signed_in(desk, Role.SUPERVISOR)
    response = await turn(sam, reason="  wrong \n address ")
    assert response.headers["location"] == f"{PATH}?said=switches.turned_off"
    assert "Within 5 seconds" in (await sam.get(response.headers["location"])).text
    assert (await turn(sam, "all", "all", reason="no masking")).status_code == 303
    response = await turn(sam, "all", "all", "on", reason="masking works")
    assert response.headers["location"] == f"{PATH}?said=switches.still_off"
    response = await turn(sam, turn="on", reason="right again")
    assert response.headers["location"] == f"{PATH}?said=switches.turned_on"
    assert turned(desk) == [
        ("suffolk", "web", False, "right again", "Sam Supervisor"),
        (ALL, ALL, False, "masking works", "Sam Supervisor"),
        (ALL, ALL, True, "no masking", "Sam Supervisor"),
        ("suffolk", "web", True, "wrong address", "Sam Supervisor"),
    ]
    assert {switch.by_id for switch in switches(desk).history()} == {sam.staff_id}
    log = AuditLog(desk.state.desk.database).list(person=sam.staff_id, action="switched_off")
    assert [line.detail["area"] for line in log.items] == [ALL, "suffolk"]


async def test_the_front_door_knows_within_five_seconds(tmp_path):
    async with desk_app(tmp_path) as app:
        board = app.state.parts.board
        sam = signed_in(app, Role.SUPERVISOR)
        for state in ("off", "on"):
            await turn(sam, turn=state)
            async with asyncio.timeout(5):
                while board.is_off("suffolk", "web") is not (state == "off"):
                    await asyncio.sleep(0.05)
        assert not board.is_off("milton-keynes", "web")


@pytest.mark.parametrize(
    ("fields", "fault"),
    [
        ({"area": ""}, "area"),
        ({"area": "nowhere"}, "area"),
        ({"channel": ""}, "channel"),
        ({"channel": "telephone"}, "channel"),
        ({"turn": ""}, "turn"),
        ({"turn": "x"}, "turn"),
        ({"reason": ""}, "reason"),
        ({"reason": " ?! "}, "reason"),
        ({"reason": "x" * (LONGEST_REASON + 1)}, "reason"),
    ],
)
async def test_what_is_missing_or_unknown_is_told_and_nothing_is_switched(desk, fields, fault):
    sam = signed_in(desk, Role.SUPERVISOR)
    response = await turn(sam, **{"reason": HOSTILE, **fields})
    assert response.status_code == 400
    made = html.fromstring(response.text)
    assert [a.get("href") for a in made.xpath('.//*[@class="govuk-error-summary"]//a')] == [f"#{fault}"]
    field = made.xpath(f'.//*[@id="{fault}"]')[0]
    told = made.xpath(f'.//*[@id="{fault}-error"]')[0]
    assert WORDS["faults"][fault] in words_of(told)
    described = field.get("aria-describedby") or field.xpath("ancestor::fieldset")[0].get("aria-describedby")
    assert told.get("id") in described
    # What was typed stays.
    assert made.xpath('.//*[@id="reason"]')[0].get("value") == fields.get("reason", HOSTILE)
    assert made.xpath(".//main//script") == []
    assert turned(desk) == []
    longest = await turn(sam, reason="x" * LONGEST_REASON)
    assert longest.status_code == 303


async def test_everything_that_is_wrong_is_told_at_once(desk):
    response = await turn(signed_in(desk, Role.SUPERVISOR), "", "", "", reason="")
    made = html.fromstring(response.text)
    links = [a.get("href") for a in made.xpath('.//*[@class="govuk-error-summary"]//a')]
    assert links == ["#area", "#channel", "#turn", "#reason"]
    assert [made.xpath(f'.//*[@id="{link[1:]}"]') == [] for link in links] == [False] * 4


async def test_names_in_a_reason_are_masked(desk):
    sam = signed_in(desk, Role.SUPERVISOR)
    await turn(sam, reason=f"it told {NAME} nonsense")
    assert turned(desk)[0][3] == "it told the pupil nonsense"


async def _broken(text: str) -> Any:
    raise RuntimeError(text)


async def _hanging(text: str) -> Any:
    await asyncio.sleep(3600)


@pytest.mark.parametrize("look_through", [_broken, _hanging, None])
async def test_it_is_switched_off_without_the_reason_where_that_must_not_be_kept(
    desk, look_through, monkeypatch, caplog
):
    monkeypatch.setattr("bot.desk.switching.MASKING_SECONDS", 0.05)
    if look_through:
        desk.state.desk = dataclasses.replace(desk.state.desk, look_through=look_through)
    response = await turn(signed_in(desk, Role.SUPERVISOR), reason=f"zigzag {DISCLOSURE}")
    assert response.headers["location"] == f"{PATH}?said=switches.turned_off_without_reason"
    assert turned(desk) == [("suffolk", "web", True, WORDS["reason_not_kept"], "Sam Supervisor")]
    assert "zigzag" not in caplog.text


async def test_every_sentence_that_is_said_after_switching_is_there():
    endings = ("", "_without_reason")
    assert set(WORDS["said"]) == {f"{how}{e}" for how in ("turned_off", "turned_on", "still_off") for e in endings}


async def test_the_switch_works_while_the_offers_cannot_be_read(desk):
    def drafting() -> Any:
        raise StoreEmptyError("nothing")

    desk.state.desk = dataclasses.replace(desk.state.desk, drafting=drafting)
    sam = signed_in(desk, Role.SUPERVISOR)
    assert [row[0] for row in table(await page(sam))] == ["milton-keynes", "suffolk"]
    assert (await turn(sam)).status_code == 303
    assert bar(await page(sam, "/desk/log"))[0].startswith("Signpost is switched off for suffolk on the web")


async def test_an_area_that_the_offers_no_longer_have_can_be_switched_on_again(desk):
    off(desk, "rutland-of-old", "web")
    sam = signed_in(desk, Role.SUPERVISOR)
    assert table(await page(sam))[-1] == ["rutland-of-old", "Switched off", "Working", "Working"]
    assert (await turn(sam, "rutland-of-old", turn="on")).status_code == 303


async def test_a_long_history_has_pages(desk):
    for number in range(26):
        off(desk, "suffolk", "web", reason=f"number {number}", is_off=number % 2 == 0)
    sam = signed_in(desk, Role.SUPERVISOR)
    assert [row[4] for row in table(await page(sam), 1)] == [f"number {n}" for n in range(25, 0, -1)]
    assert [row[4] for row in table(await page(sam, f"{PATH}?page=2"), 1)] == ["number 0"]


async def test_switching_is_for_supervisors_and_content_owners(desk):
    ada, olive = signed_in(desk, Role.ADVISER), signed_in(desk, Role.CONTENT_OWNER)
    assert (await ada.get(PATH)).status_code == 403
    assert (await turn(ada)).status_code == 403
    assert turned(desk) == []
    assert (await turn(olive)).status_code == 303


# ---------------------------------------------------------------------- the bar


async def test_every_page_tells_the_people_at_the_desk_what_is_off_who_did_so_and_why(desk):
    ada, sam = signed_in(desk, Role.ADVISER), signed_in(desk, Role.SUPERVISOR)
    assert bar(await page(ada, "/desk/enquiries")) == []
    off(desk, "suffolk", "web", reason=HOSTILE)
    off(desk, ALL, ALL, reason="masking is broken")
    off(desk, ALL, "teams", is_off=False)
    since = "by Sam Supervisor since 27 November 2026, 12.05pm. Reason:"
    told = [
        f"Signpost is switched off for all areas everywhere, {since} masking is broken",
        f"Signpost is switched off for Suffolk on the web, {since} {HOSTILE}",
    ]
    for address in ("/desk/enquiries", "/desk/content"):
        made = await page(ada, address)
        assert bar(made) == told  # without a link that Ada must not use
        assert made.xpath('.//*[@id="off"]//script') == []
    assert bar(await page(sam, "/desk/log")) == [*told, "Off switch"]
    assert bar(await page(sam)) == []  # the page of the switch tells it itself
    async with browser(desk) as nobody:
        assert "masking is broken" not in (await nobody.get("/desk/sign-in")).text


async def test_a_page_for_what_went_wrong_tells_it_too(tmp_path):
    async with desk_app(tmp_path) as app:
        ada = signed_in(app, Role.ADVISER)
        off(app, "suffolk", "desk")
        missing = await ada.get("/desk/enquiries/no-such-enquiry-000000/reply")
        assert missing.status_code == 404
        assert bar(html.fromstring(missing.text))[0].startswith("Signpost is switched off for Suffolk at the desk")


async def test_a_part_of_a_page_has_no_bar_and_a_broken_table_of_switches_breaks_no_page(desk):
    ada = signed_in(desk, Role.ADVISER)
    off(desk)
    assert bar(await page(ada, "/desk/content")) != []
    part = await ada.get("/desk/enquiries", headers={"hx-request": "true"})
    assert 'id="off"' not in part.text
    with desk.state.desk.database.engine.begin() as connection:
        await asyncio.to_thread(connection.exec_driver_sql, "drop table switches")
    assert bar(await page(ada, "/desk/content")) == []


# ---------------------------------------------------------------------- drafts


@pytest.mark.parametrize(
    ("area", "channel", "refused"),
    [
        (ALL, ALL, {None: "all areas", "suffolk": "all areas", "milton-keynes": "all areas"}),
        (ALL, "desk", {None: "all areas", "suffolk": "all areas", "milton-keynes": "all areas"}),
        ("suffolk", "desk", {"suffolk": "Suffolk"}),
        ("suffolk", ALL, {"suffolk": "Suffolk"}),
        ("suffolk", "web", {}),
        (ALL, "web", {}),
    ],
)
async def test_a_draft_is_refused_in_words_where_the_desk_is_off(desk, area, channel, refused):
    off(desk, area, channel)
    visit = Visit(desk.state.desk, None, "1", "Ida Invented", frozenset({Role.ADVISER}), "c")
    areas = {None, "suffolk", "milton-keynes"}
    for wanted, what in refused.items():
        with pytest.raises(DeskError) as caught:
            refuse_if_off(visit, wanted)
        assert (caught.value.name, caught.value.status) == ("switched_off", 503)
        text = desk.state.desk.words["errors"]["switched_off"]["text"].format(**caught.value.values)
        assert f"switched off for {what} at the desk" in text
    for wanted in areas - set(refused):
        refuse_if_off(visit, wanted)
    off(desk, area, channel, is_off=False)
    for wanted in areas:
        refuse_if_off(visit, wanted)


async def test_nothing_is_drafted_or_composed_from_an_offer_that_is_off(desk):
    ada = signed_in(desk, Role.ADVISER)
    records = Enquiries(desk.state.desk.database, desk.state.desk.clock)
    questions = [{"id": "q1", "text": "Where?", "statements": ["suffolk/contact/referrals-address"]}]
    enquiry = add_enquiry(records, by=ada.staff_id, questions=questions)
    off(desk, "suffolk", "desk")
    forms = {
        "reply/compose": {"voice": "professional"},
        "facts": {"area": "suffolk", "again": "yes"},
        "questions": {"act": "add", "text": "Which form do we use?"},
    }
    for ending, fields in forms.items():
        response = await ada.post_form(f"/desk/enquiries/{enquiry.id}/{ending}", version="1", **fields)
        assert response.status_code == 503, ending
        assert "switched off for Suffolk at the desk" in response.text
    assert records.get(enquiry.id) == enquiry
    response = await ada.post_form("/desk/enquiries", area="suffolk", text="Dear team, which form do we use?")
    assert response.status_code == 503
    assert "switched off for Suffolk at the desk" in response.text
    assert records.list(EnquiryFilter()).total == 1
    off(desk, "suffolk", "desk", is_off=False)
    response = await ada.post_form(f"/desk/enquiries/{enquiry.id}/reply/compose", voice="professional")
    assert response.status_code == 303


@given(
    turns=st.lists(
        st.tuples(st.sampled_from([ALL, "suffolk", "milton-keynes"]), st.sampled_from([ALL, *CHANNELS]), st.booleans()),
        max_size=8,
    ),
    area=st.sampled_from([None, "suffolk", "milton-keynes"]),
)
def test_a_draft_is_refused_exactly_where_the_rule_says_off(turns, area):
    history = [Switch(n, a, c, is_off, "why", None, "Sam", NOON) for n, (a, c, is_off) in enumerate(turns)]

    class Stub(Desk):
        def __init__(self) -> None:
            object.__setattr__(self, "words", {"switches": WORDS})

        def area_name(self, area_id: str) -> str:
            return area_id

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("bot.desk.switching._switches", lambda visit: type("S", (), {"current": lambda self: history})())
        visit = Visit(Stub(), None, "1", "Ida Invented", frozenset(), "c")
        if is_off_by_rule(history, area, "desk"):
            with pytest.raises(DeskError):
                refuse_if_off(visit, area)
        else:
            refuse_if_off(visit, area)
