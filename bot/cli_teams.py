"""`signpost teams package`: the app that an administrator uploads to Microsoft Teams. See docs/teams.md."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from bot.settings import SettingsError, load_settings
from bot.teams.package import PackageError, package_of

FILE_NAME = "signpost-teams.zip"

app = typer.Typer(help="Signpost in Microsoft Teams.", no_args_is_help=True)


@app.callback()
def _teams() -> None:
    """Signpost in Microsoft Teams."""  # with this, a single command keeps its name


@app.command()
def package(
    out: Annotated[Path | None, typer.Option(help="Folder, or file .zip. Left out: the var folder.")] = None,
    schema: Annotated[Path | None, typer.Option(help="Another schema of Microsoft's to check with.")] = None,
    version: Annotated[str, typer.Option(help="Version of the app, such as 1.0.1. Left out: that of its words.")] = "",
) -> None:
    """Write the package of the Teams app, once everything in it is checked."""
    try:
        settings = load_settings()
        data = package_of(settings, schema, version)
        target = _target(out or settings.var_dir)
        _write(target, data)
    except (PackageError, SettingsError) as error:
        typer.echo(f"No package was written:\n{error}", err=True)
        raise typer.Exit(1) from None
    except OSError as error:
        typer.echo(f"No package was written: {error.filename}: {error.strerror}", err=True)
        raise typer.Exit(1) from None
    typer.echo(f"{target}\nUpload it as docs/teams.md says.")


def _target(out: Path) -> Path:
    return out if out.suffix.lower() == ".zip" and not out.is_dir() else out / FILE_NAME


def _write(target: Path, data: bytes) -> None:
    """All or nothing: a package that is there stays until the new one is whole."""
    target.parent.mkdir(parents=True, exist_ok=True)
    unfinished = target.with_name(f".{target.name}.new")
    try:
        unfinished.write_bytes(data)
        unfinished.replace(target)
    finally:
        unfinished.unlink(missing_ok=True)
