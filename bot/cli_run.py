"""Commands that start and train; `bot/cli.py` registers them: `signpost run`, `signpost train`."""

import sys

import typer

from bot.launcher import app, model
from bot.settings import SettingsError, load_settings


def run() -> None:
    """Start Signpost and keep it running: engine, actions and front door. Ctrl-C stops it."""
    raise typer.Exit(app.main())


def train() -> None:
    """Train the model if what it is trained from has changed."""
    try:
        settings = load_settings()
        why = model.why_train(settings.model_file)
        if why is None:
            typer.echo("The model is up to date.")
            return
        typer.echo(f"Training: {why}.")
        model.ensure_model(settings)
    except (SettingsError, model.TrainingError, OSError) as error:
        typer.echo(f"No model was trained: {error}", err=True)
        sys.exit(1)
    typer.echo("The model is trained.")


def register(cli: typer.Typer) -> None:
    """Add the commands of this module to `cli`."""
    cli.command()(run)
    cli.command()(train)
