"""The chat page of the running Signpost: as a plain form without a script, and in a real browser."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator

import httpx
import pytest

from tests.e2e.browser import Page, dumped, open_browser

QUESTION = "which form for a Y4 with no EHCP in Suffolk?"


@pytest.fixture
def client(running_signpost: str) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=running_signpost, timeout=30, trust_env=False) as session:
        yield session


@pytest.fixture(scope="module")
def page(running_signpost: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Page]:
    with open_browser(tmp_path_factory.mktemp("browser")) as opened:
        opened.open(f"{running_signpost}/")
        yield opened


def hidden_fields(page: str) -> dict[str, str]:
    form = page[page.index('<form id="ask"') :]
    return dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)">', form))


def test_without_a_script_a_question_is_a_form(client: httpx.Client) -> None:
    first = client.get("/")
    answer = client.post("/", data=hidden_fields(first.text) | {"text": QUESTION})
    shown = html.unescape(answer.text)
    assert answer.status_code == 200
    assert QUESTION in shown
    assert "SES Bespoke Pupil Form" in shown
    assert "mailto:SESreferrals@suffolk.gov.uk" in shown
    assert "Bespoke (no EHCP)" in shown
    again = client.post("/", data=hidden_fields(answer.text) | {"text": "and when is the review?"})
    assert "4 to 12 weeks" in again.text
    assert QUESTION in html.unescape(again.text), "the conversation so far is gone"


def test_without_a_script_a_choice_is_a_button_of_a_form(client: httpx.Client) -> None:
    asked = client.post("/", data=hidden_fields(client.get("/").text) | {"text": "which form do I need"})
    choices = dict(re.findall(r'<button name="choice" value="([^"]+)">([^<]+)</button>', asked.text))
    assert set(choices.values()) == {"Suffolk", "Milton Keynes"}
    payload = next(p for p, title in choices.items() if title == "Suffolk")
    answer = client.post("/", data=hidden_fields(asked.text) | {"choice": payload})
    assert "SESreferrals@suffolk.gov.uk" in answer.text


def test_without_a_script_the_chat_can_be_cleared(client: httpx.Client) -> None:
    answer = client.post("/", data=hidden_fields(client.get("/").text) | {"text": QUESTION})
    cleared = client.post("/", data=hidden_fields(answer.text) | {"clear": "1"})
    assert "has been cleared" in cleared.text
    assert "Bespoke" not in cleared.text
    assert hidden_fields(cleared.text)["conversation"] != hidden_fields(answer.text)["conversation"]


def test_a_browser_shows_the_page(running_signpost: str) -> None:
    shown = dumped(f"{running_signpost}/")
    for words in ("Signpost", "not a person", "Suffolk", "Milton Keynes", "call 999", "Your question"):
        assert words in shown
    assert '<textarea id="text"' in shown


def test_in_a_browser_the_answer_comes_without_a_new_page(page: Page) -> None:
    page.run("window.isSamePage = true")
    ask(page, QUESTION)
    page.wait_for("document.querySelectorAll('#log .bot').length === 1")
    shown = page.run("document.querySelector('#log .bot').innerText")
    assert "SES Bespoke Pupil Form" in shown
    assert page.run("document.querySelector('#log .bot a').href") == "mailto:SESreferrals@suffolk.gov.uk"
    assert page.run("document.querySelector('#log .you p').innerText") == QUESTION
    assert page.run("window.isSamePage") is True
    assert page.run("document.activeElement.id") == "text"


def test_in_a_browser_an_area_is_chosen_with_a_click(page: Page, running_signpost: str) -> None:
    page.open(f"{running_signpost}/?")
    ask(page, "which form do I need")
    page.wait_for("document.querySelectorAll('#log .choices button').length === 2")
    buttons = "[...document.querySelectorAll('#log .choices button')]"
    page.run(f"{buttons}.find((each) => each.textContent === 'Suffolk').click()")
    page.wait_for("document.querySelectorAll('#log .bot').length === 2")
    assert "SESreferrals@suffolk.gov.uk" in page.run("document.querySelector('#log').innerText")


def test_in_a_browser_markup_that_is_typed_stays_text(page: Page, running_signpost: str) -> None:
    page.open(f"{running_signpost}/?area=suffolk")
    markup = '<img src=x onerror="window.isBroken=1">'
    ask(page, markup)
    page.wait_for("document.querySelectorAll('#log .bot').length === 1")
    assert page.run("document.querySelector('#log .you p').innerText") == markup
    assert page.run("document.querySelectorAll('#log img').length") == 0
    assert page.run("window.isBroken") is None


def test_in_a_browser_the_chat_is_cleared(page: Page, running_signpost: str) -> None:
    page.open(f"{running_signpost}/")
    ask(page, QUESTION)
    page.wait_for("document.querySelectorAll('#log .bot').length === 1")
    page.run("document.getElementById('clear').click()")
    page.wait_for("document.querySelectorAll('#log article').length === 0")
    page.wait_for("document.getElementById('status').textContent.includes('cleared')")


def test_in_a_browser_nothing_reaches_beyond_the_edge_of_a_narrow_page(page: Page) -> None:
    page.run("document.documentElement.style.width = '320px'")
    assert page.run("document.documentElement.scrollWidth <= window.innerWidth") is True


def test_in_a_browser_without_scripts_the_form_is_sent_and_answered(page: Page, running_signpost: str) -> None:
    page.allow_scripts(False)
    try:
        page.open(f"{running_signpost}/")
        ask(page, QUESTION)
        page.wait_for("document.readyState === 'complete' && document.querySelector('#latest') !== null")
        assert "SES Bespoke Pupil Form" in page.run("document.querySelector('#latest').innerText")
        assert page.run("location.hash") == "#latest", "it was not a plain form that was sent"
    finally:
        page.allow_scripts(True)


def ask(page: Page, text: str) -> None:
    """Type a question and send it."""
    page.run(f"document.getElementById('text').value = {text!r}")
    page.run("document.getElementById('send').click()")
