"""`signpost content signoff`: which statements nobody has signed off as they stand."""

from __future__ import annotations

import json
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from bot import bootstrap
from bot.knowledge.content import read_content
from bot.knowledge.passages import CHANGED, State, signable, state_of
from bot.records.signoffs import Signoff, Signoffs
from bot.settings import load_settings

IN_WORDS = {
    State.UNSIGNED: "not signed off",
    State.WORDING_CHANGED: "reworded since",
    State.PASSAGE_CHANGED: "passage changed since",
}


def signoff(
    folder: Annotated[Path | None, typer.Option("--folder", help="content folder (default: the setting)")] = None,
    area: Annotated[str, typer.Option(help="only this authority")] = "",
    unsigned: Annotated[bool, typer.Option("--unsigned", help="list only what was never signed off")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="one JSON object a line, no counts")] = False,
    check: Annotated[bool, typer.Option("--check", help="end with 1 unless everything is signed off")] = False,
) -> None:
    """Count and list the statements that are not signed off, or that changed since. Signing is done at the desk."""
    read = read_content(folder or load_settings().content_dir)
    for fault in read.faults:
        typer.echo(str(fault), err=True)
    if read.faults:
        raise typer.Exit(1)
    known = [a.authority.id for a in read.content.areas]
    if area and area not in known:
        typer.echo(f"--area {area}: no such authority; there are {', '.join(known)}", err=True)
        raise typer.Exit(2)
    signed = Signoffs(bootstrap.records(), lambda: datetime.now(UTC)).all()
    is_missing = False
    for each in read.content.areas:
        if area and each.authority.id != area:
            continue
        states = {s.id: state_of(signable(each, s), signed.get(s.id, ())) for s in each.statements}
        is_missing = is_missing or any(state is not State.SIGNED for state in states.values())
        if not as_json:
            typer.echo(_counted(each.authority.id, Counter(states.values())))
        for statement_id, state in states.items():
            if state is State.UNSIGNED or (state in CHANGED and not unsigned):
                last = next(iter(signed.get(statement_id, ())), None)
                typer.echo(
                    _as_json(each.authority.id, statement_id, state, last) if as_json else _line(statement_id, state)
                )
    raise typer.Exit(1 if check and is_missing else 0)


def _counted(area: str, counts: Counter[State]) -> str:
    changed = sum(counts[state] for state in CHANGED)
    return (
        f"{area}: {counts.total()} statements, {counts[State.SIGNED]} signed off, "
        f"{counts[State.UNSIGNED]} not signed off, {changed} changed since"
    )


def _line(statement_id: str, state: State) -> str:
    return f"  {IN_WORDS[state]}: {statement_id}"


def _as_json(area: str, statement_id: str, state: State, last: Signoff | None) -> str:
    row = {"area": area, "statement": statement_id, "state": state.value}
    if last is not None:
        row |= {"signed_by": last.name, "signed_at": last.at.isoformat()}
    return json.dumps(row)
