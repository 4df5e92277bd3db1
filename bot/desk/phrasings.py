"""Accepted phrasings as examples for the engine, and what it is trained with already. Only text in, text out.

Nothing here adds to the training data: the file is reviewed and merged in version control (docs/learning.md).
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any

import yaml

from bot.guidance.zone import london

MOST_CHARS = 500  # as a question is kept
FROM_BUTTONS_ONLY = frozenset({"choose", "ask_several"})  # intents that nobody types
HEADER = "# Phrasings that content owners accepted. To be reviewed and merged by hand: docs/learning.md.\n"

_UNSEEN = frozenset({"Cc", "Cf", "Cn", "Co", "Cs"})  # categories of characters that nobody sees
_ANNOTATION = re.compile(r"\[([^\]]+)\](?:\([^)]*\)|\{[^}]*\})")
_WOULD_ANNOTATE = re.compile(r"\](?=[({\[])")


@dataclass(frozen=True, slots=True)
class Accepted:
    """Phrasings that a mark accepted for an intent. `number` and `at`: of the mark."""

    number: int
    at: datetime
    intent: str
    texts: tuple[str, ...]


def visible(text: str) -> str:
    """A text on one line, without characters that nobody sees. What comes out goes in again unchanged."""
    seen = "".join(" " if mark.isspace() else mark for mark in unicodedata.normalize("NFC", text))
    seen = "".join(mark for mark in seen if unicodedata.category(mark) not in _UNSEEN)
    # Composed again: a character that was taken out may have stood between a letter and its accent.
    return unicodedata.normalize("NFC", " ".join(seen.split()))


def phrasing(text: str) -> str:
    """A text as it can stand as an example: `visible`, and nothing in it is read as an annotation.

    "" when nothing is left. What comes out goes in again unchanged.
    """
    return _WOULD_ANNOTATE.sub("] ", visible(text))


def plain(text: str) -> str:
    """A text without annotations, case, punctuation and spare blanks: two phrasings with the same one are the same."""
    unmarked = _ANNOTATION.sub(r"\1", text).replace("’", "'").casefold()
    return " ".join(re.findall(r"[\w&£%/]+", unmarked)) or text.strip()


def without(accepted: Iterable[Accepted], trained: Collection[str]) -> list[Accepted]:
    """The phrasings that are not trained with yet. `trained`: as `plain` makes them."""
    found = [replace(mark, texts=tuple(text for text in mark.texts if plain(text) not in trained)) for mark in accepted]
    return [mark for mark in found if mark.texts]


def phrasings_file(accepted: Iterable[Accepted]) -> str:
    """The phrasings as a file of examples (Rasa NLU, YAML): by intent, then by mark, each text once for an intent.

    A phrasing that two marks accepted stands under the earlier one. Texts must have gone through `phrasing`.
    """
    lines = [f'{HEADER}version: "3.1"']
    entries: list[str] = []
    written: set[tuple[str, str]] = set()
    for mark in sorted(accepted, key=lambda mark: (mark.intent, mark.number)):
        texts = []
        for text in sorted(set(mark.texts), key=lambda text: (text.casefold(), text)):
            if text and (mark.intent, plain(text)) not in written:
                written.add((mark.intent, plain(text)))
                texts.append(f"    - {text}")
        if texts:
            day = mark.at.astimezone(london()).date().isoformat()
            entries += [f"# mark {mark.number}, {day}", f"- intent: {mark.intent}", "  examples: |", *texts]
    lines += ["nlu:", *entries] if entries else ["nlu: []"]
    return "\n".join(lines) + "\n"


class Training:
    """What the engine is trained with: its intents, and which text stands under which. Reads the files anew each time.

    Args:
        root: folder with domain.yml and data/nlu.
    """

    def __init__(self, root: Path) -> None:
        self._root = root

    def intents(self) -> list[str]:
        """The intents that people can mean by what they type, as the domain has them in order."""
        named = _read(self._root / "domain.yml").get("intents") or ()
        return [str(name) for name in named if str(name) not in FROM_BUTTONS_ONLY]

    def trained(self) -> dict[str, str]:
        """Each example (see `plain`) -> its intent."""
        found: dict[str, str] = {}
        for path in sorted((self._root / "data/nlu").glob("*.yml")):
            for entry in _read(path).get("nlu") or ():
                if "intent" in entry:
                    examples = (line.removeprefix("-").strip() for line in str(entry["examples"]).splitlines())
                    found |= {plain(example): str(entry["intent"]) for example in examples if example}
        return found


def _read(path: Path) -> Mapping[str, Any]:
    loaded: dict[str, Any] = yaml.load(path.read_text(encoding="utf-8"), Loader=yaml.CSafeLoader)
    return loaded
