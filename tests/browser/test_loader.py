"""The one script tag: button and frame on another site's page, in a real browser."""

from __future__ import annotations

import gzip
import re
from pathlib import Path

import pytest
from playwright.sync_api import FrameLocator, Locator, Page, expect

from tests.browser import axe
from tests.browser.conftest import OpenContext
from tests.browser.hosts import Host, host_page, strict_policy, tag
from tests.browser.watching import Watch

MOST_BYTES = 2000
PHONE = {"width": 320, "height": 640}
QUESTION = "which form for a Y4 with no EHCP in Suffolk?"
# What has the focus on the host's page: an id, or the name of an element, in the loader's own tree too.
FOCUSED = """() => {
  const inner = document.activeElement.shadowRoot?.activeElement ?? document.activeElement;
  return inner.id || inner.localName;
}"""
RUDE_STYLES = """<style>
html { font-size: 62.5% } body { display: grid; gap: 5rem; transform: none }
* { all: unset !important } signpost-chat, button, iframe, dialog { display: none !important; position: static }
</style>"""
WATCH_SHIFTS = """
  window.shifts = [];
  new PerformanceObserver((list) => window.shifts.push(...list.getEntries().map((each) => each.value)))
    .observe({ type: "layout-shift", buffered: true });
"""


def launcher(page: Page) -> Locator:
    """The button that the loader draws."""
    return page.locator("signpost-chat button")


def panel(page: Page) -> Locator:
    """The box that holds the frame."""
    return page.locator("signpost-chat dialog")


def chat(page: Page) -> FrameLocator:
    """The chat page in the frame."""
    return page.frame_locator("signpost-chat iframe")


def open_chat(page: Page) -> None:
    """Press the button and wait until the frame has joined the loader."""
    launcher(page).click()
    expect(chat(page).locator("[data-close]")).to_be_visible()


def ask(page: Page, question: str) -> None:
    """Type a question in the frame, send it, wait for the answer."""
    answers = chat(page).locator(".sp-turn--bot")
    before = answers.count()
    chat(page).locator("#text").fill(question)
    chat(page).locator("#send").click()
    expect(answers).to_have_count(before + 1)


def test_the_loader_is_small(project_root: Path) -> None:
    text = (project_root / "bot/door/static/signpost.js").read_bytes()
    assert len(gzip.compress(text, 9)) <= MOST_BYTES


def test_nothing_but_the_script_is_asked_for_until_the_chat_is_opened(
    page: Page, host: Host, running_signpost: str, watch: Watch
) -> None:
    address = host.serve_embedding(running_signpost, area="suffolk")
    page.goto(address, wait_until="networkidle")
    expect(launcher(page)).to_be_visible()
    assert watch.requests == [address, f"{running_signpost}/signpost.js"]
    open_chat(page)
    first, *_ = watch.requests[2:]
    assert first.startswith(f"{running_signpost}/chat?frame=1&area=suffolk&parent=http%3A%2F%2Flocalhost%3A")
    assert {url for url in watch.requests[2:] if not url.startswith(running_signpost)} == set()
    assert page.context.cookies() == []
    assert page.evaluate("sessionStorage.length + localStorage.length") == 0


def test_it_opens_and_closes_and_the_focus_goes_along(page: Page, host: Host, running_signpost: str) -> None:
    page.goto(host.serve_embedding(running_signpost))
    button = launcher(page)
    expect(button).to_have_text("Ask Signpost")
    expect(button).to_have_attribute("aria-expanded", "false")
    open_chat(page)
    expect(button).to_have_attribute("aria-expanded", "true")
    assert page.evaluate(FOCUSED) == "iframe"
    chat(page).locator("#text").fill("half a question")

    for close in (
        lambda: button.click(),
        lambda: chat(page).locator("[data-close]").click(),
        lambda: page.keyboard.press("Escape"),  # in the frame
        lambda: button.press("Escape"),
    ):
        close()
        expect(panel(page)).to_be_hidden()
        expect(button).to_have_attribute("aria-expanded", "false")
        expect(button).to_be_focused()
        page.keyboard.press("Enter")
        expect(panel(page)).to_be_visible()
        assert page.evaluate(FOCUSED) == "iframe"
        expect(chat(page).locator("#text")).to_have_value("half a question")


def test_escape_does_not_close_where_it_means_something_else(page: Page, host: Host, running_signpost: str) -> None:
    page.goto(host.serve_embedding(running_signpost))
    open_chat(page)
    text = chat(page).locator("#text")
    text.dispatch_event("keydown", {"key": "Escape", "isComposing": True, "bubbles": True})
    text.evaluate("(box) => box.addEventListener('keydown', (event) => event.preventDefault(), { once: true })")
    text.press("Escape")
    page.locator("#first").press("Escape")
    page.wait_for_timeout(200)
    expect(panel(page)).to_be_visible()


def test_the_tab_key_goes_through_page_button_and_frame_and_is_not_trapped(
    page: Page, host: Host, running_signpost: str
) -> None:
    page.goto(host.serve_embedding(running_signpost))
    places = []
    for _ in range(2):
        page.keyboard.press("Tab")
        places.append(page.evaluate(FOCUSED))
    assert places == ["first", "button"]
    page.keyboard.press("Enter")
    expect(chat(page).locator("[data-close]")).to_be_visible()
    launcher(page).focus()
    inside = []
    for _ in range(20):
        page.keyboard.press("Tab")
        page.wait_for_timeout(100)  # the frame is another process: the focus takes a moment to get there and back
        if page.evaluate(FOCUSED) != "iframe":
            break
        inside.append(chat(page).locator("body").evaluate("() => document.activeElement.id"))
    assert {"text", "send", "clear"} <= set(inside)
    assert page.evaluate(FOCUSED) in ("body", "first")
    launcher(page).focus()
    page.keyboard.press("Shift+Tab")
    assert page.evaluate(FOCUSED) == "first"


def test_the_page_does_not_move(page: Page, host: Host, running_signpost: str) -> None:
    page.add_init_script(WATCH_SHIFTS)
    size = "[document.documentElement.scrollWidth, document.documentElement.scrollHeight]"
    head = "<style>body { display: grid; gap: 40px } main { min-height: 2000px }</style>"
    page.goto(host.serve("/bare", host_page(head=head)))
    bare = page.evaluate(size)
    page.goto(host.serve_embedding(running_signpost, head=head))
    for _ in range(2):
        open_chat(page)
        assert page.evaluate(size) == bare
        launcher(page).click()
        expect(panel(page)).to_be_hidden()
    page.wait_for_timeout(200)
    assert page.evaluate("window.shifts") == []
    assert page.evaluate("PerformanceObserver.supportedEntryTypes.includes('layout-shift')")


@pytest.mark.parametrize("where", ["end of body", "head"])
def test_it_works_under_the_strictest_policy(page: Page, host: Host, running_signpost: str, where: str) -> None:
    script = tag(running_signpost, area="suffolk", colour="#00703c", keep="")
    document = host_page(head=script) if where == "head" else host_page(script)
    policy = strict_policy(running_signpost)
    page.goto(host.serve("/", document, {"Content-Security-Policy": policy}))
    expect(launcher(page)).to_have_css("background-color", "rgb(0, 112, 60)")
    open_chat(page)
    ask(page, QUESTION)
    expect(chat(page).locator(".sp-turn--bot")).to_contain_text("SES Bespoke Pupil Form")


def test_styles_of_the_page_do_not_reach_it(page: Page, host: Host, running_signpost: str) -> None:
    def measured() -> list[object]:
        open_chat(page)
        found: list[object] = [each.bounding_box() for each in (launcher(page), panel(page))]
        found.append(launcher(page).evaluate("(box) => getComputedStyle(box).font"))
        found.append(chat(page).locator("#text").evaluate("(box) => getComputedStyle(box).font"))
        return found

    page.goto(host.serve_embedding(running_signpost))
    plain = measured()
    page.goto(host.serve_embedding(running_signpost, "/rude", head=RUDE_STYLES))
    assert measured() == plain


def test_on_a_phone_the_chat_fills_the_screen(open_context: OpenContext, host: Host, running_signpost: str) -> None:
    page = open_context(viewport=PHONE, has_touch=True).new_page()
    page.goto(
        host.serve_embedding(running_signpost, label="Ask about help for a pupil with special needs, at any time")
    )
    whole = {"x": 0, "y": 0, **PHONE}
    box = launcher(page).bounding_box()
    assert box is not None
    assert box["x"] >= 0
    assert box["x"] + box["width"] <= PHONE["width"]
    for _ in range(2):
        open_chat(page)
        expect(panel(page)).to_have_js_property("open", True)
        page.wait_for_function("document.querySelector('signpost-chat').shadowRoot.querySelector('dialog:modal')")
        assert panel(page).bounding_box() == whole
        assert page.locator("signpost-chat iframe").bounding_box() == whole
        assert page.evaluate(FOCUSED) == "iframe"
        width = chat(page).locator("html").evaluate("(root) => [root.scrollWidth, root.clientWidth]")
        assert width[0] <= width[1]
        chat(page).locator("[data-close]").click()
        expect(panel(page)).to_be_hidden()
        expect(launcher(page)).to_be_focused()


def test_on_a_phone_a_chat_that_does_not_come_can_be_closed(
    open_context: OpenContext, host: Host, running_signpost: str, watch: Watch
) -> None:
    watch.expect("failed: .*/chat")
    page = open_context(viewport=PHONE).new_page()
    page.route("**/chat?*", lambda route: route.abort())
    page.goto(host.serve_embedding(running_signpost))
    launcher(page).click()
    expect(panel(page)).to_be_visible()
    launcher(page).click()
    expect(panel(page)).to_be_hidden()


def test_a_second_tag_changes_nothing_and_no_name_is_left_behind(page: Page, host: Host, running_signpost: str) -> None:
    names = "Object.getOwnPropertyNames(window).sort()"
    page.goto(host.serve("/bare", host_page()))
    bare = page.evaluate(names)
    two = tag(running_signpost, label="First") + tag(running_signpost, label="Second")
    for document in (host_page(two), host_page(head=two)):
        page.goto(host.serve("/", document))
        expect(launcher(page)).to_have_text("First")
        assert launcher(page).count() == 1
        assert page.evaluate(names) == bare


@pytest.mark.parametrize("colour", ["#1d4f6e", "#FFFFFF", "#000000", "#767676", "#ffdd00", "#d4351c", "#00a3a3"])
def test_the_button_has_the_colour_asked_for_and_text_that_can_be_read(
    page: Page, host: Host, running_signpost: str, colour: str
) -> None:
    page.goto(host.serve_embedding(running_signpost, colour=colour, side="left"))
    shown = [launcher(page).evaluate(f"(box) => getComputedStyle(box).{name}") for name in ("backgroundColor", "color")]
    back, ink = ([int(part) for part in re.findall(r"\d+", each)] for each in shown)
    assert "#" + bytes(back).hex() == colour.lower()
    assert contrast(back, ink) >= 4.5
    box = launcher(page).bounding_box()
    assert box is not None
    assert box["x"] == 16
    assert box["height"] >= 44


@pytest.mark.parametrize("colour", ["red", "#12345", "#1d4f6e;}*{display:none", "url(https://example.org/)"])
def test_what_is_no_colour_is_left_out(page: Page, host: Host, running_signpost: str, colour: str) -> None:
    page.goto(host.serve_embedding(running_signpost, colour=colour, side="bottom"))
    expect(launcher(page)).to_have_css("background-color", "rgb(29, 79, 110)")
    expect(launcher(page)).to_have_css("color", "rgb(255, 255, 255)")


def test_it_is_not_printed(page: Page, host: Host, running_signpost: str) -> None:
    page.goto(host.serve_embedding(running_signpost))
    open_chat(page)
    page.emulate_media(media="print")
    expect(launcher(page)).to_be_hidden()
    expect(panel(page)).to_be_hidden()


@pytest.mark.parametrize("viewport", [{"width": 1280, "height": 720}, PHONE], ids=["desk", "phone"])
@pytest.mark.parametrize(
    "look", [{}, {"color_scheme": "dark"}, {"forced_colors": "active"}], ids=["light", "dark", "forced colours"]
)
def test_axe_finds_nothing(
    open_context: OpenContext, host: Host, running_signpost: str, look: dict[str, str], viewport: dict[str, int]
) -> None:
    page = open_context(viewport=viewport, **look).new_page()
    page.goto(host.serve_embedding(running_signpost, area="suffolk", label="Ask about SEND help", lang="en"))
    expect(launcher(page)).to_be_visible()
    assert axe.violations(page) == []
    open_chat(page)
    assert axe.violations(page) == []


def contrast(one: list[int], other: list[int]) -> float:
    """WCAG's contrast ratio of two colours, each red, green, blue from 0 to 255."""

    def luminance(colour: list[int]) -> float:
        parts = [each / 255 for each in colour]
        linear = [each / 12.92 if each <= 0.04045 else ((each + 0.055) / 1.055) ** 2.4 for each in parts]
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]

    lighter, darker = sorted((luminance(one), luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)
