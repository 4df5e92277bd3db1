"""The chat page of the running Signpost as a plain form, without a script. With one: tests/browser."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator

import httpx
import pytest

QUESTION = "which form for a Y4 with no EHCP in Suffolk?"


@pytest.fixture
def client(running_signpost: str) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=running_signpost, timeout=30, trust_env=False) as session:
        yield session


def hidden_fields(page: str) -> dict[str, str]:
    form = page[page.index('<form id="ask"') :]
    return dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)">', form))


def test_without_a_script_a_question_is_a_form(client: httpx.Client) -> None:
    first = client.get("/")
    answer = client.post("/", data=hidden_fields(first.text) | {"text": QUESTION})
    shown = html.unescape(answer.text)
    assert answer.status_code == 200
    assert QUESTION in shown
    assert "SES Bespoke Pupil Form" in shown
    assert "mailto:SESreferrals@suffolk.gov.uk" in shown
    assert "Bespoke (no EHCP)" in shown
    again = client.post("/", data=hidden_fields(answer.text) | {"text": "and when is the review?"})
    assert "4 to 12 weeks" in again.text
    assert QUESTION in html.unescape(again.text), "the conversation so far is gone"


def test_without_a_script_a_choice_is_a_button_of_a_form(client: httpx.Client) -> None:
    asked = client.post("/", data=hidden_fields(client.get("/").text) | {"text": "which form do I need"})
    choices = dict(
        re.findall(r'<button class="govuk-[^"]+"[^>]* name="choice" value="([^"]+)">([^<]+)</button>', asked.text)
    )
    assert set(choices.values()) == {"Suffolk", "Milton Keynes"}
    payload = next(p for p, title in choices.items() if title == "Suffolk")
    answer = client.post("/", data=hidden_fields(asked.text) | {"choice": payload})
    assert "SESreferrals@suffolk.gov.uk" in answer.text


def test_without_a_script_the_chat_can_be_cleared(client: httpx.Client) -> None:
    answer = client.post("/", data=hidden_fields(client.get("/").text) | {"text": QUESTION})
    cleared = client.post("/", data=hidden_fields(answer.text) | {"clear": "1"})
    assert "has been cleared" in cleared.text
    assert "Bespoke" not in cleared.text
    assert hidden_fields(cleared.text)["conversation"] != hidden_fields(answer.text)["conversation"]


def test_without_a_script_documents_are_made_from_what_was_answered(client: httpx.Client) -> None:
    answer = client.post("/chat", data=hidden_fields(client.get("/chat").text) | {"text": QUESTION})
    turn = re.search(r'<input type="hidden" name="turn" value="([^"]+)">', answer.text)
    assert turn
    fields = {"conversation": hidden_fields(answer.text)["conversation"], "turn": turn[1]}
    printed = client.post("/take/print", data=fields)
    assert "SES Bespoke Pupil Form" in printed.text
    pdf = client.post("/take/pdf", data=fields)
    assert pdf.headers["content-type"] == "application/pdf"
    assert pdf.content.startswith(b"%PDF-")
    email = client.post("/take/eml", data=fields | {"draft": "0"})
    assert b"To: SESreferrals@suffolk.gov.uk" in email.content
    refused = client.post("/take/pdf", data=fields | {"turn": "another"})
    assert refused.status_code == 403
    assert "I cannot make a document from that" in refused.text
