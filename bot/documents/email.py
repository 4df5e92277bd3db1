"""Draft e-mails as a file that mail programs open as a draft."""

from __future__ import annotations

import re
from datetime import datetime
from email.message import EmailMessage
from email.policy import SMTP

from bot.documents.texts import EMAIL, clean, line_of
from bot.guidance.reply import Takeaway

LONGEST_SUBJECT = 200
MOST_ADDRESSES = 5
LONGEST_EMAIL = 254


def eml_of(takeaway: Takeaway, made_at: datetime) -> bytes:
    """A draft as an .eml file: no sender, `X-Unsent: 1`, plain text.

    Args:
        made_at: with a time zone.
    """
    message = EmailMessage(policy=SMTP)
    addresses = _addresses(takeaway.to)
    if addresses:
        message["To"] = ", ".join(addresses)
    message["Subject"] = _subject(takeaway)
    message["Date"] = made_at
    message["X-Unsent"] = "1"
    message.set_content(clean(takeaway.body), charset="utf-8", cte="quoted-printable")
    return message.as_bytes()


def _subject(takeaway: Takeaway) -> str:
    return line_of(takeaway.subject)[:LONGEST_SUBJECT].rstrip()


def _addresses(to: str) -> list[str]:
    """The addresses of a list with commas or semicolons; whatever is not one as a whole is left out."""
    pieces = (piece.strip(" ") for piece in re.split("[,;]", to))
    found = [piece for piece in pieces if len(piece) <= LONGEST_EMAIL and re.fullmatch(EMAIL, piece)]
    return found[:MOST_ADDRESSES]
