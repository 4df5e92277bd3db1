"""From a reply to what the page shows. Everything is escaped; only addresses become links. Pure functions."""

import re
from collections.abc import Mapping, Sequence
from typing import Any

from markupsafe import Markup, escape

_ADDRESS = re.compile(
    r"(?P<email>[A-Za-z0-9._%+-]+@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+)|(?P<url>https?://[^\s<>\"')\]]*[^\s<>\"')\].,;:!?])"
)
_BULLET = re.compile(r"^\s*[-*•]\s+")


def linked(text: str) -> Markup:
    """Escaped text in which e-mail addresses and web addresses are links."""
    pieces, end = [], 0
    for match in _ADDRESS.finditer(text):
        address = match.group()
        target = f"mailto:{address}" if match["email"] else address
        pieces += [escape(text[end : match.start()]), Markup('<a href="{}">{}</a>').format(target, address)]
        end = match.end()
    return Markup("").join([*pieces, escape(text[end:])])


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


def extras_of(reply: Mapping[str, Any], words: Mapping[str, Any]) -> list[tuple[str, list[str]]]:
    """Checklist and dates as (heading, lines), where there are any. Items with a state are said in the parts."""
    lists = [("checklist_label", reply["checklist"]), ("dates_label", reply["dates"])]
    unsaid = [(label, [i for i in items if not (isinstance(i, Mapping) and i.get("state"))]) for label, items in lists]
    return [(words[label], [line_of(item) for item in items]) for label, items in unsaid if items]


def line_of(item: object) -> str:
    """An item of a checklist or a date as one line: its text, or its label and day."""
    if not isinstance(item, Mapping):
        return str(item)
    named = [str(item[name]) for name in ("label", "date", "text") if item.get(name)]
    return ": ".join(named or [value for value in item.values() if isinstance(value, str)])


def sources_of(reply: Mapping[str, Any]) -> list[str]:
    """One line for each different source of a reply, in the order of its points; numbered from 1 as shown."""
    points = [point for part in reply["parts"] for point in part["points"]]
    return list(dict.fromkeys(_source_line(source) for point in points for source in point["sources"]))


def marks_of(point: Mapping[str, Any], sources: Sequence[str]) -> str:
    """Numbers of a point's sources: "[1]", "[1, 3]", or "" where it has none."""
    numbers = sorted({sources.index(_source_line(source)) + 1 for source in point["sources"]})
    return f"[{', '.join(map(str, numbers))}]" if numbers else ""


def _source_line(source: Mapping[str, Any]) -> str:
    return f"{source['document']}, {source['section']}, paragraph {source['paragraph']}"
