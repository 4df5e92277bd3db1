"""Replies to enquiries: composed, changed, approved, sent. Each step says which version the person saw."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from bot.records.audit import record
from bot.records.database import Database
from bot.records.errors import GoneError, OwnChangeError
from bot.records.locking import ID, UNDECIDED, changed_meanwhile, lock, name_of
from bot.records.models import ReplyRow, ReplyTextRow
from bot.records.states import STATUS_OF, EnquiryStatus, ReplyState, Step, after, is_free, normalised

# What a step is called in the audit log.
ACTIONS = {
    Step.COMPOSE: "reply_composed",
    Step.CHANGE: "reply_changed",
    Step.SUBMIT: "submitted",
    Step.APPROVE: "approved",
    Step.GIVE_BACK: "returned",
    Step.SEND: "sent",
}


@dataclass(frozen=True, slots=True)
class Reply:
    """A reply. `verified`: as composed; `text`: as it stands. `version`: hand it back with the next step. Times: UTC.

    `changed_by`: who wrote `text`. `reason`: why it was last returned, till it is approved; "" for never.
    """

    enquiry_id: str
    version: int
    state: ReplyState
    voice: str
    with_sources: bool
    verified: str
    text: str
    changed_by: str | None
    changed_name: str
    submitted_by: str | None
    submitted_name: str
    submitted_at: datetime | None
    decided_by: str | None
    decided_name: str
    decided_at: datetime | None
    reason: str
    sent_by: str | None
    sent_at: datetime | None
    updated_by: str | None
    updated_at: datetime
    content_version: str

    @property
    def is_free(self) -> bool:
        """Whether it stands as it was composed, so that nobody need approve it."""
        return is_free(self.verified, self.text)

    @property
    def is_sendable(self) -> bool:
        """Whether it may be copied, exported and sent as it stands: verified text, or approved."""
        if self.state is ReplyState.WAITING:
            return False
        return self.is_free or self.state in (ReplyState.APPROVED, ReplyState.SENT)


@dataclass(frozen=True, slots=True)
class SavedText:
    """A text that a reply once had. `by`, `name`: who saved it; `at`: UTC."""

    text: str
    by: str | None
    name: str
    at: datetime


class Replies:
    """The replies of one installation. Texts are masked already; `by` is always the id of the person who does it.

    All steps raise: GoneError: no such enquiry, or no reply yet. ChangedMeanwhileError: it is no longer `version`.
    NotNowError: not a step for this state (bot.records.states.TRANSITIONS). The status of the enquiry follows.

    Args:
        clock: the time now, with a zone.
    """

    def __init__(self, database: Database, clock: Callable[[], datetime]) -> None:
        self._database = database
        self._clock = clock

    def get(self, enquiry_id: str) -> Reply | None:
        """The reply to an enquiry; None: none was composed."""
        with self._database.session() as session:
            row = _find(session, enquiry_id)
            return None if row is None else _reply(session, row)

    def texts(self, enquiry_id: str) -> tuple[SavedText, ...]:
        """Every text that the reply ever had, the newest first."""
        query = select(ReplyTextRow).join(ReplyRow, ReplyRow.id == ReplyTextRow.reply_id)
        query = query.where(ReplyRow.enquiry_id == enquiry_id).order_by(ReplyTextRow.id.desc())
        with self._database.session() as session:
            rows = session.scalars(query).all() if ID.fullmatch(enquiry_id) else ()
            return tuple(SavedText(row.text, row.by, name_of(session, row.by), row.at) for row in rows)

    def compose(
        self,
        enquiry_id: str,
        version: int | None,
        *,
        verified: str,
        text: str | None = None,
        voice: str,
        with_sources: bool,
        by: str,
        content_version: str,
    ) -> Reply:
        """Begin the reply, or begin it anew: a draft.

        Args:
            version: None: the person saw no reply. verified: as composed from statements; `text`: None: the same.
        """
        verified = normalised(verified)
        values = {
            "verified": verified,
            "text": verified if text is None else normalised(text),
            "changed_by": by,
            "voice": voice,
            "with_sources": with_sources,
            "content_version": content_version,
            **UNDECIDED,
        }
        if version is not None:
            return self._take(Step.COMPOSE, enquiry_id, version, by, lambda _: values)
        now = self._clock()
        try:
            with self._database.session() as session:
                lock(session, enquiry_id)
                row = ReplyRow(enquiry_id=enquiry_id, version=1, state=ReplyState.DRAFT.value, reason="", **values)
                row.updated_by, row.updated_at = by, now
                session.add(row)
                session.flush()
                _keep_up(session, row, Step.COMPOSE, by, now, None)
                return _reply(session, row)
        except IntegrityError:
            with self._database.session() as session:
                lock(session, enquiry_id)
                existing = _find(session, enquiry_id)
                if existing is None:  # then it was about something else: an unknown person
                    raise
                raise changed_meanwhile(session, existing) from None

    def save_text(self, enquiry_id: str, version: int, text: str, by: str) -> Reply:
        """Save another text. An approval or a submission does not cover it: it is a draft again.

        The same text again changes nothing.
        """
        changed = normalised(text)
        values = {"text": changed, "changed_by": by, **UNDECIDED}
        return self._take(
            Step.CHANGE, enquiry_id, version, by, lambda row: None if changed == normalised(row.text) else values
        )

    def submit(self, enquiry_id: str, version: int, by: str) -> Reply:
        """Ask for an approval."""
        values = {**UNDECIDED, "submitted_by": by, "submitted_at": self._clock()}
        return self._take(Step.SUBMIT, enquiry_id, version, by, lambda _: values)

    def approve(self, enquiry_id: str, version: int, by: str, text: str | None = None) -> Reply:
        """Approve the text, or another one that the supervisor wrote while deciding; then that one is approved.

        Raises: OwnChangeError: who submitted it may not approve it.
        """

        def values(row: ReplyRow) -> dict[str, Any]:
            if row.submitted_by == by:
                raise OwnChangeError
            found: dict[str, Any] = {"decided_by": by, "decided_at": self._clock(), "reason": ""}
            if text is not None and normalised(text) != normalised(row.text):
                found |= {"text": normalised(text), "changed_by": by}
            return found

        return self._take(Step.APPROVE, enquiry_id, version, by, values)

    def give_back(self, enquiry_id: str, version: int, reason: str, by: str) -> Reply:
        """Return it to the adviser. Raises: ValueError: no reason given."""
        if not reason.strip():
            raise ValueError("a reason is needed")
        values = {"decided_by": by, "decided_at": self._clock(), "reason": normalised(reason).strip()}
        return self._take(Step.GIVE_BACK, enquiry_id, version, by, lambda _: values)

    def mark_sent(self, enquiry_id: str, version: int, by: str) -> Reply:
        """Note that it was sent. Raises: NeedsApprovalError: the text was changed, and nobody approved it."""
        values = {"sent_by": by, "sent_at": self._clock()}
        return self._take(Step.SEND, enquiry_id, version, by, lambda _: values)

    def _take(
        self,
        step: Step,
        enquiry_id: str,
        version: int,
        by: str,
        values: Callable[[ReplyRow], dict[str, Any] | None],
    ) -> Reply:
        """Take one step. `values`: what it sets on the reply as it is; None: nothing is to be done."""
        now = self._clock()
        with self._database.session() as session:
            lock(session, enquiry_id)
            row = _find(session, enquiry_id)
            if row is None:
                raise GoneError
            if row.version != version:
                raise changed_meanwhile(session, row)
            state = after(ReplyState(row.state), step, free=is_free(row.verified, row.text))
            found = values(row)
            if found is None:
                return _reply(session, row)
            text_before = row.text
            written = session.scalar(
                update(ReplyRow)
                .where(ReplyRow.id == row.id, ReplyRow.version == version)
                .values(**found, state=state.value, version=version + 1, updated_by=by, updated_at=now)
                .returning(ReplyRow)
                .execution_options(populate_existing=True)
            )
            if written is None:  # SQLite has no lock on a row: somebody wrote between reading and writing
                newest = _find(session, enquiry_id)
                raise GoneError if newest is None else changed_meanwhile(session, newest)
            _keep_up(session, written, step, by, now, text_before)
            return _reply(session, written)


def _keep_up(session: Session, row: ReplyRow, step: Step, by: str, now: datetime, text_before: str | None) -> None:
    """What goes with a step: the text is kept, the status of the enquiry follows, the log has its line."""
    is_changed = row.text != text_before
    if is_changed:
        session.add(ReplyTextRow(reply_id=row.id, at=now, by=by, text=row.text))
    status = STATUS_OF[ReplyState(row.state)]
    enquiry = lock(session, row.enquiry_id)  # read again now that we write: SQLite lets nobody else write any more
    if enquiry.status != status:
        enquiry.status = status.value
        enquiry.answered_at = now if status is EnquiryStatus.ANSWERED else None
        enquiry.version += 1
        enquiry.updated_by, enquiry.updated_at = by, now
    detail = {"version": row.version, "is_verified": is_free(row.verified, row.text), "text_changed": is_changed}
    record(session, by, ACTIONS[step], enquiry.number, row.content_version, at=now, **detail)


def _find(session: Session, enquiry_id: str) -> ReplyRow | None:
    if not ID.fullmatch(enquiry_id):
        return None
    query = select(ReplyRow).where(ReplyRow.enquiry_id == enquiry_id)
    return session.scalar(query.execution_options(populate_existing=True))


def _reply(session: Session, row: ReplyRow) -> Reply:
    return Reply(
        enquiry_id=row.enquiry_id,
        version=row.version,
        state=ReplyState(row.state),
        voice=row.voice,
        with_sources=row.with_sources,
        verified=row.verified,
        text=row.text,
        changed_by=row.changed_by,
        changed_name=name_of(session, row.changed_by),
        submitted_by=row.submitted_by,
        submitted_name=name_of(session, row.submitted_by),
        submitted_at=row.submitted_at,
        decided_by=row.decided_by,
        decided_name=name_of(session, row.decided_by),
        decided_at=row.decided_at,
        reason=row.reason,
        sent_by=row.sent_by,
        sent_at=row.sent_at,
        updated_by=row.updated_by,
        updated_at=row.updated_at,
        content_version=row.content_version,
    )
