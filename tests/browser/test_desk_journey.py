"""Whole journeys at the desk, each with and without a script: from an e-mail to its answer, and what is kept in order meanwhile."""

from __future__ import annotations

import email
import os
import re
import subprocess
import sys
import time
from collections.abc import Callable
from email import policy
from email.message import EmailMessage
from pathlib import Path

import pytest
import yaml
from playwright.sync_api import Page, expect

from tests.browser.chatting import ANSWER, QUESTION, ask
from tests.browser.conftest import OpenContext
from tests.browser.desk_pages import REASON, WAIT_SECONDS
from tests.browser.desk_people import (
    EMAIL,
    OPENING,
    PLANTED,
    SENDER,
    SUBJECT,
    change,
    follow,
    press,
    put_in,
    sign_in,
)
from tests.browser.states import CHECKLIST, taken
from tests.browser.watching import Watch
from tests.support import PROJECT_ROOT, RunningSignpost

FIRST_CHANGE = "Thank you for writing. Please ring us first."
SECOND_CHANGE = "Thank you for writing. Please use the form named below."
SEARCHED, FOUND = "who pays for the support", "traded"
OFF_SECONDS = 5.0

type At = Callable[[str], Page]


@pytest.fixture(params=[True, False], ids=["with scripts", "without scripts"])
def has_script(request: pytest.FixtureRequest) -> bool:
    """Whether the pages of the desk run their scripts."""
    return bool(request.param)


@pytest.fixture
def at(open_context: OpenContext, running_signpost: str, has_script: bool) -> At:
    """Opens the desk for somebody, in a browser of their own."""

    def open_for(person: str) -> Page:
        context = open_context(java_script_enabled=has_script)
        if has_script:
            context.grant_permissions(["clipboard-read", "clipboard-write"])
        sign_in(context, running_signpost, person)
        page = context.new_page()
        page.goto(f"{running_signpost}/desk")
        return page

    return open_for


def chosen(page: Page, question: str = "q1") -> list[str]:
    """The statements chosen for a question, in order."""
    return page.locator(f"#question-{question} > ol .sp-statement__text").all_inner_texts()


def fill_in(page: Page) -> None:
    """Fill in the blanks of a reply that may be sent."""
    page.get_by_label("Name of the person who wrote").fill(SENDER)
    page.get_by_label("Your name").fill("Ada Adviser")


def add_from_search(page: Page, has_script: bool) -> str:
    """Look for a statement for the first question, and add it; its text."""
    question = page.locator("#question-q1")
    question.get_by_text("Search all statements").first.click()
    box = page.locator("#query-q1")
    if has_script:
        box.press_sequentially(SEARCHED, delay=20)
    else:
        box.fill(SEARCHED)
        press(page, "Search", question)
    expect(page.locator("#count-q1")).to_contain_text("found")
    text = page.locator("#found-q1 .sp-statement__text").first.inner_text()
    press(page, "Add", page.locator("#found-q1"))
    expect(page.locator("h1")).to_contain_text(SUBJECT)
    return text


def choose_statements(page: Page, has_script: bool) -> list[str]:
    """Add a statement, move it up, and take the first one out; what is chosen then."""
    before = chosen(page)
    added = add_from_search(page, has_script)
    assert chosen(page) == [*before, added]
    row = page.locator("#question-q1 > ol > li").last
    press(page, "Up", row)
    moved = [*before[:-1], added, before[-1]]
    assert chosen(page) == moved
    press(page, "Remove", page.locator("#question-q1 > ol > li").first)
    assert chosen(page) == moved[1:]
    return moved


def test_an_email_is_answered_changed_approved_and_sent(at: At, has_script: bool, watch: Watch) -> None:
    watch.expect("status of 409")  # blanks that are left
    watch.expect("failed: .*reply.eml net::ERR_ABORTED")  # a page that becomes a download
    ada, sam = at("adviser"), at("supervisor")
    enquiry = put_in(ada, EMAIL)
    text = ada.locator("body").inner_text()
    assert [word for word in PLANTED if word in text] == []
    expect(ada.locator("section[id^=question-]")).to_have_count(3)
    removed, *kept = choose_statements(ada, has_script)

    ada.locator("main a.govuk-button", has_text="To the reply").click()
    press(ada, "Compose the reply")
    composed = ada.locator("textarea#text").input_value()
    places = [composed.find(statement) for statement in kept]
    assert places == sorted(places)
    assert min(places) > 0
    assert removed not in composed
    change(ada, OPENING, FIRST_CHANGE)
    press(ada, "Save and ask for approval")
    expect(ada.locator("h1")).to_contain_text("Waiting for approval")
    expect(ada.get_by_role("button", name="Fill in and copy")).to_have_count(0)

    give_back(sam, ada.locator("h1").inner_text().split()[3])
    ada.reload()
    expect(ada.locator("main")).to_contain_text(REASON)
    change(ada, FIRST_CHANGE, SECOND_CHANGE)
    press(ada, "Save and ask for approval")
    sam.reload()
    expect(sam.locator("ins", has_text=SECOND_CHANGE.split(". ")[1])).to_be_visible()
    press(sam, "Approve the text above")
    expect(sam.locator("h1")).to_contain_text("Approved")

    ada.reload()
    leave_the_desk(ada, has_script, SECOND_CHANGE)
    follow(ada, "Enquiries")
    follow(ada, "Answered")
    expect(ada.locator(f"main a[href='{enquiry}']")).to_be_visible()


def give_back(sam: Page, number: str) -> None:
    """The supervisor finds the reply that waits, sees what was changed, and returns it."""
    follow(sam, "Waiting for approval")
    follow(sam, f"{number}: ")
    sam.locator("main a.govuk-button", has_text="To the reply").click()
    expect(sam.locator("ins", has_text=FIRST_CHANGE.split(". ")[1])).to_be_visible()
    sam.locator("#reason").fill(REASON)
    press(sam, "Return it with this reason")
    expect(sam.locator("h1")).to_contain_text("Returned")


def leave_the_desk(ada: Page, has_script: bool, changed: str) -> None:
    """The adviser is refused while a blank is left, then copies, downloads and marks as sent."""
    ada.get_by_label("Your name").fill("Ada Adviser")
    press(ada, "Fill in and copy")
    expect(ada.locator(".govuk-error-summary")).to_contain_text("name of the person who wrote")
    expect(ada.get_by_label("Your name")).to_have_value("Ada Adviser")
    fill_in(ada)
    with ada.expect_download() as download:
        ada.get_by_role("button", name="Download as a draft e-mail").click()
    made = email.message_from_bytes(Path(download.value.path()).read_bytes(), policy=policy.default)
    assert made["subject"] == f"Re: {SUBJECT}"
    letter = made.get_content()
    assert [words for words in (SENDER, changed) if words not in letter] == []
    assert "[" not in letter

    press(ada, "Fill in and copy")
    filled = ada.locator("#letter").input_value()
    assert filled.split() == letter.split()
    if has_script:
        ada.get_by_role("button", name="Copy the text").click()
        expect(ada.locator(".sp-copy [role=status]")).to_have_text("Copied.")
        assert ada.evaluate("navigator.clipboard.readText()").split() == filled.split()
    press(ada, "Mark as sent")
    expect(ada.locator("h1")).to_contain_text("Sent")
    expect(ada.locator("#text")).to_contain_text(changed)
    assert SENDER not in ada.locator("body").inner_text()


def test_an_uploaded_email_is_looked_through(at: At) -> None:
    ada = at("adviser")
    message = EmailMessage()
    message["Subject"], message["From"] = f"Re: {SUBJECT}", f"{SENDER} <perdita@example.org>"
    message.set_content(EMAIL.split("\n\n", 1)[1])
    ada.goto(ada.url.split("/desk")[0] + "/desk/enquiries/new")
    ada.locator("#file").set_input_files(
        {"name": "question.eml", "mimeType": "message/rfc822", "buffer": message.as_bytes()}
    )
    press(ada, "Look it through")
    expect(ada.locator("h1")).to_contain_text(SUBJECT)
    expect(ada.locator("section[id^=question-]")).to_have_count(3)
    text = ada.locator("body").inner_text()
    assert [word for word in PLANTED if word in text] == []


def test_a_case_link_from_the_chat_is_opened(at: At, page: Page, running_signpost: str) -> None:
    page.goto(f"{running_signpost}/chat")
    case = taken(page, ask(page, CHECKLIST), "Link to this check")
    ada = at("adviser")
    ada.goto(f"{running_signpost}/desk/case")
    ada.locator("#link").fill(f"Hello, see {case.url} please")
    press(ada, "Open it")
    expect(ada.locator("h1")).to_contain_text("Case link: Bespoke pupil support")
    expect(ada.locator(".sp-chips")).to_contain_text("no EHCP")
    assert "Complete the SES Bespoke Pupil Form in full." in " ".join(chosen(ada))


def test_a_new_phrasing_is_accepted_exported_and_taken_back(at: At, page: Page, running_signpost: str) -> None:
    page.goto(f"{running_signpost}/chat")
    ask(page, "Suffolk: is a hot lunch free at the tower?")
    olive = at("content_owner")
    deadline = time.monotonic() + WAIT_SECONDS
    while "hot lunch" not in olive.goto(f"{running_signpost}/desk/learning").text():  # type: ignore[union-attr]
        assert time.monotonic() < deadline, "the question was not noted"
    olive.locator(".sp-card", has_text="hot lunch").first.get_by_role("link").first.click()
    olive.get_by_label(re.compile("^A new way to ask")).check()
    olive.locator("#intent").select_option("ask_cost")
    olive.locator("#accept-0").check()
    press(olive, "Save")
    olive.goto(f"{running_signpost}/desk/learning?tab=marks")
    expect(olive.locator("main")).to_contain_text("hot lunch")
    with olive.expect_download() as download:
        olive.locator("a[href='/desk/learning/phrasings.yml']").click()
    (entry,) = [each for each in yaml.safe_load(download.value.path().read_text())["nlu"] if "hot" in each["examples"]]
    assert entry["intent"] == "ask_cost"
    press(olive, "Take back", olive.locator(".sp-card", has_text="hot lunch"))
    olive.goto(f"{running_signpost}/desk/learning?tab=marks")
    expect(olive.locator("main")).not_to_contain_text("hot lunch")


def signed_off(var_dir: Path) -> int:
    """How many statements of Suffolk are signed off, as the command says."""
    environment = {**os.environ, "SIGNPOST_VAR_DIR": str(var_dir)}
    command = [sys.executable, "-m", "bot.cli", "content", "signoff", "--area", "suffolk"]
    done = subprocess.run(command, cwd=PROJECT_ROOT, env=environment, capture_output=True, text=True, check=True)
    found = re.search(r"(\d+) signed off", done.stdout)
    assert found, done.stdout
    return int(found[1])


def test_a_statement_is_signed_off_and_counted(at: At, signpost_processes: RunningSignpost) -> None:
    before = signed_off(signpost_processes.var_dir)
    olive = at("content_owner")
    olive.goto(f"{signpost_processes.base_url}/desk/content?area=suffolk&state=unsigned")
    olive.locator("main tbody a").first.click()
    olive.locator("#read").check()
    press(olive, "Sign off")
    expect(olive.locator("main")).to_contain_text("Olive Owner")
    expect(olive.get_by_role("button", name="Sign off")).to_have_count(0)
    assert signed_off(signpost_processes.var_dir) == before + 1


def turn(page: Page, way: str) -> None:
    """Switch Suffolk off or on, on the web."""
    page.goto(page.url.split("/desk")[0] + "/desk/switches")
    page.locator("#area").select_option("suffolk")
    page.locator("#channel").select_option("web")
    page.get_by_label(way, exact=True).check()
    page.locator("#reason").fill("A statement is wrong.")
    press(page, "Switch")


def ask_until(page: Page, expected: str) -> str:
    """Ask in the chat until the answer has these words, at most as long as a switch may take; the answer."""
    deadline = time.monotonic() + OFF_SECONDS
    while True:
        asked_at = time.monotonic()
        answer = ask(page, QUESTION).inner_text()
        if expected in answer or asked_at > deadline:
            return answer


def test_signpost_is_switched_off_and_on_for_an_area(at: At, page: Page, running_signpost: str) -> None:
    page.goto(f"{running_signpost}/chat")
    assert ANSWER in ask(page, QUESTION).inner_text()
    sam = at("supervisor")
    turn(sam, "Switch off")
    try:
        assert "switched off for Suffolk" in ask_until(page, "switched off")
        sam.goto(f"{running_signpost}/desk/enquiries")
        expect(sam.locator("#off")).to_contain_text("A statement is wrong.")
    finally:
        turn(sam, "Switch on again")
    assert ANSWER in ask_until(page, ANSWER)
    expect(sam.locator("#off", has_text="A statement is wrong.")).to_have_count(0)
