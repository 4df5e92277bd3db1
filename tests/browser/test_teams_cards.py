"""Cards for Teams in the renderer that Microsoft gives out, in a real Chromium. Teams itself is not to be had here."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
from markdown_it import MarkdownIt
from playwright.sync_api import Browser, Page, expect

from bot.teams.card_text import JOINER
from bot.teams.cards import card_of
from tests.browser.conftest import LIMIT_MS
from tests.card_samples import REPLIES, sample
from tests.card_support import LINKS, links_in, read, walked

ROOT = Path(__file__).resolve().parents[2]
PAGE = Path(__file__).with_name("teams_cards.html")
RENDERER = ROOT / "node_modules/adaptivecards/dist/adaptivecards.min.js"
WIDTHS = (320, 700)
HOSTILE = (
    "<img src=x onerror=alert(1)> [here](https://evil.example) **bold** _it_ `c` # h {{DATE(2026-01-01T00:00:00Z)}}",
    "+ a list ![x](https://evil.example/a.png) <script>alert(2)</script> &lt;b&gt; \\*",
)
# What does not fit in its place.
CUT = """
[...document.querySelectorAll("#card button, #card p, #card li, #card label, #card span")]
  .filter((each) => each.clientWidth && each.scrollWidth > each.clientWidth + 1).map((each) => each.textContent)
"""

type Card = dict[str, Any]
type Show = Callable[..., Page]


def markdown_of(card: Card) -> dict[str, str]:
    """HTML of each text in which the renderer reads Markdown, by the Python port of the library that it goes with."""
    reader = MarkdownIt("js-default")
    texts = [
        node.get("text") or node.get("title") for node in walked(card) if node["type"] in ("TextBlock", "Input.Toggle")
    ]
    return {text: reader.render(text) for text in texts}


@pytest.fixture
def show(browser: Browser) -> Iterator[Show]:
    """Opens a card in a page of its own, which may ask for nothing from anywhere and must have no fault."""
    if not RENDERER.is_file():
        pytest.skip("adaptivecards is not installed (make node_modules/.package-lock.json)")
    wrong: list[str] = []
    opened = []

    def show_one(card: Card, width: int = 700) -> Page:
        context = browser.new_context(viewport={"width": width, "height": 800}, locale="en-GB")
        opened.append(context)
        context.set_default_timeout(LIMIT_MS)
        context.on("request", lambda request: wrong.append(f"asked for {request.url}"))
        context.on("weberror", lambda error: wrong.append(f"exception: {error.error}"))
        context.on("console", lambda message: wrong.append(f"{message.type}: {message.text}"))
        page = context.new_page()
        page.on("dialog", lambda dialog: (wrong.append(f"dialog: {dialog.message}"), dialog.dismiss()))
        page.set_content(PAGE.read_text(encoding="utf-8"))
        page.add_script_tag(content=RENDERER.read_text(encoding="utf-8"))
        page.evaluate("([card, markdown]) => showCard(card, markdown)", [card, markdown_of(card)])
        assert page.evaluate("events") == []
        return page

    yield show_one
    for context in opened:
        context.close()
    assert wrong == []


def folded(text: str) -> str:
    return " ".join(text.replace(JOINER, "").split())


def seen(page: Page) -> str:
    """All text that is seen, without bullets and with buttons and boxes."""
    return folded(page.locator("#card").inner_text())


def lines_of(card: Card, *, is_unfolded: bool = False) -> list[str]:
    """What must be seen, a line each. A bullet that stands in the text itself is shown as one."""
    return [folded(line) for line in read(card, is_unfolded=is_unfolded).split("\n") if line.strip()]


def unfold(page: Page) -> None:
    """Press every button that shows or hides something, of those that are seen."""
    controls = page.locator("button[aria-controls]")
    for number in range(controls.count()):
        controls.nth(number).click()


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("name", REPLIES)
def test_all_that_is_said_is_seen_whole_and_what_is_folded_only_after_a_press(name: str, width: int, show: Show):
    card = card_of(sample(name), links=LINKS)
    page = show(card, width)
    text = seen(page)
    assert [line for line in lines_of(card) if line not in text] == []
    hidden = [node for node in walked(card) if node.get("isVisible") is False]
    for node in hidden:
        assert not page.locator(f"#{node['id']}").is_visible()
    unfold(page)
    for node in hidden:
        expect(page.locator(f"#{node['id']}")).to_be_visible()
    text = seen(page)
    assert [line for line in lines_of(card, is_unfolded=True) if line not in text] == []
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert page.evaluate(CUT) == []
    unfold(page)
    for node in hidden:
        expect(page.locator(f"#{node['id']}")).to_be_hidden()
    assert page.evaluate("done.filter((each) => each.type !== 'Action.ToggleVisibility')") == []


def test_the_order_of_what_is_heard_is_that_of_the_card(show: Show):
    card = card_of(sample("checklist"), links=LINKS)
    text = seen(show(card))
    places = [text.find(line) for line in lines_of(card)]
    assert min(places) >= 0
    assert places == sorted(places)


def test_ticks_are_sent_with_what_the_button_sends(show: Show):
    card = card_of(sample("checklist"), links=LINKS, ticked=[])
    page = show(card)
    boxes = [node for node in walked(card) if node["type"] == "Input.Toggle"]
    assert len(boxes) > 2
    for box in boxes[:2]:
        page.get_by_role("checkbox", name=box["title"], exact=True).check()
    page.get_by_role("button", name="Send these ticks").click()
    (done,) = page.evaluate("done")
    expected = {box["id"]: "true" if box in boxes[:2] else "false" for box in boxes}
    assert done["data"] == {"signpost": "ticks", **expected}


def test_boxes_are_ticked_as_the_card_says(show: Show):
    ids = [item["statement_id"] for item in sample("checklist")["checklist"]]
    card = card_of(sample("checklist"), links=LINKS, ticked=ids[:1])
    page = show(card)
    for node in walked(card):
        if node["type"] == "Input.Toggle":
            box = page.get_by_role("checkbox", name=node["title"], exact=True)
            assert box.is_checked() == (node["id"] == f"tick:{ids[0]}")


def test_choices_and_changes_send_their_payload(show: Show):
    reply = sample("not understood")
    page = show(card_of(reply, links=LINKS))
    page.get_by_role("button", name=reply["choices"][1]["title"]).click()
    page.get_by_role("button", name="Change a fact").click()
    page.get_by_role("button", name="Change “Suffolk”").click()
    payloads = [reply["choices"][1]["payload"], reply["understood"][0]["payload"]]
    sent = [each["data"] for each in page.evaluate("done") if each["type"] == "Action.Submit"]
    assert sent == [{"signpost": "choice", "payload": payload} for payload in payloads]


def test_everything_is_reached_and_done_with_the_keyboard(show: Show):
    page = show(card_of(sample("not understood"), links=LINKS))
    reached = []
    for _ in range(12):
        page.keyboard.press("Tab")
        reached.append(page.evaluate("document.activeElement.innerText || ''"))
    choices = [choice["title"] for choice in sample("not understood")["choices"]]
    assert [title for title in ["Change a fact", *choices, "Help", "Privacy"] if title not in reached] == []
    page.get_by_role("button", name=choices[0]).focus()
    page.keyboard.press("Enter")
    assert page.evaluate("done.length") == 1


def test_what_can_be_taken_away_opens_its_address(show: Show):
    page = show(card_of(sample("dates"), links=LINKS))
    page.get_by_role("button", name="Take this away").click()
    for title in ("Page to print", "PDF", "Word", "Dates for your calendar"):
        page.get_by_role("link", name=title, exact=True).click()
    opened = [each["url"] for each in page.evaluate("done") if each["type"] == "Action.OpenUrl"]
    assert opened == [LINKS[kind] for kind in ("print", "pdf", "docx", "ics")]


def test_addresses_are_links(show: Show):
    card = card_of(sample("an answer"), links=LINKS)
    page = show(card)
    hrefs = page.evaluate("[...document.querySelectorAll('#card a')].map((each) => each.getAttribute('href'))")
    assert hrefs == links_in(card)
    assert "mailto:SESreferrals@suffolk.gov.uk" in hrefs


def hostile(reply: Mapping[str, Any], words: str) -> dict[str, Any]:
    """The reply with these words for every text that is shown."""
    kept = {
        "payload",
        "statement_id",
        "kind",
        "status",
        "verdict",
        "state",
        "area",
        "event",
        "unit",
        "counts_from",
        "start",
        "end",
    }

    def changed(name: str, value: Any) -> Any:
        if isinstance(value, dict):
            return {key: changed(key, each) for key, each in value.items()}
        if isinstance(value, list):
            return [changed(name, each) for each in value]
        return words if isinstance(value, str) and value and name not in kept else value

    return {name: changed(name, value) for name, value in reply.items()}


@pytest.mark.parametrize("words", HOSTILE)
@pytest.mark.parametrize(
    "name", ["several questions", "checklist", "comparison", "dates", "not understood", "too long"]
)
def test_hostile_words_stay_words(name: str, words: str, show: Show):
    card = card_of(hostile(sample(name), words), links=LINKS)
    page = show(card)
    unfold(page)
    text = seen(page)
    assert [line for line in lines_of(card, is_unfolded=True) if line not in text] == []
    assert folded(words) in text
    made = page.evaluate("[...document.querySelectorAll('#card :is(img, script, em, code, h1, h2, h3)')].length")
    assert made == 0
    assert [
        link for link in page.evaluate("[...document.querySelectorAll('#card a')].map((a) => a.href)") if "evil" in link
    ] == []
    bold = page.evaluate("[...document.querySelectorAll('#card strong')].map((each) => each.textContent)")
    assert "bold" not in bold
    used = show(card_of(hostile(sample(name), words), links=LINKS, chosen=words))
    assert f"You chose: {folded(words)}" in seen(used)


def test_the_page_would_show_what_is_wrong_with_a_card(browser: Browser):
    page = browser.new_context().new_page()
    page.set_content(PAGE.read_text(encoding="utf-8"))
    page.add_script_tag(content=RENDERER.read_text(encoding="utf-8"))
    card = {
        "type": "AdaptiveCard",
        "version": "1.2",
        "body": [{"type": "Badge"}, {"type": "TextBlock", "text": "1", "size": "x"}],
    }
    page.evaluate("(card) => showCard(card, {1: '<p>1</p>'})", json.loads(json.dumps(card)))
    assert len(page.evaluate("events")) >= 2
    page.context.close()
