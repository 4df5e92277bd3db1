"""The desk's page, its parts and its small script in a real browser, on a page that has all of them."""

from __future__ import annotations

import itertools
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from types import SimpleNamespace
from urllib.parse import parse_qsl, urlsplit

import pytest
from fastapi import Request
from jinja2 import ChoiceLoader, FileSystemLoader
from playwright.sync_api import Browser, BrowserContext, Dialog, Page, expect

from bot.desk.access import Role
from bot.desk.templating import load_words, templates
from bot.desk.visit import Visit
from bot.records.paging import Page as ListPage
from tests.browser import looking
from tests.browser.axe import violations

ROOT = Path(__file__).resolve().parents[2]
STATIC = ROOT / "bot/desk/static"
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self'; form-action 'self'"
)
KINDS = {".css": "text/css", ".js": "text/javascript", ".svg": "image/svg+xml", ".txt": "text/plain"}
ERRORS = [{"text": "Enter the enquiry number as figures.", "href": "#number"}, {"text": "Something else."}]

SPECIMEN = "/desk/specimen?fault&said=desk.nothing_changed"

type Open = Callable[..., Page]


def rendered(path: str, query: str, is_signed_in: bool = True) -> str:
    """The specimen as a supervisor sees it; `fault` in the query: with faults."""
    environment = templates()
    environment.loader = ChoiceLoader([environment.loader, FileSystemLoader(ROOT / "tests/desk")])
    scope = {"type": "http", "path": path, "query_string": query.encode(), "headers": [], "server": ("desk", 80)}
    visit = Visit(
        SimpleNamespace(switched_off=tuple), Request(scope), "1", "Ida Invented", frozenset({Role.SUPERVISOR}), "c"
    )
    values = {"errors": ERRORS} if "fault" in dict(parse_qsl(query, keep_blank_values=True)) else {}
    name = "specimen.html" if is_signed_in else "error.html"
    return environment.get_template(name).render(
        visit=visit if is_signed_in else None,
        words=load_words(),
        page=ListPage((), 2, 70),
        error={"title": "You are signed out", "text": "Please sign in."},
        **values,
    )


class _Desk(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        address = urlsplit(self.path)
        status, kind = 200, "text/html; charset=utf-8"
        if address.path.startswith("/desk/static/"):
            file = STATIC / address.path.rsplit("/", 1)[-1]
            body, kind = file.read_bytes(), KINDS[file.suffix]
        elif address.path == "/static/icon.svg":
            body, kind = (ROOT / "bot/door/static/icon.svg").read_bytes(), KINDS[".svg"]
        elif address.path == "/desk/part":
            body = b'<p>A new part</p><button class="govuk-button" id="later">Later</button>'
        elif address.path == "/desk/broken":
            body, status = b'<p class="govuk-error-message">The engine is down.</p>', 503
        else:
            body = rendered(address.path, address.query, address.path != "/desk/out").encode()
        self.send_response(status)
        self.send_header("content-type", kind)
        self.send_header("content-security-policy", POLICY)
        self.end_headers()
        self.wfile.write(body)

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["content-length"]))
        self.send_response(303)
        self.send_header("location", "/desk/specimen#sent")
        self.end_headers()

    def log_message(self, *ignored: object) -> None:
        """Say nothing."""


@pytest.fixture(scope="module")
def desk() -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Desk)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


@pytest.fixture
def open_page(browser: Browser, desk: str) -> Iterator[Open]:
    """Opens a page; whatever the browser complains about fails the test, but for the answer that is refused."""
    contexts: list[BrowserContext] = []
    said: list[str] = []

    def open_one(path: str = "/desk/specimen", **options: object) -> Page:
        context = browser.new_context(locale="en-GB", **options)
        contexts.append(context)
        page = context.new_page()
        page.on("console", lambda message: said.append(message.text) if message.type == "error" else None)
        page.on("pageerror", lambda error: said.append(str(error)))
        page.goto(desk + path)
        return page

    yield open_one
    for context in contexts:
        context.close()
    assert [line for line in said if "503" not in line] == []


LOOKS = {
    "wide": {},
    "narrow": {"viewport": {"width": 320, "height": 640}},
    "dark": {"color_scheme": "dark"},
    "dark and narrow": {"color_scheme": "dark", "viewport": {"width": 320, "height": 640}},
    "forced colours": {"forced_colors": "active"},
}


@pytest.mark.parametrize("look", LOOKS)
@pytest.mark.parametrize("path", [SPECIMEN, "/desk/out"])
def test_axe_finds_no_fault(open_page, look, path):
    assert violations(open_page(path, **LOOKS[look])) == []


def beyond_the_edge(page: Page) -> list[str]:
    """What is too wide for the page, but for what scrolls in a box of its own."""
    page.evaluate("document.querySelectorAll('.sp-table-box--scrolls > *').forEach((each) => { each.hidden = true; })")
    return page.evaluate(looking.TOO_WIDE)


@pytest.mark.parametrize("color_scheme", ["light", "dark"])
def test_nothing_makes_a_narrow_page_scroll_sideways_not_even_with_wider_spaces(open_page, color_scheme):
    page = open_page(SPECIMEN, viewport={"width": 320, "height": 640}, color_scheme=color_scheme)
    assert page.evaluate("document.documentElement.scrollWidth") == 320
    page.evaluate(looking.SPACE_OUT)
    assert page.evaluate("document.documentElement.scrollWidth") == 320
    page.evaluate(looking.SPACE_NO_MORE)
    assert beyond_the_edge(page) == []


def test_a_wide_table_scrolls_by_keyboard_in_a_box_that_says_what_it_is(open_page):
    page = open_page(viewport={"width": 320, "height": 640})
    box = page.get_by_role("region", name="Questions by topic: table, scrolls sideways")
    box.focus()
    page.keyboard.press("ArrowRight")
    page.wait_for_function("(box) => box.scrollLeft > 0", arg=box.element_handle())


def test_rows_that_are_blocks_on_a_narrow_page_are_still_a_table(open_page):
    page = open_page(viewport={"width": 320, "height": 640})
    table = page.get_by_role("table", name="Enquiries", exact=True)
    expect(table.get_by_role("row")).to_have_count(3)
    expect(table.get_by_role("columnheader")).to_have_text(["Number", "Subject", "Status", "Age"])
    expect(table.get_by_role("rowheader")).to_have_text(["12", "13"])
    expect(table.get_by_role("cell", name="3 days")).to_be_visible()


@pytest.mark.parametrize("width", [320, 1280])
def test_what_is_pressed_is_large_enough_and_has_a_name(open_page, width):
    page = open_page(SPECIMEN, viewport={"width": width, "height": 800})
    assert page.evaluate(looking.SMALL_TARGETS) == []
    assert looking.nameless(page) == []


@pytest.mark.parametrize("options", [{}, {"color_scheme": "dark"}, {"forced_colors": "active"}])
def test_what_has_the_focus_shows_it(open_page, options):
    assert open_page(SPECIMEN, **options).evaluate(looking.UNFOCUSED) == []


def test_with_forced_colours_things_have_borders_and_only_the_open_page_is_marked(open_page):
    page = open_page("/desk/log?fault", forced_colors="active")
    assert page.evaluate(looking.BORDERLESS) == []
    tag, bar = page.locator(".govuk-tag").first, page.locator(".sp-chart__bar rect").first
    assert tag.evaluate("(each) => getComputedStyle(each).borderTopWidth") == "1px"
    assert bar.evaluate("(each) => getComputedStyle(each).fill") == page.evaluate(
        "getComputedStyle(document.body).color"
    )
    marked = "(items) => items.filter((e) => parseFloat(getComputedStyle(e).borderBottomWidth)).map((e) => e.textContent.trim())"
    assert page.locator(".govuk-service-navigation__item").evaluate_all(marked) == ["Log"]


def test_headings_leave_no_level_out(open_page):
    levels = open_page().evaluate(looking.HEADINGS)
    assert levels[0] == 1
    assert all(later - sooner <= 1 for sooner, later in itertools.pairwise(levels))


def test_the_keyboard_reaches_the_main_part_first(open_page):
    page = open_page()
    page.keyboard.press("Tab")
    assert page.evaluate(looking.FOCUSED) == "Skip to main content"
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    assert page.evaluate(looking.FOCUSED) == "Questions"


def test_on_paper_is_nothing_to_press_and_bars_are_drawn(open_page):
    page = open_page()
    page.emulate_media(media="print")
    for gone in ("header", "footer", ".govuk-button", ".sp-tabs", ".govuk-pagination"):
        assert page.locator(gone).evaluate_all("(all) => all.filter((each) => each.checkVisibility()).length") == 0
    bar = page.locator(".sp-chart__bar rect").first
    assert bar.evaluate("(each) => getComputedStyle(each).fill") == "rgb(68, 68, 68)"


def test_what_was_done_is_focused_and_said_once(open_page, desk):
    page = open_page("/desk/specimen?page=2&said=desk.nothing_changed")
    expect(page.locator("[role=alert]:focus")).to_contain_text("Nothing was changed.")
    assert page.url == f"{desk}/desk/specimen?page=2"


def test_without_a_script_all_is_there_but_what_needs_one(open_page):
    page = open_page(SPECIMEN, java_script_enabled=False)
    expect(page.get_by_role("alert").first).to_contain_text("Nothing was changed.")
    expect(page.get_by_role("button", name="Copy")).to_be_hidden()
    page.get_by_role("button", name="Load a part").click()
    expect(page.get_by_text("A new part")).to_be_visible()


def test_the_focus_stays_in_a_part_that_is_replaced(open_page):
    page = open_page()
    page.locator("#inner").press("Enter")
    expect(page.get_by_text("A new part")).to_be_visible()
    page.wait_for_function("document.activeElement.id === 'part'")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.id") == "later"


def test_the_focus_stays_outside_where_it_was_outside(open_page):
    page = open_page()
    page.locator("#load").press("Enter")
    expect(page.get_by_text("A new part")).to_be_visible()
    assert page.evaluate("document.activeElement.id") == "load"


def test_a_part_that_is_refused_says_why_and_changes_nothing(open_page):
    page = open_page()
    page.locator("#break").click()
    expect(page.locator("#part-failed")).to_have_text("The engine is down.")
    expect(page.locator("#inner")).to_be_visible()
    page.locator("#load").click()
    expect(page.locator("#part-failed")).to_have_text("")


def test_a_part_that_cannot_be_reached_says_so(open_page):
    page = open_page()
    page.route("**/desk/part", lambda route: route.fulfill(status=503, body="<p>Somebody else's page</p>"))
    page.locator("#load").click()
    expect(page.locator("#part-failed")).to_contain_text("That did not work and nothing was changed.")


def test_a_text_is_copied_and_the_button_says_so(open_page):
    page = open_page()
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.get_by_role("button", name="Copy").click()
    expect(page.locator(".sp-copy [role=status]")).to_have_text("Copied.")
    assert page.evaluate("navigator.clipboard.readText()") == "What can be copied"


def test_a_text_that_cannot_be_copied_is_left_selected(open_page):
    page = open_page()
    page.evaluate("() => { navigator.clipboard.writeText = () => Promise.reject(new Error()); }")
    page.get_by_role("button", name="Copy").click()
    expect(page.locator(".sp-copy [role=status]")).to_contain_text("This could not be copied.")
    assert page.evaluate("getSelection().toString()").strip() == "What can be copied"


@pytest.mark.parametrize(("typed", "asked"), [("Dear parent,", 1), ("", 0)])
def test_leaving_is_asked_about_when_a_text_was_changed(open_page, typed, asked):
    page = open_page()
    dialogs: list[str] = []

    def leave(dialog: Dialog) -> None:
        dialogs.append(dialog.type)
        dialog.accept()

    page.on("dialog", leave)
    page.locator("#text").click()
    page.keyboard.type(typed)
    page.get_by_role("link", name="All enquiries").click()
    page.wait_for_url("**/desk/enquiries")
    assert dialogs == ["beforeunload"] * asked


def test_sending_a_changed_text_is_not_asked_about(open_page):
    page = open_page()
    dialogs: list[str] = []
    page.on("dialog", lambda dialog: (dialogs.append(dialog.type), dialog.accept()))
    page.locator("#text").click()
    page.keyboard.type("Dear parent,")
    page.get_by_role("button", name="Save").click()
    page.wait_for_url("**/desk/specimen#sent")
    assert dialogs == []
