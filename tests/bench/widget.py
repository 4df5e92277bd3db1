"""What the widget weighs, and how quick it is in a real Chromium, on a page of another origin."""

from __future__ import annotations

import gzip
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from statistics import median

import httpx
from playwright.sync_api import Page, sync_playwright

from tests.browser import chromium
from tests.browser.chatting import QUESTION, ask
from tests.browser.hosts import open_host, origin_of_socket, reserved_socket
from tests.support import run_signpost

LOADER = "/signpost.js"
PAGE = "/chat?frame=1&area=suffolk"
OPENED = ("/static/signpost.css", "/brand.css?area=suffolk", "/static/frame.js", "/static/chat.js", "/static/render.js")
ROUNDS = 7
LONG = 500
# Painted: two frames after the change, since the first one only begins with it.
PAINTED = "new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(() => done(performance.now()))))"


@dataclass(frozen=True)
class Figures:
    """`weights`: bytes gzipped by path; times in milliseconds, medians."""

    weights: dict[str, int]
    click_to_ready: float
    reply_to_painted: float
    send_to_sign: float
    painted_when_long: float
    layout_shift: float


def measure(var_dir: Path) -> Figures:
    """Measure. Raises: RuntimeError: there is no Chromium."""
    program = chromium.program()
    if program is None:
        raise RuntimeError("chromium is not installed")
    reserved = reserved_socket()
    settings = {"SIGNPOST_FRAME_ANCESTORS": f"'self' {origin_of_socket(reserved)}"}
    with (
        open_host(reserved) as host,
        run_signpost(var_dir, settings) as signpost,
        sync_playwright() as playwright,
        playwright.chromium.launch(executable_path=program, args=chromium.FLAGS) as browser,
    ):
        door = signpost.base_url
        address = host.serve_embedding(door, area="suffolk")
        shifts, ready = [], []
        for _ in range(ROUNDS):
            page = browser.new_context().new_page()
            page.goto(address)
            ready.append(_click_to_ready(page))
            shifts.append(page.evaluate(_LAYOUT_SHIFT))
            page.context.close()
        page = browser.new_context().new_page()
        page.goto(door + PAGE)
        ask(page, QUESTION)
        painted = [_reply_to_painted(page) for _ in range(ROUNDS)]
        signs = [_send_to_sign(page) for _ in range(ROUNDS)]
        long = _painted_when_long(page)
        weights = {path: _weight(door + path) for path in (LOADER, PAGE, *OPENED)}
    return Figures(weights, median(ready), median(painted), median(signs), median(long), max(shifts))


def _weight(url: str) -> int:
    return len(gzip.compress(httpx.get(url, trust_env=False).raise_for_status().content, 9))


def _click_to_ready(page: Page) -> float:
    """From the press on the button until the question box can be typed in; its frame says so to this page."""
    page.evaluate(
        """() => { window.isReady = new Promise((done) => addEventListener("message", ({ data }) => {
             if (data && data.signpost === "ready") done(performance.now()); })); }"""
    )
    return float(
        page.evaluate(
            """async () => {
              const began = performance.now();
              document.querySelector("signpost-chat").shadowRoot.querySelector("button").click();
              return (await window.isReady) - began;
            }"""
        )
    )


_LAYOUT_SHIFT = """() => new Promise((done) => {
  let sum = 0;
  new PerformanceObserver((list) => { for (const each of list.getEntries()) sum += each.value; })
    .observe({ type: "layout-shift", buffered: true });
  setTimeout(() => done(sum), 200);
})"""


def _after_sending(page: Page, until: str, since: str) -> float:
    """Milliseconds between two moments of a turn; both are JavaScript."""
    return float(
        page.evaluate(
            f"""async () => {{
              const turns = () => document.querySelectorAll(".sp-turn--bot").length;
              const before = turns();
              const wait = () => new Promise((done) => setTimeout(done));
              document.getElementById("text").value = "which form for a Y4 with no EHCP?";
              const sent = performance.now();
              document.getElementById("send").click();
              {until}
              const arrived = {since};
              return (await {PAINTED}) - arrived;
            }}"""
        )
    )


def _reply_to_painted(page: Page) -> float:
    answered = """while (turns() === before) await wait();
      const calls = performance.getEntriesByType("resource").filter((each) => each.name.includes("webhook"));"""
    moment = _after_sending(page, answered, "calls.at(-1).responseEnd")
    page.evaluate("performance.clearResourceTimings()")
    return moment


def _send_to_sign(page: Page) -> float:
    seen = """while (!document.querySelector(".sp-typing")) await wait();"""
    before = page.locator(".sp-turn--bot").count()
    moment = _after_sending(page, seen, "sent")
    page.locator(".sp-turn--bot").nth(before).wait_for()
    return moment


def _painted_when_long(page: Page) -> list[float]:
    """From the reply until it is painted, where there are 500 of them."""
    with page.expect_response("**/webhook") as answered:
        ask(page, QUESTION)
    body = answered.value.text()
    reply: Callable[..., object] = lambda route: route.fulfill(status=200, content_type="application/json", body=body)  # noqa: E731
    page.route("**/webhook", reply)
    page.evaluate(
        f"""async () => {{
          const turns = () => document.querySelectorAll(".sp-turn--bot").length;
          while (turns() < {LONG}) {{
            const before = turns();
            document.getElementById("text").value = "again";
            document.getElementById("send").click();
            while (turns() === before) await new Promise((done) => setTimeout(done));
          }}
        }}"""
    )
    page.unroute("**/webhook")
    return [_reply_to_painted(page) for _ in range(ROUNDS)]
