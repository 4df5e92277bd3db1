"""The `signpost` command."""

from __future__ import annotations

import sys

import typer

from bot.cli_content import app as content_app
from bot.cli_reports import reports

app = typer.Typer(
    help="Signpost: which service, what first, which form, where to.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
)
app.add_typer(content_app, name="content")
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
