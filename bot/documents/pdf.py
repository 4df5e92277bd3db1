"""A sheet as a tagged PDF (PDF/UA-1). The text goes to Typst as data, never as its source."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from datetime import UTC, datetime, time
from functools import cache
from pathlib import Path
from typing import Any

import typst

from bot.documents import font
from bot.documents.blocks import Block, Entry, Heading, Listing, Paragraph, Table, blocks_of
from bot.documents.sheet import Sheet
from bot.documents.texts import Run, clean, runs_of

TEMPLATE = Path(__file__).with_name("sheet.typ")
MISSING = "?"  # stands for a character that the font does not have: a PDF/UA may not hold one without a glyph
LONGEST_WORD = 30  # characters; longer ones may be broken between lines
MOST_COUNCILS_UPRIGHT = 3
KEPT_TOGETHER = 700  # characters; a longer entry may be broken between pages
LONGEST_REPEATED = 100  # characters; a longer head of a column stands on the first page only
BREAK = "\N{ZERO WIDTH SPACE}"

_LONG_WORD = re.compile(rf"\S{{{LONGEST_WORD + 1},}}")
_BETWEEN = re.compile(r"(?<=[/@._?&=-])(?=\w)")
_PIECE = re.compile(rf"[^\s\u200b]{{{LONGEST_WORD}}}(?=[^\s\u200b])")


def pdf_of(sheet: Sheet) -> bytes:
    """The sheet as PDF/UA-1, A4. The same sheet gives the same bytes."""
    printer = _Printer()
    blocks = [printer.block(block) for block in blocks_of(sheet)]
    if printer.replaced:
        notice = Paragraph(sheet.words.unprintable.format(mark=MISSING), style="notice")
        blocks.insert(2, printer.block(notice))
    made = sheet.made_on
    data = {
        "title": printer.line(sheet.title).strip() or sheet.words.untitled,
        "author": sheet.words.author,
        "date": [made.year, made.month, made.day],
        "footer": printer.line(sheet.footer),
        "page": sheet.words.page,
        "font": font.FAMILY,
        "wide": any(len(row.cells) > MOST_COUNCILS_UPRIGHT for row in sheet.comparison),
        "blocks": blocks,
    }
    compiler = typst.Compiler(_template(), font_paths=_fonts(), sys_inputs={"sheet": json.dumps(data)})
    made_at = datetime.combine(made, time(), tzinfo=UTC)
    pdf = compiler.compile(format="pdf", pdf_standards="ua-1", timestamp=made_at)
    assert isinstance(pdf, bytes)
    return pdf


@cache
def _template() -> bytes:
    return TEMPLATE.read_bytes()


@cache
def _fonts() -> typst.Fonts:
    return typst.Fonts(include_system_fonts=False, include_embedded_fonts=False, font_paths=[str(font.folder())])


class _Printer:
    """Turns blocks into what the template takes; `replaced` says whether a character had to be."""

    def __init__(self) -> None:
        self.replaced = False
        self._has = font.characters()

    def line(self, text: str) -> str:
        """Text that the font can show."""
        shown = "".join(c if c == "\n" or ord(c) in self._has else self._instead(c) for c in clean(text))
        return shown.replace("\n", " ")

    def block(self, block: Block) -> dict[str, Any]:
        """A block as data for the template."""
        match block:
            case Heading(level, text):
                return {"kind": "heading", "level": level, "text": _broken(self.line(text))}
            case Paragraph(text, strong, style):
                return {"kind": "paragraph", "text": self._runs(text), "strong": self._runs(strong), "style": style}
            case Listing(entries, numbered):
                return {"kind": "listing", "numbered": numbered, "entries": [self._entry(e) for e in entries]}
            case Table(header, rows, widths):
                cells = [[{"blocks": [self.block(b) for b in cell]} for cell in row] for row in rows]
                table: dict[str, Any] = {"kind": "table", "rows": cells, "widths": list(widths)}
                table["header"] = [_broken(self.line(text)) for text in header]
                table["repeat"] = all(len(text) <= LONGEST_REPEATED for text in header)
                return table

    def _entry(self, entry: Entry) -> dict[str, Any]:
        return {
            "text": self._runs(entry.text),
            "strong": self._runs(entry.strong),
            "small": self._runs(entry.small),
            "marks": entry.marks,
            "tick": entry.tick,
            "long": len(entry.text) + len(entry.strong) + len(entry.small) > KEPT_TOGETHER,
        }

    def _runs(self, text: str) -> list[dict[str, str]]:
        runs = [replace(run, text=_broken(run.text)) for run in runs_of(self.line(text))]
        return [_data(run) for run in runs]

    def _instead(self, character: str) -> str:
        self.replaced = True
        return MISSING


def _data(run: Run) -> dict[str, str]:
    return {"text": run.text, "target": run.target}


def _broken(text: str) -> str:
    """The text with places where long words may be broken."""
    return _LONG_WORD.sub(lambda word: _PIECE.sub(rf"\g<0>{BREAK}", _BETWEEN.sub(BREAK, word[0])), text)
