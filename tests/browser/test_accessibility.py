"""Every state of every page: axe-core, structure, size of targets, narrow pages, text spacing, forced colours, motion, print.

Each state is brought about once and then looked at by all tests, which change only how it is shown.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise
from typing import Any

import pytest
from playwright.sync_api import Browser, Frame, Page, expect

from tests.browser import axe, looking
from tests.browser.hosts import Host
from tests.browser.states import CHATS, EMBEDDED, SHEETS, STATES, Stage, chat_frame
from tests.browser.watching import Watch

DESK = {"width": 1280, "height": 900}
FRAME = {"width": 400, "height": 640}
TALL = 6000  # so high that nothing lies under what stays in sight, where axe could not see its colours
PHONE = {"width": 320, "height": 640}
ZOOMED = {"width": 320, "height": 256}  # 1280 by 1024 at 400 %


@pytest.fixture(scope="module")
def shown(
    request: pytest.FixtureRequest, browser: Browser, running_signpost: str, _host_server: Host
) -> Iterator[tuple[str, Page]]:
    """Name and page of a state. Nothing may have gone wrong in it by the time the last test has looked at it."""
    name: str = request.param
    _host_server.clear()
    watch = Watch({running_signpost, _host_server.origin})
    context = watch.follow(browser.new_context(locale="en-GB", viewport=DESK))
    context.set_default_timeout(20_000)
    yield name, STATES[name](Stage(running_signpost, _host_server, watch, context))
    watch.end()
    context.close()
    assert watch.result() == []


def of_states(*names: str) -> pytest.MarkDecorator:
    """The test is for these states."""
    return pytest.mark.parametrize("shown", names, indirect=True, scope="module")


@pytest.fixture
def name(shown: tuple[str, Page]) -> str:
    """Name of the state."""
    return shown[0]


@pytest.fixture
def page(shown: tuple[str, Page]) -> Iterator[Page]:
    """The page as it looks on a desk, in light colours."""
    page = shown[1]
    page.emulate_media(media="screen", color_scheme="light", forced_colors="none", reduced_motion="no-preference")
    page.set_viewport_size(DESK)
    return page


@pytest.fixture
def place(name: str, page: Page) -> Page | Frame:
    """Where the state is to be seen: the page, or the chat in the host's page."""
    return chat_frame(page) if name in EMBEDDED and name != "embedded, closed" else page


def found(place: Page | Frame, script: str, argument: Any = None) -> list[str]:
    """What a script of `looking` found, one line each."""
    lines: list[str] = place.evaluate(script, argument)
    return lines


@of_states(*CHATS, *SHEETS)
@pytest.mark.parametrize(("scheme", "width"), [("light", 1280), ("dark", 400)])
def test_axe_finds_nothing_and_is_sure_of_it(page: Page, scheme: Any, width: int) -> None:
    page.emulate_media(color_scheme=scheme)
    page.set_viewport_size({"width": width, "height": TALL})
    page.evaluate(axe.axe_source())
    assert found(page, looking.AXE, list(axe.TAGS)) == []


@of_states(*EMBEDDED)
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_on_the_page_of_a_host(page: Page, scheme: Any) -> None:
    page.emulate_media(color_scheme=scheme)
    assert axe.violations(page) == []


@of_states(*CHATS, *SHEETS)
def test_language_headings_landmarks_and_names(page: Page) -> None:
    assert page.locator("html").get_attribute("lang") == "en-GB"
    assert page.locator("main").count() == 1
    levels = page.evaluate(looking.HEADINGS)
    assert levels.count(1) == 1
    assert levels[0] == 1
    steps = pairwise(levels)
    assert [step for step in steps if step[1] > step[0] + 1] == []
    assert looking.nameless(page) == []


@of_states(*STATES)
@pytest.mark.parametrize("viewport", [DESK, FRAME], ids=["desk", "frame"])
def test_targets_are_large_enough(page: Page, place: Page | Frame, viewport: Any) -> None:
    page.set_viewport_size(viewport)
    assert found(place, looking.SMALL_TARGETS) == []


@of_states(*STATES)
@pytest.mark.parametrize("viewport", [PHONE, ZOOMED], ids=["phone", "400 percent"])
def test_a_narrow_page_does_not_scroll_sideways(page: Page, place: Page | Frame, viewport: Any) -> None:
    page.set_viewport_size(viewport)
    assert found(place, looking.TOO_WIDE) == []


@of_states(*CHATS)
@pytest.mark.parametrize("viewport", [PHONE, ZOOMED, FRAME], ids=["phone", "400 percent", "frame"])
def test_the_form_and_the_newest_answer_can_be_reached(page: Page, viewport: Any) -> None:
    page.set_viewport_size(viewport)
    assert (
        found(
            page,
            looking.COVERED,
            ["#text", "#send", "#clear", ".sp-foot a", ".sp-turn:last-of-type :is(h2, p, li, summary, label, button)"],
        )
        == []
    )


@of_states(*STATES)
@pytest.mark.parametrize("viewport", [DESK, PHONE], ids=["desk", "phone"])
def test_nothing_is_cut_off_when_text_is_spaced_out(page: Page, place: Page | Frame, viewport: Any) -> None:
    page.set_viewport_size(viewport)
    place.evaluate(looking.SPACE_OUT)
    try:
        assert found(place, looking.TOO_WIDE) == []
        assert found(place, looking.CUT_OFF) == []
    finally:
        place.evaluate(looking.SPACE_NO_MORE)


@of_states(*CHATS, *SHEETS, "embedded, answer")
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_forced_colours_leave_borders_and_focus(page: Page, place: Page | Frame, scheme: Any) -> None:
    page.emulate_media(forced_colors="active", color_scheme=scheme)
    assert found(place, looking.BORDERLESS) == []
    assert found(place, looking.UNFOCUSED) == []


@of_states(*STATES)
def test_nothing_moves_where_less_motion_is_asked_for(page: Page, place: Page | Frame, name: str) -> None:
    moving = "() => document.getAnimations().filter((each) => each.playState === 'running').map(String)"
    if name == "waiting":
        assert found(place, moving), "the test would not see anything that moves"
    page.emulate_media(reduced_motion="reduce")
    assert found(place, moving) == []


@of_states(*CHATS, *SHEETS)
def test_on_paper_there_is_nothing_to_press_or_to_fill(page: Page) -> None:
    page.emulate_media(media="print")
    assert found(page, looking.TO_PRESS) == []
    expect(page.locator("h1")).to_be_visible()
