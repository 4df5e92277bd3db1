"""A real Chromium for each test, and a watch: a test fails when anything went wrong in its pages.

No test here is async: Playwright's loop occupies the thread until the package's last test is done.
"""

from __future__ import annotations

import socket
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright

from tests.browser import chromium
from tests.browser.hosts import Host, open_host, reserved_socket
from tests.browser.watching import Watch

LIMIT_MS = 20_000  # on a busy machine

type OpenContext = Callable[..., BrowserContext]


@pytest.fixture(scope="package")
def browser() -> Iterator[Browser]:
    """A headless Chromium; where there is none the test is skipped, which fails in CI."""
    program = chromium.program()
    if program is None:
        pytest.skip("chromium is not installed (Debian package chromium)")
    expect.set_options(timeout=LIMIT_MS)
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=program, args=chromium.FLAGS)
        yield opened
        opened.close()


@pytest.fixture(scope="package")
def _host_server(host_socket: socket.socket) -> Iterator[Host]:
    with open_host(host_socket) as opened:
        yield opened


@pytest.fixture(scope="package")
def _foreign_server() -> Iterator[Host]:
    with open_host(reserved_socket()) as opened:
        yield opened


@pytest.fixture
def host(_host_server: Host) -> Host:
    """A site that may show Signpost in a frame; empty at the start of each test."""
    _host_server.clear()
    return _host_server


@pytest.fixture
def foreign_host(_foreign_server: Host) -> Host:
    """A site that may not."""
    _foreign_server.clear()
    return _foreign_server


@pytest.fixture
def watch(running_signpost: str, _host_server: Host, _foreign_server: Host) -> Iterator[Watch]:
    """What went wrong in the test's pages; none of it may be there at the end that was not expected."""
    watching = Watch({running_signpost, _host_server.origin, _foreign_server.origin})
    yield watching
    assert watching.result() == []


@pytest.fixture
def open_context(browser: Browser, watch: Watch) -> Iterator[OpenContext]:
    """Opens a context with options of its own, as in `open_context(color_scheme="dark").new_page()`."""
    opened: list[BrowserContext] = []

    def open_one(**options: Any) -> BrowserContext:
        context = browser.new_context(**{"locale": "en-GB", **options})
        context.set_default_timeout(LIMIT_MS)
        opened.append(context)
        return watch.follow(context)

    yield open_one
    watch.end()
    for context in opened:
        context.close()


@pytest.fixture
def context(open_context: OpenContext) -> BrowserContext:
    """A context of its own for each test: nothing kept from another one, British English."""
    return open_context()


@pytest.fixture
def page(context: BrowserContext) -> Page:
    """An empty page, 1280 by 720."""
    return context.new_page()
