"""The words put in place of a name, so that the sentence still reads and means the same."""

import re
from collections.abc import Iterator

from bot.privacy.signs import Message
from bot.privacy.spans import Span

PUPIL, PARENT, PARENTS, STAFF = "the pupil", "the parent", "the parents", "a colleague"

_INITIAL_AFTER = re.compile(
    r"[ \t](?:[A-Z]-)?(?!I\b(?![ \t]*(?:[,\n)]|$)))[A-Z](?![\w'’]|[ \t]\d)(?:\.(?=[,;:)]|[ \t]{2}))?"
    r"|[ \t][b-hj-z](?=[ \t]*[,.;:)\n]|[ \t]*$)"
)
_ARTICLE = re.compile(r"(?:^|(?<=[\s(\"'“‘/]))(?P<word>[^\W\d_]+)[ ]$")
_TITLED = re.compile(r"\b(?:(?:Mr (?:and|&) )?Mrs|Mr|Ms|Miss|Dr)\.? [A-Z](?![\w'’]|\.? ?[A-Z])")
_INITIALS = re.compile(r"(?<![\w.])(?:[A-Za-z]\.){2,3}(?!\w)")


def replaced(message: Message, place: int, end: int) -> Span:
    """The span for the name of tokens `place` up to `end` with its title; dropped after "a boy called"."""
    tokens, cues = message.tokens, message.cues
    stop, suffix = tokens[end - 1].end, ""
    owns = message.joined(end - 1) and not tokens[end - 1].possessive
    if owns and message.stem(end - 1) != tokens[end - 1].word:
        suffix = "'s"
    title = message.title_before(place)
    first = place if title is None else title
    if title is not None and message.word(first - 1) in ("and", "&") and message.word(first - 2) in cues["titles"]:
        return Span(tokens[first - 2].start, stop, "name", PARENTS + suffix)
    start, before = tokens[first].start, message.word(first - 1)
    if title is None:
        start -= message.initials_before(place)
        first = next((at for at in range(first, max(0, first - 7), -1) if tokens[at].start <= start), first)
        before = message.word(first - 1)
    if not tokens[end - 1].possessive and (initial := _INITIAL_AFTER.match(message.text, stop)):
        stop = initial.end()
    if re.fullmatch(r"[A-Z](?:-[A-Z])?", tokens[end - 1].text) and re.match(
        r"\.(?=[,;:)]|[ \t]{2})", message.text[stop : stop + 3]
    ):
        stop += 1
    nouns = cues["pupil_nouns"] | cues.grown_ups()
    if before in cues["called"] and message.word(first - 2) in nouns:
        return Span(tokens[first - 2].end, stop, "name", suffix)
    if before == "the" and (message.word(end) in cues["of_family"]):
        return Span(tokens[first - 1].end, stop, "name", "")
    if before == "the" and tokens[end - 1].word.endswith("s") and len(tokens[end - 1].word) > 4 and title is None:
        return Span(start, stop, "name", "family")
    if before == "dear":
        return Span(start, stop, "name", "colleague")
    greeted = before in cues["greetings"] and tokens[first - 1].opens and not tokens[first].opens
    after_noun = before in nouns and message.text[tokens[first - 1].end : start] == " "
    if greeted or after_noun:
        return Span(tokens[first - 1].end, stop, "name", suffix)
    return Span(start, stop, "name", _who(message, first, end, title is not None) + suffix)


def _who(message: Message, first: int, end: int, titled: bool) -> str:
    """Pupil, parent or member of staff, by the words around."""
    cues, before, earlier = message.cues, message.word(first - 1), message.word(first - 2)
    role = earlier if before in ("(", ",", ":", "-", "name", "is", "was") else before
    if role in cues["parent_nouns"]:
        return PARENT
    start = message.tokens[first].start
    signed = any(
        _closes_before(message, end_of, start) for _, end_of in message.closings if end_of <= start < end_of + 60
    )
    signed = signed or (message.is_introduced(first) and not message.tokens[end - 1].possessive)
    signed = signed or any(a <= start < b for a, b in (*message.shape.signatures, *message.shape.heads))
    if earlier == "name" and before == "is" and message.word(first - 3) != "my":
        return PUPIL
    job = not message.tokens[end - 1].possessive and any(
        message.word(place) in cues["staff_nouns"] for place in range(end, end + 3)
    )
    pairs = (("name", "is"), ("spoke", "to"), ("according", "to"), ("i", "am"))
    told = before in cues["staff_before"] and (before != "called" or earlier in cues["pronouns"])
    told = told or (earlier, before) in pairs
    introduced = before in ("im", "i'm")
    return STAFF if titled or signed or job or told or introduced or role in cues["staff_nouns"] else PUPIL


def _closes_before(message: Message, end_of: int, start: int) -> bool:
    """Are there only names and words of the closing between it and what starts here?"""
    words = [message.tokens[place] for place in message.within(end_of, start)]
    plain = message.cues["closing_words"]
    return all(not w.is_word or w.capital or w.word in plain for w in words)


def initials(message: Message) -> Iterator[Span]:
    """Initials with stops; two or three capitals after "pupil" or "initials" that no list knows."""
    for match in _INITIALS.finditer(message.text):
        if match[0].lower() not in message.cues["not_initials"]:
            yield Span(match.start(), match.end(), "name", PUPIL)
    for match in _TITLED.finditer(message.text):
        yield Span(match.start(), match.end(), "name", STAFF)
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


def fitted(text: str, span: Span) -> Span:
    """The span with words that go with the article before it: "your colleague", not "your a colleague"."""
    match = _ARTICLE.search(text, max(0, span.start - 12), span.start)
    article, _, rest = span.replacement.partition(" ")
    if match is None or article not in ("a", "an", "the") or not rest:
        return span
    word = match["word"].lower()
    if word in ("a", "an"):
        own = "a" if article == "the" else article
        return Span(match.start("word"), span.end, span.kind, f"{own} {rest}")
    if word in ("the", "your", "our", "their", "his"):
        return Span(span.start, span.end, span.kind, rest)
    if word == "my":
        return Span(span.start, span.end, span.kind, rest.replace("pupil", "child"))
    return span
