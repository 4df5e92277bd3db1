"""`signpost records purge`: delete what is old now, as the front door does while it runs."""

from __future__ import annotations

from datetime import UTC, datetime

import typer
from sqlalchemy.exc import SQLAlchemyError

from bot.desk.chores import counted, purge_records
from bot.records.database import Database
from bot.settings import load_settings

app = typer.Typer(help="What people made at the desk, and what is kept of questions.", no_args_is_help=True)


@app.callback()
def records() -> None:
    """What people made at the desk, and what is kept of questions."""


@app.command()
def purge() -> None:
    """Delete what is older than the settings say (..._keep_days), and print how much that was."""
    settings = load_settings()
    database = Database(settings.records_url)
    try:
        database.upgrade()
        deleted = purge_records(database, settings, datetime.now(UTC))
    except SQLAlchemyError as error:
        typer.echo(f"The database cannot be used: {type(error).__name__}.", err=True)
        raise typer.Exit(1) from None
    finally:
        database.close()
    typer.echo(f"Deleted: {counted(deleted)}.")
