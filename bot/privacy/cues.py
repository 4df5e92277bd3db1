"""The signs of `data/cues.yml` in the form the name rules ask them."""

import re
from dataclasses import dataclass

from bot.privacy.lexicon import read_yaml

_PATTERNS = ("closings", "strong_after", "clear_is")


@dataclass(frozen=True)
class Cues:
    """Word sets by name (`cues["titles"]`) and the patterns that look further than one word."""

    words: dict[str, frozenset[str]]
    strong_after: re.Pattern[str]
    clear_is: re.Pattern[str]
    closing: re.Pattern[str]

    def __getitem__(self, name: str) -> frozenset[str]:
        return self.words[name]

    def grown_ups(self) -> frozenset[str]:
        return self["parent_nouns"] | self["staff_nouns"]


def load_cues() -> Cues:
    """Reads `data/cues.yml`; a long pattern may be broken over lines at a "|"."""
    raw = {name: str(value) for name, value in read_yaml("cues.yml").items()}
    joined = {name: re.sub(r"\s*\n\s*|(?<=\|) +| +(?=\|)", "", raw[name]) for name in _PATTERNS}
    closing = (
        rf"(?im)(?:^|[.!?,] *|\bso much,? *)[ \t]*(?:{joined['closings']})\b"
        r"[ \t]*[,.!\-–]*[ \t]*\n?(?:[ \t]*\n)?[ \t]*"
    )
    return Cues(
        words={name: frozenset(value.split()) for name, value in raw.items() if name not in _PATTERNS},
        strong_after=re.compile(joined["strong_after"], re.IGNORECASE),
        clear_is=re.compile(joined["clear_is"], re.IGNORECASE),
        closing=re.compile(closing),
    )
