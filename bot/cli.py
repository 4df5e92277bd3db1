"""The `signpost` command."""

from __future__ import annotations

import sys

import typer

from bot.cli_content import app as content_app
from bot.cli_learning import app as learning_app
from bot.cli_records import app as records_app
from bot.cli_reports import reports
from bot.cli_signoff import signoff
from bot.cli_switch import app as switch_app
from bot.cli_teams import app as teams_app

app = typer.Typer(
    help="Signpost: which service, what first, which form, where to.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
)
content_app.command()(signoff)
app.add_typer(content_app, name="content")
app.add_typer(learning_app, name="learning")
app.add_typer(records_app, name="records")
app.add_typer(switch_app, name="switch")
app.add_typer(teams_app, name="teams")
app.command()(reports)


def _register_run() -> None:
    """`signpost run` and its like live in bot.cli_run."""
    from bot import cli_run

    cli_run.register(app)


def main() -> None:
    """Entry point of the `signpost` command."""
    try:
        _register_run()
    except ImportError as error:  # pragma: no cover - only while being installed
        print(f"signpost run is not available: {error}", file=sys.stderr)
    app()


if __name__ == "__main__":
    main()
