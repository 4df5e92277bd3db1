"""The door's HTML templates. Everything is escaped; a name that is missing is an error."""

from functools import cache
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined, Template

from bot.door import rendering

TEMPLATES_DIR = Path(__file__).with_name("templates")


def template(name: str) -> Template:
    """A template by its file name."""
    return _environment().get_template(name)


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(TEMPLATES_DIR),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,  # templates and words are read at the same time, and fit each other
    )
    environment.filters.update(
        {
            "blocks": rendering.blocks_of,
            "class": rendering.class_of,
            "drafts": rendering.drafts_of,
            "kind": lambda block: type(block).__name__,
            "kinds": rendering.kinds_of,
            "line": rendering.line_of,
            "linked": rendering.linked,
            "mail_link": rendering.mail_link,
            "marks": rendering.marks_of,
            "shown_parts": rendering.shown_parts,
            "sources": rendering.sources_of,
            "ticks": rendering.ticks_of,
        }
    )
    environment.tests.update(structured=rendering.is_structured)
    return environment
