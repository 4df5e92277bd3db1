"""The words of the channel (words.yml): commands, and what it says by itself."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml

FILE = Path(__file__).with_name("words.yml")
_NO_WORD = re.compile(r"[^\w\s]+")


class Words:
    """Words by name; unknown names raise KeyError. `values` fill placeholders."""

    def __init__(self, words: Mapping[str, Any], values: Mapping[str, str]) -> None:
        self._words = words
        self._values = dict(values)
        self._commands = {each: name for name, said in words["commands"].items() for each in said}

    @classmethod
    def load(cls, values: Mapping[str, str]) -> Words:
        """Read the words."""
        return cls(yaml.safe_load(FILE.read_text(encoding="utf-8")), values)

    def command_in(self, text: str) -> str:
        """The command that a message is, or "": the whole of it must be one."""
        said = " ".join(_NO_WORD.sub(" ", text.casefold()).split()) if len(text) < 60 else ""
        return str(self._commands.get(said, ""))

    def said(self, name: str, **values: str) -> str:
        """What is said, in whole sentences."""
        return str(self._words["said"][name]).strip().format(**self._values, **values)

    def ticks(self, number: int) -> str:
        """What was done with the boxes of a card."""
        words = self._words["chosen"]
        return str(words["one_tick"] if number == 1 else words["ticks"].format(number=number))

    @property
    def after_ticks(self) -> Mapping[str, str]:
        """What is said of a checklist after boxes were ticked; its own placeholders are filled by whoever uses them."""
        return {name: str(words) for name, words in self._words["ticked"].items()}

    def change(self, label: str) -> str:
        """That a fact was to be changed."""
        return str(self._words["chosen"]["change"]) + " " + label

    @property
    def something(self) -> str:
        """Something that was chosen and is not known by name."""
        return str(self._words["chosen"]["something"])
