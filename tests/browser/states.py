"""Every state that a page of Signpost can be in, and how to bring it about as a person would."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from urllib.parse import quote

from playwright.sync_api import BrowserContext, Frame, Locator, Page, expect

from tests.browser.chatting import QUESTION, ask, open_all, press
from tests.browser.hosts import Host
from tests.browser.watching import Watch

WEBHOOK = "**/webhooks/rest/webhook"
CHOICES = "which form do I need"
CHECKLIST = "Suffolk, year 4, no EHCP. Parents have signed. Are we ready to refer?"
COMPARISON = "compare the reviews in Suffolk and Milton Keynes"
DATED = "Suffolk bespoke support was agreed on 3 March 2026. When is the review?"
DATED_COMPARISON = "Bespoke support was agreed on 3 March 2026. Compare the reviews in Suffolk and Milton Keynes."
SEVERAL = "Suffolk: how long is a review away and who has to sign? What does it cost?"
TWO_PUPILS = "In Suffolk: one boy in Y2 with an EHCP, another in Y5 without. Which form for each?"
DISCLOSURE = "she told me her uncle touches her"
LARGEST_FORM = 600_000  # more than the door takes


@dataclass(frozen=True)
class Stage:
    """What a state is made on: the door's address, a site that embeds it, a context that is watched."""

    door: str
    host: Host
    watch: Watch
    context: BrowserContext

    def open(self, path: str) -> Page:
        """A new page at a path of the door."""
        page = self.context.new_page()
        page.goto(self.door + path)
        return page

    @contextmanager
    def open_plainly(self, path: str) -> Iterator[Page]:
        """A page whose scripts do not run until the block ends; after it axe can, and the page's own stay away."""
        page = self.context.new_page()
        session = self.context.new_cdp_session(page)
        session.send("Emulation.setScriptExecutionDisabled", {"value": True})
        page.goto(self.door + path)
        yield page
        session.send("Emulation.setScriptExecutionDisabled", {"value": False})


type State = Callable[[Stage], Page]


def frame_path(stage: Stage) -> str:
    """The chat page as the loader asks for it."""
    return f"/chat?frame=1&area=suffolk&parent={quote(stage.host.origin, safe='')}"


def _asked(*questions: str, path: str = "/chat") -> State:
    """The chat page after these questions, everything in the last answer opened."""

    def bring(stage: Stage) -> Page:
        page = stage.open(path)
        for question in questions:
            reply = ask(page, question)
        open_all(reply)
        return page

    return bring


def _at(path: str) -> State:
    return lambda stage: stage.open(path)


# ---------------------------------------------------------------------- the chat page


def chosen(stage: Stage) -> Page:
    """One of several choices was taken."""
    page = stage.open("/chat")
    ask(page, CHOICES)
    press(page, "Suffolk")
    return page


def error(stage: Stage) -> Page:
    """The server refused the message."""
    stage.watch.expect("status of 500")
    page = stage.open("/chat")
    words = {"error": {"code": "internal", "message": "Something went wrong on this side. Please try again."}}
    page.route(WEBHOOK, lambda route: route.fulfill(status=500, json=words))
    ask(page, QUESTION)
    return page


def connection_lost(stage: Stage) -> Page:
    """No answer came, twice; the message can be sent once more."""
    stage.watch.expect("failed: .*webhook")
    stage.watch.expect("console error: Failed to load resource")
    page = stage.open("/chat")
    page.route(WEBHOOK, lambda route: route.abort())
    ask(page, QUESTION)
    page.get_by_role("button", name="Try again").wait_for()
    return page


def waiting(stage: Stage) -> Page:
    """A message is sent and the answer is not there yet."""
    page = stage.open("/chat")
    page.evaluate("() => { window.fetch = () => new Promise(() => {}); }")
    page.locator("#text").fill(QUESTION)
    page.locator("#text").press("Enter")
    page.locator(".sp-typing").wait_for()
    return page


def cleared(stage: Stage) -> Page:
    """A conversation was cleared."""
    page = stage.open("/chat")
    ask(page, QUESTION)
    page.get_by_role("button", name="Clear this chat").click()
    expect(page.locator("#status")).to_have_text("This chat has been cleared.")
    return page


# ---------------------------------------------------------------------- in a frame


def framed_empty(stage: Stage) -> Page:
    """The page for the frame, opened by itself."""
    return stage.open(frame_path(stage))


def framed_answer(stage: Stage) -> Page:
    """The page for the frame with a conversation."""
    return _asked(CHOICES, CHECKLIST, path=frame_path(stage))(stage)


def embedded(stage: Stage) -> Page:
    """A host's page with the button."""
    page = stage.context.new_page()
    page.goto(stage.host.serve_embedding(stage.door, area="suffolk", lang="en-GB"))
    page.locator("signpost-chat button").wait_for()
    return page


def chat_frame(page: Page) -> Frame:
    """The chat within a host's page."""
    found = page.locator("signpost-chat iframe").element_handle().content_frame()
    assert found is not None
    return found


def embedded_open(stage: Stage) -> Page:
    """A host's page with the chat opened."""
    page = embedded(stage)
    page.locator("signpost-chat button").click()
    page.frame_locator("signpost-chat iframe").locator("[data-close]").wait_for()
    return page


def embedded_answer(stage: Stage) -> Page:
    """A host's page with a conversation."""
    page = embedded_open(stage)
    open_all(ask(chat_frame(page), QUESTION))
    return page


# ---------------------------------------------------------------------- what is taken away


def taken(page: Page, reply: Locator, name: str) -> Page:
    """The page in a new tab that a take-away of a reply leads to."""
    button = reply.get_by_role("button", name=name, exact=True)
    if not button.is_visible():
        reply.get_by_text("Take this away").click()
    with page.context.expect_page() as opened:
        button.click()
    opened.value.wait_for_load_state()
    return opened.value


def _printed(question: str) -> State:
    def bring(stage: Stage) -> Page:
        page = stage.open("/chat")
        return taken(page, ask(page, question), "Page to print")

    return bring


def case(stage: Stage) -> Page:
    """The page of a case link with no tick set by hand."""
    page = stage.open("/chat")
    return taken(page, ask(page, CHECKLIST), "Link to this check")


def case_ticked(stage: Stage) -> Page:
    """The page of a case link with two ticks set by hand there."""
    page = case(stage)
    for box in page.get_by_role("checkbox", checked=False).all()[:2]:
        box.check()
    before = page.url
    page.get_by_role("button", name="Make a link with these ticks").click()
    page.wait_for_url(lambda url: url != before)
    return page


def bad_case(stage: Stage) -> Page:
    """A case link that is damaged."""
    stage.watch.expect("status of 400")
    return stage.open("/case/x")


# ---------------------------------------------------------------------- without a script


def ask_plainly(page: Page, text: str) -> Locator:
    """Send a question as a form; the reply."""
    page.locator("#text").fill(text)
    page.locator("#send").click()
    return page.locator("#latest")


def _plain(*questions: str) -> State:
    def bring(stage: Stage) -> Page:
        with stage.open_plainly("/chat") as page:
            for question in questions:
                reply = ask_plainly(page, question)
            if questions:
                open_all(reply)
        return page

    return bring


def plain_error(stage: Stage) -> Page:
    """More was sent than is read."""
    stage.watch.expect("status of 413")
    with stage.open_plainly("/chat") as page:
        page.locator("#text").evaluate("(box, length) => { box.value = 'x'.repeat(length); }", LARGEST_FORM)
        page.locator("#send").click()
        expect(page.locator("#status")).to_contain_text("larger than")
    return page


CHATS: dict[str, State] = {
    "empty": _at("/chat"),
    "an area's own": _at("/chat?area=suffolk"),
    "answer": _asked(QUESTION),
    "choices": _asked(CHOICES),
    "chosen": chosen,
    "checklist": _asked(CHECKLIST),
    "comparison": _asked(COMPARISON),
    "several answers": _asked(SEVERAL),
    "dates": _asked(DATED),
    "two pupils": _asked(TWO_PUPILS),
    "safeguarding": _asked(DISCLOSURE),
    "error": error,
    "connection lost": connection_lost,
    "waiting": waiting,
    "cleared": cleared,
    "frame, empty": framed_empty,
    "frame, answers": framed_answer,
    "plain, empty": _plain(),
    "plain, answer": _plain(QUESTION),
    "plain, choices": _plain(CHOICES),
    "plain, checklist": _plain(CHECKLIST),
    "plain, error": plain_error,
}
SHEETS: dict[str, State] = {
    "print, answer": _printed(QUESTION),
    "print, checklist": _printed(CHECKLIST),
    "print, comparison with dates": _printed(DATED_COMPARISON),
    "case": case,
    "case, ticked": case_ticked,
    "bad case": bad_case,
    "help": _at("/help"),
    "privacy": _at("/privacy"),
    "accessibility": _at("/accessibility"),
}
EMBEDDED: dict[str, State] = {
    "embedded, closed": embedded,
    "embedded, open": embedded_open,
    "embedded, answer": embedded_answer,
}
STATES = CHATS | SHEETS | EMBEDDED
