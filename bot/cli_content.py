"""`signpost content check | load | diff | coverage | lookups`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from bot.knowledge.content import Content, Read, paragraph_hash, read_content, source_paragraphs, uncovered
from bot.settings import load_settings

app = typer.Typer(help="The offers: check, load, compare, account for every paragraph.", no_args_is_help=True)
Folder = Annotated[Path | None, typer.Option("--folder", help="content folder (default: the setting)")]


def _read(folder: Path | None) -> Read:
    read = read_content(folder or load_settings().content_dir)
    for fault in read.faults:
        typer.echo(str(fault), err=True)
    if read.faults:
        typer.echo(f"{len(read.faults)} fault(s); nothing was changed.", err=True)
        raise typer.Exit(1)
    return read


def _count(content: Content) -> str:
    sums = [f"{len(a.statements)} statements of {a.authority.name}" for a in content.areas]
    return f"content {content.version}: " + ", ".join(sums)


@app.command()
def check(folder: Folder = None) -> None:
    """Report every fault of the content files."""
    typer.echo(_count(_read(folder).content) + ": no fault")


@app.command()
def load(folder: Folder = None) -> None:
    """Load the content into the knowledge store, all or nothing."""
    from bot.bootstrap import embedder, store

    content = _read(folder).content
    knowledge = store()
    before = knowledge.stamp()
    if before is not None and before.version == content.version:
        typer.echo(_count(content) + ": already loaded")
        return
    stamp = knowledge.load(content, embedder().embed)
    typer.echo(_count(content) + ": loaded")
    if before is not None and before.lookups != stamp.lookups:
        typer.echo("Words that the engine is trained with have changed: run `make train`, then restart.")


@app.command()
def diff(
    folder: Folder = None,
    source: Annotated[list[str] | None, typer.Option(help="<authority>=<file>: a revised source text")] = None,
) -> None:
    """What loading would change; with --source, which statements rest on changed paragraphs."""
    from bot.bootstrap import store

    content = _read(folder).content
    knowledge = store()
    changes = 0
    for area in content.areas:
        loaded = knowledge.area(area.authority.id) if knowledge.stamp() else None
        old = {s.id: s for s in loaded.statements} if loaded else {}
        new = {s.id: s for s in area.statements}
        for sign, ids in (
            ("+", [i for i in new if i not in old]),
            ("-", [i for i in old if i not in new]),
            ("~", [i for i in new if i in old and new[i] != old[i]]),
        ):
            changes += len(ids)
            for statement_id in ids:
                typer.echo(f"{sign} {statement_id}")
    typer.echo(f"{changes} statement(s) differ from what is loaded.")
    for item in source or []:
        area_id, _, path = item.partition("=")
        _diff_source(content, area_id, Path(path))


def _diff_source(content: Content, area_id: str, path: Path) -> None:
    area = next((a for a in content.areas if a.authority.id == area_id), None)
    if area is None or not path.is_file():
        typer.echo(f"--source {area_id}={path}: no such authority or file", err=True)
        raise typer.Exit(2)
    present = {paragraph_hash(p) for p in source_paragraphs(path.read_text(encoding="utf-8"))}
    known = {p.sha256 for d in area.paragraphs for p in d.paragraphs}
    for doc in area.paragraphs:
        for p in doc.paragraphs:
            if p.sha256 not in present:
                ids = [
                    s.id
                    for s in area.statements
                    if any((r.document, r.paragraph) == (doc.document, p.n) for r in s.source)
                ]
                where = f"{area_id} {doc.document} paragraph {p.n} ({p.opens} ...)"
                typer.echo(f"changed or gone: {where}: {', '.join(ids) or '-'}")
    typer.echo(f"{area_id}: {len(present - known)} new or changed paragraph(s) in {path.name}")


@app.command()
def coverage(
    folder: Folder = None, verbose: Annotated[bool, typer.Option(help="list every paragraph")] = False
) -> None:
    """Account for every paragraph of every source: statements, or the reason for leaving it out."""
    open_ones = 0
    for area in _read(folder).content.areas:
        for doc in area.paragraphs:
            for p in doc.paragraphs:
                count = sum(
                    (doc.document, p.n) in {(r.document, r.paragraph) for r in s.source} for s in area.statements
                )
                if verbose:
                    what = f"{count} statement(s)" if count else f"left out: {p.omitted}" if p.omitted else "NOTHING"
                    typer.echo(f"{area.authority.id} {doc.document} {p.n:>3} {p.section} | {p.opens} ... : {what}")
        missing = uncovered(area)
        open_ones += len(missing)
        for document, p in missing:
            typer.echo(f"not accounted for: {area.authority.id} {document} paragraph {p.n}: {p.opens} ...")
    typer.echo(f"{open_ones} paragraph(s) not accounted for.")
    raise typer.Exit(1 if open_ones else 0)


@app.command()
def lookups(
    folder: Folder = None,
    verify: Annotated[bool, typer.Option("--check", help="only say whether the file is up to date")] = False,
) -> None:
    """Write data/nlu/lookups.yml (places, needs, services, routes, forms) from the content."""
    from bot.knowledge.lookups import lookup_file

    path = Path("data/nlu/lookups.yml")
    text = lookup_file(_read(folder).content)
    if verify:
        current = path.read_text(encoding="utf-8") if path.is_file() else ""
        if current != text:
            typer.echo("data/nlu/lookups.yml is out of date: run `signpost content lookups`", err=True)
            raise typer.Exit(1)
        typer.echo("data/nlu/lookups.yml is up to date")
        return
    path.write_text(text, encoding="utf-8")
    typer.echo(f"{path} written")
