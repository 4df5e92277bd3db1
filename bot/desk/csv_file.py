"""Tables as CSV files that spreadsheets open as they are, and in which nothing is run."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Sequence

from fastapi import Response

# A spreadsheet takes such a cell for a formula, also behind blanks and control characters.
FORMULA = re.compile(r"[\s\x00-\x1f]*[=+\-@|]|[\t\r\n]")
NUMBER = re.compile(r"-?\d+(\.\d+)?")


def harmless(cell: object) -> str:
    """A cell as text. What a spreadsheet would take for a formula gets an apostrophe in front; numbers stay."""
    text = "" if cell is None else str(cell)
    return f"'{text}" if FORMULA.match(text) and not NUMBER.fullmatch(text) else text


def csv_text(head: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """A table as CSV: every cell harmless, lines end with CR LF."""
    out = io.StringIO(newline="")
    writer = csv.writer(out)
    for row in (head, *rows):
        writer.writerow([harmless(cell) for cell in row])
    return out.getvalue()


def csv_response(name: str, head: Sequence[str], rows: Iterable[Sequence[object]]) -> Response:
    """A table to be saved under a name (of ASCII letters, digits, dots, hyphens), in UTF-8 with a byte order mark."""
    return Response(
        csv_text(head, rows).encode("utf-8-sig"),
        media_type="text/csv; charset=utf-8",
        headers={"content-disposition": f'attachment; filename="{name}"'},
    )
