"""Recognises a disclosure of harm or danger in the words of school staff: rules as data, no model."""

import re
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any, Literal

import yaml

Kind = Literal["immediate_danger", "harm"]

_PART = re.compile(r"<(\w+)>")


@dataclass(frozen=True)
class Rules:
    """The rules in the form in which they are tried."""

    spelling: tuple[tuple[re.Pattern[str], str], ...]
    ordinary: re.Pattern[str]
    danger: re.Pattern[str]
    harm: re.Pattern[str]


def disclosure(text: str) -> Kind | None:
    """What a message discloses, if anything; danger goes first. Any text, masked or not; never raises."""
    rules = _rules()
    plain = _plain(text)
    for pattern, mended in rules.spelling:
        plain = pattern.sub(mended, plain)
    plain = rules.ordinary.sub(" , ", plain)
    if rules.danger.search(plain):
        return "immediate_danger"
    return "harm" if rules.harm.search(plain) else None


def _plain(text: str) -> str:
    lowered = re.sub(r"['’‘`´]", "", text.lower())
    return re.sub(r"\s+", " ", re.sub(r"[-–—_/*\"“”()]", " ", lowered)).strip()


@cache
def _rules() -> Rules:
    """Reads and compiles the rules when first asked."""
    raw: dict[str, Any] = yaml.safe_load(
        (resources.files(__package__) / "safeguarding.yml").read_text(encoding="utf-8")
    )
    parts: dict[str, str] = {}
    for name, pattern in raw["parts"].items():
        parts[name] = re.sub(r" *\n *| +(?=\|)", "", _filled(str(pattern), parts))
    return Rules(
        spelling=tuple((re.compile(found), mended) for found, mended in raw["spelling"].items()),
        ordinary=_any(raw["ordinary"], parts),
        danger=_any(raw["immediate_danger"], parts),
        harm=_any(raw["harm"], parts),
    )


def _filled(pattern: str, parts: dict[str, str]) -> str:
    return _PART.sub(lambda match: parts[match[1]], pattern)


def _any(patterns: list[str], parts: dict[str, str]) -> re.Pattern[str]:
    return re.compile("|".join(f"(?:{_filled(pattern, parts).rstrip()})" for pattern in patterns))
