"""Tables of what people make here: enquiries, replies, approvals, reports, marks, sign-offs. SQLAlchemy 2.

Only masked text is ever kept. Times are UTC. The knowledge base has tables of its own, which are built from the files
and need no migrations; these have migrations (bot/records/migrations).
"""

from __future__ import annotations

import secrets
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import (
    JSON,
    DateTime,
    Dialect,
    ForeignKey,
    Index,
    LargeBinary,
    MetaData,
    String,
    Text,
    TypeDecorator,
    UniqueConstraint,
)
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column, relationship

LONG_ID = 32  # characters of ids that stand in addresses: 16 random bytes as URL-safe text take 22


class UtcDateTime(TypeDecorator[datetime]):
    """An aware time, kept as UTC without a zone, since SQLite knows none."""

    impl = DateTime
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """To the database. Raises: ValueError: a time without a zone."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a time without a zone")
        return value.astimezone(UTC).replace(tzinfo=None)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """From the database."""
        return None if value is None else value.replace(tzinfo=UTC)


def new_id() -> str:
    """An id that cannot be guessed."""
    return secrets.token_urlsafe(16)


class Base(DeclarativeBase):
    """Base of all these tables. Constraints have names, so that migrations can change them."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(column_0_label)s",
            "uq": "uq_%(table_name)s_%(column_0_name)s",
            "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
            "pk": "pk_%(table_name)s",
        }
    )
    type_annotation_map = {  # noqa: RUF012 - SQLAlchemy reads it as it is
        datetime: UtcDateTime,
        dict[str, Any]: JSON,
        list[str]: JSON,
        list[dict[str, Any]]: JSON,
    }


class StaffRow(Base):
    """A person who signed in. `id`: made from tenant and object id of the identity provider."""

    __tablename__ = "staff"
    id: Mapped[str] = mapped_column(String(64), primary_key=True)
    name: Mapped[str] = mapped_column(String(200))
    roles: Mapped[list[str]]
    first_seen: Mapped[datetime]
    last_seen: Mapped[datetime]


class SessionRow(Base):
    """A signed-in session. The cookie holds the token, this table only its SHA-256."""

    __tablename__ = "sessions"
    token_hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    staff_id: Mapped[str] = mapped_column(ForeignKey("staff.id", ondelete="CASCADE"), index=True)
    roles: Mapped[list[str]]
    csrf: Mapped[str] = mapped_column(String(64))
    created_at: Mapped[datetime]
    seen_at: Mapped[datetime]
    ends_at: Mapped[datetime]
    revoked_at: Mapped[datetime | None]
    staff: Mapped[StaffRow] = relationship()


class EnquiryRow(Base):
    """An e-mailed enquiry, masked.

    `questions`: those of bot.guidance.draft, as data; `updated_by`, `updated_at`: of `version`.
    """

    __tablename__ = "enquiries"
    id: Mapped[str] = mapped_column(String(LONG_ID), primary_key=True, default=new_id)
    number: Mapped[int] = mapped_column(unique=True)
    version: Mapped[int] = mapped_column(default=1)
    area: Mapped[str | None] = mapped_column(String(64), index=True)
    status: Mapped[str] = mapped_column(String(16), index=True)
    subject: Mapped[str] = mapped_column(String(300))
    body: Mapped[str] = mapped_column(Text)
    masked: Mapped[dict[str, Any]]
    facts: Mapped[dict[str, Any]]
    questions: Mapped[list[dict[str, Any]]]
    topics: Mapped[list[str]]
    assigned_to: Mapped[str | None] = mapped_column(ForeignKey("staff.id", ondelete="SET NULL"), index=True)
    created_by: Mapped[str | None] = mapped_column(ForeignKey("staff.id", ondelete="SET NULL"))
    created_at: Mapped[datetime] = mapped_column(index=True)
    updated_at: Mapped[datetime]
    updated_by: Mapped[str | None] = mapped_column(ForeignKey("staff.id", ondelete="SET NULL"))
    answered_at: Mapped[datetime | None]
    content_version: Mapped[str] = mapped_column(String(12))
    reply: Mapped[ReplyRow | None] = relationship(back_populates="enquiry", cascade="all, delete-orphan")


class ReplyRow(Base):
    """The reply to an enquiry. `verified`: as composed from statements; `text`: as it stands now.

    `changed_by`: who wrote that text; `updated_by`, `updated_at`: of `version`.
    """

    __tablename__ = "replies"
    id: Mapped[int] = mapped_column(primary_key=True)
    enquiry_id: Mapped[str] = mapped_column(ForeignKey("enquiries.id", ondelete="CASCADE"), unique=True)
    version: Mapped[int] = mapped_column(default=1)
    state: Mapped[str] = mapped_column(String(16))
    voice: Mapped[str] = mapped_column(String(16))
    with_sources: Mapped[bool]
    verified: Mapped[str] = mapped_column(Text)
    text: Mapped[str] = mapped_column(Text)
    changed_by: Mapped[str | None] = mapped_column(ForeignKey("staff.id", ondelete="SET NULL"))
    submitted_by: Mapped[str | None] = mapped_column(ForeignKey("staff.id", ondelete="SET NULL"))
    submitted_at: Mapped[datetime | None]
    decided_by: Mapped[str | None] = mapped_column(ForeignKey("staff.id", ondelete="SET NULL"))
    decided_at: Mapped[datetime | None]
    reason: Mapped[str] = mapped_column(Text, default="")
    sent_by: Mapped[str | None] = mapped_column(ForeignKey("staff.id", ondelete="SET NULL"))
    sent_at: Mapped[datetime | None]
    updated_at: Mapped[datetime] = mapped_column(default=lambda: datetime.now(UTC))
    updated_by: Mapped[str | None] = mapped_column(ForeignKey("staff.id", ondelete="SET NULL"))
    content_version: Mapped[str] = mapped_column(String(12))
    mark_id: Mapped[int | None] = mapped_column(ForeignKey("marks.id", ondelete="SET NULL"))
    enquiry: Mapped[EnquiryRow] = relationship(back_populates="reply")


class ReplyTextRow(Base):
    """Every text that a reply ever had, so that nothing is lost when somebody changes it."""

    __tablename__ = "reply_texts"
    id: Mapped[int] = mapped_column(primary_key=True)
    reply_id: Mapped[int] = mapped_column(ForeignKey("replies.id", ondelete="CASCADE"), index=True)
    at: Mapped[datetime]
    by: Mapped[str | None] = mapped_column(ForeignKey("staff.id", ondelete="SET NULL"))
    text: Mapped[str] = mapped_column(Text)


class AuditRow(Base):
    """Who did what, when, under which content. Holds no text of an enquiry, so that it may outlive it."""

    __tablename__ = "audit"
    id: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime] = mapped_column(index=True)
    staff_id: Mapped[str | None] = mapped_column(String(64))
    name: Mapped[str] = mapped_column(String(200))
    action: Mapped[str] = mapped_column(String(40), index=True)
    enquiry_number: Mapped[int | None] = mapped_column(index=True)
    content_version: Mapped[str] = mapped_column(String(12))
    detail: Mapped[dict[str, Any]]


class ReportRow(Base):
    """A report that an answer is wrong. No conversation or person can be found from it."""

    __tablename__ = "wrong_reports"
    id: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime] = mapped_column(index=True)
    area: Mapped[str] = mapped_column(String(64))
    said: Mapped[str] = mapped_column(Text)
    question: Mapped[str] = mapped_column(Text)
    statements: Mapped[list[str]]
    content_version: Mapped[str] = mapped_column(String(12))
    mark_id: Mapped[int | None] = mapped_column(ForeignKey("marks.id", ondelete="SET NULL"))


class TurnRow(Base):
    """One question asked and how it went, on any channel; without its text. `gap`: the gap or conflict it was told."""

    __tablename__ = "turns"
    id: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime] = mapped_column(index=True)
    channel: Mapped[str] = mapped_column(String(16))
    area: Mapped[str] = mapped_column(String(64))
    topic: Mapped[str] = mapped_column(String(64))
    status: Mapped[str] = mapped_column(String(24))
    gap: Mapped[str | None] = mapped_column(String(200))
    confidence: Mapped[float | None]
    milliseconds: Mapped[int]


class UnansweredRow(Base):
    """A question (masked) that was not answered, or hardly; on any channel."""

    __tablename__ = "unanswered"
    id: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime] = mapped_column(index=True)
    channel: Mapped[str] = mapped_column(String(16))
    area: Mapped[str] = mapped_column(String(64))
    topic: Mapped[str] = mapped_column(String(64))
    status: Mapped[str] = mapped_column(String(24))
    confidence: Mapped[float | None]
    question: Mapped[str] = mapped_column(Text)
    content_version: Mapped[str] = mapped_column(String(12))
    mark_id: Mapped[int | None] = mapped_column(ForeignKey("marks.id", ondelete="SET NULL"))


class MarkRow(Base):
    """What a content owner decided about something learnt. `phrasings`: accepted examples of `intent`."""

    __tablename__ = "marks"
    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(String(24), index=True)
    intent: Mapped[str] = mapped_column(String(64))
    area: Mapped[str] = mapped_column(String(64))
    phrasings: Mapped[list[str]]
    note: Mapped[str] = mapped_column(Text)
    by: Mapped[str | None] = mapped_column(ForeignKey("staff.id", ondelete="SET NULL"))
    name: Mapped[str] = mapped_column(String(200))
    at: Mapped[datetime]
    content_version: Mapped[str] = mapped_column(String(12))


class SwitchRow(Base):
    """Signpost switched off or on again: for an area ("" for all) on a channel ("" for all). The newest row counts."""

    __tablename__ = "switches"
    __table_args__ = (Index("ix_switches_area_channel", "area", "channel"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    area: Mapped[str] = mapped_column(String(64))
    channel: Mapped[str] = mapped_column(String(16))
    is_off: Mapped[bool]
    reason: Mapped[str] = mapped_column(Text)
    by: Mapped[str | None] = mapped_column(ForeignKey("staff.id", ondelete="SET NULL"))
    name: Mapped[str] = mapped_column(String(200))
    at: Mapped[datetime]


class SignoffRow(Base):
    """A statement signed off against its passage. `digest`: of what was signed; another text is unsigned again.

    `passage`: digest of the passage alone, which tells a revised passage from a reworded statement.
    """

    __tablename__ = "signoffs"
    __table_args__ = (UniqueConstraint("statement_id", "digest", name="uq_signoffs_statement_digest"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    statement_id: Mapped[str] = mapped_column(String(200), index=True)
    digest: Mapped[str] = mapped_column(String(64))
    passage: Mapped[str] = mapped_column(String(64))
    by: Mapped[str | None] = mapped_column(ForeignKey("staff.id", ondelete="SET NULL"))
    name: Mapped[str] = mapped_column(String(200))
    at: Mapped[datetime]
    content_version: Mapped[str] = mapped_column(String(12))


class TeamsTurnRow(Base):
    """A message from Teams and the card that answered it, for as long as a conversation is kept.

    `id`, `place`, `card`: digests of Teams' own ids, under our secret. `conversation`: the engine's name of it.
    `link`: stands in the addresses of the card's documents. `reply`: JSON, packed. `chosen`: what was pressed on the
    card, in our words; empty while nothing was.
    """

    __tablename__ = "teams_turns"
    id: Mapped[str] = mapped_column(String(64), primary_key=True)
    place: Mapped[str] = mapped_column(String(64), index=True)
    conversation: Mapped[str] = mapped_column(String(64), index=True)
    at: Mapped[datetime] = mapped_column(index=True)
    card: Mapped[str | None] = mapped_column(String(64), index=True)
    link: Mapped[str | None] = mapped_column(String(LONG_ID), index=True)
    reply: Mapped[bytes | None] = mapped_column(LargeBinary)
    chosen: Mapped[str] = mapped_column(Text)
