"""The chat page with its script: what a person sees and hears."""

from __future__ import annotations

import re
import time

import httpx
import pytest
from playwright.sync_api import Page, Route, expect

from tests.browser.chatting import ANSWER, HEAR, QUESTION, ask, open_all, press, replies
from tests.browser.conftest import OpenContext
from tests.browser.watching import Watch

WEBHOOK = "**/webhooks/rest/webhook"
MOST_MS_TO_A_SIGN = 100
MANY = 500


@pytest.fixture
def chat(page: Page, running_signpost: str) -> Page:
    """The open page, whose live region is listened to."""
    page.goto(f"{running_signpost}/chat")
    page.evaluate(HEAR)
    return page


def heard(page: Page) -> list[str]:
    """What a screen reader was told, in order."""
    texts: list[str] = page.evaluate("window.heard")
    return texts


def test_an_answer_has_its_source_a_draft_and_something_to_take_away(chat: Page) -> None:
    reply = ask(chat, QUESTION)
    expect(reply).to_contain_text(ANSWER)
    expect(reply.locator(".sp-chip").first).to_contain_text("Suffolk")
    open_all(reply)
    expect(reply).to_contain_text("SES Core Offer, Bespoke (no EHCP), paragraph 51")
    draft = reply.get_by_role("link", name="Open in your e-mail program")
    assert (draft.get_attribute("href") or "").startswith(
        "mailto:SESreferrals@suffolk.gov.uk?subject=SES%20Bespoke%20Pupil%20Form"
    )
    names = [button.inner_text() for button in reply.locator(".sp-take button").all()]
    assert names == ["Save as a file (.eml)", "Copy the e-mail", "Page to print", "PDF", "Word", "Copy with sources"]


def test_a_choice_is_marked_and_said_and_can_be_taken_once(chat: Page) -> None:
    ask(chat, "which form do I need")
    press(chat, "Suffolk")
    chosen = replies(chat).nth(0).get_by_role("button", name="Suffolk", exact=True)
    other = replies(chat).nth(0).get_by_role("button", name="Milton Keynes", exact=True)
    expect(chosen).to_have_attribute("aria-pressed", "true")
    expect(other).to_have_attribute("aria-pressed", "false")
    expect(other).to_have_attribute("aria-disabled", "true")
    assert "You chose: Suffolk. Thinking…" in heard(chat)
    other.click(force=True)
    chat.wait_for_timeout(300)
    assert replies(chat).count() == 2


def test_what_was_understood_is_changed_with_its_chip(chat: Page) -> None:
    ask(chat, QUESTION)
    asked = press(chat, "no EHCP change")
    expect(asked).to_contain_text("Does the pupil have an EHCP?")
    answer = press(chat, "Yes")
    expect(answer).to_contain_text("SES Section F Form")


def test_each_answer_is_said_once_and_briefly_and_the_focus_stays(chat: Page) -> None:
    reply = ask(chat, QUESTION)
    chat.wait_for_timeout(200)
    first, second = heard(chat)
    assert first == "Thinking…"
    assert second.startswith("Signpost: Suffolk, no EHCP, Year 4: • For a pupil without an EHCP, use the SES Bespoke")
    assert len(second) < 400
    assert second.endswith("The rest is in the conversation above.")
    assert chat.evaluate("document.activeElement.id") == "text"
    expect(reply).to_be_in_viewport()


def test_a_sign_of_life_comes_at_once_and_goes_with_the_answer(chat: Page) -> None:
    slow: list[Route] = []
    chat.route(WEBHOOK, lambda route: slow.append(route))
    chat.locator("#text").fill(QUESTION)
    waited = chat.evaluate(
        """async () => {
          const began = performance.now();
          document.getElementById("send").click();
          while (!document.querySelector(".sp-typing")) await new Promise(requestAnimationFrame);
          return performance.now() - began;
        }"""
    )
    assert waited <= MOST_MS_TO_A_SIGN
    expect(chat.locator(".sp-typing")).to_be_visible()
    assert heard(chat) == ["Thinking…"]
    slow[0].continue_()
    replies(chat).first.wait_for()
    expect(chat.locator(".sp-typing")).to_have_count(0)


def test_a_lost_connection_loses_no_message_and_doubles_none(chat: Page, watch: Watch) -> None:
    watch.expect("failed: .*webhook")
    watch.expect("console error: Failed to load resource")
    sent: list[str] = []

    def lose(route: Route) -> None:
        """The server takes the message, and its answer never arrives."""
        sent.append(str(route.request.post_data_json["metadata"]["message_id"]))
        route.fetch()
        route.abort()

    chat.route(WEBHOOK, lose)
    chat.locator("#text").fill(QUESTION)
    chat.locator("#text").press("Enter")
    retry = chat.get_by_role("button", name="Try again")
    retry.wait_for()
    expect(replies(chat).first).to_contain_text("Your message is not lost.")
    chat.unroute(WEBHOOK)
    with chat.expect_request(WEBHOOK) as again:
        retry.click()
    expect(replies(chat).first).to_contain_text(ANSWER)
    sent.append(str(again.value.post_data_json["metadata"]["message_id"]))
    assert len(set(sent)) == 1, "the server could not know that it is the same message"
    assert len(sent) == 3
    assert replies(chat).count() == 1
    assert chat.locator(".sp-turn--you").count() == 1


def test_an_error_of_the_server_is_said_in_words(chat: Page, watch: Watch) -> None:
    watch.expect("status of 429")
    words = {"error": {"code": "rate_limited", "message": "Too many messages."}}
    chat.route(WEBHOOK, lambda route: route.fulfill(status=429, json=words))
    reply = ask(chat, QUESTION)
    expect(reply).to_contain_text("Too many messages.")
    expect(reply).to_have_class(re.compile("sp-error"))


def test_a_disclosure_is_set_apart(chat: Page) -> None:
    reply = ask(chat, "she told me her uncle touches her")
    expect(reply).to_have_class(re.compile("sp-safeguarding"))
    expect(reply).to_contain_text("call 999 now")


def test_clearing_deletes_on_the_server_and_starts_anew(chat: Page, running_signpost: str) -> None:
    with chat.expect_request(WEBHOOK) as request:
        ask(chat, QUESTION)
    sender = request.value.post_data_json["sender"]
    chat.get_by_role("button", name="Clear this chat").click()
    expect(chat.locator("#status")).to_have_text("This chat has been cleared.")
    assert replies(chat).count() == 0
    with httpx.Client(base_url=running_signpost, trust_env=False) as client:
        message = {"sender": sender, "message": "and when is the review?"}
        (after,) = client.post("/webhooks/rest/webhook", json=message).json()
    assert after["custom"]["status"] == "clarify", "it still knew the area"
    with chat.expect_request(WEBHOOK) as request:
        ask(chat, QUESTION)
    assert request.value.post_data_json["sender"] != sender


def test_enter_sends_and_shift_enter_does_not(chat: Page) -> None:
    chat.locator("#text").fill("one")
    chat.locator("#text").press("Shift+Enter")
    chat.locator("#text").press_sequentially("two")
    assert chat.locator("#text").input_value() == "one\ntwo"
    assert chat.locator(".sp-turn").count() == 0
    chat.locator("#text").press("Control+A")
    chat.locator("#text").press("Delete")
    chat.locator("#text").press("Enter")
    assert chat.locator(".sp-turn").count() == 0


def test_the_answer_is_copied_with_its_sources(open_context: OpenContext, running_signpost: str) -> None:
    context = open_context(permissions=["clipboard-read", "clipboard-write"])
    page = context.new_page()
    page.goto(f"{running_signpost}/chat")
    reply = ask(page, QUESTION)
    open_all(reply)
    reply.get_by_role("button", name="Copy with sources").click()
    expect(page.locator("#status")).to_have_text("Copied.")
    copied = page.evaluate("navigator.clipboard.readText()")
    assert ANSWER in copied
    assert "Source: SES Core Offer: Bespoke (no EHCP) [50, 51]." in copied


def test_a_long_conversation_stays_quick(chat: Page) -> None:
    with chat.expect_response(WEBHOOK) as answered:
        ask(chat, QUESTION)
    body = answered.value.text()
    chat.route(WEBHOOK, lambda route: route.fulfill(status=200, content_type="application/json", body=body))
    times = chat.evaluate(
        """async (many) => {
          const [text, send] = ["text", "send"].map((id) => document.getElementById(id));
          const turns = () => document.querySelectorAll(".sp-turn--bot").length;
          const painted = () => new Promise((done) => requestAnimationFrame(() => setTimeout(done)));
          const times = [];
          for (let count = 1; count < many; count += 1) {
            text.value = "again";
            send.click();
            while (turns() <= count) await new Promise((done) => setTimeout(done, 0));
            if (count > many - 20) {
              const began = performance.now();
              await painted();
              times.push(performance.now() - began);
            }
          }
          return times;
        }""",
        MANY,
    )
    assert replies(chat).count() == MANY
    began = time.perf_counter()
    chat.locator("#text").press_sequentially("quick")
    typed_ms = (time.perf_counter() - began) * 1000 / len("quick")
    assert sorted(times)[len(times) // 2] < 250, f"a turn is painted in {sorted(times)} ms"
    assert typed_ms < 250, f"a letter takes {typed_ms:.0f} ms"
