"""Draft e-mails, read back: nothing that a text says becomes a header, an address or a field of a link."""

from __future__ import annotations

from datetime import UTC, datetime
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from bot.documents import eml_of
from bot.documents.texts import clean, line_of
from bot.guidance.reply import Takeaway
from tests.unit.test_documents_sheet import HOSTILE

MADE = datetime(2026, 6, 10, 9, 30, tzinfo=UTC)
DRAFT = Takeaway(
    kind="email",
    to="SESreferrals@suffolk.gov.uk",
    subject="Referral: pupil in Year 4 – first question?",
    body="Hello,\n\nI would like to refer a pupil at [school] & ask: 50 % of £6,000?\n\nThank you\n[name]",
)
HEADERS = {"To", "Subject", "Date", "X-Unsent", "Content-Type", "Content-Transfer-Encoding", "MIME-Version"}


def read(takeaway: Takeaway) -> EmailMessage:
    message = message_from_bytes(eml_of(takeaway, MADE), policy=default)
    assert isinstance(message, EmailMessage)
    assert not message.defects
    return message


def body_of(message: EmailMessage) -> str:
    return message.get_content().replace("\r\n", "\n").rstrip("\n")


def test_the_file_opens_as_a_draft_to_whom_it_should():
    message = read(DRAFT)
    assert set(message.keys()) == HEADERS
    assert message["To"] == DRAFT.to
    assert message["Subject"] == DRAFT.subject
    assert message["X-Unsent"] == "1"
    assert message["Date"].datetime == MADE
    assert message.get_content_type() == "text/plain"
    assert message.get_content_charset() == "utf-8"
    assert body_of(message) == DRAFT.body


def test_the_file_has_the_line_ends_of_mail():
    data = eml_of(DRAFT, MADE)
    assert data.count(b"\n") == data.count(b"\r\n")
    assert data.isascii()


def test_several_addresses_stay_apart():
    both = DRAFT.model_copy(update={"to": "a@b.uk; c@d.gov.uk"})
    assert [a.addr_spec for a in read(both)["To"].addresses] == ["a@b.uk", "c@d.gov.uk"]


def test_without_an_address_none_is_made_up():
    nobody = DRAFT.model_copy(update={"to": "the SEND team"})
    assert read(nobody)["To"] is None


INJECTIONS = [
    "\r\nBcc: evil@example.org",
    "\nX-Evil: 1",
    "\r\n\r\nbody",
    "\x00",
    "\u2028Bcc: evil@example.org",
    "\x0bCc: e@x.uk",
]


@pytest.mark.parametrize("more", INJECTIONS)
@pytest.mark.parametrize("name", ["to", "subject"])
def test_nothing_can_be_put_into_the_headers(name, more):
    message = read(DRAFT.model_copy(update={name: getattr(DRAFT, name) + more}))
    assert set(message.keys()) <= HEADERS
    assert "evil" not in str(message["To"])
    assert body_of(message) == DRAFT.body


@settings(max_examples=40, deadline=None)
@given(to=st.text(max_size=40), subject=st.text(max_size=300), body=st.text(max_size=200))
@example(to="a@b.uk", subject="👩" * 300, body="\ud800")
@example(to=",".join(["a" * 60 + "@" + "b" * 180 + ".uk"] * 20), subject="=?utf-8?q?x?=", body="From \n.\n..\n")
def test_no_text_breaks_them(to, subject, body):
    draft = Takeaway(kind="email", to=to, subject=subject, body=body)
    message = read(draft)
    assert set(message.keys()) <= HEADERS
    assert body_of(message) == clean(body).rstrip("\n")


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_text_stays_text(text):
    draft = Takeaway(kind="email", to="a@b.uk", subject=text, body=text)
    assert read(draft)["Subject"] == line_of(text)[:200].rstrip()
