"""The font of the PDF, and which characters it has."""

from __future__ import annotations

from functools import cache
from importlib.resources import files
from pathlib import Path

FAMILY = "Source Sans Pro"
USED = ("SourceSansPro-Regular.ttf", "SourceSansPro-Bold.ttf")


def folder() -> Path:
    """The folder of the font's files."""
    return Path(str(files("font_source_sans_pro"))) / "files"


@cache
def characters() -> frozenset[int]:
    """Code points that every file in use has a glyph for."""
    from fontTools.ttLib import TTFont  # here: it is slow to import, and only the first document waits for it

    found: list[set[int]] = []
    for name in USED:
        with TTFont(folder() / name, lazy=True) as font:
            found.append(set(font.getBestCmap()))
    return frozenset(set.intersection(*found))
