"""Every page of the desk, as each role sees it and with work in it: axe-core, structure, size of targets, narrow pages, focus.

Each state is brought about once and then looked at by all tests, which change only how it is shown.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise
from typing import Any

import pytest
from playwright.sync_api import Browser, Page

from bot.desk.access import ALLOWED
from tests.browser import axe, looking
from tests.browser.desk_pages import NO_PAGES, PATHS, STATES, Stage, Work, end_work, make_work
from tests.browser.desk_people import sign_in
from tests.browser.watching import Watch

WIDE = {"width": 1280, "height": 900}
TALL = 6000  # so high that nothing lies under what stays in sight, where axe could not see its colours
PHONE = {"width": 320, "height": 640}
ZOOMED = {"width": 320, "height": 256}  # 1280 by 1024 at 400 %
NAME = " - Signpost desk"

# A table that scrolls in a box of its own makes nothing wider.
HIDE_BOXES = """(hidden) => document.querySelectorAll('.sp-table-box--scrolls > *').forEach((each) => {
  each.hidden = hidden; })"""


@pytest.fixture(scope="module")
def work(running_signpost: str) -> Iterator[Work]:
    """Something to show on every page."""
    yield make_work(running_signpost)
    end_work(running_signpost)


@pytest.fixture(scope="module")
def shown(
    request: pytest.FixtureRequest, browser: Browser, running_signpost: str, work: Work
) -> Iterator[tuple[str, Page]]:
    """Name and page of a state. Nothing may have gone wrong in it by the time the last test has looked at it."""
    name: str = request.param
    person, bring = STATES[name]
    watch = Watch({running_signpost})
    context = watch.follow(browser.new_context(locale="en-GB", viewport=WIDE))
    context.set_default_timeout(20_000)
    if person:
        sign_in(context, running_signpost, person)
    yield name, bring(Stage(running_signpost, watch, context, work))
    watch.end()
    context.close()
    assert watch.result() == []


@pytest.fixture
def page(shown: tuple[str, Page]) -> Iterator[Page]:
    """The page as it looks on a desk, in light colours."""
    page = shown[1]
    page.emulate_media(media="screen", color_scheme="light", forced_colors="none")
    page.set_viewport_size(WIDE)
    return page


of_every_state = pytest.mark.parametrize("shown", STATES, indirect=True, scope="module")


def test_every_page_is_among_the_states() -> None:
    routes = {path for method, path in ALLOWED if method == "GET"}
    assert routes - NO_PAGES == {route for route, _ in PATHS.values()}


@of_every_state
@pytest.mark.parametrize(("scheme", "width"), [("light", 1280), ("dark", 400)])
def test_axe_finds_nothing_and_is_sure_of_it(page: Page, scheme: Any, width: int) -> None:
    page.emulate_media(color_scheme=scheme)
    page.set_viewport_size({"width": width, "height": TALL})
    page.evaluate(axe.axe_source())
    assert page.evaluate(looking.AXE, list(axe.TAGS)) == []


@of_every_state
def test_language_title_headings_landmarks_and_names(page: Page) -> None:
    assert page.locator("html").get_attribute("lang") == "en-GB"
    assert page.locator("main").count() == 1
    title = page.title()
    assert title.endswith(NAME)
    assert set(title.removesuffix(NAME).split()) & set(page.locator("h1").inner_text().replace(",", " ").split())
    assert title.startswith("Error: ") == (page.locator(".govuk-error-summary").count() == 1)
    levels = page.evaluate(looking.HEADINGS)
    assert levels.count(1) == 1
    # What is switched off, what was done and what is wrong stand above the heading of the page.
    main = levels[levels.index(1) :]
    assert [step for step in pairwise(main) if step[1] > step[0] + 1] == []
    assert looking.nameless(page) == []


@of_every_state
def test_targets_are_large_enough_and_show_the_focus(page: Page) -> None:
    assert page.evaluate(looking.UNFOCUSED) == []
    for width in (1280, 400):
        page.set_viewport_size({"width": width, "height": 900})
        assert page.evaluate(looking.SMALL_TARGETS) == []


@of_every_state
def test_a_narrow_page_does_not_scroll_sideways_even_with_wider_spaces(page: Page) -> None:
    for viewport in (PHONE, ZOOMED):
        page.set_viewport_size(viewport)  # type: ignore[arg-type]
        page.evaluate(HIDE_BOXES, True)
        assert page.evaluate(looking.TOO_WIDE) == []
        page.evaluate(looking.SPACE_OUT)
        wide, cut_off = page.evaluate(looking.TOO_WIDE), page.evaluate(looking.CUT_OFF)
        page.evaluate(looking.SPACE_NO_MORE)
        page.evaluate(HIDE_BOXES, False)
        assert (wide, cut_off) == ([], [])
