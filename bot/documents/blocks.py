"""A sheet as blocks in reading order: the one order that every form of document has. Pure functions."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from bot.documents.sheet import Item, Point, Section, Sheet


@dataclass(frozen=True)
class Heading:
    """A heading; level 1 is the title, levels are never skipped."""

    level: int
    text: str


@dataclass(frozen=True)
class Paragraph:
    """A paragraph; `strong` stands before `text`. `style`: plain, notice or small."""

    text: str
    strong: str = ""
    style: str = "plain"


@dataclass(frozen=True)
class Entry:
    """An entry of a list: `strong` before, `marks` (numbers of sources) after the text, `small` on a line below.

    `tick`: None: no box; else whether the box is ticked.
    """

    text: str
    strong: str = ""
    marks: str = ""
    small: str = ""
    tick: bool | None = None


@dataclass(frozen=True)
class Listing:
    """A list, numbered from 1 or with bullets."""

    entries: tuple[Entry, ...]
    numbered: bool = False


@dataclass(frozen=True)
class Table:
    """A table with a header row; a cell is blocks. `widths`: shares of the columns."""

    header: tuple[str, ...]
    rows: tuple[tuple[tuple[Paragraph | Listing, ...], ...], ...]
    widths: tuple[int, ...]


Block = Heading | Paragraph | Listing | Table


def blocks_of(sheet: Sheet) -> list[Block]:
    """The blocks of a sheet."""
    return [
        Heading(1, sheet.title),
        Paragraph(sheet.subtitle, style="small"),
        *(Paragraph(notice, style="notice") for notice in sheet.notices),
        *_sections(sheet.sections[: sheet.checklist_at]),
        *_checklist(sheet),
        *_sections(sheet.sections[sheet.checklist_at :]),
        *_comparison(sheet),
        *_dates(sheet),
        *_sources(sheet),
    ]


def _sections(sections: tuple[Section, ...]) -> Iterator[Block]:
    for section in sections:
        if section.heading:
            yield Heading(2, section.heading)
        yield from _body(section)


def _body(section: Section) -> Iterator[Paragraph | Listing]:
    first, *others = [line for line in section.lead.split("\n") if line.strip()] or [""]
    if first or section.verdict:
        yield Paragraph(first, strong=section.verdict)
    yield from (Paragraph(line) for line in others)
    if section.points:
        yield Listing(tuple(map(_entry, section.points)))


def _checklist(sheet: Sheet) -> Iterator[Block]:
    if sheet.checklist:
        yield Heading(2, sheet.words.headings.checklist)
        yield Paragraph(sheet.progress)
        yield Listing(tuple(_item(item, sheet) for item in sheet.checklist), numbered=True)


def _comparison(sheet: Sheet) -> Iterator[Block]:
    if sheet.comparison:
        yield Heading(2, sheet.words.headings.comparison)
        if sheet.note:
            yield from (Paragraph(line) for line in sheet.note.split("\n") if line.strip())
    for row in sheet.comparison:
        if row.title:
            yield Heading(3, row.title)
        if row.cells:
            yield Table(row.councils, (tuple(tuple(_body(cell)) for cell in row.cells),), (1,) * len(row.cells))


def _dates(sheet: Sheet) -> Iterator[Block]:
    if sheet.dates:
        words = sheet.words
        rows = tuple(
            (
                (Paragraph(line.what),),
                (Paragraph("", strong=line.window),),
                tuple(Paragraph(text) for text in (line.label, line.note) if text),
            )
            for line in sheet.dates
        )
        yield Heading(2, words.headings.dates)
        yield Table((words.dates.what, words.dates.when, words.dates.how), rows, (4, 3, 4))


def _sources(sheet: Sheet) -> Iterator[Block]:
    if sheet.sources:
        yield Heading(2, sheet.words.headings.sources)
        yield Listing(tuple(Entry(line) for line in sheet.sources), numbered=True)


def _entry(point: Point) -> Entry:
    return Entry(point.text, strong=f"{point.label}:" if point.label else "", marks=marks_of(point.sources))


def _item(item: Item, sheet: Sheet) -> Entry:
    words = sheet.words
    said = [
        words.who.format(who=item.who) if item.who else "",
        words.firmness.format(firmness=item.firmness) if item.firmness else "",
        words.still_open.format(facts=", ".join(item.still_open)) if item.still_open else "",
    ]
    small = " ".join(f"{part}." for part in said if part)
    return Entry(item.text, strong=f"{item.state}:", marks=marks_of(item.sources), small=small, tick=item.done)


def marks_of(numbers: tuple[int, ...]) -> str:
    """Numbers of sources as shown: "[1, 3]", or "" where there are none."""
    return f"[{', '.join(map(str, numbers))}]" if numbers else ""
