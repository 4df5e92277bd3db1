"""The main journey at the desk by keyboard alone: nothing here is ever clicked, and the focus is in sight at each step."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.browser import looking
from tests.browser.conftest import OpenContext
from tests.browser.desk_people import EMAIL, OPENING, SENDER, SUBJECT, at_the_desk, sign_in
from tests.browser.watching import Watch

MOST_STEPS = 150  # a bench has many small buttons
ADDED = "Please ring us first. "

# What a person who looks at the page sees of the focus: an outline, or the look of a link that has it.
UNSEEN = """() => {
  const { activeElement: active } = document;
  const shown = active.matches(".govuk-checkboxes__input, .govuk-radios__input")
    ? getComputedStyle(active.nextElementSibling, "::before") : getComputedStyle(active);
  return shown.outlineStyle === "none" || parseFloat(shown.outlineWidth) < 1 ? [active.outerHTML.slice(0, 200)] : [];
}"""

type At = Callable[..., Page]


@pytest.fixture
def at(open_context: OpenContext, running_signpost: str) -> At:
    """Opens a page of the desk for somebody, in a browser of their own."""

    def open_for(person: str, path: str = "/desk/enquiries") -> Page:
        context = open_context(viewport={"width": 1280, "height": 800})
        context.grant_permissions(["clipboard-read", "clipboard-write"])
        sign_in(context, running_signpost, person)
        page = context.new_page()
        page.goto(running_signpost + path)
        return page

    return open_for


def focused(page: Page) -> str:
    """Name of what has the focus; "" when nothing has."""
    name: str = page.evaluate(looking.FOCUSED)
    return name


def look(page: Page) -> None:
    """What has the focus shows it, with nothing over it."""
    assert page.evaluate(UNSEEN) == []
    assert page.evaluate(looking.FOCUS_COVERED) == []


def go(page: Page, name: str, key: str = "Tab") -> None:
    """Press a key until the control whose name begins so has the focus."""
    passed = []
    for _ in range(MOST_STEPS):
        page.keyboard.press(key)
        passed.append(focused(page))
        if passed[-1]:  # after the last one the browser's own bar has it
            look(page)
        if passed[-1].startswith(name):
            return
    raise AssertionError(f"{name} was not among {passed}")


def lead(page: Page, key: str = "Enter") -> None:
    """Press a key that leads to another page."""
    with page.expect_navigation():
        page.keyboard.press(key)


def step(page: Page, name: str, key: str = "Enter") -> None:
    """Go to a link or button that leads to another page, and press it."""
    go(page, name)
    lead(page, key)


def put_in(page: Page) -> None:
    """Put an e-mail in."""
    step(page, "New enquiry")
    go(page, "The e-mail")
    page.keyboard.insert_text(EMAIL)
    step(page, "Look it through")
    expect(page.locator("h1")).to_contain_text(SUBJECT)
    assert focused(page).startswith("Done")  # what was done is read out first
    look(page)


def choose(page: Page) -> str:
    """Find a statement, add it, move it up; its text."""
    go(page, "Search all statements: Question 1")
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    page.keyboard.type("who pays for the support", delay=20)
    expect(page.locator("#count-q1")).to_contain_text("found")
    assert focused(page) == "Search all statements"  # still where one types
    go(page, "Add: ")
    added = focused(page).removeprefix("Add: ")
    for name in ("", "Up: "):
        step(page, f"{name}{added}", "Space") if name else lead(page, "Space")
        assert focused(page).startswith(added), "the focus is not with the statement that was moved"
        look(page)
        expect(page.locator(":focus")).to_be_in_viewport()
    return added


def test_an_email_is_answered_by_keyboard_alone(at: At) -> None:
    ada = at("adviser")
    ada.keyboard.press("Tab")
    assert focused(ada) == "Skip to main content"
    ada.keyboard.press("Enter")
    put_in(ada)
    added = choose(ada)
    go(ada, "To the reply")
    lead(ada)
    go(ada, "A school or another professional")
    ada.keyboard.press("ArrowDown")
    assert focused(ada) == "A parent or carer"
    look(ada)
    ada.keyboard.press("ArrowUp")
    step(ada, "Compose the reply", "Space")
    assert focused(ada).startswith("Done")
    assert added in ada.locator("textarea#text").input_value()

    go(ada, "Text of the reply")
    ada.keyboard.press("Control+Home")
    for _ in range(2):
        ada.keyboard.press("ArrowDown")
    ada.keyboard.type(ADDED)
    step(ada, "Save and ask for approval")
    expect(ada.locator("h1")).to_contain_text("Waiting for approval")
    assert f"{ADDED}{OPENING}" in ada.locator("textarea#text").input_value()
    approve(at("supervisor", "/desk/enquiries?status=waiting"), ada.locator("h1").inner_text().split()[3])

    ada.reload()
    go(ada, "Name of the person who wrote")
    ada.keyboard.type(SENDER)
    go(ada, "Your name")
    ada.keyboard.type("Ada Adviser")
    step(ada, "Fill in and copy")
    go(ada, "Copy the text")
    ada.keyboard.press("Enter")
    expect(ada.locator(".sp-copy [role=status]")).to_have_text("Copied.")
    assert focused(ada) == "Copy the text"
    assert SENDER in ada.evaluate("navigator.clipboard.readText()")
    step(ada, "Mark as sent", "Space")
    expect(ada.locator("h1")).to_contain_text("Sent")


def approve(sam: Page, number: str) -> None:
    """The supervisor finds what waits and approves it."""
    step(sam, f"{number}: ")
    step(sam, "To the reply")
    step(sam, "Approve the text above", "Space")
    expect(sam.locator("h1")).to_contain_text("Approved")


def test_what_is_wrong_is_focused_and_leads_to_its_field(at: At, watch: Watch) -> None:
    watch.expect("status of 400")
    ada = at("adviser", "/desk/enquiries/new")
    step(ada, "Look it through")
    assert focused(ada).startswith("There is a problem")
    look(ada)
    ada.keyboard.press("Tab")
    ada.keyboard.press("Enter")
    assert focused(ada) == "The e-mail"
    look(ada)


def test_a_list_that_follows_what_is_typed_keeps_the_focus(at: At, running_signpost: str) -> None:
    with at_the_desk(running_signpost, "adviser") as clerk:
        clerk.put_in(EMAIL)
    ada = at("adviser")
    go(ada, "Search")
    ada.keyboard.type("zigzag", delay=20)
    expect(ada.locator("#found-count")).to_have_text("0 enquiries found")
    assert focused(ada) == "Search"
    go(ada, "Assigned to")
    ada.keyboard.press("ArrowDown")
    expect(ada).to_have_url(re.compile("text=zigzag&assigned=me"))
    assert ada.evaluate("document.activeElement.id") == "assigned"
    look(ada)
    step(ada, "Show the whole list")
    expect(ada.locator("main tbody tr").first).to_be_visible()


def test_the_first_stop_of_each_page_leads_past_its_head(at: At) -> None:
    for path in ("/desk/enquiries", "/desk/enquiries/new", "/desk/learning", "/desk/switches", "/desk/content"):
        page = at("everything", path)
        page.keyboard.press("Tab")
        assert focused(page) == "Skip to main content"
        look(page)
        page.keyboard.press("Enter")
        page.keyboard.press("Tab")
        assert page.evaluate("document.activeElement.matches('main *')")
