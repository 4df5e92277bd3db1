"""What tests of the Teams cards share: a strict check of a card, and what a person reads on it."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from functools import cache
from importlib.resources import files
from typing import Any

from jsonschema import Draft7Validator
from markdown_it import MarkdownIt
from markdown_it.token import Token

from bot.door.choices import Choice, choice_of, sign_choice
from bot.guidance.reply import CHANGE, Reply
from bot.teams.card_text import JOINER
from bot.teams.cards import LARGEST_CARD_BYTES

SECRET, CONVERSATION = "a secret of thirty-two characters", "a conversation"
BASE = "https://signpost.example.gov.uk"
LINKS = {
    kind: f"{BASE}/teams/take/{kind}"
    for kind in ("print", "pdf", "docx", "ics", "case", "eml-0", "eml-1", "help", "privacy")
}
TEAMS_LIMIT_BYTES = 28 * 1024
# What Teams draws on a desk, iOS and Android alike, of what a reply can need; where each may stand.
ELEMENTS = {"Container", "TextBlock", "RichTextBlock", "ActionSet", "Input.Toggle"}
ACTIONS = {"Action.Submit", "Action.OpenUrl", "Action.ToggleVisibility"}
PLACES = {"body": ELEMENTS, "items": ELEMENTS, "inlines": {"TextRun"}, "actions": ACTIONS}
MARKDOWN = {"paragraph", "inline", "text", "softbreak", "strong", "bullet_list", "list_item", "link"}
FOLDED = re.compile(r"change|sources|take|draft-\d+")
LINK = re.compile(r"(?:https?://|mailto:)\S+")


def signed(reply: Reply) -> dict[str, Any]:
    """A reply as it leaves the front door: with a payload for each choice and for each fact."""
    data = reply.model_dump(mode="json")
    for offer in data["choices"]:
        choice = choice_of(offer)
        assert choice is not None
        offer["payload"] = sign_choice(SECRET, CONVERSATION, choice)
    for fact in data["understood"]:
        fact["payload"] = sign_choice(SECRET, CONVERSATION, Choice(CHANGE, fact["fact"]))
    return data


# ---------------------------------------------------------------------- what a card may be


@cache
def schema() -> dict[str, Any]:
    """Microsoft's schema of Adaptive Cards 1.2."""
    text = (files("adaptive_cards") / "schemas" / "schema-1.2.json").read_text(encoding="utf-8")
    loaded: dict[str, Any] = json.loads(text)
    return loaded


@cache
def _validator(kind: str) -> Draft7Validator:
    # Each object is held against the definition of its own type: "any of" would let one through as another.
    definitions = schema()["definitions"]
    Draft7Validator.check_schema({"definitions": definitions})
    return Draft7Validator({"$ref": f"#/definitions/{kind}", "definitions": definitions})


@cache
def _known(kind: str) -> frozenset[str]:
    definition = schema()["definitions"][kind]
    options = [definition, *definition.get("anyOf", [])]
    return frozenset({"type"}.union(*(option.get("properties", {}) for option in options)))


def faults(card: Mapping[str, Any]) -> list[str]:
    """What is wrong with a card, a line each: by the schema, by what Teams draws, and by what we promise."""
    bare = {name: value for name, value in card.items() if name != "msteams"}
    found = [] if card.get("msteams") == {"width": "Full"} else ["msteams"]
    if (card.get("type"), card.get("version"), card.get("lang")) != ("AdaptiveCard", "1.2", "en"):
        found.append("not a card of version 1.2 in English")
    if not card.get("fallbackText"):
        found.append("no fallback text")
    if "actions" in card:
        found.append("actions outside the body")
    found += _faults_of(bare, {"AdaptiveCard"})
    nodes = list(walked(card))
    ids = [node["id"] for node in nodes if "id" in node]
    found += [f"id twice: {each}" for each in sorted({i for i in ids if ids.count(i) > 1})]
    for node in nodes:
        found += [f"no such element: {t}" for t in node.get("targetElements", []) if t not in ids]
        if node.get("isVisible") is False and not FOLDED.fullmatch(str(node.get("id"))):
            found.append(f"hidden: {node.get('id')}")
    size = len(json.dumps(card, ensure_ascii=False, separators=(",", ":")).encode())
    if size > LARGEST_CARD_BYTES:
        found.append(f"too large: {size} bytes")
    return found


def _faults_of(node: Any, expected: set[str]) -> list[str]:
    if not isinstance(node, dict) or node.get("type") not in expected:
        return [f"not expected here: {str(node)[:80]}"]
    kind = node["type"]
    found = [f"{kind}: unknown {name}" for name in node if name not in _known(kind)]
    found += [f"{kind}: {error.message[:200]}" for error in _validator(kind).iter_errors(node)]
    found += _rules(kind, node)
    for place, allowed in PLACES.items():
        for inner in node.get(place, []):
            found += _faults_of(inner, allowed)
    return found


def _rules(kind: str, node: Mapping[str, Any]) -> list[str]:
    """Rules of Teams, and ours, for one element."""
    found = []
    if kind in ("Container", "ActionSet", "RichTextBlock", "AdaptiveCard"):
        inside = next(node[name] for name in ("items", "actions", "inlines", "body") if name in node)
        found += [] if inside else [f"{kind} with nothing in it"]
    if kind == "ActionSet" and len(node["actions"]) > 6:
        found.append("more than six buttons in a row")
    if kind in ("TextBlock", "Input.Toggle") and node.get("wrap") is not True:
        found.append(f"{kind} that does not wrap")
    if kind == "Input.Toggle" and not node.get("id", "").startswith("tick:"):
        found.append("a box without the id of a statement")
    if "." in kind and not node["title"].strip():
        found.append(f"{kind} without a title")
    if kind == "Action.OpenUrl" and not re.fullmatch(r"https?://\S+", node["url"]):
        found.append(f"opens {node['url'][:80]}")
    if kind == "Action.Submit" and node["data"] != {"signpost": "ticks"}:
        data = node["data"]
        if set(data) != {"signpost", "payload"} or data["signpost"] != "choice" or not isinstance(data["payload"], str):
            found.append(f"sends {str(data)[:80]}")
    if kind == "TextBlock":
        found += _markdown_faults(node["text"])
    if kind in ("TextBlock", "TextRun", "Input.Toggle") and "{{" in str(node.get("text", node.get("title"))):
        found.append("a place for a date function")
    if kind == "Input.Toggle" and markdown_words(node["title"]) != node["title"]:
        found.append(f"a title that Markdown changes: {node['title'][:80]}")
    return found


@cache
def _reader() -> MarkdownIt:
    # More than Teams reads: whatever this does not see in a text, Teams does not either.
    return MarkdownIt("commonmark", {"html": True}).enable(["table", "strikethrough"])


def _tokens(text: str) -> Iterator[Token]:
    for token in _reader().parse(text):
        yield token
        yield from token.children or []


def _markdown_faults(text: str) -> list[str]:
    found = []
    for token in _tokens(text):
        kind = re.sub(r"_(?:open|close)$", "", token.type)
        if kind not in MARKDOWN:
            found.append(f"Markdown of kind {token.type}: {text[:80]}")
        target = str(token.attrs.get("href", ""))
        if token.type == "link_open" and not LINK.fullmatch(target):
            found.append(f"link to {target[:80]}")
    if re.search(r"\\", text):
        found.append(f"a backslash, which some clients show: {text[:80]}")
    return found


def walked(node: Any) -> Iterator[dict[str, Any]]:
    """Every object of a card that has a type, in reading order."""
    if isinstance(node, dict):
        if "type" in node:
            yield node
        for name, inner in node.items():
            if name != "data":
                yield from walked(inner)
    elif isinstance(node, list):
        for inner in node:
            yield from walked(inner)


# ---------------------------------------------------------------------- what a person reads


def markdown_words(text: str) -> str:
    """What is left of Markdown for a reader: the words."""
    said = "".join(
        token.content if token.type == "text" else "\n" if token.type in ("softbreak", "paragraph_close") else ""
        for token in _tokens(text)
    )
    return said.strip()


def links_in(card: Mapping[str, Any]) -> list[str]:
    """Where the links in the text of a card lead."""
    texts = [node["text"] for node in walked(card) if node["type"] == "TextBlock"]
    return [str(t.attrs["href"]) for text in texts for t in _tokens(text) if t.type == "link_open"]


def read(node: Any, *, is_unfolded: bool = False) -> str:
    """All that is read on a card, or on part of it, one element a line; `is_unfolded`: what is folded too."""
    if isinstance(node, list):
        return "\n".join(filter(None, (read(each, is_unfolded=is_unfolded) for each in node)))
    if node.get("isVisible") is False and not is_unfolded:
        return ""
    kind = node["type"]
    if kind == "TextBlock":
        return markdown_words(node["text"])
    if kind == "RichTextBlock":
        return "".join(run["text"] for run in node["inlines"])
    if kind == "Input.Toggle" or kind.startswith("Action."):
        return str(node["title"]).replace(JOINER, "")
    inside = next(node[name] for name in ("body", "items", "actions") if name in node)
    return read(inside, is_unfolded=is_unfolded)


def titles(card: Mapping[str, Any], kind: str) -> list[str]:
    """The titles of the buttons or boxes of one kind."""
    return [node["title"] for node in walked(card) if node["type"] == kind]


def sent(card: Mapping[str, Any]) -> list[dict[str, Any]]:
    """What each button sends."""
    return [node["data"] for node in walked(card) if node["type"] == "Action.Submit"]
