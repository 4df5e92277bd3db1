"""Every state of every page of the desk, and the work that it shows: all invented."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from playwright.sync_api import BrowserContext, Page, expect

from bot.desk.access import ALLOWED, Role
from tests.browser.desk_people import EMAIL, OPENING, Clerk, at_the_desk, value_in
from tests.browser.watching import Watch
from tests.e2e.talking import Talk

PLACELESS = """Subject: About support for the whole school

Good morning. Who signs the form for support of the whole school, and what does the support cost?
"""
DISCLOSURE = "A girl in Year 6 told me that her uncle hits her with a belt. Which form do I use for that in Suffolk?"
CHANGED = "Thank you for your patience. Please ring us before you send the form."
REASON = "Say which form, please."
BLANKS = ("name of the person who wrote", "your name")
UNANSWERED = ("Suffolk: who paints the zebra crossing?", "Suffolk: who paints the zebra crossings now?")
STATEMENT = "suffolk/section-f/after-review"
SWITCHED = {"area": "milton-keynes", "channel": "teams", "reason": "A test of the switch."}
WAIT_SECONDS = 20.0


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
        work = Work(*[ada.put_in(text) for text in (*(EMAIL,) * 5, PLACELESS)])
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
        olive.fill(f"/desk/content/{statement}", read="yes", digest=value_in(page, "digest"))


def decide(olive: Clerk) -> None:
    """Decide about a question that was not answered, once the door has noted it; others are left."""
    deadline = time.monotonic() + WAIT_SECONDS
    while len(found := re.findall(r"tab=questions&amp;id=(\d+)", olive.get("/desk/learning"))) < 2:
        assert time.monotonic() < deadline, "no question to learn from was noted"
        time.sleep(0.2)
    ids = value_in(olive.get(f"/desk/learning?tab=questions&id={found[-1]}"), "ids")
    olive.fill("/desk/learning", what="questions", ids=ids, kind="gap_wanted", note="Ask the service about it.")


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
    expect(page.locator("#count-q1")).to_contain_text("found")
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


def _pressed(path: str, button: str, status: int = 0, filled: Mapping[str, str] = MappingProxyType({})) -> State:
    """A page after its fields (`filled`, by id) were filled and a button was pressed. `status`: of a refusal."""

    def bring(stage: Stage) -> Page:
        if status:
            stage.refuse(status)
        page = stage.open(path)
        for name, text in filled.items():
            page.locator(f"#{name}").fill(text)
        with page.expect_navigation():
            page.get_by_role("button", name=button, exact=True).first.click()
        return page

    return bring


def _meanwhile(path: str, button: str, filled: Mapping[str, str] = MappingProxyType({})) -> State:
    """A form that was opened before somebody else changed the same thing."""

    def bring(stage: Stage) -> Page:
        stage.refuse(409)
        page = stage.open(path)
        page.locator("input[name=version]").evaluate_all("(all) => all.forEach((each) => { each.value = 0; })")
        for name, text in filled.items():
            page.locator(f"#{name}").fill(text)
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
    page.locator("main a[href*='&id=']").first.click()
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
FILLED = {"blank-0": "Perdita", "blank-1": "Ada"}
OTHERS: dict[str, tuple[str, State]] = {
    "sign in": ("", lambda stage: stage.open("/desk/sign-in")),
    "signed out": ("", lambda stage: stage.open("/desk/signed-out")),
    "bench, everything open": ("adviser", found_as_typed),
    "reply, everything open": ("supervisor", _everything_open("{waiting}/reply")),
    "case, damaged": ("adviser", _pressed("/desk/case", "Open it", 400, {"link": "zigzag"})),
    "disclosure": ("adviser", _put_in(DISCLOSURE)),
    "too long": ("adviser", _put_in("How long is it? " * 600, 413)),
    "nothing typed": ("adviser", _put_in("", 400)),
    "copy": ("adviser", _pressed("{free}/reply", "Fill in and copy", filled=FILLED)),
    "print": ("adviser", _pressed("{free}/reply", "Print", filled=FILLED)),
    "blanks are left": ("adviser", _pressed("{free}/reply", "Fill in and copy", 409, {"blank-0": "Perdita"})),
    "no reason": ("supervisor", _pressed("{waiting}/reply", "Return it with this reason", 409)),
    "no area to compose from": ("adviser", _pressed("{placeless}/reply", "Compose the reply", 409)),
    "bench, meanwhile": ("adviser", _meanwhile("{open}", "Look for an answer", {"text-new": "Who signs the form?"})),
    "list, meanwhile": ("adviser", _meanwhile("{open}", "Mark as answered")),
    "reply, meanwhile": ("adviser", _meanwhile("{free}/reply", "Save", {"text": CHANGED})),
    "delete": ("supervisor", _pressed("{open}", "Delete this enquiry")),
    "to decide": ("content_owner", to_decide),
    "decided badly": ("content_owner", decided_badly),
    "not read": ("content_owner", _pressed("/desk/content/milton-keynes/conflict/review-mode", "Sign off", 422)),
    "switched badly": ("supervisor", _pressed("/desk/switches", "Switch", 400)),
    "wrong days": ("supervisor", _refused("/desk/use?from=2026-11-02&to=2026-11-01", 400)),
    "nothing there": ("adviser", _refused("/desk/enquiries/zigzag", 404)),
    "not allowed": ("adviser", _refused("/desk/log", 403)),
}
STATES: dict[str, tuple[str, State]] = {**BY_ROLE, **OTHERS}
