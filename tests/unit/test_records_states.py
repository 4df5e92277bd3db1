"""The rules of enquiries and replies, as tables say them: what leads where, what is free to send, which page is shown."""

from __future__ import annotations

from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.records.errors import NeedsApprovalError, NotNowError
from bot.records.paging import Page, within
from bot.records.states import (
    STATUS_OF,
    TRANSITIONS,
    EnquiryStatus,
    ReplyState,
    Step,
    after,
    by_hand,
    is_free,
    normalised,
)

TEXTS = st.text(alphabet=st.sampled_from("ab \t\r\n\0é"), max_size=30)


def test_nothing_but_reopening_leads_out_of_sent() -> None:
    assert {step for state, step in TRANSITIONS if state is ReplyState.SENT} == {Step.REOPEN}


def test_only_what_waits_is_decided_on_and_nothing_that_waits_is_sent() -> None:
    deciding = (Step.APPROVE, Step.GIVE_BACK)
    assert {state for state, step in TRANSITIONS if step in deciding} == {ReplyState.WAITING}
    assert (ReplyState.WAITING, Step.SEND) not in TRANSITIONS


@pytest.mark.parametrize("step", [Step.COMPOSE, Step.CHANGE])
def test_every_change_of_a_text_makes_it_a_draft(step: Step) -> None:
    reached = {state: new for (state, taken), new in TRANSITIONS.items() if taken is step}
    assert reached == dict.fromkeys(set(ReplyState) - {ReplyState.SENT}, ReplyState.DRAFT)


def test_each_state_is_reached_and_has_its_status() -> None:
    assert set(TRANSITIONS.values()) == set(ReplyState) == set(STATUS_OF)
    assert {state for state, status in STATUS_OF.items() if status is EnquiryStatus.WAITING} == {ReplyState.WAITING}
    assert {state for state, status in STATUS_OF.items() if status is EnquiryStatus.ANSWERED} == {ReplyState.SENT}


@pytest.mark.parametrize(("state", "step"), sorted(product(ReplyState, Step)))
def test_a_step_that_is_not_in_the_table_is_refused(state: ReplyState, step: Step) -> None:
    if (state, step) in TRANSITIONS:
        assert after(state, step, free=True) is TRANSITIONS[state, step]
        return
    with pytest.raises(NotNowError) as refused:
        after(state, step, free=True)
    assert (refused.value.state, refused.value.step) == (state, step)


@pytest.mark.parametrize("state", [ReplyState.DRAFT, ReplyState.RETURNED])
def test_a_changed_text_needs_an_approval_and_a_verified_one_does_not(state: ReplyState) -> None:
    with pytest.raises(NeedsApprovalError):
        after(state, Step.SEND, free=False)
    assert after(state, Step.SEND, free=True) is ReplyState.SENT
    assert after(ReplyState.APPROVED, Step.SEND, free=False) is ReplyState.SENT


@pytest.mark.parametrize(
    ("status", "wanted", "reply", "may"),
    [
        (EnquiryStatus.OPEN, EnquiryStatus.ANSWERED, None, True),
        (EnquiryStatus.OPEN, EnquiryStatus.ANSWERED, ReplyState.DRAFT, True),
        (EnquiryStatus.ANSWERED, EnquiryStatus.OPEN, ReplyState.SENT, True),
        (EnquiryStatus.OPEN, EnquiryStatus.WAITING, ReplyState.DRAFT, False),
        (EnquiryStatus.WAITING, EnquiryStatus.OPEN, ReplyState.WAITING, False),
        (EnquiryStatus.WAITING, EnquiryStatus.ANSWERED, ReplyState.WAITING, False),
        (EnquiryStatus.WAITING, EnquiryStatus.WAITING, ReplyState.WAITING, True),
    ],
)
def test_people_open_and_close_enquiries_but_waiting_comes_and_goes_with_the_reply(
    status: EnquiryStatus, wanted: EnquiryStatus, reply: ReplyState | None, may: bool
) -> None:
    if may:
        by_hand(status, wanted, reply)
        return
    with pytest.raises(NotNowError):
        by_hand(status, wanted, reply)


@pytest.mark.parametrize(
    ("verified", "text", "free"),
    [
        ("One.\nTwo.", "One.\r\nTwo.\r\n", True),
        ("One.\nTwo.", "One.  \nTwo.\t", True),
        ("One.\nTwo.", "One.\n\nTwo.", False),
        ("One.\nTwo.", " One.\nTwo.", False),
        ("One.\nTwo.", "One.\ntwo.", False),
        ("One.", "", False),
    ],
)
def test_line_ends_and_trailing_blanks_are_no_change_and_everything_else_is(
    verified: str, text: str, free: bool
) -> None:
    assert is_free(verified, text) is free


@given(TEXTS)
def test_normalising_twice_changes_nothing_more(text: str) -> None:
    once = normalised(text)
    assert normalised(once) == once
    assert not set(once) & {"\r", "\0"}
    assert [line for line in once.split("\n") if line != line.rstrip(" \t")] == []


@given(TEXTS)
def test_what_a_form_makes_of_a_text_is_free(text: str) -> None:
    kept = normalised(text)
    assert is_free(kept, kept.replace("\n", "\r\n") + "\r\n")


@given(TEXTS, st.integers(0, 30), st.sampled_from("abé"))
def test_one_more_letter_anywhere_is_a_change(text: str, place: int, letter: str) -> None:
    kept = normalised(text)
    assert not is_free(kept, kept[:place] + letter + kept[place:])


@pytest.mark.parametrize(
    ("asked", "total", "shown"),
    [(1, 0, 1), (0, 30, 1), (-4, 30, 1), (2, 25, 1), (2, 26, 2), (3, 50, 2), (10**30, 26, 2)],
)
def test_the_nearest_page_that_there_is_is_shown(asked: int, total: int, shown: int) -> None:
    assert within(asked, total, 25) == shown


def test_a_page_says_how_many_there_are() -> None:
    assert [Page((), 1, total, 25).pages for total in (0, 1, 25, 26)] == [1, 1, 1, 2]
