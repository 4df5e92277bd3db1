"""The desk's HTML templates and words. Everything is escaped; a name that is missing is an error."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import yaml
from jinja2 import (
    ChainableUndefined,
    Environment,
    FileSystemLoader,
    PackageLoader,
    PrefixLoader,
    StrictUndefined,
    Template,
)

from bot.guidance.zone import london

STATIC_DIR = Path(__file__).with_name("static")
TEMPLATES_DIR = Path(__file__).with_name("templates")
WORDS_DIR = Path(__file__).with_name("words")
GOVUK = "govuk_frontend_jinja"


class _Strict(Environment):
    """Our own templates, in which a missing name is an error; those of GOV.UK rely on names being missing."""

    def __init__(self, govuk: Environment, **options: Any) -> None:
        super().__init__(undefined=StrictUndefined, **options)
        self._govuk = govuk

    def get_template(self, name: Any, parent: str | None = None, globals: Any = None) -> Template:  # noqa: A002
        """A template of either kind."""
        if str(name).startswith(f"{GOVUK}/"):
            return self._govuk.get_template(name, parent, globals)
        return super().get_template(name, parent, globals)


def templates(clock: Callable[[], datetime] = lambda: datetime.now(UTC)) -> Environment:
    """The templates, with filters for times: `when`, `day`, `age` (since then, by `clock`)."""
    govuk = Environment(
        loader=PrefixLoader({GOVUK: PackageLoader(GOVUK)}),
        autoescape=True,
        auto_reload=False,
        undefined=ChainableUndefined,
    )
    environment = _Strict(
        govuk,
        loader=FileSystemLoader(TEMPLATES_DIR),
        autoescape=True,
        auto_reload=False,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters.update(when=when, day=day, age=lambda at: age(at, clock()))
    return environment


def load_words(folder: Path = WORDS_DIR) -> dict[str, Any]:
    """All words by file: `words/log.yml` stands under `log`."""
    return {path.stem: yaml.safe_load(path.read_text(encoding="utf-8")) for path in sorted(folder.glob("*.yml"))}


def day(at: date | datetime) -> str:
    """A date in words, in London when it is a time: "27 November 2026"."""
    local = at.astimezone(london()) if isinstance(at, datetime) else at
    return f"{local.day} {local:%B %Y}"


def when(at: datetime) -> str:
    """A time in words, in London: "27 November 2026, 1.05pm"."""
    local = at.astimezone(london())
    return f"{day(at)}, {local.hour % 12 or 12}.{local:%M}{'am' if local.hour < 12 else 'pm'}"


def age(at: datetime, now: datetime) -> str:
    """How long ago, in the largest unit that fits: "just now", "5 minutes", "1 hour", "3 days"."""
    minutes = int((now - at).total_seconds() // 60)
    for unit, size in (("day", 24 * 60), ("hour", 60), ("minute", 1)):
        if minutes >= size:
            count = minutes // size
            return f"{count} {unit}" + ("s" if count > 1 else "")
    return "just now"
