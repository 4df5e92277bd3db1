"""What state an enquiry and its reply may be in, and which steps lead where: rules as data, no database."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum

from bot.records.errors import NeedsApprovalError, NotNowError


class EnquiryStatus(StrEnum):
    """Where an enquiry stands. `waiting`: its reply waits for a supervisor."""

    OPEN = "open"
    WAITING = "waiting"
    ANSWERED = "answered"


class ReplyState(StrEnum):
    """Where a reply stands."""

    DRAFT = "draft"
    WAITING = "waiting"
    APPROVED = "approved"
    RETURNED = "returned"
    SENT = "sent"


class Step(StrEnum):
    """What can be done with a reply. `change`: another text; `reopen`: its enquiry is open again though it was sent."""

    COMPOSE = "compose"
    CHANGE = "change"
    SUBMIT = "submit"
    APPROVE = "approve"
    GIVE_BACK = "give_back"
    SEND = "send"
    REOPEN = "reopen"


# A change of the text takes an approval back, and a submission too: whoever decides must see what is decided on.
TRANSITIONS: Mapping[tuple[ReplyState, Step], ReplyState] = {
    (ReplyState.DRAFT, Step.COMPOSE): ReplyState.DRAFT,
    (ReplyState.WAITING, Step.COMPOSE): ReplyState.DRAFT,
    (ReplyState.APPROVED, Step.COMPOSE): ReplyState.DRAFT,
    (ReplyState.RETURNED, Step.COMPOSE): ReplyState.DRAFT,
    (ReplyState.DRAFT, Step.CHANGE): ReplyState.DRAFT,
    (ReplyState.WAITING, Step.CHANGE): ReplyState.DRAFT,
    (ReplyState.APPROVED, Step.CHANGE): ReplyState.DRAFT,
    (ReplyState.RETURNED, Step.CHANGE): ReplyState.DRAFT,
    (ReplyState.DRAFT, Step.SUBMIT): ReplyState.WAITING,
    (ReplyState.RETURNED, Step.SUBMIT): ReplyState.WAITING,
    (ReplyState.WAITING, Step.APPROVE): ReplyState.APPROVED,
    (ReplyState.WAITING, Step.GIVE_BACK): ReplyState.RETURNED,
    (ReplyState.DRAFT, Step.SEND): ReplyState.SENT,
    (ReplyState.RETURNED, Step.SEND): ReplyState.SENT,
    (ReplyState.APPROVED, Step.SEND): ReplyState.SENT,
    (ReplyState.SENT, Step.REOPEN): ReplyState.DRAFT,
}
# In these states only a text that stands as it was composed may be sent.
UNAPPROVED = frozenset({ReplyState.DRAFT, ReplyState.RETURNED})
STATUS_OF: Mapping[ReplyState, EnquiryStatus] = {
    ReplyState.DRAFT: EnquiryStatus.OPEN,
    ReplyState.WAITING: EnquiryStatus.WAITING,
    ReplyState.APPROVED: EnquiryStatus.OPEN,
    ReplyState.RETURNED: EnquiryStatus.OPEN,
    ReplyState.SENT: EnquiryStatus.ANSWERED,
}


def after(state: ReplyState, step: Step, *, free: bool = False) -> ReplyState:
    """The state after a step.

    Args:
        free: whether the text may be sent without an approval (is_free).
    Raises: NotNowError: not in this state. NeedsApprovalError: to be sent though changed and not approved.
    """
    found = TRANSITIONS.get((state, step))
    if found is None:
        raise NotNowError(state, step)
    if step is Step.SEND and state in UNAPPROVED and not free:
        raise NeedsApprovalError(state, step)
    return found


def by_hand(status: EnquiryStatus, wanted: EnquiryStatus, reply: ReplyState | None) -> None:
    """Whether a person may set the status of an enquiry themselves (answered by telephone, opened again).

    Raises: NotNowError: "waiting" comes from submitting a reply, and goes when it is decided on or taken back.
    """
    if status == wanted:
        return
    if wanted is EnquiryStatus.WAITING or status is EnquiryStatus.WAITING or reply is ReplyState.WAITING:
        raise NotNowError(status, f"set_{wanted}")


def normalised(text: str) -> str:
    """A text as it is compared and kept: line ends of one kind, no blanks at their ends, no empty lines at the end.

    Nor the character 0, which PostgreSQL refuses.
    """
    lines = text.replace("\0", "").replace("\r\n", "\n").replace("\r", "\n").split("\n")
    return "\n".join(line.rstrip(" \t") for line in lines).rstrip("\n")


def is_free(verified: str, text: str) -> bool:
    """Whether a text is free to send: nobody changed it after it was composed from statements."""
    return normalised(verified) == normalised(text)
