"""The pages of information: help, privacy, accessibility. Texts: info.yml; figures: the settings."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml
from fastapi import APIRouter
from fastapi.responses import HTMLResponse
from pydantic import BaseModel, ConfigDict

from bot.door.offers import authority_names
from bot.door.parts import Parts
from bot.door.templating import template
from bot.settings import Settings

TEXTS_FILE = Path(__file__).with_name("info.yml")


class Text(BaseModel):
    """Base of what is in info.yml: no key beyond those named."""

    model_config = ConfigDict(extra="forbid")


class Section(Text):
    """A heading and what stands below it: paragraphs, and lists of points."""

    heading: str
    body: list[str | list[str]]


class Page(Text):
    """One page."""

    title: str
    lead: str
    sections: list[Section]


def info_routes(parts: Parts) -> APIRouter:
    """A route for each page of info.yml, by its name. Reads the texts."""
    router = APIRouter()
    for name, page in pages_for(parts.settings).items():
        html = template("info.html").render(words=parts.words.page, page=page)
        router.add_api_route(f"/{name}", _shows(html), methods=["GET"], response_class=HTMLResponse)
    return router


def pages_for(settings: Settings, file: Path = TEXTS_FILE) -> dict[str, Page]:
    """The pages by name, filled in. Raises: KeyError: a placeholder has no value; ValidationError: a wrong key."""
    texts = yaml.safe_load(file.read_text(encoding="utf-8"))
    values = {
        "covers": ", ".join(authority_names(settings.content_dir)),
        "max_chars": f"{settings.max_message_chars:,}",
        "retention": _counted(texts["counted"]["hours"], settings.retention_hours),
        "reports_keep": _counted(texts["counted"]["days"], settings.reports_keep_days),
        "counts_keep": _counted(texts["counted"]["days"], settings.counts_keep_days),
    }
    return {name: Page.model_validate(_filled(page, values)) for name, page in texts["pages"].items()}


def retention(settings: Settings, file: Path = TEXTS_FILE) -> str:
    """How long a conversation is kept, in words: "48 hours"."""
    texts = yaml.safe_load(file.read_text(encoding="utf-8"))
    return _counted(texts["counted"]["hours"], settings.retention_hours)


def _counted(forms: tuple[str, str], number: int) -> str:
    """A number with its unit, by the forms for one and for several."""
    return forms[number != 1].format(number=number)


def _filled(text: Any, values: Mapping[str, str]) -> Any:
    if isinstance(text, Mapping):
        return {name: _filled(inner, values) for name, inner in text.items()}
    return [_filled(inner, values) for inner in text] if isinstance(text, list) else text.format_map(values)


def _shows(html: str) -> Any:
    async def show() -> HTMLResponse:
        return HTMLResponse(html)

    return show
