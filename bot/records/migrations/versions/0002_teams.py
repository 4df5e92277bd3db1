"""Messages from Teams and the cards that answered them."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
_INDEXED = ("place", "conversation", "at", "card", "link")


def upgrade() -> None:
    """The table of Teams."""
    op.create_table(
        "teams_turns",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("place", sa.String(length=64), nullable=False),
        sa.Column("conversation", sa.String(length=64), nullable=False),
        sa.Column("at", sa.DateTime(), nullable=False),
        sa.Column("card", sa.String(length=64), nullable=True),
        sa.Column("link", sa.String(length=32), nullable=True),
        sa.Column("reply", sa.LargeBinary(), nullable=True),
        sa.Column("chosen", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_teams_turns"),
    )
    for column in _INDEXED:
        op.create_index(f"ix_teams_turns_{column}", "teams_turns", [column])


def downgrade() -> None:
    """Without it."""
    for column in _INDEXED:
        op.drop_index(f"ix_teams_turns_{column}", "teams_turns")
    op.drop_table("teams_turns")
