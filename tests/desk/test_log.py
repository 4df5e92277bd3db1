"""The desk's front and the audit log: where each role is led, what the log shows and to whom."""

from __future__ import annotations

import ast
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from fastapi import FastAPI
from hypothesis import given
from hypothesis import strategies as st
from lxml import html

from bot.desk.access import Role
from bot.desk.log import number_in, told
from bot.desk.templating import load_words
from bot.records.audit import AuditLine, record
from bot.records.models import AuditRow
from bot.records.replies import ACTIONS
from tests.desk.support import Person, browser, signed_in

ROOT = Path(__file__).resolve().parents[2]
WORDS = load_words()["log"]
NOON = datetime(2026, 11, 27, 12, tzinfo=UTC)


def add(
    app: FastAPI, who: str | None, action: str, number: int | None = None, minutes: int = 0, **detail: object
) -> None:
    with app.state.desk.database.session() as session:
        record(session, who, action, number, "abc123", at=NOON + timedelta(minutes=minutes), **detail)


async def rows(person: Person, query: str = "") -> list[list[str]]:
    """The lines that are shown, cell by cell."""
    response = await person.get(f"/desk/log{query}")
    assert response.status_code == 200
    made = html.fromstring(response.text)
    return [[" ".join(cell.text_content().split()) for cell in row] for row in made.xpath(".//tbody//tr")]


@pytest.mark.parametrize(
    ("roles", "path"),
    [
        ([Role.ADVISER], "/desk/enquiries"),
        ([Role.SUPERVISOR], "/desk/enquiries"),
        ([Role.CONTENT_OWNER], "/desk/learning"),
        ([Role.CONTENT_OWNER, Role.ADVISER], "/desk/enquiries"),
    ],
)
async def test_the_front_leads_to_what_the_role_is_for(desk, roles, path):
    response = await signed_in(desk, *roles).get("/desk")
    assert (response.status_code, response.headers["location"]) == (303, path)


async def test_the_log_tells_who_did_what_when_the_newest_first(desk):
    sam = signed_in(desk, Role.SUPERVISOR)
    add(desk, sam.staff_id, "enquiry_added", 12)
    add(desk, None, "switched_off", minutes=65, area="suffolk", secret="never shown")
    shown = await rows(sam, "?action=enquiry_added")
    assert shown == [["27 November 2026, 12.00pm", "Sam Supervisor", "Added an enquiry", "12", "abc123"]]
    shown = await rows(sam, "?action=switched_off")
    assert shown == [
        ["27 November 2026, 1.05pm", "Signpost itself", "Switched Signpost off Area: suffolk", "", "abc123"]
    ]


async def test_lines_are_narrowed_to_an_action_a_person_an_enquiry(desk):
    sam, ada = signed_in(desk, Role.SUPERVISOR), signed_in(desk, Role.ADVISER)
    add(desk, sam.staff_id, "approved", 1)
    add(desk, ada.staff_id, "submitted", 1)
    add(desk, ada.staff_id, "submitted", 11)
    assert [row[3] for row in await rows(sam, "?action=submitted")] == ["11", "1"]
    assert [row[2] for row in await rows(sam, f"?person={ada.staff_id}&number=1")] == ["Sent a reply for approval"]
    assert [row[1] for row in await rows(sam, "?number=%231")] == ["Ada Adviser", "Sam Supervisor"]
    assert await rows(sam, "?number=2") == []


async def test_what_was_asked_for_stays_in_the_form_and_people_and_actions_are_offered(desk):
    sam = signed_in(desk, Role.SUPERVISOR)
    add(desk, sam.staff_id, "approved", 1)
    made = html.fromstring((await sam.get(f"/desk/log?action=approved&person={sam.staff_id}&number=1")).text)
    assert [option.text for option in made.xpath(".//option[@selected]")] == ["Approved a reply", "Sam Supervisor"]
    assert made.xpath('.//*[@id="number"]')[0].get("value") == "1"
    assert [option.text for option in made.xpath('.//*[@id="action"]/option')] == [
        "All",
        "Approved a reply",
        "Signed in",
    ]


async def test_a_number_that_is_none_is_told_and_nothing_is_hidden(desk):
    sam = signed_in(desk, Role.SUPERVISOR)
    response = await sam.get("/desk/log?number=%3Cb%3Etwelve")
    made = html.fromstring(response.text)
    assert made.xpath('.//*[@class="govuk-error-summary"]//a')[0].get("href") == "#number"
    assert made.xpath('.//*[@id="number"]')[0].get("aria-invalid") == "true"
    assert "<b>" not in response.text
    assert len(made.xpath(".//tbody//tr")) == 1


async def test_a_long_log_has_pages(desk):
    sam = signed_in(desk, Role.SUPERVISOR)
    for number in range(1, 27):
        add(desk, sam.staff_id, "assigned", number, minutes=number)
    assert [row[3] for row in await rows(sam, "?action=assigned")] == [str(n) for n in range(26, 1, -1)]
    assert [row[3] for row in await rows(sam, "?action=assigned&page=2")] == ["1"]
    assert [row[3] for row in await rows(sam, "?action=assigned&page=999999")] == ["1"]
    assert len(await rows(sam, "?action=assigned&page=x")) == 25
    made = html.fromstring((await sam.get("/desk/log?action=assigned")).text)
    assert made.xpath('.//a[@rel="next"]')[0].get("href") == "?action=assigned&page=2"


async def test_an_empty_log_says_so(desk):
    assert "Nothing in the log fits." in (await signed_in(desk, Role.SUPERVISOR).get("/desk/log?number=7")).text


@pytest.mark.parametrize("role", [Role.ADVISER, Role.CONTENT_OWNER])
async def test_the_log_is_for_supervisors(desk, role):
    assert (await signed_in(desk, role).get("/desk/log")).status_code == 403
    async with browser(desk) as nobody:
        assert (await nobody.get("/desk/log")).headers["location"].startswith("/desk/sign-in")


async def test_names_and_details_are_escaped(desk):
    sam = signed_in(desk, Role.SUPERVISOR, name='<script>alert("x")</script>')
    add(desk, sam.staff_id, "marked", statement="<img src=x>")
    text = (await sam.get("/desk/log")).text
    assert "<script>alert" not in text
    assert "<img" not in text
    assert "&lt;img src=x&gt;" in text


def line(**detail: object) -> AuditLine:
    return AuditLine(NOON, None, "", "a_new_action", None, "", detail)


def test_details_are_in_words_and_ids_of_people_are_names():
    shown = told(
        line(of="x" * 64, count=2, fields=["facts", "subject"], digest="d" * 64, area=""), WORDS, {"x" * 64: "Ada"}
    )
    assert shown.action == "a new action"
    assert shown.details == (("Of", "Ada"), ("Number", "2"), ("What", "facts, subject"))


@given(st.text(max_size=12))
def test_a_number_is_only_what_every_database_takes(text):
    number = number_in(text)
    assert number is None or 0 <= number < 10**9
    assert number_in("999999999") == 999999999
    assert number_in("1000000000") is None


def recorded_actions() -> set[str]:
    """Every action that the code writes a line for, as far as it is named there."""
    found = set()
    for file in (ROOT / "bot").rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") in {"record", AuditRow.__name__}:
                named = [each.value for each in node.keywords if each.arg == "action"] + node.args[2:3]
                found |= {
                    each.value
                    for name in named
                    for each in ast.walk(name)
                    if isinstance(each, ast.Constant) and isinstance(each.value, str)
                }
    return found


def test_every_action_that_is_recorded_has_words():
    actions = recorded_actions() | set(ACTIONS.values())
    assert {"signed_in", "signed_off", "enquiry_added"} <= actions
    assert actions - set(WORDS["actions"]) == set()
