"""Tables in Markdown, and documents of which a program writes one marked part."""

from collections.abc import Iterable, Sequence
from pathlib import Path

BEGIN = "<!-- generated: begin ({by}) -->"
END = "<!-- generated: end -->"


def table(head: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """A table; figures must be given as text already. A bar in a cell is escaped."""

    def line(cells: Iterable[object]) -> str:
        return "| " + " | ".join(str(cell).replace("|", "\\|") for cell in cells) + " |"

    return "\n".join([line(head), line("---" for _ in head), *(line(row) for row in rows)])


def percent(share: float) -> str:
    """0.8276 -> "82.8 %"."""
    return f"{100 * share:.1f} %"


def of(part: int, whole: int) -> str:
    """ "3 of 8 (37.5 %)"; without the share where there is nothing."""
    return f"{part} of {whole}" + (f" ({percent(part / whole)})" if whole else "")


def percentile(values: Sequence[float], share: float) -> float:
    """The smallest value that at least `share` (0 to 1) of the values do not exceed; 0 for no values."""
    ordered = sorted(values)
    index = -int(-share * len(ordered) // 1) - 1  # the share rounded up, counted from 0
    return ordered[max(0, index)] if ordered else 0.0


def replace_part(document: str, by: str, text: str) -> str:
    """`document` with what stands between the marks of `by` replaced. Raises: ValueError: no such marks."""
    before, begin, rest = document.partition(BEGIN.format(by=by))
    _, end, after = rest.partition(END)
    if not begin or not end:
        raise ValueError(f"the marks for {by} are missing")
    return f"{before}{begin}\n{text.strip()}\n{end}{after}"


def write_part(path: Path, by: str, text: str) -> None:
    """Replace the part of a file that `by` generates; the rest stays. Raises as `replace_part`."""
    path.write_text(replace_part(path.read_text(encoding="utf-8"), by, text), encoding="utf-8")
