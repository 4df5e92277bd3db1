"""Whatever people do with a reply, in whatever order: what goes out is verified or approved, and nothing is lost."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from bot.records.database import Database
from bot.records.enquiries import Enquiries
from bot.records.errors import ChangedMeanwhileError, NeedsApprovalError, NotNowError, OwnChangeError
from bot.records.replies import Replies, Reply
from bot.records.states import STATUS_OF, EnquiryStatus, ReplyState
from tests.records_support import ADA, BEN, SAM, Clock, add_enquiry, add_staff, log_of

PEOPLE = st.sampled_from([ADA, BEN, SAM])
TEXTS = st.sampled_from(["Use form one.", "Use form two.", "Please use form one.", "Call us.\n\nKind regards"])
REFUSALS = (ChangedMeanwhileError, NeedsApprovalError, NotNowError, OwnChangeError)
COMPOSED: dict[str, Any] = {"voice": "parent", "with_sources": False, "content_version": "abc"}


class ReplyMachine(RuleBasedStateMachine):
    """A reply under many hands, and what must be true of it, told from the steps that were done."""

    def __init__(self, database: Database) -> None:
        super().__init__()
        clock = Clock()
        self.database = database
        self.enquiries, self.replies = Enquiries(database, clock), Replies(database, clock)
        self.saved: list[str] = []  # every text, the oldest first
        self.submitted: tuple[str, str] | None = None  # by whom, which text; None: taken back, or decided on
        self.approved: str | None = None  # the text that a supervisor approved and nobody touched since
        self.sent: str | None = None

    @initialize(verified=TEXTS, by=PEOPLE)
    def begin(self, verified: str, by: str) -> None:
        self.enquiry = add_enquiry(self.enquiries)
        self.replies.compose(self.enquiry.id, None, verified=verified, by=by, **COMPOSED)
        self.verified, self.version, self.lines = verified, 1, 2
        self.saved.append(verified)

    @property
    def now(self) -> Reply:
        found = self.replies.get(self.enquiry.id)
        assert found is not None
        return found

    def attempt(self, step: Callable[..., Reply], *values: str, **named: Any) -> Reply | Exception:
        """Do a step as somebody who sees the newest version: the reply, or the refusal that changed nothing."""
        before = self.now
        refused: Exception | None = None
        try:
            done = step(self.enquiry.id, self.version, *values, **named)
        except REFUSALS as error:
            refused = error
        if refused is not None:
            assert self.now == before
            return refused
        if done != before:
            self.lines += 1
            self.version += 1
            if done.text != before.text:
                self.saved.append(done.text)
        assert self.now == done
        return done

    @precondition(lambda self: self.sent is None)
    @rule(verified=TEXTS, by=PEOPLE)
    def compose(self, verified: str, by: str) -> None:
        done = self.attempt(self.replies.compose, verified=verified, by=by, **COMPOSED)
        assert isinstance(done, Reply)
        self.verified, self.submitted, self.approved = verified, None, None
        assert (done.state, done.text) == (ReplyState.DRAFT, verified)

    @precondition(lambda self: self.sent is None)
    @rule(text=TEXTS, by=PEOPLE)
    def change(self, text: str, by: str) -> None:
        is_same = text == self.now.text
        done = self.attempt(self.replies.save_text, text, by)
        assert isinstance(done, Reply)
        if not is_same:
            self.submitted, self.approved = None, None
            assert (done.state, done.text) == (ReplyState.DRAFT, text)

    @precondition(lambda self: self.sent is None)
    @rule(by=PEOPLE)
    def submit(self, by: str) -> None:
        done = self.attempt(self.replies.submit, by)
        if self.submitted is not None or self.approved is not None:
            assert isinstance(done, NotNowError)
            return
        assert isinstance(done, Reply)
        self.submitted = (by, done.text)

    @precondition(lambda self: self.sent is None and self.approved is None)
    @rule(by=PEOPLE, submitter=PEOPLE, text=st.sampled_from([None, "Better."]) | TEXTS)
    def approve(self, by: str, submitter: str, text: str | None) -> None:
        if self.submitted is None:
            self.submit(submitter)
        assert self.submitted is not None
        submitter, shown = self.submitted
        done = self.attempt(self.replies.approve, by, text=text)
        if by == submitter:
            assert isinstance(done, OwnChangeError)
            return
        assert isinstance(done, Reply)
        assert done.text == (text or shown)
        self.submitted, self.approved = None, done.text

    @precondition(lambda self: self.sent is None and self.approved is None)
    @rule(by=PEOPLE, submitter=PEOPLE)
    def give_back(self, by: str, submitter: str) -> None:
        if self.submitted is None:
            self.submit(submitter)
        done = self.attempt(self.replies.give_back, "No.", by)
        assert isinstance(done, Reply)
        assert done.state is ReplyState.RETURNED
        self.submitted = None

    @precondition(lambda self: self.submitted is None)
    @rule(by=PEOPLE)
    def decide_on_what_nobody_submitted(self, by: str) -> None:
        assert isinstance(self.attempt(self.replies.approve, by), NotNowError)
        assert isinstance(self.attempt(self.replies.give_back, "No.", by), NotNowError)

    @rule(by=PEOPLE)
    def send(self, by: str) -> None:
        may = self.sent is None and self.submitted is None and self.now.text in (self.verified, self.approved)
        done = self.attempt(self.replies.mark_sent, by)
        if not may:
            assert isinstance(done, NotNowError)
            return
        assert isinstance(done, Reply)
        self.sent = done.text

    @precondition(lambda self: self.sent is not None)
    @rule(by=PEOPLE, text=TEXTS)
    def touch_what_was_sent(self, by: str, text: str) -> None:
        assert isinstance(self.attempt(self.replies.compose, verified=text, by=by, **COMPOSED), NotNowError)
        assert isinstance(self.attempt(self.replies.save_text, text, by), NotNowError)
        assert isinstance(self.attempt(self.replies.submit, by), NotNowError)

    @precondition(lambda self: self.sent is not None)
    @rule(by=PEOPLE)
    def open_again(self, by: str) -> None:
        found = self.enquiries.get(self.enquiry.id)
        assert found is not None
        self.enquiries.change(self.enquiry.id, found.version, by, status=EnquiryStatus.OPEN)
        self.version, self.lines = self.version + 1, self.lines + 1
        self.sent, self.approved = None, None

    @rule(by=PEOPLE, text=TEXTS, step=st.sampled_from(["compose", "save_text", "submit", "approve", "mark_sent"]))
    def come_too_late(self, by: str, text: str, step: str) -> None:
        before = self.now
        values: dict[str, Any] = {
            "compose": {"verified": text, **COMPOSED},
            "save_text": {"text": text},
            "approve": {"text": text},
        }.get(step, {})
        with pytest.raises(ChangedMeanwhileError) as refused:
            getattr(self.replies, step)(self.enquiry.id, self.version - 1, by=by, **values)
        assert (refused.value.version, refused.value.by) == (self.version, before.updated_by)
        assert self.now == before

    @invariant()
    def the_enquiry_is_in_step(self) -> None:
        found = self.enquiries.get(self.enquiry.id)
        assert found is not None
        assert found.status is STATUS_OF[self.now.state]
        assert (found.answered_at is not None) == (found.status is EnquiryStatus.ANSWERED)

    @invariant()
    def what_may_go_out_is_verified_or_approved(self) -> None:
        reply = self.now
        if self.sent is not None:
            assert reply.text == self.sent
        elif reply.is_sendable:
            assert reply.text in (self.verified, self.approved)
        assert (reply.state is ReplyState.APPROVED) == (self.approved is not None and self.sent is None)
        assert (reply.state is ReplyState.WAITING) == (self.submitted is not None)

    @invariant()
    def every_text_is_kept_and_every_step_is_in_the_log(self) -> None:
        assert [saved.text for saved in self.replies.texts(self.enquiry.id)] == self.saved[::-1]
        assert len(log_of(self.database, self.enquiry.number)) == self.lines


def test_whatever_people_do_what_goes_out_is_verified_or_approved_and_nothing_is_lost(database: Database) -> None:
    add_staff(database)
    run_state_machine_as_test(
        lambda: ReplyMachine(database),
        # Fewer on the slower one; and no shrinking, which takes longer than a test may: twenty steps can be read.
        settings=settings(
            max_examples=40 if database.is_sqlite else 10,
            stateful_step_count=20,
            deadline=None,
            phases=(Phase.explicit, Phase.reuse, Phase.generate),
            suppress_health_check=[HealthCheck.too_slow],
        ),
    )
