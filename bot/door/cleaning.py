"""Cleaning of typed text: what is left out before anything else sees it. Pure functions."""

import re
import unicodedata

_KEPT_CONTROLS = "\n\t"
_DROPPED = frozenset({"Cf", "Cs", "Co"})
_LINE_ENDS = re.compile("\r\n|[\r\x0b\x0c\x1c-\x1e\x85\u2028\u2029]")
_LEADING_COMMAND = re.compile(r"^[\s/]+")
_SAYS_SOMETHING = frozenset("LN")


def clean_text(text: str) -> str:
    """Text without characters that nobody types on purpose.

    Lone surrogates, NUL and other controls, zero-width and direction marks and private-use characters go;
    every kind of line end becomes "\\n"; the rest is brought to NFC and stripped. Idempotent.
    """
    if not (text.isascii() and text.isprintable()):
        text = _LINE_ENDS.sub("\n", text)
        text = "".join(kept for character in text if (kept := _cleaned(character)))
        text = unicodedata.normalize("NFC", text)
    return text.strip()


def _cleaned(character: str) -> str:
    if character in _KEPT_CONTROLS:
        return character
    category = unicodedata.category(character)
    return "" if category in _DROPPED or category == "Cc" else character


def says_something(text: str) -> bool:
    """Whether there is at least one letter or digit: emoji, blanks and punctuation alone ask nothing."""
    return any(unicodedata.category(character)[0] in _SAYS_SOMETHING for character in text)


def as_plain_text(text: str) -> str:
    """Text that Rasa cannot take for a command: no leading blanks or slashes.

    Rasa strips leading blanks itself, and blanks after the slash, so a blank in front is not enough.
    """
    return _LEADING_COMMAND.sub("", text)
