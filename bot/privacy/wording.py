"""The words put in place of a name, so that the sentence still reads and means the same."""

import re
from collections.abc import Iterator

from bot.privacy.signs import Message
from bot.privacy.spans import Span

PUPIL, PARENT, STAFF = "the pupil", "the parent", "a colleague"

_INITIALS = re.compile(r"(?<![\w.])(?:[A-Za-z]\.){2,3}(?!\w)")


def replaced(message: Message, place: int, end: int) -> Span:
    """The span for the name of tokens `place` up to `end` with its title; dropped after "a boy called"."""
    tokens, cues = message.tokens, message.cues
    stop, suffix = tokens[end - 1].end, ""
    if message.stem(end - 1) != tokens[end - 1].word and not tokens[end - 1].possessive:
        suffix = "'s"
    title = message.title_before(place)
    first = place if title is None else title
    start, before = tokens[first].start, message.word(first - 1)
    nouns = cues["pupil_nouns"] | cues.grown_ups()
    if before in cues["called"] and message.word(first - 2) in nouns:
        return Span(tokens[first - 2].end, stop, "name", suffix)
    if before == "dear":
        return Span(start, stop, "name", "colleague")
    greeted = before in cues["greetings"] and tokens[first - 1].opens
    after_noun = before in nouns and message.text[tokens[first - 1].end : start] == " "
    if greeted or after_noun:
        return Span(tokens[first - 1].end, stop, "name", suffix)
    return Span(start, stop, "name", _who(message, first, end, title is not None) + suffix)


def _who(message: Message, first: int, end: int, titled: bool) -> str:
    """Pupil, parent or member of staff, by the words around."""
    cues, before, earlier = message.cues, message.word(first - 1), message.word(first - 2)
    role = earlier if before in ("(", ",", ":", "-", "name") else before
    if role in cues["parent_nouns"]:
        return PARENT
    start = message.tokens[first].start
    signed = any(end_of <= start < end_of + 40 for _, end_of in message.closings)
    job = not message.tokens[end - 1].possessive and any(
        message.word(place) in cues["staff_nouns"] for place in range(end, end + 3)
    )
    told = before in cues["staff_before"] or (earlier, before) in (
        ("name", "is"),
        ("spoke", "to"),
        ("according", "to"),
        ("i", "am"),
    )
    introduced = before in ("im", "i'm")
    return STAFF if titled or signed or job or told or introduced or role in cues["staff_nouns"] else PUPIL


def initials(message: Message) -> Iterator[Span]:
    """Initials with stops; two or three capitals after "pupil" or "initials" that no list knows."""
    for match in _INITIALS.finditer(message.text):
        if match[0].lower() not in message.cues["not_initials"]:
            yield Span(match.start(), match.end(), "name", PUPIL)
    for place, token in enumerate(message.tokens):
        if not (2 <= len(token.text) <= 3 and token.text.isalpha() and token.text.isupper()):
            continue
        known = message.lexicon.is_kept(token.word) or token.word in message.cues["never"]
        before = message.word(place - 1)
        if not known and before in message.cues["pupil_nouns"] | {"initials", "initial"}:
            if before.startswith("initial"):
                yield Span(token.start, token.end, "name", PUPIL)
            else:
                yield Span(message.tokens[place - 1].end, token.end, "name", "")
