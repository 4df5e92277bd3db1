"""`signpost reports`: what people said is wrong, for the content owners."""

from __future__ import annotations

import json
from dataclasses import asdict

import typer

from bot import bootstrap


def reports(as_json: bool = typer.Option(False, "--json", help="One JSON object a line.")) -> None:
    """List the reports that an answer was wrong, the newest first."""
    found = bootstrap.reports().all()
    for report in found:
        if as_json:
            typer.echo(json.dumps({**asdict(report), "at": report.at.isoformat() if report.at else None}))
            continue
        typer.echo(f"{report.at:%Y-%m-%d %H:%M} UTC, {report.area}, content {report.content_version}")
        typer.echo(f"  said:     {report.said}")
        typer.echo(f"  asked:    {report.question or '-'}")
        typer.echo(f"  answered: {', '.join(report.statements) or '-'}")
    if not found and not as_json:
        typer.echo("No report that an answer was wrong.")
