"""What may pass between a site's page and the chat in its frame, and what may not; keeping a chat over pages."""

from __future__ import annotations

import pytest
from playwright.sync_api import Frame, Page, expect

from tests.browser.hosts import Host, host_page, tag
from tests.browser.test_loader import FOCUSED, QUESTION, ask, chat, launcher, open_chat, panel
from tests.browser.watching import Watch

HEARD = """() => {
  window.heard = [];
  document.addEventListener("signpost:conversation", (event) => window.heard.push(event.detail));
}"""
FRAME = "document.querySelector('signpost-chat').shadowRoot.querySelector('iframe')"
# A page that holds another one in a frame and lets it talk.
TALKER = "<script>addEventListener('message', (event) => { if (event.data.run) eval(event.data.run); });</script>"

# A page that notes what it is told.
LISTENER = "<script>window.got = []; addEventListener('message', (event) => window.got.push(event.data));</script>"


def chat_frame(page: Page) -> Frame:
    """The chat page, to look into."""
    (frame,) = [each for each in page.frames if "/chat?" in each.url]
    return frame


def test_a_site_that_is_not_listed_cannot_show_the_chat(
    page: Page, foreign_host: Host, running_signpost: str, watch: Watch
) -> None:
    watch.expect("console error: .*frame-ancestors")
    watch.expect("failed: .*/chat.*ERR_BLOCKED_BY_RESPONSE")
    page.goto(foreign_host.serve_embedding(running_signpost))
    with page.expect_console_message(lambda message: "frame-ancestors" in message.text):
        launcher(page).click()
    assert [each.locator("#text").count() for each in page.frames] == [0, 0]
    launcher(page).click()
    expect(panel(page)).to_be_hidden()


def test_the_site_cannot_read_the_chat(page: Page, host: Host, running_signpost: str) -> None:
    page.goto(host.serve_embedding(running_signpost))
    open_chat(page)
    assert page.evaluate(f"{FRAME}.contentDocument") is None
    reason = page.evaluate(
        f"() => {{ try {{ {FRAME}.contentWindow.document }} catch (error) {{ return error.name }} }}"
    )
    assert reason == "SecurityError"


@pytest.fixture
def kept_page(page: Page, host: Host, running_signpost: str) -> Page:
    """A page with the chat open, kept over pages; the frame notes each conversation that it is handed."""
    other = host.serve("/other", f"<!doctype html><title>other</title>{TALKER}")
    page.goto(
        host.serve("/", host_page(f'<iframe title="other" src="{other}"></iframe>{tag(running_signpost, keep="")}'))
    )
    open_chat(page)
    chat_frame(page).evaluate(HEARD)
    return page


def test_the_frame_takes_nothing_but_an_id_from_the_page_that_holds_it(kept_page: Page) -> None:
    page = kept_page
    send = f"(message) => {FRAME}.contentWindow.postMessage(message, '*')"
    for id_ in (1, None, "", "a" * 65, "a b", "<b>", ["abc"], {"a": 1}):
        page.evaluate(send, {"signpost": "conversation", "id": id_})
    for message in (None, "close", 7, [], {"signpost": "started", "id": "abc"}, {"id": "abc"}):
        page.evaluate(send, message)
    sibling = "parent.document.querySelector('signpost-chat').shadowRoot.querySelector('iframe').contentWindow"
    page.frames[1].evaluate(f"{sibling}.postMessage({{ signpost: 'conversation', id: 'from-a-sibling' }}, '*')")
    page.evaluate(send, {"signpost": "conversation", "id": "right_one-1"})
    chat_frame(page).wait_for_function("window.heard.length > 0")
    assert chat_frame(page).evaluate("window.heard") == ["right_one-1"]


def test_the_loader_takes_nothing_from_another_window(
    kept_page: Page, host: Host, foreign_host: Host, running_signpost: str
) -> None:
    page = kept_page
    foreign = foreign_host.serve("/", f"<!doctype html><title>foreign</title>{TALKER}")
    address = f"{running_signpost}/chat?frame=1&keep=1&parent={host.origin}"
    for source in (foreign, address):  # a stranger's page, and a second chat that is not the loader's own
        page.evaluate(
            "(source) => new Promise((done) => document.body.append(Object.assign("
            "document.createElement('iframe'), { src: source, title: 'more', onload: done })))",
            source,
        )
    messages = [{"signpost": "close"}, {"signpost": "conversation", "id": "stolen"}, {"signpost": "ready"}]
    for frame in (each for each in page.frames if each is not page.main_frame and each != chat_of_loader(page)):
        for message in messages:
            frame.evaluate("(message) => parent.postMessage(message, '*')", message)
    for message in messages:
        page.evaluate("(message) => postMessage(message, '*')", message)
    page.wait_for_timeout(300)
    expect(panel(page)).to_be_visible()
    assert "stolen" not in page.evaluate("sessionStorage.signpost")


def chat_of_loader(page: Page) -> Frame:
    """The frame that the loader itself made."""
    handle = page.locator("signpost-chat iframe").element_handle()
    frame = handle.content_frame()
    assert frame is not None
    return frame


def test_the_loader_takes_nothing_from_another_site_in_its_own_frame(kept_page: Page, host: Host) -> None:
    page = kept_page
    page.evaluate(f"(source) => {{ {FRAME}.src = source; }}", f"{host.origin}/other?again")
    frame = chat_of_loader(page)
    frame.wait_for_url("**/other?again")
    for message in ({"signpost": "close"}, {"signpost": "conversation", "id": "stolen"}):
        frame.evaluate("(message) => parent.postMessage(message, '*')", message)
    page.wait_for_timeout(300)
    expect(panel(page)).to_be_visible()
    assert "stolen" not in page.evaluate("sessionStorage.signpost")


@pytest.mark.parametrize("id_", [7, None, "a" * 65, "a b", "", {"a": 1}])
def test_the_loader_keeps_nothing_but_an_id(kept_page: Page, id_: object) -> None:
    frame = chat_frame(kept_page)
    frame.evaluate("(id) => parent.postMessage({ signpost: 'conversation', id }, '*')", id_)
    frame.evaluate("parent.postMessage(null, '*')")
    kept_page.wait_for_timeout(200)
    assert kept_page.evaluate("JSON.parse(sessionStorage.signpost)") == {"open": True}


@pytest.mark.parametrize("parent", ["http://localhost:1", "null", "", "javascript:alert(1)", "HOST/path"])
def test_a_frame_that_was_told_a_wrong_parent_says_nothing(
    page: Page, host: Host, running_signpost: str, parent: str
) -> None:
    framed = f'<iframe title="chat" src="{running_signpost}/chat?frame=1&amp;keep=1&amp;parent={parent}"></iframe>'
    framed = framed.replace("HOST", host.origin)
    page.goto(host.serve("/", host_page(framed, head=LISTENER)), wait_until="networkidle")
    frame = chat_frame(page)
    frame.locator("#text").press("Escape")
    frame.evaluate(HEARD)
    page.evaluate("frames[0].postMessage({ signpost: 'conversation', id: 'abc' }, '*')")
    page.wait_for_timeout(200)
    assert page.evaluate("window.got") == []
    assert frame.evaluate("window.heard") == []


def test_the_chat_alone_offers_no_close_button(page: Page, running_signpost: str) -> None:
    page.goto(f"{running_signpost}/chat?frame=1&parent={running_signpost}")
    expect(page.locator("[data-close]")).to_be_hidden()
    page.locator("#text").press("Escape")


def test_a_chat_that_is_kept_goes_on_on_the_next_page(page: Page, host: Host, running_signpost: str) -> None:
    second = host.serve_embedding(running_signpost, "/second", keep="")
    page.goto(host.serve_embedding(running_signpost, keep=""))
    open_chat(page)
    ask(page, QUESTION)
    kept = page.evaluate("JSON.parse(sessionStorage.signpost)")
    assert set(kept) == {"open", "id"}
    page.goto(second)
    expect(panel(page)).to_be_visible()
    assert page.evaluate(FOCUSED) == "body", "the focus was moved without the person's doing"
    expect(chat(page).locator(".sp-turn--you")).to_contain_text(QUESTION)
    expect(chat(page).locator(".sp-turn--bot")).to_contain_text("SES Bespoke Pupil Form")
    ask(page, "and when is the review?")
    assert page.evaluate("JSON.parse(sessionStorage.signpost)") == kept

    launcher(page).click()
    page.goto(host.serve_embedding(running_signpost, "/third", keep=""))
    expect(launcher(page)).to_have_attribute("aria-expanded", "false")
    open_chat(page)
    expect(chat(page).locator(".sp-turn--you")).to_have_count(2)

    chat(page).locator("#clear").click()
    expect(chat(page).locator(".sp-turn")).to_have_count(0)
    page.wait_for_function("(id) => JSON.parse(sessionStorage.signpost).id !== id", arg=kept["id"])
    page.reload()
    expect(chat(page).locator("[data-close]")).to_be_visible()
    page.wait_for_timeout(500)
    expect(chat(page).locator(".sp-turn")).to_have_count(0)


def test_a_chat_that_is_not_kept_is_a_new_one_on_the_next_page(page: Page, host: Host, running_signpost: str) -> None:
    second = host.serve_embedding(running_signpost, "/second")
    page.goto(host.serve_embedding(running_signpost, head=LISTENER))
    open_chat(page)
    ask(page, QUESTION)
    assert page.evaluate("sessionStorage.length") == 0
    assert "conversation" not in [each["signpost"] for each in page.evaluate("window.got")]
    chat_frame(page).evaluate(HEARD)
    page.evaluate(f"{FRAME}.contentWindow.postMessage({{ signpost: 'conversation', id: 'abc' }}, '*')")
    page.wait_for_timeout(200)
    assert chat_frame(page).evaluate("window.heard") == []
    page.goto(second)
    expect(panel(page)).to_be_hidden()
    open_chat(page)
    page.wait_for_timeout(300)
    expect(chat(page).locator(".sp-turn")).to_have_count(0)


@pytest.mark.parametrize("stored", ["", "{", "null", "7", '{"id":"<b>","open":"yes"}'])
def test_what_others_left_in_the_storage_does_no_harm(
    page: Page, host: Host, running_signpost: str, stored: str
) -> None:
    address = host.serve_embedding(running_signpost, keep="")
    page.goto(address)
    page.evaluate("(stored) => { sessionStorage.signpost = stored; }", stored)
    page.reload()
    if panel(page).is_hidden():
        launcher(page).click()
    ask(page, QUESTION)


def test_a_site_that_forbids_storage_has_the_chat_all_the_same(page: Page, host: Host, running_signpost: str) -> None:
    forbid = (
        "Object.defineProperty(window, 'sessionStorage', { get() { throw new DOMException('no', 'SecurityError'); } })"
    )
    page.add_init_script(forbid)
    page.goto(host.serve_embedding(running_signpost, keep=""))
    open_chat(page)
    ask(page, QUESTION)
    launcher(page).click()
    expect(panel(page)).to_be_hidden()
