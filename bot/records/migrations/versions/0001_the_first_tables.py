"""The first tables."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None


def upgrade() -> None:
    """All tables."""
    op.create_table(
        "audit",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(), nullable=False),
        sa.Column("staff_id", sa.String(length=64), nullable=True),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("action", sa.String(length=40), nullable=False),
        sa.Column("enquiry_number", sa.Integer(), nullable=True),
        sa.Column("content_version", sa.String(length=12), nullable=False),
        sa.Column("detail", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_audit"),
    )
    with op.batch_alter_table("audit", schema=None) as batch_op:
        batch_op.create_index("ix_audit_action", ["action"], unique=False)
        batch_op.create_index("ix_audit_at", ["at"], unique=False)
        batch_op.create_index("ix_audit_enquiry_number", ["enquiry_number"], unique=False)

    op.create_table(
        "staff",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("roles", sa.JSON(), nullable=False),
        sa.Column("first_seen", sa.DateTime(), nullable=False),
        sa.Column("last_seen", sa.DateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_staff"),
    )
    op.create_table(
        "turns",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(), nullable=False),
        sa.Column("channel", sa.String(length=16), nullable=False),
        sa.Column("area", sa.String(length=64), nullable=False),
        sa.Column("topic", sa.String(length=64), nullable=False),
        sa.Column("status", sa.String(length=24), nullable=False),
        sa.Column("confidence", sa.Double(), nullable=True),
        sa.Column("gap", sa.String(length=200), nullable=True),
        sa.Column("milliseconds", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_turns"),
    )
    with op.batch_alter_table("turns", schema=None) as batch_op:
        batch_op.create_index("ix_turns_at", ["at"], unique=False)

    op.create_table(
        "enquiries",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("area", sa.String(length=64), nullable=True),
        sa.Column("status", sa.String(length=16), nullable=False),
        sa.Column("subject", sa.String(length=300), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("masked", sa.JSON(), nullable=False),
        sa.Column("facts", sa.JSON(), nullable=False),
        sa.Column("questions", sa.JSON(), nullable=False),
        sa.Column("topics", sa.JSON(), nullable=False),
        sa.Column("assigned_to", sa.String(length=64), nullable=True),
        sa.Column("created_by", sa.String(length=64), nullable=True),
        sa.Column("created_at", sa.DateTime(), nullable=False),
        sa.Column("updated_at", sa.DateTime(), nullable=False),
        sa.Column("updated_by", sa.String(length=64), nullable=True),
        sa.Column("answered_at", sa.DateTime(), nullable=True),
        sa.Column("content_version", sa.String(length=12), nullable=False),
        sa.ForeignKeyConstraint(
            ["assigned_to"], ["staff.id"], name="fk_enquiries_assigned_to_staff", ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["created_by"], ["staff.id"], name="fk_enquiries_created_by_staff", ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["updated_by"], ["staff.id"], name="fk_enquiries_updated_by_staff", ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_enquiries"),
        sa.UniqueConstraint("number", name="uq_enquiries_number"),
    )
    with op.batch_alter_table("enquiries", schema=None) as batch_op:
        batch_op.create_index("ix_enquiries_area", ["area"], unique=False)
        batch_op.create_index("ix_enquiries_assigned_to", ["assigned_to"], unique=False)
        batch_op.create_index("ix_enquiries_created_at", ["created_at"], unique=False)
        batch_op.create_index("ix_enquiries_status", ["status"], unique=False)

    op.create_table(
        "marks",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=24), nullable=False),
        sa.Column("intent", sa.String(length=64), nullable=False),
        sa.Column("area", sa.String(length=64), nullable=False),
        sa.Column("phrasings", sa.JSON(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("by", sa.String(length=64), nullable=True),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("at", sa.DateTime(), nullable=False),
        sa.Column("content_version", sa.String(length=12), nullable=False),
        sa.ForeignKeyConstraint(["by"], ["staff.id"], name="fk_marks_by_staff", ondelete="SET NULL"),
        sa.PrimaryKeyConstraint("id", name="pk_marks"),
    )
    with op.batch_alter_table("marks", schema=None) as batch_op:
        batch_op.create_index("ix_marks_kind", ["kind"], unique=False)

    op.create_table(
        "sessions",
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("staff_id", sa.String(length=64), nullable=False),
        sa.Column("roles", sa.JSON(), nullable=False),
        sa.Column("csrf", sa.String(length=64), nullable=False),
        sa.Column("created_at", sa.DateTime(), nullable=False),
        sa.Column("seen_at", sa.DateTime(), nullable=False),
        sa.Column("ends_at", sa.DateTime(), nullable=False),
        sa.Column("revoked_at", sa.DateTime(), nullable=True),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name="fk_sessions_staff_id_staff", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("token_hash", name="pk_sessions"),
    )
    with op.batch_alter_table("sessions", schema=None) as batch_op:
        batch_op.create_index("ix_sessions_staff_id", ["staff_id"], unique=False)

    op.create_table(
        "signoffs",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("statement_id", sa.String(length=200), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("passage", sa.String(length=64), nullable=False),
        sa.Column("by", sa.String(length=64), nullable=True),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("at", sa.DateTime(), nullable=False),
        sa.Column("content_version", sa.String(length=12), nullable=False),
        sa.ForeignKeyConstraint(["by"], ["staff.id"], name="fk_signoffs_by_staff", ondelete="SET NULL"),
        sa.PrimaryKeyConstraint("id", name="pk_signoffs"),
        sa.UniqueConstraint("statement_id", "digest", name="uq_signoffs_statement_digest"),
    )
    with op.batch_alter_table("signoffs", schema=None) as batch_op:
        batch_op.create_index("ix_signoffs_statement_id", ["statement_id"], unique=False)

    op.create_table(
        "switches",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("area", sa.String(length=64), nullable=False),
        sa.Column("channel", sa.String(length=16), nullable=False),
        sa.Column("is_off", sa.Boolean(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("by", sa.String(length=64), nullable=True),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("at", sa.DateTime(), nullable=False),
        sa.ForeignKeyConstraint(["by"], ["staff.id"], name="fk_switches_by_staff", ondelete="SET NULL"),
        sa.PrimaryKeyConstraint("id", name="pk_switches"),
    )
    with op.batch_alter_table("switches", schema=None) as batch_op:
        batch_op.create_index("ix_switches_area_channel", ["area", "channel"], unique=False)

    op.create_table(
        "replies",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("enquiry_id", sa.String(length=32), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("voice", sa.String(length=16), nullable=False),
        sa.Column("with_sources", sa.Boolean(), nullable=False),
        sa.Column("verified", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("changed_by", sa.String(length=64), nullable=True),
        sa.Column("submitted_by", sa.String(length=64), nullable=True),
        sa.Column("submitted_at", sa.DateTime(), nullable=True),
        sa.Column("decided_by", sa.String(length=64), nullable=True),
        sa.Column("decided_at", sa.DateTime(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("sent_by", sa.String(length=64), nullable=True),
        sa.Column("sent_at", sa.DateTime(), nullable=True),
        sa.Column("updated_at", sa.DateTime(), nullable=False),
        sa.Column("updated_by", sa.String(length=64), nullable=True),
        sa.Column("content_version", sa.String(length=12), nullable=False),
        sa.Column("mark_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["changed_by"], ["staff.id"], name="fk_replies_changed_by_staff", ondelete="SET NULL"),
        sa.ForeignKeyConstraint(["decided_by"], ["staff.id"], name="fk_replies_decided_by_staff", ondelete="SET NULL"),
        sa.ForeignKeyConstraint(
            ["enquiry_id"], ["enquiries.id"], name="fk_replies_enquiry_id_enquiries", ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["mark_id"], ["marks.id"], name="fk_replies_mark_id_marks", ondelete="SET NULL"),
        sa.ForeignKeyConstraint(["sent_by"], ["staff.id"], name="fk_replies_sent_by_staff", ondelete="SET NULL"),
        sa.ForeignKeyConstraint(
            ["submitted_by"], ["staff.id"], name="fk_replies_submitted_by_staff", ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(["updated_by"], ["staff.id"], name="fk_replies_updated_by_staff", ondelete="SET NULL"),
        sa.PrimaryKeyConstraint("id", name="pk_replies"),
        sa.UniqueConstraint("enquiry_id", name="uq_replies_enquiry_id"),
    )
    op.create_table(
        "unanswered",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(), nullable=False),
        sa.Column("channel", sa.String(length=16), nullable=False),
        sa.Column("area", sa.String(length=64), nullable=False),
        sa.Column("topic", sa.String(length=64), nullable=False),
        sa.Column("status", sa.String(length=24), nullable=False),
        sa.Column("confidence", sa.Double(), nullable=True),
        sa.Column("question", sa.Text(), nullable=False),
        sa.Column("content_version", sa.String(length=12), nullable=False),
        sa.Column("mark_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["mark_id"], ["marks.id"], name="fk_unanswered_mark_id_marks", ondelete="SET NULL"),
        sa.PrimaryKeyConstraint("id", name="pk_unanswered"),
    )
    with op.batch_alter_table("unanswered", schema=None) as batch_op:
        batch_op.create_index("ix_unanswered_at", ["at"], unique=False)

    op.create_table(
        "wrong_reports",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(), nullable=False),
        sa.Column("area", sa.String(length=64), nullable=False),
        sa.Column("said", sa.Text(), nullable=False),
        sa.Column("question", sa.Text(), nullable=False),
        sa.Column("statements", sa.JSON(), nullable=False),
        sa.Column("content_version", sa.String(length=12), nullable=False),
        sa.Column("mark_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["mark_id"], ["marks.id"], name="fk_wrong_reports_mark_id_marks", ondelete="SET NULL"),
        sa.PrimaryKeyConstraint("id", name="pk_wrong_reports"),
    )
    with op.batch_alter_table("wrong_reports", schema=None) as batch_op:
        batch_op.create_index("ix_wrong_reports_at", ["at"], unique=False)

    op.create_table(
        "reply_texts",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("reply_id", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(), nullable=False),
        sa.Column("by", sa.String(length=64), nullable=True),
        sa.Column("text", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["by"], ["staff.id"], name="fk_reply_texts_by_staff", ondelete="SET NULL"),
        sa.ForeignKeyConstraint(
            ["reply_id"], ["replies.id"], name="fk_reply_texts_reply_id_replies", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_reply_texts"),
    )
    with op.batch_alter_table("reply_texts", schema=None) as batch_op:
        batch_op.create_index("ix_reply_texts_reply_id", ["reply_id"], unique=False)


def downgrade() -> None:
    """No table."""
    with op.batch_alter_table("reply_texts", schema=None) as batch_op:
        batch_op.drop_index("ix_reply_texts_reply_id")

    op.drop_table("reply_texts")
    with op.batch_alter_table("wrong_reports", schema=None) as batch_op:
        batch_op.drop_index("ix_wrong_reports_at")

    op.drop_table("wrong_reports")
    with op.batch_alter_table("unanswered", schema=None) as batch_op:
        batch_op.drop_index("ix_unanswered_at")

    op.drop_table("unanswered")
    op.drop_table("replies")
    with op.batch_alter_table("switches", schema=None) as batch_op:
        batch_op.drop_index("ix_switches_area_channel")

    op.drop_table("switches")
    with op.batch_alter_table("signoffs", schema=None) as batch_op:
        batch_op.drop_index("ix_signoffs_statement_id")

    op.drop_table("signoffs")
    with op.batch_alter_table("sessions", schema=None) as batch_op:
        batch_op.drop_index("ix_sessions_staff_id")

    op.drop_table("sessions")
    with op.batch_alter_table("marks", schema=None) as batch_op:
        batch_op.drop_index("ix_marks_kind")

    op.drop_table("marks")
    with op.batch_alter_table("enquiries", schema=None) as batch_op:
        batch_op.drop_index("ix_enquiries_status")
        batch_op.drop_index("ix_enquiries_created_at")
        batch_op.drop_index("ix_enquiries_assigned_to")
        batch_op.drop_index("ix_enquiries_area")

    op.drop_table("enquiries")
    with op.batch_alter_table("turns", schema=None) as batch_op:
        batch_op.drop_index("ix_turns_at")

    op.drop_table("turns")
    op.drop_table("staff")
    with op.batch_alter_table("audit", schema=None) as batch_op:
        batch_op.drop_index("ix_audit_enquiry_number")
        batch_op.drop_index("ix_audit_at")
        batch_op.drop_index("ix_audit_action")

    op.drop_table("audit")
