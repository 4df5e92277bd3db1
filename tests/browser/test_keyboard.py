"""Whole journeys by keyboard: nothing here is ever clicked. And what a screen reader is told meanwhile."""

from __future__ import annotations

import pytest
from playwright.sync_api import Frame, Page, Route, expect

from tests.browser import looking
from tests.browser.chatting import ANSWER, HEAR, QUESTION, replies
from tests.browser.conftest import OpenContext
from tests.browser.hosts import Host
from tests.browser.states import CHATS, CHECKLIST, CHOICES, SHEETS, WEBHOOK, Stage, chat_frame
from tests.browser.watching import Watch

MOST_STEPS = 60
BOX = "Your question"
REST = "… The rest is in the conversation above."
JOURNEY_HEARD = [
    "Thinking…",
    "Signpost: Is your school in Suffolk or in Milton Keynes?",
    "You chose: Suffolk. Thinking…",
    "Signpost: Suffolk: • Pupil without an EHCP: For a pupil without an EHCP, use the SES Bespoke Pupil Form and e-mail "
    "it to SESreferrals@suffolk.gov.uk. • For the whole school: For school support, use the School SES Referral Form and "
    f"e-mail it to SESreferrals@suffolk.gov.uk. • For the SENCo: For SENCo support{REST}",
    "Thinking…",
    "Signpost: Suffolk, no EHCP, Year 4: • For a pupil without an EHCP, use the SES Bespoke Pupil Form and e-mail it to "
    "SESreferrals@suffolk.gov.uk. • Bespoke pupil support is for pupils who do not have an EHCP. Source: SES Core Offer: "
    "Bespoke (no EHCP).",
    "change no EHCP. Thinking…",
    "Signpost: Does the pupil have an EHCP?",
    "You chose: Yes. Thinking…",
    "Signpost: Suffolk, EHCP, Year 4: • For a pupil with an EHCP, use the SES Section F Form and e-mail it to "
    "SESreferrals@suffolk.gov.uk. • Section F support is for pupils with an EHCP. • Get the permission of the pupil's "
    f"parents or carers before you make a Section F referral. • Your school makes the Section F{REST}",
    "Thinking…",
    "Signpost: Suffolk, no EHCP, Year 4, Bespoke pupil support: Not sure yet: five things are still to check. The service "
    "decides. Still to check: • Complete the SES Bespoke Pupil Form in full. • In most circumstances, make a bespoke "
    f"referral only after the Universal and Targeted provision outlined in the SMIF{REST}",
    "This chat has been cleared.",
]


@pytest.fixture
def stage(open_context: OpenContext, running_signpost: str, host: Host, watch: Watch) -> Stage:
    """Where states are made."""
    return Stage(running_signpost, host, watch, open_context(viewport={"width": 1280, "height": 900}))


@pytest.fixture
def chat(stage: Stage) -> Page:
    """The open page, whose live region is listened to."""
    page = stage.open("/chat")
    page.evaluate(HEAR)
    return page


def focused(place: Page | Frame) -> str:
    """Name of what has the focus, as a person would call it; "" when nothing has."""
    name: str = place.evaluate(looking.FOCUSED)
    return name


def go(page: Page, name: str, *, key: str = "Tab", place: Frame | None = None) -> list[str]:
    """Press a key until the control of this name has the focus; the names on the way."""
    passed: list[str] = []
    for _ in range(MOST_STEPS):
        page.keyboard.press(key)
        passed.append(focused(place or page))
        if passed[-1] == name:
            return passed
    raise AssertionError(f"{name} was not among {passed}")


def back(page: Page, name: str, *, place: Frame | None = None) -> list[str]:
    """Go backwards to the control of this name."""
    return go(page, name, key="Shift+Tab", place=place)


def press_and_wait(page: Page, key: str, *, place: Frame | None = None) -> None:
    """Press a key that sends something and wait for the reply."""
    before = replies(place or page).count()
    page.keyboard.press(key)
    replies(place or page).nth(before).wait_for()


def say(page: Page, text: str, *, place: Frame | None = None) -> None:
    """Type a question where the focus is, and send it."""
    assert focused(place or page) == BOX
    page.keyboard.type(text)
    press_and_wait(page, "Enter", place=place)


def heard(page: Page) -> list[str]:
    """What the live region has said so far, in order."""
    page.wait_for_timeout(200)
    texts: list[str] = page.evaluate("window.heard")
    return texts


def test_a_whole_journey(chat: Page) -> None:
    chat.keyboard.press("Tab")
    assert focused(chat) == "Skip to your question"
    chat.keyboard.press("Enter")
    say(chat, CHOICES)
    back(chat, "Suffolk")
    press_and_wait(chat, "Enter")
    assert focused(chat) == "Suffolk"
    go(chat, BOX)
    say(chat, QUESTION)
    back(chat, "no EHCP change")
    press_and_wait(chat, "Space")
    assert focused(chat) == "no EHCP change"
    go(chat, "Yes")
    press_and_wait(chat, "Space")
    expect(replies(chat).last).to_contain_text("SES Section F Form")
    go(chat, BOX)
    say(chat, CHECKLIST)
    expect(replies(chat).last.get_by_role("checkbox", checked=True)).to_have_count(0)
    back(chat, "Complete the SES Bespoke Pupil Form in full. [1]")
    chat.keyboard.press("Space")
    expect(replies(chat).last.get_by_role("checkbox", checked=True)).to_have_count(1)
    go(chat, "Take this away")
    chat.keyboard.press("Enter")
    go(chat, "Page to print")
    with chat.context.expect_page() as opened:
        chat.keyboard.press("Enter")
    sheet = opened.value
    expect(sheet.locator("h1")).to_have_text("Checklist: Bespoke pupil support")
    expect(sheet.get_by_role("listitem").filter(has_text="Complete the SES Bespoke Pupil Form")).to_contain_text(
        "Done:"
    )
    go(sheet, "Print this page")
    sheet.close()
    chat.bring_to_front()
    assert focused(chat) == "Page to print"
    go(chat, "Clear this chat")
    chat.keyboard.press("Enter")
    expect(chat.locator("#status")).to_have_text("This chat has been cleared.")
    assert focused(chat) == BOX
    assert replies(chat).count() == 0
    assert heard(chat) == JOURNEY_HEARD


def test_the_focus_stays_where_it_is_while_an_answer_comes(chat: Page) -> None:
    chat.keyboard.press("Tab")
    chat.keyboard.press("Enter")
    say(chat, QUESTION)
    held: list[Route] = []
    chat.route(WEBHOOK, lambda route: held.append(route))
    chat.keyboard.type("and when is the review?")
    chat.keyboard.press("Enter")
    chat.locator(".sp-typing").wait_for()
    back(chat, "Year 4 change")
    held[0].continue_()
    replies(chat).nth(1).wait_for()
    chat.wait_for_timeout(300)
    assert focused(chat) == "Year 4 change"


def test_after_a_lost_connection_the_message_is_sent_again_by_keyboard(chat: Page, watch: Watch) -> None:
    watch.expect("failed: .*webhook")
    watch.expect("console error: Failed to load resource")
    chat.route(WEBHOOK, lambda route: route.abort())
    go(chat, BOX)
    say(chat, QUESTION)
    assert focused(chat) == BOX
    back(chat, "Try again")
    chat.unroute(WEBHOOK)
    chat.keyboard.press("Enter")
    expect(replies(chat).first).to_contain_text(ANSWER)
    assert focused(chat) == BOX
    *waiting, answer = heard(chat)
    assert waiting == ["Thinking…", "Thinking…", "The connection was lost. Your message is not lost.", "Thinking…"]
    assert answer.startswith("Signpost: Suffolk, no EHCP, Year 4: • For a pupil without an EHCP, use the SES Bespoke")


def test_the_widget_is_opened_used_and_closed(stage: Stage) -> None:
    page = stage.context.new_page()
    page.goto(stage.host.serve_embedding(stage.door, area="suffolk"))
    page.locator("signpost-chat button").wait_for()
    go(page, "Ask Signpost")
    page.keyboard.press("Enter")
    page.frame_locator("signpost-chat iframe").locator("[data-close]").wait_for()
    frame = chat_frame(page)
    for key in ("Escape", "Close"):
        go(page, BOX, place=frame)
        say(page, QUESTION, place=frame)
        back(page, "Where this comes from", place=frame)
        page.keyboard.press("Enter")
        if key == "Close":
            back(page, "Close", place=frame)
            key = "Enter"
        page.keyboard.press(key)
        expect(page.locator("signpost-chat dialog")).to_be_hidden()
        assert focused(page) == "Ask Signpost"
        page.keyboard.press("Enter")
        expect(page.locator("signpost-chat dialog")).to_be_visible()
    assert replies(frame).count() == 2


def test_without_a_script_the_next_control_is_in_the_newest_answer(stage: Stage) -> None:
    with stage.open_plainly("/chat") as page:
        for number, text in enumerate((CHOICES, QUESTION), start=1):
            go(page, BOX)
            page.keyboard.type(text)
            go(page, "Send")
            page.keyboard.press("Enter")
            expect(page.locator(".sp-turn--bot")).to_have_count(number)
            expect(page.locator("#latest")).to_be_in_viewport()
            page.keyboard.press("Tab")
            assert focused(page) == ("Milton Keynes", "Suffolk change")[number - 1]
    expect(page.locator("#latest")).to_contain_text(ANSWER)


@pytest.mark.parametrize("path", ["/chat", "/help", "/privacy", "/accessibility"])
def test_the_first_stop_leads_past_the_head_of_the_page(stage: Stage, path: str) -> None:
    page = stage.open(path)
    page.keyboard.press("Tab")
    assert focused(page).startswith("Skip to ")
    expect(page.locator(".govuk-skip-link")).to_be_in_viewport()
    page.keyboard.press("Enter")
    target = page.locator(page.url.removeprefix(stage.door + path))
    expect(target).to_be_in_viewport()
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.matches('.sp-ask *, .sp-foot *')")


@pytest.mark.parametrize("name", ["checklist", "comparison", "chosen", "frame, answers", "plain, checklist", "case"])
@pytest.mark.parametrize(
    "viewport", [{"width": 1280, "height": 900}, {"width": 400, "height": 640}], ids=["desk", "frame"]
)
def test_every_control_is_reached_in_reading_order_and_in_sight(
    stage: Stage, name: str, viewport: dict[str, int]
) -> None:
    page = (CHATS | SHEETS)[name](stage)
    page.set_viewport_size(viewport)  # type: ignore[arg-type]
    page.wait_for_load_state()  # on a busy machine the page may still be on its way
    page.locator(".govuk-skip-link").focus()
    first, *expected = page.evaluate(looking.CONTROLS_IN_ORDER)
    assert focused(page) == first
    reached, covered = [], []
    for _ in expected:
        page.keyboard.press("Tab")
        reached.append(focused(page))
        covered += page.evaluate(looking.FOCUS_COVERED)
    assert reached == expected
    assert covered == []
