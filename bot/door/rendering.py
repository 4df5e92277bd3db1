"""From a reply to what the page shows. Everything is escaped; only addresses become links. Pure functions."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

from markupsafe import Markup, escape

from bot.guidance.showing import (
    ADDRESS,
    blocks_of,
    drafts_of,
    is_structured,
    kinds_of,
    line_of,
    marks_of,
    shown_parts,
    sources_of,
    target_of,
    ticks_of,
)

__all__ = [
    "blocks_of",
    "class_of",
    "drafts_of",
    "is_structured",
    "kinds_of",
    "line_of",
    "linked",
    "mail_link",
    "marks_of",
    "shown_parts",
    "sources_of",
    "ticks_of",
]
_AS_IN_A_BROWSER = "!'()*~-_."  # what encodeURIComponent leaves alone
_CLASSES = {"safeguarding": " sp-safeguarding", "error": " sp-error", "switched_off": " sp-error"}


def linked(text: str) -> Markup:
    """Escaped text in which e-mail addresses and web addresses are links."""
    pieces, end = [], 0
    for match in ADDRESS.finditer(text):
        pieces += [
            escape(text[end : match.start()]),
            Markup('<a href="{}">{}</a>').format(target_of(match), match.group()),
        ]
        end = match.end()
    return Markup("").join([*pieces, escape(text[end:])])


def class_of(reply: Mapping[str, Any]) -> str:
    """The class that sets a reply apart by its status."""
    return _CLASSES.get(str(reply["status"]), "")


def mail_link(draft: Mapping[str, Any]) -> str:
    """A draft as a link that opens it in the person's mail program."""
    fields = ((name, str(draft[name]).replace("\n", "\r\n")) for name in ("subject", "body"))
    query = "&".join(f"{name}={quote(value, safe=_AS_IN_A_BROWSER)}" for name, value in fields)
    return f"mailto:{quote(str(draft['to']), safe='@')}?{query}"
