"""Everything that went wrong in a browser's pages, collected as it happens."""

from __future__ import annotations

import re
from collections.abc import Iterable
from urllib.parse import urlsplit

from playwright.sync_api import BrowserContext, ConsoleMessage, Error, Request

# Runs in every frame before the page's own scripts.
VIOLATION_SCRIPT = """
document.addEventListener("securitypolicyviolation", (event) => {
  window.reportViolation(`${event.effectiveDirective} refused ${event.blockedURI} in ${event.documentURI}`);
});
"""


class Watch:
    """The faults of one test's pages, as lines of text: console errors, exceptions, failed requests,
    requests to an origin that is not `own`, and refusals by a content security policy."""

    def __init__(self, own: Iterable[str]) -> None:
        self.own = set(own)
        self.requests: list[str] = []
        self._faults: list[str] = []
        self._expected: list[str] = []
        self._contexts: list[BrowserContext] = []
        self._is_over = False

    def follow(self, context: BrowserContext) -> BrowserContext:
        """Watch all pages and frames of a context; call it before the first page is opened."""
        context.on("console", self._on_console)
        context.on("weberror", lambda error: self._add(f"exception: {error.error}"))
        context.on("request", self._on_request)
        context.on("requestfailed", self._on_failed)
        context.expose_binding("reportViolation", lambda _, text: self._add(f"policy: {text}"))
        context.add_init_script(VIOLATION_SCRIPT)
        self._contexts.append(context)
        return context

    def expect(self, pattern: str) -> None:
        """Say that a fault that this regular expression finds belongs to the test; it must happen then."""
        self._expected.append(pattern)

    def result(self) -> list[str]:
        """What went wrong so far, without what was expected, and what was expected and did not happen."""
        unexpected = [fault for fault in self._faults if not any(re.search(each, fault) for each in self._expected)]
        missing = [each for each in self._expected if not any(re.search(each, fault) for fault in self._faults)]
        return unexpected + [f"expected and did not happen: {each}" for each in missing]

    def end(self) -> None:
        """Let in what the pages have sent by now, and nothing after: closing a page breaks its last requests off."""
        # What was sent arrives while the answer to another question is waited for.
        for context in self._contexts:
            for page in context.pages:
                try:
                    page.evaluate("0")
                except Error:  # a page that is being closed has nothing more to say
                    continue
        self._is_over = True

    def _add(self, fault: str) -> None:
        if not self._is_over:
            self._faults.append(fault)

    def _on_console(self, message: ConsoleMessage) -> None:
        if message.type in ("error", "warning"):
            self._add(f"console {message.type}: {message.text} ({message.location.get('url', '')})")

    def _on_failed(self, request: Request) -> None:
        # The icon is asked for when the page is there already, and is broken off when the page is left soon.
        if not (request.url.endswith("/static/icon.svg") and request.failure == "net::ERR_ABORTED"):
            self._add(f"failed: {request.url} {request.failure}")

    def _on_request(self, request: Request) -> None:
        self.requests.append(request.url)
        parts = urlsplit(request.url)
        if parts.scheme in ("http", "https", "ws", "wss") and f"{parts.scheme}://{parts.netloc}" not in self.own:
            self._add(f"request to another origin: {request.url}")
