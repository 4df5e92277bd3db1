"""What the script shows and what the page shows without one are the same, element by element."""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import Any

import pytest
from playwright.sync_api import Page

from bot.records.database import Database
from bot.records.switches import Switches
from tests.browser.conftest import OpenContext
from tests.support import RunningSignpost

LOOKED_SECONDS = 3.0  # after which the door has looked at the switches

# Of each element what a reader meets: its tag, class, link, tick, label and text; not how it is sent.
OUTLINE = """
(turn) => {
  const KEPT = ["class", "href", "scope", "data-label", "role", "aria-label", "formaction"];
  const outline = (node) => {
    if (node.nodeType === Node.TEXT_NODE) return node.textContent.replace(/\\s+/g, " ").trim();
    if (node.nodeType !== Node.ELEMENT_NODE || node.matches("input[type=hidden], li:has(> [data-script])")) return "";
    const tag = node.matches(".sp-choices") ? "div" : node.localName;
    const shown = KEPT.filter((name) => node.hasAttribute(name)).map((name) => name + "=" + node.getAttribute(name));
    if (node.matches("input[type=checkbox]")) shown.push(node.value, node.checked ? "ticked" : "not ticked");
    return [tag, shown.join(" "), ...[...node.childNodes].map(outline).filter((each) => each.length)];
  };
  return outline(turn);
}
"""
CONVERSATIONS = {
    "an answer with a form and an address": ["Suffolk. Y4 pupil, no EHCP. Which form?"],
    "a question back": ["which form do I use"],
    "yes or no": ["SEMH pupil in Milton Keynes, would a specialist teacher come?"],
    "several questions": ["Suffolk: how long is a review away and who has to sign? What does it cost?"],
    "councils side by side": ["compare the reviews in Suffolk and Milton Keynes"],
    "terms side by side": ["what is the difference between the SMIF and the OAP"],
    "a checklist": ["Suffolk, year 4, no EHCP. Parents have signed. Are we ready to refer?"],
    "dates": ["Suffolk bespoke support was agreed on 3 March 2026. When is the review?"],
    "two pupils": ["In Suffolk: one boy in Y2 with an EHCP, another in Y5 without. Which form for each?"],
    "not in the offer": ["Suffolk: what is your phone number?"],
    "out of scope": ["will it rain tomorrow"],
    "safeguarding": ["she told me her uncle touches her"],
    "nothing asked": ["???"],
    "a name": ["Suffolk. Zebedee Crankshawe in Y4 has no EHCP, which form?"],
}


def last_turn(page: Page, turns: int) -> Any:
    """Outline of the newest reply, once there are so many."""
    turn = page.locator(".sp-turn--bot").nth(turns - 1)
    turn.wait_for()
    return turn.evaluate(OUTLINE)


def shown_both_ways(questions: Sequence[str], url: str, open_context: OpenContext) -> tuple[list[Any], list[Any]]:
    """Outlines of the replies with a script, and those without."""
    shown: dict[bool, list[Any]] = {True: [], False: []}
    for has_script, outlines in shown.items():
        page = open_context(java_script_enabled=has_script).new_page()
        page.goto(f"{url}/chat")
        for number, question in enumerate(questions, start=1):
            page.locator("#text").fill(question)
            page.locator("#send").click()
            outlines.append(last_turn(page, number))
    return shown[True], shown[False]


@pytest.mark.parametrize("name", CONVERSATIONS)
def test_with_and_without_a_script_the_same_is_shown(
    name: str, running_signpost: str, open_context: OpenContext
) -> None:
    with_script, without = shown_both_ways(CONVERSATIONS[name], running_signpost, open_context)
    assert with_script == without
    assert len(str(with_script[0])) > 100


def test_that_it_is_switched_off_is_shown_alike(
    signpost_processes: RunningSignpost, running_signpost: str, open_context: OpenContext
) -> None:
    database = Database(f"sqlite:///{signpost_processes.var_dir}/records.db")
    switches = Switches(database)
    switches.set("suffolk", "web", True, "a test", None, "command line")
    try:
        time.sleep(LOOKED_SECONDS)
        with_script, without = shown_both_ways(["Suffolk: who is SES for?"], running_signpost, open_context)
    finally:
        switches.set("suffolk", "web", False, "a test", None, "command line")
        time.sleep(LOOKED_SECONDS)
        database.close()
    assert with_script == without
    assert "switched off for Suffolk" in str(with_script)
    assert "sp-error" in str(with_script)
