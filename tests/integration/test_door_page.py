"""The chat page without a script; what it looks like with one is for a browser to tell."""

import gzip
import re
from pathlib import Path

import httpx

from bot.door.assets import STATIC_DIR
from tests.integration.door_fakes import DISCLOSURE, NAME, FakeEngine, door, reply, running


def hidden_fields(html: str) -> dict[str, str]:
    form = html[html.index('<form id="ask"') :]
    return dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)">', form))


async def ask(client: httpx.AsyncClient, page: httpx.Response, **fields: str) -> httpx.Response:
    return await client.post("/", data=hidden_fields(page.text) | fields)


async def test_the_page_says_first_what_it_is_and_loads_nothing_from_elsewhere(tmp_path: Path) -> None:
    async with door("http://127.0.0.1:9", tmp_path) as client:
        page = await client.get("/?area=suffolk")
        loaded = re.findall(r'(?:src|href)="(/(?:static/|brand)[^"]+)"', page.text)
        assert [(await client.get(path)).status_code for path in loaded] == [200] * 4
    assert page.status_code == 200
    for words in ("not a person", "North Example and Suffolk", "names of pupils", "call 999", 'lang="en-GB"'):
        assert words in page.text
    assert "http" not in page.text
    assert hidden_fields(page.text)["area"] == "suffolk"


async def test_an_unknown_area_is_ignored_and_nothing_of_it_is_shown(tmp_path: Path) -> None:
    async with door("http://127.0.0.1:9", tmp_path) as client:
        page = await client.get('/?area="><script>zigzag')
    assert hidden_fields(page.text)["area"] == ""
    assert "zigzag" not in page.text


async def test_a_conversation_works_with_forms_alone_and_only_masked_text_is_shown(tmp_path: Path) -> None:
    offers = [{"title": "Has an EHCP", "value": {"kind": "ehcp", "value": True}}]
    with running(FakeEngine()) as engine:
        async with door(engine.url, tmp_path) as client:
            first = await ask(client, await client.get("/"), text=f"{NAME} <i>cannot</i> read", area="suffolk")
            assert "the pupil &lt;i&gt;cannot&lt;/i&gt; read" in first.text
            assert NAME not in first.text
            engine.answer = lambda _: [{"custom": reply("Which?", "clarify", choices=offers)}]
            second = await ask(client, first, text="which form?")
            assert second.text.count('<article class="sp-turn sp-turn--you">') == 2
            payload = re.search(r'name="choice" value="(choice:[^"]+)">Has an EHCP', second.text)
            assert payload
            third = await ask(client, second, choice=payload[1])
            assert "Has an EHCP" in third.text
            assert third.text.count('<article class="sp-turn sp-turn--you">') == 3
    assert [body["metadata"].get("area") for body in engine.got] == ["suffolk"] * 3
    assert engine.messages[2].startswith("/choose{")


async def test_sending_the_same_form_again_shows_its_turn_once(tmp_path: Path) -> None:
    with running(FakeEngine()) as engine:
        async with door(engine.url, tmp_path) as client:
            fields = hidden_fields((await client.get("/")).text) | {"text": "which form?"}
            for _ in range(2):
                page = await client.post("/", data=fields)
    assert page.text.count('<article class="sp-turn sp-turn--you">') == 1
    assert len(engine.got) == 1


async def test_nothing_of_a_disclosure_or_of_a_message_that_is_too_long_stays_on_the_page(
    tmp_path: Path,
) -> None:
    with running(FakeEngine()) as engine:
        async with door(engine.url, tmp_path) as client:
            page = await ask(client, await client.get("/"), text=DISCLOSURE)
            assert "call 999 now" in page.text
            assert DISCLOSURE not in page.text
            page = await ask(client, page, text="zigzag " * 2000)
            assert "at most 8,000 characters" in page.text
            assert "zigzag" not in page.text
    assert engine.got == []


async def test_a_form_of_another_site_begins_a_conversation_of_its_own(tmp_path: Path) -> None:
    with running(FakeEngine()) as engine:
        async with door(engine.url, tmp_path) as client:
            mine = await ask(client, await client.get("/"), text="a question of mine")
            fields = hidden_fields(mine.text) | {"text": "a question of theirs"}
            for site in ("cross-site", "same-site"):
                theirs = await client.post("/", data=fields, headers={"sec-fetch-site": site})
                assert "a question of theirs" in theirs.text
                assert "a question of mine" not in theirs.text
                assert hidden_fields(theirs.text)["conversation"] != fields["conversation"]
            again = await client.post("/", data=fields, headers={"sec-fetch-site": "same-origin"})
            assert "a question of mine" in again.text


async def test_clearing_starts_a_new_conversation(tmp_path: Path) -> None:
    with running(FakeEngine()) as engine:
        async with door(engine.url, tmp_path) as client:
            page = await ask(client, await client.get("/"), text="which form?")
            cleared = await ask(client, page, clear="1")
            assert "has been cleared" in cleared.text
            assert "which form?" not in cleared.text
            assert hidden_fields(cleared.text)["conversation"] != hidden_fields(page.text)["conversation"]
            again = await ask(client, page, text="")
            assert again.text.count('<article class="sp-turn sp-turn--you">') == 1


async def test_a_wrong_form_is_answered_on_the_page_in_words(tmp_path: Path) -> None:
    async with door("http://127.0.0.1:9", tmp_path, address="192.0.2.7", messages_per_minute_per_sender=1) as client:
        for body, status in (
            (b"conversation=a&text=%ff", 400),
            (b"&".join([b"a=1"] * 99), 400),
            (b"text=x", 422),
        ):
            page = await client.post("/", content=body)
            assert page.status_code == status
            assert '<form id="ask"' in page.text
        assert (await client.post("/", content=b"x" * 600_000)).status_code == 413
        first = await ask(client, await client.get("/"), text="?")
        assert first.status_code == 200
        second = await ask(client, first, text="?")
        assert second.status_code == 429
        assert "Too many messages" in second.text


async def test_a_full_reply_is_shown_with_headings_sources_and_links(tmp_path: Path) -> None:
    source = {"document": "Invented Offer", "section": "Forms", "paragraph": 4, "opens": "x"}
    point = {"text": "Write to forms@north-example.gov.uk.", "statement_id": "s", "sources": [source]}
    parts = [
        {"question": "Which form?", "verdict": "no", "lead": "Not that one.", "points": [point]},
        {"question": "What does it cost?", "status": "not_stated", "lead": "The offer does not say."},
    ]
    fields = {
        "parts": parts,
        "notices": ["Due for review."],
        "understood": [{"fact": "year", "value": 4, "label": "Year 4"}],
        "takeaways": [{"kind": "email", "to": "a@north-example.gov.uk", "subject": "Form", "body": "Dear team"}],
    }
    with running(FakeEngine(answer=lambda _: [{"custom": reply("x", **fields)}])) as engine:
        async with door(engine.url, tmp_path) as client:
            html = (await ask(client, await client.get("/"), text="which form?")).text
    assert '<h3 class="govuk-heading-s">Which form?</h3>' in html
    assert "<strong>No.</strong> Not that one." in html
    assert '<a href="mailto:forms@north-example.gov.uk">' in html
    assert '<small class="sp-marks">[1]</small>' in html
    assert "<li>Invented Offer, Forms, paragraph 4</li>" in html
    assert '<p class="sp-notice">Due for review.</p>' in html
    chip = re.search(
        r'<button class="sp-chip" form="ask" name="choice" value="([^"]+)">Year 4<span class="[^"]+"> change</span>',
        html,
    )
    assert chip
    assert chip[1].startswith("choice:")
    assert "Dear team" in html
    assert '<a class="govuk-link" href="mailto:a@north-example.gov.uk?subject=Form&amp;body=Dear%20team">' in html


def test_the_script_never_builds_html_from_text() -> None:
    scripts = {path.name: path.read_text(encoding="utf-8") for path in STATIC_DIR.glob("*.js")}
    assert {"chat.js", "render.js", "signpost.js", "frame.js"} <= set(scripts)
    never = re.compile(r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|eval\(|localStorage|cookie|srcdoc")
    assert [name for name, script in scripts.items() if never.search(script)] == []


async def test_the_widget_weighs_no_more_than_it_may(tmp_path: Path) -> None:
    async with door("http://127.0.0.1:9", tmp_path) as client:
        page = await client.get("/chat?frame=1&area=suffolk")
        loaded = set(re.findall(r'(?:src|href)="(/(?:static/|brand)[^"]+)"', page.text)) | {"/static/render.js"}
        assert {"/static/chat.js", "/static/frame.js", "/static/signpost.css"} <= loaded
        files = [page.content, *[(await client.get(path)).content for path in sorted(loaded)]]
        loader = (await client.get("/signpost.js")).content
    assert len(gzip.compress(loader, 9)) <= 2_000
    assert sum(len(gzip.compress(each, 9)) for each in [loader, *files]) <= 25_000


async def test_scripts_and_style_are_sent_packed_and_not_again(tmp_path: Path) -> None:
    async with door("http://127.0.0.1:9", tmp_path) as client:
        for path in ("/signpost.js", "/static/signpost.css", "/static/render.js"):
            sent = await client.get(path, headers={"accept-encoding": "gzip"})
            assert sent.headers["content-encoding"] == "gzip", path
            assert sent.headers["cache-control"] == "no-cache"
            again = await client.get(path, headers={"if-none-match": sent.headers["etag"]})
            assert again.status_code == 304, path
        loader = await client.get("/signpost.js")
        assert loader.headers["cross-origin-resource-policy"] == "cross-origin"
        assert (await client.post("/signpost.js")).status_code == 405
