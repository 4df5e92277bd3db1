"""Accessibility faults of an open page, as axe-core finds them."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Frame, Page

AXE = Path(__file__).resolve().parents[2] / "node_modules/axe-core/axe.min.js"
TAGS = ("wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice")
RUN = """
async (options) => (await axe.run(document, options)).violations
  .flatMap(({id, impact, help, nodes}) => nodes.map((node) =>
    `${id} (${impact}): ${help}: ${node.target.join(" ")}: ${node.any.concat(node.all, node.none)
      .map((check) => check.message).join("; ")}: ${node.html.slice(0, 200)}`))
"""


@cache
def axe_source() -> str:
    """The text of axe-core; where it is not installed the test is skipped, which fails in CI."""
    if not AXE.is_file():
        pytest.skip("axe-core is not installed (make node_modules/.package-lock.json)")
    return AXE.read_text(encoding="utf-8")


def violations(place: Page | Frame, *, without: tuple[str, ...] = ()) -> list[str]:
    """One line for each element that breaks a rule of WCAG 2.2 A or AA or a best practice; [] when all is well.

    A page is looked at with all its frames, each by itself; a frame alone. `without`: rules left out, for pages
    that are not ours. The script comes in through the debugger, so the page's policy stays as it is.
    """
    frames = place.frames if isinstance(place, Page) else [place]
    options: dict[str, Any] = {
        "runOnly": {"type": "tag", "values": list(TAGS)},
        "rules": {rule: {"enabled": False} for rule in without},
        "iframes": False,
        "resultTypes": ["violations"],
    }
    found: list[str] = []
    for frame in frames:
        if frame.url in ("", "about:blank"):
            continue
        frame.evaluate(axe_source())
        found += [f"{frame.url}: {line}" for line in frame.evaluate(RUN, options)]
    return found
