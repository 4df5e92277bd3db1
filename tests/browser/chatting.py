"""A person at the chat page, in the browser."""

from __future__ import annotations

from playwright.sync_api import Frame, Locator, Page

QUESTION = "which form for a Y4 with no EHCP in Suffolk?"
ANSWER = "SES Bespoke Pupil Form"

# Every text that the live region says, in order; it is set by the page's script, so it is watched from the start.
HEAR = """
() => {
  window.heard = [];
  const region = document.getElementById("status");
  const note = () => { if (region.textContent) window.heard.push(region.textContent); };
  new MutationObserver(note).observe(region, { childList: true, characterData: true, subtree: true });
}
"""


def replies(place: Page | Frame) -> Locator:
    """The replies shown so far."""
    return place.locator(".sp-turn--bot")


def ask(place: Page | Frame, text: str) -> Locator:
    """Type a question, send it with Enter, and wait for the reply."""
    before = replies(place).count()
    place.locator("#text").fill(text)
    place.locator("#text").press("Enter")
    reply = replies(place).nth(before)
    reply.wait_for()
    return reply


def press(place: Page | Frame, name: str) -> Locator:
    """Press a button of the newest reply and wait for the next one."""
    before = replies(place).count()
    replies(place).nth(before - 1).get_by_role("button", name=name).click()
    reply = replies(place).nth(before)
    reply.wait_for()
    return reply


def open_all(reply: Locator) -> None:
    """Open everything in a reply that can be opened."""
    for summary in reply.locator("summary").all():
        summary.click()
