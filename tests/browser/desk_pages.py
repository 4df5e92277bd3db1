"""People at the desk of a running Signpost, work for its pages to show, and every state of every page: all invented."""

from __future__ import annotations

import html
import re
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import httpx
from playwright.sync_api import BrowserContext, Page, expect

from bot.desk.access import ALLOWED, Role
from tests.browser.watching import Watch
from tests.e2e.talking import Talk

SENDER = "Perdita Quillfeather"
SUBJECT = "Reading support for a Year 4 pupil"
EMAIL = f"""Subject: {SUBJECT}

Hello,

I have just taken over as SENCo in a Suffolk primary, and the file that I found is thin. One of our pupils, Ottoline
Brambleforth, is in Year 4 and reads far below her age. She has no EHCP.

Which form do I use to ask for support? Do her parents have to sign it? And how long is it until the review?

You can reach me on 01632 960177.

Kind regards
{SENDER}
"""
PLANTED = ("Ottoline", "Brambleforth", "960177", "Perdita", "Quillfeather")
PLACELESS = """Subject: About support for the whole school

Good morning. Who signs the form for support of the whole school, and what does the support cost?
"""
DISCLOSURE = "A girl in Year 6 told me that her uncle hits her with a belt. Which form do I use for that in Suffolk?"
OPENING = "Thank you for your e-mail."
CHANGED = "Thank you for your patience. Please ring us before you send the form."
REASON = "Say which form, please."
BLANKS = ("name of the person who wrote", "your name")
UNANSWERED = ("Suffolk: who paints the zebra crossing?", "Suffolk: who paints the zebra crossings now?")
STATEMENT = "suffolk/section-f/after-review"
SWITCHED = {"area": "milton-keynes", "channel": "teams", "reason": "A test of the switch."}
WAIT_SECONDS = 20.0


def sign_in(context: BrowserContext, door: str, person: str) -> None:
    """Sign somebody in by the development sign-in. `person`: adviser, supervisor, content_owner or everything."""
    page = context.new_page()
    page.goto(f"{door}/desk/sign-in")
    page.locator(f"button[value='{person}']").click()
    page.wait_for_url(lambda url: "sign-in" not in url)
    page.close()


def path_of(page: Page) -> str:
    """The path of an open page, without its query."""
    return httpx.URL(page.url).path


class Clerk:
    """A person at the desk without a browser, who sends forms as its pages have them."""

    def __init__(self, client: httpx.Client) -> None:
        self.client = client
        self._csrf = _value(self.get("/desk/content"), "csrf")

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
                shown = {"text": html.unescape(found[1]), "version": _value(page, "version")}
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


def _value(page: str, name: str) -> str:
    found = re.search(rf'name="{name}" value="([^"]*)"', page)
    assert found, name
    return found[1]


@dataclass(frozen=True)
class Work:
    """Paths of enquiries in each state: `free` has a composed reply that nobody changed, `open` has none."""

    open: str
    free: str
    waiting: str
    returned: str
    answered: str
    placeless: str


def make_work(door: str) -> Work:
    """Bring about something to show on every page. Takes some seconds."""
    filled = {"blank_name": list(BLANKS), "blank": ["Perdita", "Ada"]}
    with at_the_desk(door, "adviser") as ada, at_the_desk(door, "supervisor") as sam:
        work = Work(*(ada.put_in(EMAIL) for _ in range(5)), ada.put_in(PLACELESS))
        ada.composed(work.free)
        for enquiry in (work.waiting, work.returned, work.answered):
            ada.reply(enquiry, "/submit", text=ada.composed(enquiry).replace(OPENING, CHANGED))
        sam.reply(work.returned, "/decide", decision="return", reason=REASON)
        sam.reply(work.answered, "/decide", decision="approve")
        ada.reply(work.answered, "/sent", **filled)
        sam.fill("/desk/switches", turn="off", **SWITCHED)
    talk = Talk(door)
    for question in (
        *UNANSWERED,
        "Suffolk: what is your phone number?",
        "Suffolk: is section F for Y4?",
        "that's wrong",
    ):
        talk.say(question)
    talk.close()
    with at_the_desk(door, "content_owner") as olive:
        sign_off(olive, STATEMENT)
        decide(olive)
    return work


def end_work(door: str) -> None:
    """Switch on again what was switched off."""
    with at_the_desk(door, "supervisor") as sam:
        sam.fill("/desk/switches", turn="on", **SWITCHED)


def sign_off(olive: Clerk, statement: str) -> None:
    """Sign a statement off, unless it is."""
    page = olive.get(f"/desk/content/{statement}")
    if 'name="digest"' in page:
        olive.fill(f"/desk/content/{statement}", read="yes", digest=_value(page, "digest"))


def decide(olive: Clerk) -> None:
    """Decide about a question that was not answered, once the door has noted it; others are left."""
    deadline = time.monotonic() + WAIT_SECONDS
    while len(found := re.findall(r"tab=questions&amp;id=(\d+)", olive.get("/desk/learning"))) < 2:
        assert time.monotonic() < deadline, "no question to learn from was noted"
        time.sleep(0.2)
    ids = _value(olive.get(f"/desk/learning?tab=questions&id={found[-1]}"), "ids")
    olive.fill("/desk/learning", what="questions", ids=ids, kind="gap", note="Ask the service about it.")


# ---------------------------------------------------------------------- states


@dataclass(frozen=True)
class Stage:
    """What a state is made on: the door's address, a context that is watched, and the work."""

    door: str
    watch: Watch
    context: BrowserContext
    work: Work

    def open(self, path: str) -> Page:
        """A new page. `path` may name enquiries, as in "{free}/reply"."""
        page = self.context.new_page()
        page.goto(self.door + path.format_map(vars(self.work)))
        return page

    def refuse(self, status: int) -> None:
        """The state is the answer to something that is refused so."""
        self.watch.expect(f"status of {status}")


type State = Callable[[Stage], Page]

# Name -> route, and path with its query.
ENQUIRY = "/desk/enquiries/{enquiry_id}"
PATHS: dict[str, tuple[str, str]] = {
    "list": ("/desk/enquiries", "/desk/enquiries?said=enquiries.open"),
    "list, waiting": ("/desk/enquiries", "/desk/enquiries?status=waiting"),
    "list, answered": ("/desk/enquiries", "/desk/enquiries?status=answered&assigned=me"),
    "list, nothing": ("/desk/enquiries", "/desk/enquiries?text=zigzag"),
    "new": ("/desk/enquiries/new", "/desk/enquiries/new"),
    "bench": (ENQUIRY, "{open}?said=bench.added"),
    "bench, no area": (ENQUIRY, "{placeless}"),
    "bench, answered": (ENQUIRY, "{answered}"),
    "search": (f"{ENQUIRY}/search", "{open}/search?question=q1&query=form"),
    "open a case": ("/desk/case", "/desk/case"),
    "reply, none": (f"{ENQUIRY}/reply", "{open}/reply"),
    "reply, free": (f"{ENQUIRY}/reply", "{free}/reply"),
    "reply, waiting": (f"{ENQUIRY}/reply", "{waiting}/reply"),
    "reply, returned": (f"{ENQUIRY}/reply", "{returned}/reply"),
    "reply, sent": (f"{ENQUIRY}/reply", "{answered}/reply"),
    "learning": ("/desk/learning", "/desk/learning"),
    "learning, reports": ("/desk/learning", "/desk/learning?tab=reports"),
    "learning, replies": ("/desk/learning", "/desk/learning?tab=replies"),
    "learning, decided": ("/desk/learning", "/desk/learning?tab=marks"),
    "offers": ("/desk/offers", "/desk/offers"),
    "use": ("/desk/use", "/desk/use"),
    "use, wrong days": ("/desk/use", "/desk/use?from=2026-11-02&to=2026-11-01"),
    "content": ("/desk/content", "/desk/content?area=suffolk"),
    "content, nothing": ("/desk/content", "/desk/content?words=zigzag"),
    "statement, signed": ("/desk/content/{statement_id:path}", f"/desk/content/{STATEMENT}"),
    "statement": ("/desk/content/{statement_id:path}", "/desk/content/milton-keynes/conflict/review-mode"),
    "log": ("/desk/log", "/desk/log"),
    "switches": ("/desk/switches", "/desk/switches"),
    "people": ("/desk/people", "/desk/people"),
}
NO_PAGES = {"/desk", "/desk/learning/phrasings.yml", "/desk/offers/{area}.csv", "/desk/use.csv"}


def _open_all(page: Page) -> None:
    for summary in page.locator("summary").all():
        if not summary.evaluate("(each) => each.parentElement.open"):
            summary.click()


def _everything_open(path: str) -> State:
    def bring(stage: Stage) -> Page:
        page = stage.open(path)
        _open_all(page)
        return page

    return bring


def found_as_typed(stage: Stage) -> Page:
    """The bench with everything open and the results of a search."""
    page = _everything_open("{open}")(stage)
    page.locator("#query-q1").press_sequentially("parents sign")
    expect(page.locator("#found-q1")).to_contain_text("found")
    return page


def _put_in(text: str, status: int = 0) -> State:
    def bring(stage: Stage) -> Page:
        if status:
            stage.refuse(status)
        page = stage.open("/desk/enquiries/new")
        page.locator("#text").fill(text)
        page.get_by_role("button", name="Look it through").click()
        page.wait_for_url("**/desk/enquiries")
        return page

    return bring


def _pressed(path: str, button: str, status: int = 0, **fields: str) -> State:
    """A page after its fields (by id) were filled and a button was pressed. `status`: that it is refused with."""

    def bring(stage: Stage) -> Page:
        if status:
            stage.refuse(status)
        page = stage.open(path)
        for name, text in fields.items():
            page.locator(f"#{name.replace('_', '-')}").fill(text)
        with page.expect_navigation():
            page.get_by_role("button", name=button, exact=True).first.click()
        return page

    return bring


def _meanwhile(path: str, button: str, **fields: str) -> State:
    """A form that was opened before somebody else changed the same thing."""

    def bring(stage: Stage) -> Page:
        stage.refuse(409)
        page = stage.open(path)
        page.locator("input[name=version]").evaluate_all("(all) => all.forEach((each) => { each.value = 0; })")
        for name, text in fields.items():
            page.locator(f"#{name.replace('_', '-')}").fill(text)
        with page.expect_navigation():
            page.get_by_role("button", name=button, exact=True).first.click()
        return page

    return bring


def _refused(path: str, status: int) -> State:
    def bring(stage: Stage) -> Page:
        stage.refuse(status)
        return stage.open(path)

    return bring


def to_decide(stage: Stage) -> Page:
    """The form in which it is decided what is learnt from a question."""
    page = stage.open("/desk/learning")
    page.get_by_role("link", name=re.compile("^Decide")).first.click()
    page.locator("#note").wait_for()
    return page


def decided_badly(stage: Stage) -> Page:
    """That form, with nothing chosen."""
    stage.refuse(400)
    page = to_decide(stage)
    page.locator("main form .govuk-button").last.click()
    page.locator(".govuk-error-summary").wait_for()
    return page


BY_ROLE = {
    f"{name}: {role.value}": (role.value, lambda stage, path=path: stage.open(path))
    for name, (route, path) in PATHS.items()
    for role in Role
    if role in ALLOWED["GET", route]
}
FILLED = {"blank_0": "Perdita", "blank_1": "Ada"}
OTHERS: dict[str, tuple[str, State]] = {
    "sign in": ("", lambda stage: stage.open("/desk/sign-in")),
    "signed out": ("", lambda stage: stage.open("/desk/signed-out")),
    "bench, everything open": ("adviser", found_as_typed),
    "reply, everything open": ("supervisor", _everything_open("{waiting}/reply")),
    "case, damaged": ("adviser", _pressed("/desk/case", "Open it", 400, link="zigzag")),
    "disclosure": ("adviser", _put_in(DISCLOSURE)),
    "too long": ("adviser", _put_in("How long is it? " * 600, 413)),
    "nothing typed": ("adviser", _put_in("", 400)),
    "copy": ("adviser", _pressed("{free}/reply", "Fill in and copy", **FILLED)),
    "print": ("adviser", _pressed("{free}/reply", "Print", **FILLED)),
    "blanks are left": ("adviser", _pressed("{free}/reply", "Fill in and copy", 409, blank_0="Perdita")),
    "no reason": ("supervisor", _pressed("{waiting}/reply", "Return it with this reason", 409)),
    "no area to compose from": ("adviser", _pressed("{placeless}/reply", "Compose the reply", 409)),
    "bench, meanwhile": ("adviser", _meanwhile("{open}", "Look for an answer", text_new="Who signs the form?")),
    "list, meanwhile": ("adviser", _meanwhile("{open}", "Mark as answered")),
    "reply, meanwhile": ("adviser", _meanwhile("{free}/reply", "Save", text=CHANGED)),
    "delete": ("supervisor", _pressed("{open}", "Delete this enquiry")),
    "to decide": ("content_owner", to_decide),
    "decided badly": ("content_owner", decided_badly),
    "not read": ("content_owner", _pressed("/desk/content/milton-keynes/conflict/review-mode", "Sign off", 422)),
    "switched badly": ("supervisor", _pressed("/desk/switches", "Switch", 400)),
    "nothing there": ("adviser", _refused("/desk/enquiries/zigzag", 404)),
    "not allowed": ("adviser", _refused("/desk/log", 403)),
}
STATES: dict[str, tuple[str, State]] = {**BY_ROLE, **OTHERS}
