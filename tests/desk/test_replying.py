"""The reply of an enquiry at the desk: composed, changed, approved, filled in and handed out; nothing lost, no name kept."""

from __future__ import annotations

import dataclasses
import email
import html
import re
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from email import policy
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from fastapi import FastAPI

from bot.desk.access import Role
from bot.desk.desk import Desk
from bot.guidance.draft import Question
from bot.records.enquiries import Enquiries, Enquiry
from bot.records.replies import Replies, Reply
from bot.records.states import EnquiryStatus, ReplyState
from tests.desk.support import Person, desk_app, signed_in
from tests.guidance_support import knowledge
from tests.integration.door_fakes import DISCLOSURE, NAME

NOW = datetime(2026, 11, 27, 12, 0, tzinfo=UTC)
CONTACT = "suffolk/contact/referrals-address"
BLANKS = {"name of the person who wrote": "Marigold Quince", "your name": "Ada Adviser"}
VALUES = {"blank_name": list(BLANKS), "blank": list(BLANKS.values())}
LEAVING = ("/copy", "/print", ".eml", "/sent")


@dataclasses.dataclass
class Bench:
    """One enquiry, two advisers and a supervisor."""

    app: FastAPI
    enquiry: Enquiry
    ada: Person
    bert: Person
    sam: Person

    @property
    def desk(self) -> Desk:
        """The desk of the app."""
        return self.app.state.desk

    @property
    def path(self) -> str:
        """The page of the reply."""
        return f"/desk/enquiries/{self.enquiry.id}/reply"

    @property
    def reply(self) -> Reply:
        """The reply as it is stored."""
        found = Replies(self.desk.database, self.desk.clock).get(self.enquiry.id)
        assert found is not None
        return found

    @property
    def status(self) -> EnquiryStatus:
        """Where the enquiry stands."""
        found = Enquiries(self.desk.database, self.desk.clock).get(self.enquiry.id)
        assert found is not None
        return found.status

    async def do(self, person: Person, ending: str = "", **fields: Any) -> Any:
        """Send the form of the page as it is seen now."""
        return await person.post_form(f"{self.path}{ending}", **{"version": str(self.reply.version), **fields})

    async def composed(self, **fields: str) -> Reply:
        """The reply, composed by Ada."""
        answer = await self.ada.post_form(f"{self.path}/compose", **{"voice": "professional", **fields})
        assert answer.headers["location"] == f"{self.path}?said=reply.composed"
        return self.reply

    async def changed(self) -> Reply:
        """The reply, composed and changed by Ada."""
        reply = await self.composed()
        await self.do(self.ada, text=reply.text.replace("Thank you", "Many thanks"))
        return self.reply

    async def submitted(self) -> Reply:
        """The changed reply, submitted by Ada."""
        await self.changed()
        await self.do(self.ada, "/submit", text=self.reply.text)
        return self.reply

    def stored(self) -> bytes:
        """All bytes of the databases of the app."""
        folder = Path(self.desk.settings.var_dir)
        return b"".join(path.read_bytes() for path in folder.rglob("*") if path.is_file())


@pytest.fixture
async def bench(tmp_path: Path) -> AsyncIterator[Bench]:
    async with desk_app(tmp_path, clock=lambda: NOW) as app:
        app.state.desk = dataclasses.replace(app.state.desk, drafting=lambda: SimpleNamespace(knowledge=knowledge()))
        ada, bert = signed_in(app, Role.ADVISER), signed_in(app, Role.ADVISER, name="Bert Adviser")
        questions = [
            Question(id="1", text="Whom to write to?", heading="Whom to write to", statements=[CONTACT]),
            Question(id="2", text="Who drives?", heading="Transport", status="out_of_scope", lead="That is elsewhere."),
        ]
        enquiry = Enquiries(app.state.desk.database, lambda: NOW).add(
            by=ada.staff_id,
            subject="A <b>question</b>",
            body="Whom do we write to? <script>alert(1)</script>",
            masked={},
            content_version=knowledge().version,
            area="suffolk",
            questions=[question.model_dump(mode="json") for question in questions],
        )
        yield Bench(app, enquiry, ada, bert, signed_in(app, Role.SUPERVISOR))


def text_field(page: str, name: str = "text") -> str:
    """What stands in a text field of a page."""
    found = re.search(rf'<textarea[^>]* id="{name}"[^>]*>\n(.*?)</textarea>', page, re.DOTALL)
    assert found, page
    return html.unescape(found[1])


async def test_a_reply_is_composed_in_either_voice_and_nothing_of_the_email_is_markup(bench: Bench) -> None:
    empty = await bench.ada.get(bench.path)
    assert "No reply has been composed yet" in empty.text
    reply = await bench.composed()
    page = await bench.ada.get(bench.path)
    assert text_field(page.text) == reply.text
    assert "SESreferrals@suffolk.gov.uk" in reply.text
    assert "It is free to send" in page.text
    assert "<script>alert" not in page.text
    answer = await bench.do(bench.ada, "/compose", voice="parent", sources="yes")
    assert answer.status_code == 303
    assert (bench.reply.voice, bench.reply.with_sources) == ("parent", True)
    assert "Where this comes from:\n[1] SES Core Offer" in bench.reply.text


async def test_a_text_that_somebody_changed_is_composed_anew_only_by_who_says_so(bench: Bench) -> None:
    changed = await bench.changed()
    refused = await bench.do(bench.ada, "/compose", voice="parent")
    assert refused.status_code == 409
    assert "Tick the box if it is to be written over" in refused.text
    assert bench.reply == changed
    await bench.do(bench.ada, "/compose", voice="parent", again="yes")
    assert bench.reply.is_free


async def test_a_reply_needs_an_area_and_a_question(bench: Bench) -> None:
    enquiries = Enquiries(bench.desk.database, bench.desk.clock)
    changed = enquiries.change(bench.enquiry.id, bench.enquiry.version, bench.ada.staff_id, area=None)
    answer = await bench.ada.post_form(f"{bench.path}/compose", voice="parent")
    assert (answer.status_code, "No area is chosen" in answer.text) == (409, True)
    enquiries.change(bench.enquiry.id, changed.version, bench.ada.staff_id, area="suffolk", questions=[])
    answer = await bench.ada.post_form(f"{bench.path}/compose", voice="parent")
    assert (answer.status_code, "has no question yet" in answer.text) == (409, True)


async def test_who_composes_gets_told_when_other_statements_were_chosen_since(bench: Bench) -> None:
    await bench.composed()
    assert "would read differently" not in (await bench.ada.get(bench.path)).text
    enquiries = Enquiries(bench.desk.database, bench.desk.clock)
    enquiries.change(
        bench.enquiry.id, bench.enquiry.version, bench.ada.staff_id, questions=list(bench.enquiry.questions[:1])
    )
    assert "would read differently" in (await bench.ada.get(bench.path)).text


async def test_a_changed_text_is_shown_as_a_difference_and_waits_for_a_supervisor(bench: Bench) -> None:
    await bench.changed()
    page = await bench.ada.get(bench.path)
    assert re.search(r"<del><span[^>]*> taken out: </span>Thank<span", page.text)
    assert re.search(r"<ins><span[^>]*> added: </span>Many<span", page.text)
    for ending in LEAVING:
        refused = await bench.do(bench.ada, ending, **VALUES)
        assert (refused.status_code, "A supervisor must approve this text first" in refused.text) == (409, True)
        assert BLANKS["your name"] not in text_field(refused.text)
    assert bench.reply.state is ReplyState.DRAFT


async def test_a_supervisor_approves_and_then_it_may_be_sent(bench: Bench) -> None:
    reply = await bench.submitted()
    assert (reply.state, bench.status) == (ReplyState.WAITING, EnquiryStatus.WAITING)
    page = await bench.sam.get(bench.path)
    assert 'value="approve"' in page.text
    assert 'value="approve"' not in (await bench.bert.get(bench.path)).text
    answer = await bench.do(bench.sam, "/decide", decision="approve", text=reply.text)
    assert answer.headers["location"].endswith("said=reply.approved")
    assert bench.reply.state is ReplyState.APPROVED
    assert (await bench.do(bench.bert, "/copy", **VALUES)).status_code == 200
    await bench.do(bench.bert, "/sent", **VALUES)
    assert (bench.reply.state, bench.status) == (ReplyState.SENT, EnquiryStatus.ANSWERED)
    assert "This reply was sent on" in (await bench.bert.get(bench.path)).text


async def test_a_supervisor_changes_the_text_and_approves_what_then_stands_there(bench: Bench) -> None:
    reply = await bench.submitted()
    await bench.do(bench.sam, "/decide", decision="approve", text=f"{reply.text}\nAsk again at any time.")
    assert bench.reply.state is ReplyState.APPROVED
    assert bench.reply.text.endswith("\nAsk again at any time.")


async def test_a_supervisor_returns_it_with_a_reason_that_is_masked(bench: Bench) -> None:
    reply = await bench.submitted()
    none = await bench.do(bench.sam, "/decide", decision="return", text=reply.text, reason=" ")
    assert (none.status_code, "Say why you return it" in none.text) == (409, True)
    unsaved = await bench.do(bench.sam, "/decide", decision="return", text=f"{reply.text} More.", reason="Why?")
    assert text_field(unsaved.text).endswith(" More.")
    assert text_field(unsaved.text, "reason") == "Why?"
    assert bench.reply.state is ReplyState.WAITING
    await bench.do(bench.sam, "/decide", decision="return", text=reply.text, reason=f"Too long for {NAME}.")
    assert (bench.reply.state, bench.reply.reason, bench.status) == (
        ReplyState.RETURNED,
        "Too long for the pupil.",
        EnquiryStatus.OPEN,
    )
    assert "Too long for the pupil." in (await bench.ada.get(bench.path)).text
    await bench.do(bench.ada, text=f"{bench.reply.text}\nShorter.")
    assert "A supervisor returned an earlier text" in (await bench.ada.get(bench.path)).text


async def test_who_asked_for_the_approval_does_not_give_it(bench: Bench) -> None:
    await bench.changed()
    await bench.do(bench.sam, "/submit", text=bench.reply.text)
    page = await bench.sam.get(bench.path)
    assert 'value="approve"' not in page.text
    assert "Another supervisor must decide" in page.text
    refused = await bench.do(bench.sam, "/decide", decision="approve", text=bench.reply.text)
    assert (refused.status_code, "Another supervisor must decide" in refused.text) == (409, True)
    assert bench.reply.state is ReplyState.WAITING


async def test_an_adviser_decides_nothing(bench: Bench) -> None:
    await bench.submitted()
    refused = await bench.do(bench.bert, "/decide", decision="approve", text=bench.reply.text)
    assert refused.status_code == 403
    assert bench.reply.state is ReplyState.WAITING


@pytest.mark.parametrize("ending", LEAVING)
async def test_nothing_leaves_the_desk_while_a_blank_is_empty(bench: Bench, ending: str) -> None:
    await bench.composed()
    for left in ({}, {"blank_name": list(BLANKS), "blank": ["Marigold Quince", " "]}):
        refused = await bench.do(bench.ada, ending, **left)
        assert refused.status_code == 409
        assert "Fill in “your name”." in refused.text
        assert 'href="#blank-1"' in refused.text
        assert bench.reply.state is ReplyState.DRAFT
    assert 'value="Marigold Quince"' in refused.text


@pytest.mark.parametrize("value", ["x" * 101, "two\nlines", "[another blank]"])
async def test_a_blank_takes_no_long_text_no_second_line_and_no_blank(bench: Bench, value: str) -> None:
    await bench.composed()
    refused = await bench.do(bench.ada, "/copy", blank_name=list(BLANKS), blank=["Marigold", value])
    assert (refused.status_code, "with at most 100 characters" in refused.text) == (409, True)


async def test_the_filled_text_is_copied_printed_and_downloaded_and_never_stored(bench: Bench) -> None:
    reply = await bench.composed()
    filled = reply.text
    for name, value in BLANKS.items():
        filled = filled.replace(f"[{name}]", value)
    form = {**VALUES, "text": reply.text.replace("\n", "\r\n")}
    copied = await bench.do(bench.ada, "/copy", **form)
    assert text_field(copied.text, "letter") == filled
    assert 'data-copy="#letter"' in copied.text
    printed = await bench.do(bench.ada, "/print", **form)
    assert html.escape(filled, quote=False) in printed.text
    made = await bench.do(bench.ada, ".eml", **form)
    message = email.message_from_bytes(made.content, policy=policy.default)
    assert made.headers["content-disposition"] == f'attachment; filename="reply-{bench.enquiry.number}.eml"'
    assert message.get_content().replace("\r\n", "\n").rstrip("\n") == filled
    assert (message["subject"], message["to"], message["from"]) == ("Re: A <b>question</b>", None, None)
    # The copy page says that it was sent, with what was filled in.
    hidden = re.findall(r'<input type="hidden" name="(blank_name|blank)" value="([^"]*)">', copied.text)
    again = {key: [value for name, value in hidden if name == key] for key in ("blank_name", "blank")}
    await bench.do(bench.ada, "/sent", **again)
    assert bench.reply.state is ReplyState.SENT
    assert bench.reply.text == reply.text
    assert b"Marigold" not in bench.stored()
    for page in (copied, printed, made):
        assert page.headers["cache-control"] == "no-store"


async def test_names_typed_over_blanks_are_taken_out_kept_for_the_person_and_never_stored(bench: Bench) -> None:
    reply = await bench.composed()
    typed = reply.text.replace("[name of the person who wrote]", "Marigold Quince")
    page = await bench.do(bench.ada, text=typed)
    assert page.status_code == 200
    assert "You typed over blanks" in page.text
    assert 'value="Marigold Quince"' in page.text
    assert bench.reply.text == reply.text
    assert bench.reply.is_free
    copied = await bench.do(bench.ada, "/copy", text=typed, blank_name=list(BLANKS), blank=["", "Ada"])
    assert text_field(copied.text, "letter").startswith("Hello Marigold Quince,\n")
    assert b"Marigold" not in bench.stored()


async def test_names_typed_into_a_changed_text_are_masked_before_it_is_stored(bench: Bench) -> None:
    reply = await bench.composed()
    page = await bench.do(bench.ada, text=f"{reply.text}\n\n{NAME} may come along.")
    assert "Personal details were taken out" in page.text
    assert bench.reply.text == f"{reply.text}\n\nthe pupil may come along."
    assert NAME.encode() not in bench.stored()


async def test_a_text_about_somebody_in_danger_is_not_stored_and_not_lost(bench: Bench) -> None:
    reply = await bench.composed()
    refused = await bench.do(bench.ada, text=f"{reply.text}\n{DISCLOSURE}")
    assert (refused.status_code, "This was not saved" in refused.text) == (409, True)
    assert text_field(refused.text).endswith(DISCLOSURE)
    assert bench.reply == reply
    assert DISCLOSURE.encode() not in bench.stored()


@pytest.mark.parametrize(("text", "said"), [("x" * 20_001, "at most 20,000 characters"), (" \n ", "Enter the text")])
async def test_a_text_that_is_too_long_or_empty_is_not_stored(bench: Bench, text: str, said: str) -> None:
    reply = await bench.composed()
    refused = await bench.do(bench.ada, text=text)
    assert (refused.status_code, said in refused.text) == (409, True)
    assert bench.reply == reply


@pytest.mark.parametrize("ending", LEAVING)
async def test_a_change_that_was_not_saved_is_not_left_behind(bench: Bench, ending: str) -> None:
    reply = await bench.composed()
    refused = await bench.do(bench.ada, ending, text=f"{reply.text}\nOne more thing.", **VALUES)
    assert (refused.status_code, "not saved it" in refused.text) == (409, True)
    assert text_field(refused.text).endswith("One more thing.")
    assert bench.reply == reply


@pytest.mark.parametrize("ending", ["", "/submit", "/copy", "/print", ".eml", "/sent", "/compose"])
async def test_what_somebody_else_changed_meanwhile_is_not_overwritten_and_nothing_typed_is_lost(
    bench: Bench, ending: str
) -> None:
    reply = await bench.composed()
    theirs = f"{reply.text}\nBert was here."
    await bench.do(bench.bert, text=theirs)
    fields = {"text": f"{reply.text}\nMine & <b>mine</b>.", "voice": "parent", "again": "yes", **VALUES}
    refused = await bench.ada.post_form(f"{bench.path}{ending}", version=str(reply.version), **fields)
    assert refused.status_code == 409
    assert "Bert Adviser changed this reply on 27 November 2026, 12.00pm" in refused.text
    assert text_field(refused.text, "yours").endswith("Mine & <b>mine</b>.")
    assert "Bert was here." in refused.text
    assert bench.reply.text == theirs


async def test_a_supervisor_does_not_approve_what_was_changed_meanwhile(bench: Bench) -> None:
    reply = await bench.submitted()
    await bench.do(bench.ada, text=f"{reply.text}\nOne more thing.")
    refused = await bench.sam.post_form(
        f"{bench.path}/decide", version=str(reply.version), decision="approve", text=reply.text
    )
    assert refused.status_code == 409
    assert "Ada Adviser changed this reply" in refused.text
    assert bench.reply.state is ReplyState.DRAFT


async def test_a_sent_reply_stays_as_it_is(bench: Bench) -> None:
    reply = await bench.composed()
    await bench.do(bench.ada, "/sent", **VALUES)
    for ending, fields in (("", {"text": "x"}), ("/compose", {"voice": "parent"}), ("/sent", VALUES)):
        refused = await bench.do(bench.ada, ending, **fields)
        assert (refused.status_code, "not possible as the reply stands now" in refused.text) == (409, True)
    assert bench.reply.text == reply.text


async def test_every_text_that_was_saved_can_be_read_again(bench: Bench) -> None:
    await bench.changed()
    page = await bench.ada.get(bench.path)
    assert "Every text that this reply has had" in page.text
    assert page.text.count("Ada Adviser, 27 November 2026, 12.00pm") == 2


async def test_an_enquiry_that_is_not_there_has_no_reply(bench: Bench) -> None:
    await bench.composed()
    for person in (bench.ada, bench.sam):
        assert (await person.get("/desk/enquiries/nobody-knows-this/reply")).status_code == 404
    for ending in ("", "/compose", "/submit", *LEAVING):
        path = f"/desk/enquiries/nobody-knows-this/reply{ending}"
        answer = await bench.ada.post_form(path, version="1", text="x", voice="parent")
        assert answer.status_code == 404


@pytest.mark.parametrize("fields", [{"version": "x"}, {"blank_name": ["a", "b"], "blank": "x"}])
async def test_a_form_that_does_not_fit_is_refused(bench: Bench, fields: dict[str, Any]) -> None:
    await bench.composed()
    assert (await bench.do(bench.ada, "/copy", **fields)).status_code == 400
    assert (await bench.do(bench.ada, "/compose", voice="loud")).status_code == 400
    assert (await bench.do(bench.sam, "/decide", decision="perhaps")).status_code == 400
