"""What can stand in the way of a change to the records. Nothing was changed when one of these is raised."""

from __future__ import annotations

from datetime import datetime


class RecordsError(Exception):
    """A change that was not made."""


class GoneError(RecordsError):
    """The enquiry, or its reply, is not there (any more)."""


class ChangedMeanwhileError(RecordsError):
    """It is no longer what the person saw.

    Args:
        by: id of who changed it last; None: not known any more. name: their name, "" likewise.
        at: when, in UTC. version: the one that stands now; it was read after the refusal.
    """

    def __init__(self, by: str | None, name: str, at: datetime, version: int) -> None:
        super().__init__("changed meanwhile")
        self.by, self.name, self.at, self.version = by, name, at, version


class NotNowError(RecordsError):
    """A step that is not to be taken in this state. `state` and `step` say which."""

    def __init__(self, state: str, step: str) -> None:
        super().__init__(f"{step} is not for {state}")
        self.state, self.step = state, step


class NeedsApprovalError(NotNowError):
    """A changed text that is to be sent before a supervisor approved it."""


class OwnChangeError(RecordsError):
    """Somebody wants to approve what they submitted themselves."""
