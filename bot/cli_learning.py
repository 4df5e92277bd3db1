"""`signpost learning export`: wordings that content owners accepted, for review in version control."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from bot import bootstrap
from bot.settings import PROJECT_ROOT

app = typer.Typer(help="What was learnt at the desk.", no_args_is_help=True)


@app.callback()
def learning() -> None:
    """What was learnt at the desk."""


@app.command()
def export(
    output: Annotated[Path | None, typer.Option(help="file to write (default: print it)")] = None,
    only_new: Annotated[bool, typer.Option("--only-new", help="without what is in data/nlu already")] = False,
) -> None:
    """Accepted wordings as examples (Rasa NLU, YAML). They are reviewed and merged by hand: docs/learning.md."""
    from bot.desk.learnt import accepted_in
    from bot.desk.phrasings import Training, phrasings_file, without
    from bot.records.marks import Marks

    accepted = accepted_in(Marks(bootstrap.records(), lambda: datetime.now(UTC)).phrasings())
    if only_new:
        accepted = without(accepted, Training(PROJECT_ROOT).trained())
    text = phrasings_file(accepted)
    if output is None:
        typer.echo(text, nl=False)
        return
    output.write_text(text, encoding="utf-8")
    typer.echo(f"{output} written, from {len(accepted)} decision(s). Review and merge it by hand: docs/learning.md.")
