"""Pages of information, as the door serves them."""

import re
from html.parser import HTMLParser
from pathlib import Path

import pytest

from bot.door.info import pages_for
from bot.settings import Settings
from tests.integration.door_fakes import door

PAGES = ("/help", "/privacy", "/accessibility")
NOWHERE = "http://127.0.0.1:9"


class Seen(HTMLParser):
    """Languages, headings with their levels, ids, links and other things that a page asks for."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.lang, self.levels, self.ids, self.links, self.loaded = "", [], set(), [], []
        self.inline: list[str] = []
        self.text = ""
        self.feed(html)

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        named = {name: value or "" for name, value in attributes}
        if tag == "html":
            self.lang = named.get("lang", "")
        if re.fullmatch("h[1-6]", tag):
            self.levels.append(int(tag[1]))
        if "id" in named:
            self.ids.add(named["id"])
        if tag == "a":
            self.links.append(named["href"])
        if tag in ("link", "script", "img", "iframe"):
            self.loaded.append(named.get("href") or named.get("src") or "")
        self.inline += [name for name in named if name == "style" or name.startswith("on")]
        self.inline += [tag] if tag == "style" or (tag == "script" and "src" not in named) else []

    def handle_data(self, data: str) -> None:
        self.text += data


async def seen(path: str, folder: Path, **settings: object) -> Seen:
    async with door(NOWHERE, folder, **settings) as client:
        page = await client.get(path)
    assert page.status_code == 200
    assert page.headers["content-type"] == "text/html; charset=utf-8"
    return Seen(page.text)


@pytest.mark.parametrize("path", PAGES)
async def test_a_page_is_marked_up_soundly(path, tmp_path):
    page = await seen(path, tmp_path)
    assert page.lang == "en-GB"
    assert page.levels[0] == 1
    assert page.levels.count(1) == 1
    assert len(page.levels) > 4
    assert max(after - before for before, after in zip(page.levels, page.levels[1:], strict=False)) <= 1
    assert page.inline == []
    assert "{" not in page.text


@pytest.mark.parametrize("path", PAGES)
async def test_whatever_a_page_links_to_or_loads_is_there(path, tmp_path):
    async with door(NOWHERE, tmp_path) as client:
        page = Seen((await client.get(path)).text)
        places = {place for place in [*page.links, *page.loaded] if not place.startswith("#")}
        assert set(PAGES) <= places
        assert "/static/signpost.css" in places
        found = {place: (await client.get(place)).status_code for place in places}
    assert [place for place in found if not place.startswith("/") or place.startswith("//")] == []
    assert {place: status for place, status in found.items() if status != 200} == {}
    assert [link for link in page.links if link.startswith("#") and link[1:] not in page.ids] == []


async def test_figures_are_those_of_the_settings(tmp_path):
    page = await seen("/privacy", tmp_path, retention_hours=7, reports_keep_days=31, counts_keep_days=77)
    assert "deleted 7 hours after its last message" in page.text
    assert page.text.count("31 days later") == 2
    assert "77 days later" in page.text
    assert not re.search(r"\b(48|180|730)\b", page.text)


async def test_one_is_counted_as_one(tmp_path):
    page = await seen("/privacy", tmp_path, retention_hours=1, reports_keep_days=1, counts_keep_days=1)
    assert "1 hour after" in page.text
    assert "1 day later" in page.text
    assert "1 hours" not in page.text
    assert "1 days" not in page.text


async def test_help_says_what_is_covered_and_where_to_turn_in_danger(tmp_path):
    page = await seen("/help", tmp_path, max_message_chars=1234)
    assert "North Example, Suffolk" in page.text
    assert "1,234 characters" in page.text
    assert "call 999" in page.text


def test_privacy_tells_what_holds(tmp_path):
    """Where what it tells is changed, the page has to change with it."""
    page = pages_for(Settings(_env_file=None))["privacy"]
    text = " ".join(str(section.body) for section in page.sections)
    root = Path(__file__).resolve().parents[2] / "bot"
    code = "".join(
        file.read_text(encoding="utf-8")
        for file in [*root.rglob("*.py"), *root.rglob("*.js")]
        if "desk" not in file.parts
    )
    assert "no cookies" in text
    assert not re.search(r"set_cookie|set-cookie|document\.cookie|localStorage|indexedDB", code, re.IGNORECASE)
    assert "session storage" in text
    stored_by = [
        file.name for file in (root / "door").rglob("*.js") if "sessionStorage" in file.read_text(encoding="utf-8")
    ]
    assert stored_by == ["signpost.js"]


def test_a_text_with_a_placeholder_that_nobody_fills_is_refused(tmp_path):
    file = tmp_path / "info.yml"
    file.write_text(
        'counted: {hours: ["{number}", "{number}"], days: ["{number}", "{number}"]}\n'
        'pages: {help: {title: Help, lead: "{nobody}", sections: []}}\n',
        encoding="utf-8",
    )
    with pytest.raises(KeyError, match="nobody"):
        pages_for(Settings(_env_file=None), file)
