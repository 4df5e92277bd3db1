"""What every channel that shows a reply has to know: which parts, ticks and sources. Pure functions."""

import re
from collections.abc import Mapping, Sequence
from typing import Any

ADDRESS = re.compile(
    r"(?P<email>[A-Za-z0-9._%+-]+@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+)|(?P<url>https?://[^\s<>\"')\]]*[^\s<>\"')\].,;:!?])"
)
"""What becomes a link: an e-mail address or a web address, without the full stop after it."""
_BULLET = re.compile(r"^\s*[-*•]\s+")


def target_of(address: re.Match[str]) -> str:
    """Where the link of an address leads."""
    return f"mailto:{address.group()}" if address["email"] else address.group()


def blocks_of(text: str) -> list[tuple[str, list[str]]]:
    """Plain text as ("paragraph", lines) and ("list", items), in order."""
    blocks: list[tuple[str, list[str]]] = []
    for paragraph in re.split(r"\n\s*\n", text):
        for line in filter(str.strip, paragraph.split("\n")):
            kind = "list" if _BULLET.match(line) else "paragraph"
            if not blocks or blocks[-1][0] != kind:
                blocks.append((kind, []))
            blocks[-1][1].append(_BULLET.sub("", line).strip())
        blocks.append(("end", []))
    return [block for block in blocks if block[1]]


def is_structured(reply: Mapping[str, Any]) -> bool:
    """Whether the reply's parts say all of it: else its text is shown, which always does."""
    parts = reply["parts"]
    return bool(parts) and all(part["points"] or part["lead"] for part in parts)


def shown_parts(reply: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """The parts to show: those that stand in the comparison are shown there."""
    cells = [cell for row in (reply["comparison"] or {"rows": []})["rows"] for cell in row["cells"]]
    areas, compared = (
        {cell["area"] for cell in cells},
        {point["statement_id"] for cell in cells for point in cell["points"]},
    )
    return [p for p in reply["parts"] if not (p["area"] in areas and _ids(p) <= compared)]


def ticks_of(part: Mapping[str, Any], reply: Mapping[str, Any]) -> list[tuple[Mapping[str, Any], bool]]:
    """The points of a part as (point, whether it is done) where all of them are items of the checklist; else []."""
    states = {item["statement_id"]: item["state"] for item in reply["checklist"]}
    if not _ids(part) <= set(states):
        return []
    return [(point, states[point["statement_id"]] == "done") for point in part["points"]]


def line_of(item: Mapping[str, Any]) -> str:
    """A date as one line: what it counts from, and the window."""
    return ": ".join(str(item[name]) for name in ("label", "text") if item[name])


def kinds_of(reply: Mapping[str, Any]) -> set[str]:
    """Kinds of what can be taken away."""
    return {takeaway["kind"] for takeaway in reply["takeaways"]}


def drafts_of(reply: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """The draft e-mails."""
    return [takeaway for takeaway in reply["takeaways"] if takeaway["kind"] == "email"]


def sources_of(reply: Mapping[str, Any]) -> list[str]:
    """One line for each different source of a reply, in the order of its points; numbered from 1 as shown."""
    return list(dict.fromkeys(_source_line(source) for point in _points_of(reply) for source in point["sources"]))


def marks_of(point: Mapping[str, Any], sources: Sequence[str]) -> str:
    """Numbers of a point's sources: "[1]", "[1, 3]", or "" where it has none."""
    numbers = sorted({sources.index(_source_line(source)) + 1 for source in point["sources"]})
    return f"[{', '.join(map(str, numbers))}]" if numbers else ""


def _ids(part: Mapping[str, Any]) -> set[str]:
    return {point["statement_id"] for point in part["points"]}


def _points_of(reply: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    return [point for part in reply["parts"] for point in part["points"]]


def _source_line(source: Mapping[str, Any]) -> str:
    return f"{source['document']}, {source['section']}, paragraph {source['paragraph']}"
