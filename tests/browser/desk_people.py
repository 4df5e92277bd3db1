"""People at the desk of a running Signpost, in a browser or without one, and the e-mail that they answer: all invented."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from contextlib import contextmanager

import httpx
from playwright.sync_api import BrowserContext, Locator, Page, expect

SENDER = "Perdita Quillfeather"
SUBJECT = "Reading support for a Year 4 pupil"
EMAIL = f"""Subject: {SUBJECT}

Hello,

I have just taken over as SENCo at Larkmeadow Primary School in Suffolk, and the file that I found is thin. One of our
pupils, Ottoline Brambleforth, is in Year 4 and reads far below her age. She has no EHCP.

Which form do I use to ask for support? Do her parents have to sign it? And how long is it until the review?

You can reach me on 01632 960177.

Kind regards
{SENDER}
"""
PLANTED = ("Larkmeadow", "Ottoline", "Brambleforth", "960177", "Perdita", "Quillfeather")
OPENING = "Thank you for your e-mail."


def sign_in(context: BrowserContext, door: str, person: str) -> None:
    """Sign somebody in by the development sign-in. `person`: adviser, supervisor, content_owner or everything."""
    answer = context.request.post(f"{door}/desk/development-sign-in", form={"person": person}, max_redirects=0)
    assert answer.status == httpx.codes.SEE_OTHER, answer.status


def path_of(page: Page) -> str:
    """The path of an open page, without its query."""
    return httpx.URL(page.url).path


class Clerk:
    """A person at the desk without a browser, who sends forms as its pages have them."""

    def __init__(self, client: httpx.Client) -> None:
        self.client = client
        self._csrf = value_in(self.get("/desk/content"), "csrf")

    def get(self, path: str) -> str:
        """A page."""
        return self.client.get(path).text

    def fill(self, path: str, **fields: object) -> httpx.Response:
        """Send a form; it must go well."""
        sent = self.client.post(path, data={"csrf": self._csrf, **fields})
        assert sent.status_code == httpx.codes.OK, (path, sent.status_code, sent.text)
        return sent

    def put_in(self, text: str, area: str = "") -> str:
        """Put an e-mail in; the path of its enquiry."""
        return str(self.fill("/desk/enquiries", text=text, area=area).url.path)

    def reply(self, enquiry: str, *steps: str, **fields: object) -> None:
        """Steps of the reply to an enquiry, such as "/compose", each as its page then stands."""
        for step in steps:
            page = self.get(f"{enquiry}/reply")
            shown: dict[str, object] = {}
            if found := re.search(r'<textarea[^>]* name="text"[^>]*>\n?(.*?)</textarea>', page, re.DOTALL):
                shown = {"text": html.unescape(found[1]), "version": value_in(page, "version")}
            self.fill(f"{enquiry}/reply{step}", **{**shown, **fields})

    def composed(self, enquiry: str) -> str:
        """Compose the reply; its text."""
        self.reply(enquiry, "/compose", voice="professional")
        found = re.search(r'name="text"[^>]*>\n?(.*?)</textarea>', self.get(f"{enquiry}/reply"), re.DOTALL)
        assert found
        return html.unescape(found[1])


@contextmanager
def at_the_desk(door: str, person: str) -> Iterator[Clerk]:
    """Somebody signed in by the development sign-in."""
    with httpx.Client(base_url=door, follow_redirects=True, timeout=30, trust_env=False) as client:
        client.post("/desk/development-sign-in", data={"person": person}).raise_for_status()
        yield Clerk(client)


def value_in(page: str, name: str) -> str:
    found = re.search(rf'name="{name}" value="([^"]*)"', page)
    assert found, name
    return found[1]


# ---------------------------------------------------------------------- in a browser


def press(page: Page, name: str, within: Locator | None = None) -> None:
    """Press a button that leads to another page."""
    with page.expect_navigation():
        (within or page.locator("main")).get_by_role("button", name=name).first.click()


def follow(page: Page, name: str) -> None:
    """Follow a link."""
    with page.expect_navigation():
        page.get_by_role("link", name=name).first.click()


def put_in(page: Page, text: str) -> str:
    """From any page of the desk: paste an e-mail with its subject; the path of its enquiry."""
    follow(page, "Enquiries")
    follow(page, "New enquiry")
    page.locator("#text").fill(text)
    press(page, "Look it through")
    expect(page.locator("h1")).to_contain_text(SUBJECT)
    return path_of(page)


def change(page: Page, old: str, new: str) -> None:
    """Change the text of the reply, where its page is open."""
    box = page.locator("textarea#text")
    text = box.input_value()
    assert old in text
    box.fill(text.replace(old, new))
