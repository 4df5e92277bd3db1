"""Read an e-mail that was pasted or uploaded: its subject, and the newest message in it as plain text. Pure.

Nothing is fetched and no attachment is read. Whatever the bytes, the worst that happens is DeskError.
"""

from __future__ import annotations

import codecs
import re
from dataclasses import dataclass, replace
from email import policy
from email.message import EmailMessage, MIMEPart
from email.parser import BytesParser

from bot.desk.errors import DeskError
from bot.desk.letter_html import text_of_html
from bot.desk.quoting import newest
from bot.documents.texts import clean, line_of

MOST_BYTES = 2 * 1024 * 1024
MOST_CHARS = 8_000  # of the newest message
LONGEST_LINE = 200  # of a subject, a sender's name or the name of a file
MOST_ATTACHMENTS = 20
DEEPEST = 3  # messages attached to messages that are looked into
MARKS_OF_MAIL = ("from", "to", "subject", "date", "received", "message-id", "mime-version", "content-type")
# Encodings of text; Python knows others that are slow or no text at all.
_TEXT_CODEC = re.compile(r"(?:utf-(?:8|16|32)|ascii|iso8859|cp|koi8|mac-|gb|big5|euc_|shift_jis|iso2022)")
_BEFORE_SUBJECT = re.compile(r"^(?:\s*(?:(?:re|fw|fwd|aw)\s*:|\[ext(?:ernal)?\]|external\s*:))+", re.IGNORECASE)
_NAMED = re.compile(r"^(?P<name>[^<>]*?)\s*(?:<[^<>]*>|\[mailto:[^\]]*\])?$")


@dataclass(frozen=True, slots=True)
class Letter:
    """An e-mail as it is worked on. `attachments`: names of files that came with it; their content is not read.

    Nothing of it is masked yet. `sender_name` is "" where only an address is known.
    """

    subject: str
    body: str
    sender_name: str = ""
    attachments: tuple[str, ...] = ()


def read_pasted(text: str) -> Letter:
    """The letter in a pasted text; headers that were pasted along are taken off.

    Raises: DeskError: nothing is left, or it is too long.
    """
    found = newest(_plain(text))
    return _checked(Letter(_subject(found.headers.get("subject", "")), found.text, _sender(found.headers)))


def read_eml(data: bytes) -> Letter:
    """The letter in an e-mail file (RFC 5322).

    Raises: DeskError: it is no e-mail, too large or damaged, nothing is left, or it is too long.
    """
    if not data or len(data) > MOST_BYTES:
        raise DeskError("bad_eml", 413 if data else 400)
    try:
        letter = _letter_of(BytesParser(policy=policy.default).parsebytes(data))
    except Exception:  # the email package has no list of what hostile mail makes it raise
        raise DeskError("bad_eml") from None
    return _checked(letter)


def _letter_of(message: EmailMessage, depth: int = 0) -> Letter:
    if not any(name in message for name in MARKS_OF_MAIL):
        raise DeskError("bad_eml")
    found = newest(_body_of(message))
    attached = [part for part in message.walk() if part is not message and part.get_content_type() == "message/rfc822"]
    if not found.text and attached and depth < DEEPEST:
        inner = attached[0].get_payload(0)  # forwarded as a file, with nothing written to it
        if isinstance(inner, EmailMessage):
            return _letter_of(inner, depth + 1)
    headers = {"from": str(message.get("from", "")), **found.headers}
    subject = found.headers.get("subject") or str(message.get("subject", ""))
    letter = Letter(_subject(subject), found.text, _sender(headers))
    names = (line_of(str(part.get_filename() or ""))[:LONGEST_LINE] for part in message.iter_attachments())
    return replace(letter, attachments=tuple(name for name in names if name)[:MOST_ATTACHMENTS])


def _body_of(message: EmailMessage) -> str:
    """The message as plain text: its plain part, or else what its HTML part shows."""
    for kind in ("plain", "html"):
        part = message.get_body((kind,))
        parts = [part] if part is not None else _parts(message, kind)
        for each in parts:
            text = _decoded(each)
            text = _plain(text) if kind == "plain" else _plain(text_of_html(text))
            if text.strip():
                return _flowed(text, each) if kind == "plain" else text
    return ""


def _parts(message: MIMEPart, kind: str) -> list[MIMEPart]:
    """Parts of this kind that are no files, where the message has no proper body."""
    return [
        part
        for part in message.walk()
        if part.get_content_type() == f"text/{kind}" and not part.is_attachment() and not part.get_filename()
    ]


def _decoded(part: MIMEPart) -> str:
    """The text of a part. A charset that is unknown or wrong gives way to those that mail is mostly in."""
    payload = part.get_payload(decode=True)
    data = payload if isinstance(payload, bytes) else b""
    for charset in (_codec(str(part.get_content_charset() or "")), "utf-8"):
        try:
            return data.decode(charset)
        except UnicodeError:
            continue
    return data.decode("cp1252", "replace")


def _codec(charset: str) -> str:
    try:
        name = codecs.lookup(charset).name
    except (LookupError, ValueError):
        return "utf-8"
    # What says ISO 8859-1 is mostly Windows-1252, which has the quotation marks; browsers read it so, too.
    name = "cp1252" if name == "iso8859-1" else name
    return name if _TEXT_CODEC.match(name) else "utf-8"


def _flowed(text: str, part: MIMEPart) -> str:
    """Lines that end in a blank go on in the next where the part says so (RFC 3676)."""
    is_flowed = str(part.get_param("format", "")).casefold() == "flowed"
    return re.sub(r"(?<=[^\n-]) \n(?!>|\n|-- ?\n)", " ", text) if is_flowed else text


def _plain(text: str) -> str:
    return clean(text).replace("\u00a0", " ")


def _subject(text: str) -> str:
    return _BEFORE_SUBJECT.sub("", line_of(text)[: 2 * LONGEST_LINE]).strip()[:LONGEST_LINE]


def _sender(headers: dict[str, str]) -> str:
    match = _NAMED.match(line_of(headers.get("from", ""))[: 2 * LONGEST_LINE])
    name = match["name"].strip(" \"'") if match else ""
    return "" if "@" in name else name[:LONGEST_LINE]


def _checked(letter: Letter) -> Letter:
    if not letter.body and not letter.subject:
        raise DeskError("empty_letter")
    if len(letter.body) > MOST_CHARS:
        raise DeskError("long_letter", 413, length=f"{len(letter.body):,}", most=f"{MOST_CHARS:,}")
    return letter
