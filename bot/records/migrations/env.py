"""Alembic's way in: the connection comes from bot.records.database."""

from alembic import context

from bot.records.models import Base

context.configure(
    connection=context.config.attributes["connection"], target_metadata=Base.metadata, render_as_batch=True
)
with context.begin_transaction():
    context.run_migrations()
