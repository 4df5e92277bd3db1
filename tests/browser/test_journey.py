"""A SENCo at the widget, in a page of another origin: ten questions, and every kind of document taken away and opened."""

from __future__ import annotations

import io
import re
from collections.abc import Callable
from pathlib import Path

import pikepdf
import pytest
from docx import Document
from icalendar import Calendar
from playwright.sync_api import BrowserContext, Download, Frame, Locator, Page, expect

from tests.browser.chatting import ask, open_all, press, replies
from tests.browser.conftest import OpenContext
from tests.browser.hosts import Host, strict_policy
from tests.browser.watching import Watch

TEN = [
    ("which form for a Y4 with no EHCP?", "SES Bespoke Pupil Form"),
    ("and where do I send it?", "SESreferrals@suffolk.gov.uk"),
    ("do the parents have to agree first", "parents"),
    ("how long until the review?", "4 to 12 weeks"),
    ("what if he had an EHCP", "6 to 12 weeks"),
    ("can someone come and do the therapy for us", "therap"),
    ("what is the phone number", "no telephone number"),
    ("compare the reviews with Milton Keynes", "Milton Keynes"),
    ("what's a SMIF", "SMIF"),
    ("Y4, no EHCP, parents have signed: are we ready to refer for bespoke support?", "Still to check"),
]
TIMEOUT_MS = 20_000
Take = Callable[[Locator, str], bytes]


@pytest.fixture
def context(open_context: OpenContext) -> BrowserContext:
    """A context that takes downloads."""
    return open_context(accept_downloads=True, viewport={"width": 1000, "height": 800})


@pytest.fixture
def widget(page: Page, host: Host, running_signpost: str) -> Frame:
    """The opened widget in a page with a policy that allows nothing but us."""
    page.goto(host.serve_embedding(running_signpost, policy=strict_policy(running_signpost), area="suffolk"))
    page.get_by_role("button", name="Ask Signpost").click()
    expect(page.frame_locator("iframe").locator("#text")).to_be_visible()
    return next(frame for frame in page.frames if frame.url.startswith(running_signpost))


@pytest.fixture
def take(page: Page, context: BrowserContext, watch: Watch) -> Take:
    """Presses a button and gives what was downloaded."""
    downloads: list[Download] = []
    watch.expect("failed: .*/take/.* net::ERR_ABORTED")  # what becomes a download ends as a navigation

    def note(download: Download) -> None:
        downloads.append(download)

    page.on("download", note)
    context.on("page", lambda opened: opened.on("download", note))

    def press_and_read(reply: Locator, name: str) -> bytes:
        already = len(downloads)
        reply.get_by_role("button", name=name, exact=True).click()
        for _ in range(TIMEOUT_MS // 50):
            if len(downloads) > already:
                return Path(downloads[already].path()).read_bytes()
            page.wait_for_timeout(50)
        raise AssertionError(f"{name}: nothing was downloaded")

    return press_and_read


def test_ten_questions_are_answered_in_the_widget(widget: Frame) -> None:
    for question, words in TEN:
        expect(ask(widget, question)).to_contain_text(re.compile(re.escape(words), re.IGNORECASE))
    assert replies(widget).count() == len(TEN)


def test_a_checklist_is_taken_away_as_pdf_word_page_and_link(
    widget: Frame, take: Take, context: BrowserContext
) -> None:
    reply = ask(widget, "Y4, no EHCP, parents have signed: are we ready to refer for bespoke support?")
    reply.get_by_label("Complete the SES Bespoke Pupil Form in full.").check()
    open_all(reply)

    with pikepdf.open(io.BytesIO(take(reply, "PDF"))) as pdf:
        assert bool(pdf.Root.MarkInfo.Marked)
        assert str(pdf.Root.Lang).startswith("en")
        assert bool(pdf.Root.ViewerPreferences.DisplayDocTitle)
        with pdf.open_metadata() as metadata:
            assert metadata["dc:title"] == "Checklist: Bespoke pupil support"
            assert metadata["pdfuaid:part"] == "1"
        assert pdf.Root.StructTreeRoot is not None

    word = Document(io.BytesIO(take(reply, "Word")))
    headings = [p.text for p in word.paragraphs if p.style and p.style.name.startswith(("Heading", "Title"))]
    assert headings[0] == "Checklist: Bespoke pupil support"
    assert "Checklist" in headings
    text = "\n".join(p.text for p in word.paragraphs)
    assert re.search(r"Done: Complete the SES Bespoke Pupil Form in full\.", text), text
    assert "To check: Your Senior Leadership Team" in text

    with context.expect_page() as printed:
        reply.get_by_role("button", name="Page to print", exact=True).click()
    expect(printed.value.get_by_role("heading", level=1)).to_have_text("Checklist: Bespoke pupil support")
    expect(printed.value.get_by_text("Done: Complete the SES Bespoke Pupil Form in full.")).to_be_visible()
    expect(printed.value.get_by_role("button", name="Print this page")).to_be_visible()

    with context.expect_page() as shared:
        reply.get_by_role("button", name="Link to this check", exact=True).click()
    case = shared.value
    expect(case.get_by_role("heading", level=1)).to_have_text("Checklist: Bespoke pupil support")
    expect(case.get_by_label("Complete the SES Bespoke Pupil Form in full.")).to_be_checked()
    expect(case.get_by_label("Your Senior Leadership Team")).not_to_be_checked()
    link = case.get_by_label("Link to this check").input_value()
    assert link == case.url
    size = case.get_by_role("img", name="The same link as a QR code").evaluate("(image) => image.naturalWidth")
    assert size > 100

    case.get_by_label("Your Senior Leadership Team").check()
    with case.expect_navigation():
        case.get_by_role("button", name="Make a link with these ticks").click()
    expect(case.get_by_label("Your Senior Leadership Team")).to_be_checked()
    assert case.get_by_label("Link to this check").input_value() not in ("", link)


def test_dates_go_into_a_calendar_and_a_corrected_date_replaces_the_old_one(widget: Frame, take: Take) -> None:
    reply = ask(widget, "Y4, no EHCP. Bespoke support was agreed on 5 October 2026. When is the review?")
    expect(reply).to_contain_text("2 November to 28 December 2026")
    open_all(reply)
    first = events(take(reply, "Dates for your calendar"))
    assert [str(e.start) for e in first] == ["2026-11-02", "2026-12-28"]
    corrected = ask(widget, "sorry, it was agreed on 12 October 2026")
    open_all(corrected)
    second = events(take(corrected, "Dates for your calendar"))
    assert [str(e.start) for e in second] == ["2026-11-09", "2027-01-04"]
    assert [e["uid"] for e in first] == [e["uid"] for e in second]
    assert all(int(new["sequence"]) >= int(old["sequence"]) for old, new in zip(first, second, strict=True))


def events(file: bytes) -> list:
    """The entries of a calendar file, which must come out of the library as it went in."""
    calendar = Calendar.from_ical(file)
    assert calendar.to_ical() == file
    return list(calendar.events)


def test_the_draft_email_is_a_file_with_blanks_and_no_name(widget: Frame, take: Take) -> None:
    reply = ask(widget, "Y4, no EHCP, which form? His name is Zebedee Crankshawe.")
    open_all(reply)
    email = take(reply, "Save as a file (.eml)").decode()
    assert "To: SESreferrals@suffolk.gov.uk" in email
    assert "Subject: SES Bespoke Pupil Form: [name of your school]" in email
    assert "[Your name, role and telephone number]" in email
    assert "Zebedee" not in email


def test_several_steps_end_in_something_usable(widget: Frame) -> None:
    """Which route: asked, answered with choices, and a draft at the end."""
    ask(widget, "I need help with a pupil, who do I turn to?")
    for _ in range(5):
        newest = replies(widget).last
        if newest.locator(".sp-choices button").count() == 0:
            break
        press(widget, newest.locator(".sp-choices button").first.inner_text())
    open_all(replies(widget).last)
    expect(replies(widget).last.get_by_role("link", name="Open in your e-mail program").first).to_be_visible()
