"""Elements of a card: Adaptive Cards 1.2, as far as Teams shows them everywhere. Pure functions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from bot.teams.card_text import Line, Piece, clean, markdown_of, runs_of

type Element = dict[str, Any]

VERSION = "1.2"
MOST_IN_A_ROW = 6  # Teams puts the others behind three dots
ROW_CHARS = 50  # and cuts titles that do not fit in a row
LONGEST_IN_A_ROW = 25


def text(lines: Sequence[Line], *, listed: bool = False, **look: Any) -> list[Element]:
    """Lines of our own as text: bold, addresses as links; as plain runs where Markdown might see more in them.

    Args:
        listed: one list; else a paragraph each.
        look: size, weight, isSubtle or spacing; spacing is that of the first.
    """
    lines = [[p._replace(text=clean(p.text)) for p in line if p.text.strip()] for line in lines]
    lines = [line for line in lines if line]
    said = [markdown_of(line) for line in lines]
    if None in said:
        bullet = [Piece("•")] if listed else []
        made = [_runs([*bullet, *line], look) for line in lines]
    elif listed:
        made = [_block("\n".join(f"- {each}" for each in said), look)] if said else []
    else:
        made = [_block(str(each), look) for each in said]
    return made[:1] + [{**each, "spacing": "small"} for each in made[1:]]


def typed(words: str, *, label: str = "", **look: Any) -> list[Element]:
    """Words that a person may have typed: never Markdown, never a link. `label` stands before them in bold."""
    pieces = [Piece(label, strong=True)] if label else []
    return [_runs([*pieces, Piece(line)], look) for line in clean(words).split("\n") if line.strip()]


def heading(words: str, **look: Any) -> list[Element]:
    """A heading in our own words."""
    return text([[Piece(words)]], weight="bolder", size="medium", **look)


def typed_heading(words: str) -> list[Element]:
    """A heading that a person may have typed."""
    return typed(" ".join(words.split()), weight="bolder", size="medium")


def container(items: list[Element], **look: Any) -> Element:
    """Elements that belong together. `look`: style, id, isVisible, spacing."""
    return {"type": "Container", "items": items, **look}


def submit(title: str, data: Mapping[str, Any]) -> Element:
    """A button that sends `data`, and with it what is ticked."""
    return {"type": "Action.Submit", "title": _title(title), "data": dict(data)}


def open_url(title: str, url: str) -> Element:
    """A button that opens an address."""
    return {"type": "Action.OpenUrl", "title": _title(title), "url": url}


def toggle(title: str, target: str) -> Element:
    """A button that shows or hides the element with this id."""
    return {"type": "Action.ToggleVisibility", "title": _title(title), "targetElements": [target]}


def rows_of(actions: Sequence[Element], **look: Any) -> list[Element]:
    """Buttons in rows: short ones side by side, as many as there is room for. `look`: spacing of the first row."""
    rows: list[list[Element]] = []
    actions = [each for each in actions if each["title"]]
    are_short = all(len(each["title"]) <= LONGEST_IN_A_ROW for each in actions)
    for action in actions:
        fits = are_short and bool(rows) and len(rows[-1]) < MOST_IN_A_ROW
        if fits and sum(len(each["title"]) for each in (*rows[-1], action)) <= ROW_CHARS:
            rows[-1].append(action)
        else:
            rows.append([action])
    made: list[Element] = [{"type": "ActionSet", "actions": row, "spacing": "small"} for row in rows]
    return [{**made[0], **look}, *made[1:]] if made else []


def tick(element_id: str, title: str, is_ticked: bool) -> Element:
    """A box to tick. Its title must mean the same with and without Markdown: clients differ."""
    value = "true" if is_ticked else "false"
    return {"type": "Input.Toggle", "id": element_id, "title": title, "value": value, "wrap": True}


def card(body: list[Element], fallback_text: str) -> Element:
    """The card."""
    return {
        "type": "AdaptiveCard",
        "version": VERSION,
        "lang": "en",  # two letters by the specification; the web client refuses others
        "fallbackText": fallback_text,
        "msteams": {"width": "Full"},
        "body": body,
    }


def _title(words: str) -> str:
    return " ".join(clean(words).split())


def _block(words: str, look: Mapping[str, Any]) -> Element:
    return {"type": "TextBlock", "text": words, "wrap": True, **look}


def _runs(line: Line, look: Mapping[str, Any]) -> Element:
    on_runs = {name: value for name, value in look.items() if name != "spacing"}
    spacing = {"spacing": look["spacing"]} if "spacing" in look else {}
    inlines = []
    for number, piece in enumerate(line):
        bold = {"weight": "bolder"} if piece.strong else {}
        words = f"{' ' if number else ''}{piece.text}"
        inlines += [{"type": "TextRun", "text": run, **on_runs, **bold} for run in runs_of(words)]
    return {"type": "RichTextBlock", "inlines": inlines, **spacing}
