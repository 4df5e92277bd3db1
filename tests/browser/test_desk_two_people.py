"""Two people at the same enquiry or reply: the second one is told, and what they typed is not lost. With and without a script."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import OpenContext
from tests.browser.desk_people import EMAIL, OPENING, at_the_desk, change, follow, press, sign_in
from tests.browser.watching import Watch

HERS, OTHERS = "Who may see the report?", "What does the support cost?"
FIRST, SECOND = "Thank you for writing. Please ring us.", "Thank you for asking. Please write to us."

type At = Callable[[str, str], Page]


@pytest.fixture(params=[True, False], ids=["with scripts", "without scripts"])
def at(request: pytest.FixtureRequest, open_context: OpenContext, running_signpost: str, watch: Watch) -> At:
    """Opens a page of the desk for somebody, in a browser of their own. Somebody is refused in each test."""
    watch.expect("status of 409")

    def open_for(person: str, path: str) -> Page:
        context = open_context(java_script_enabled=request.param)
        sign_in(context, running_signpost, person)
        page = context.new_page()
        page.goto(running_signpost + path)
        return page

    return open_for


@pytest.fixture
def enquiry(running_signpost: str) -> str:
    """Path of a new enquiry."""
    with at_the_desk(running_signpost, "adviser") as clerk:
        return clerk.put_in(EMAIL)


@pytest.fixture
def composed(running_signpost: str, enquiry: str) -> str:
    """Path of its reply, composed."""
    with at_the_desk(running_signpost, "adviser") as clerk:
        clerk.composed(enquiry)
    return f"{enquiry}/reply"


@pytest.fixture
def waiting(running_signpost: str, enquiry: str, composed: str) -> str:
    """Path of its reply, which waits for approval."""
    with at_the_desk(running_signpost, "adviser") as clerk:
        clerk.reply(enquiry, "/submit")
    return composed


def questions(page: Page) -> str:
    """The questions of an enquiry, as its page shows them."""
    return " ".join(page.locator("section[id^=question-] > .sp-text").all_inner_texts())


def test_a_question_that_comes_second_is_refused_and_kept_to_copy(at: At, enquiry: str) -> None:
    ada, eve = at("adviser", enquiry), at("everything", enquiry)
    eve.locator("#text-new").fill(OTHERS)
    ada.locator("#text-new").fill(HERS)
    press(ada, "Look for an answer")
    press(eve, "Look for an answer")
    expect(eve.locator("h1")).to_have_text("Somebody else changed this enquiry")
    expect(eve.locator("main")).to_contain_text("Ada Adviser changed it")
    expect(eve.locator("main")).to_contain_text(OTHERS)
    follow(eve, "Go on with what it says now")
    assert HERS in questions(eve)
    assert OTHERS not in questions(eve)
    eve.locator("#text-new").fill(OTHERS)
    press(eve, "Look for an answer")
    ada.reload()
    assert HERS in questions(ada)
    assert OTHERS in questions(ada)


OLD_BUTTONS = {
    "remove a statement": "form[action$='/statements'] [value=remove]",
    "move a statement": "form[action$='/statements'] [value=down]",
    "remove a question": "form[action$='/questions'] [value=remove]",
    "save a question": "form[action$='/questions'] [value=save]",
    "save what was understood": "form[action$='/facts'] .govuk-button",
}


@pytest.mark.parametrize("button", OLD_BUTTONS)
def test_no_button_of_an_old_bench_undoes_what_somebody_else_did(at: At, enquiry: str, button: str) -> None:
    ada, eve = at("adviser", enquiry), at("everything", enquiry)
    ada.locator("#text-new").fill(HERS)
    press(ada, "Look for an answer")
    for details in eve.locator("main details").all():
        if details.get_attribute("open") is None:
            details.locator("summary").click()
    with eve.expect_navigation():
        eve.locator(OLD_BUTTONS[button]).first.click()
    expect(eve.locator("h1")).to_have_text("Somebody else changed this enquiry")
    eve.goto(eve.url.split("/desk")[0] + enquiry)
    assert HERS in questions(eve)
    ada.reload()
    assert questions(ada) == questions(eve)


def test_an_enquiry_that_was_changed_is_not_closed_unseen(at: At, enquiry: str) -> None:
    ada, eve = at("adviser", enquiry), at("everything", enquiry)
    ada.locator("#text-new").fill(HERS)
    press(ada, "Look for an answer")
    press(eve, "Mark as answered")
    expect(eve.locator("main")).to_contain_text("Ada Adviser changed it")
    follow(eve, "Look at the enquiry as it is now")
    expect(eve.locator("h1")).to_contain_text("Open")


def meets_the_other(page: Page, name: str, own: str, theirs: str) -> None:
    """Somebody is told who was quicker, and sees both texts."""
    expect(page.locator("h1")).to_have_text("Somebody changed this reply in the meantime")
    expect(page.get_by_role("alert").first).to_contain_text(f"{name} changed this reply")
    assert own in page.locator("#yours").input_value()
    expect(page.locator("#theirs")).to_contain_text(theirs)


def test_two_advisers_change_the_same_reply(at: At, composed: str) -> None:
    ada, eve = at("adviser", composed), at("everything", composed)
    change(ada, OPENING, FIRST)
    change(eve, OPENING, SECOND)
    press(ada, "Save")
    press(eve, "Save")
    meets_the_other(eve, "Ada Adviser", SECOND, FIRST)
    follow(eve, "Go on with the text as it stands now")
    change(eve, FIRST, SECOND)
    press(eve, "Save")
    ada.reload()
    assert SECOND in ada.locator("textarea#text").input_value()


def test_a_supervisor_approves_what_the_adviser_has_taken_back(at: At, waiting: str) -> None:
    ada, sam = at("adviser", waiting), at("supervisor", waiting)
    change(sam, OPENING, SECOND)
    change(ada, OPENING, FIRST)
    press(ada, "Save")
    press(sam, "Approve the text above")
    meets_the_other(sam, "Ada Adviser", SECOND, FIRST)
    ada.reload()
    expect(ada.locator("h1")).to_contain_text("Draft")
    assert FIRST in ada.locator("textarea#text").input_value()


def test_an_adviser_saves_what_the_supervisor_has_changed_and_approved(at: At, waiting: str) -> None:
    ada, sam = at("adviser", waiting), at("supervisor", waiting)
    change(sam, OPENING, SECOND)
    change(ada, OPENING, FIRST)
    press(sam, "Approve the text above")
    press(ada, "Save")
    meets_the_other(ada, "Sam Supervisor", FIRST, SECOND)
    sam.reload()
    expect(sam.locator("h1")).to_contain_text("Approved")
    assert SECOND in sam.locator("textarea#text").input_value()
