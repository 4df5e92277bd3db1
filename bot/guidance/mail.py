"""An e-mail as text: its sentences, and what of it is only greeting, closing and signature."""

from __future__ import annotations

import re
from dataclasses import dataclass

# Alone on a line, perhaps with a word more: what follows is a name, an office, a telephone number.
CLOSING = re.compile(
    r"^\W*(?:(?:with )?(?:my )?(?:very )?(?:many |much |best |kind(?:est)? |warm(?:est)? |all (?:the |good )?"
    r"|every good )?"
    r"(?:(?:thanks?|thank you|ta|cheers|regards|wishes|sincerely|faithfully|gratitude|yours|tvm)\b"
    r"|your (?:sincerely|faithfully|truly)\b|best(?=\s*(?:[,.!-]|\w*$)))"
    r"|in hope\b|take care\b|speak soon\b|look(?:ing)? forward\b)[\w ,'!&-]{0,45}[,.!:)-]*$",
    re.IGNORECASE,
)
POSTSCRIPT = re.compile(r"^\W*p\.?\s?s\b", re.IGNORECASE)
GREETING = re.compile(
    r"^\W*(?:(?:dear|to whom)\b[^.?!\n]{0,60}"
    r"|(?:hi|hello|hiya|hey|good (?:morning|afternoon|evening)|morning|afternoon)\b"
    r"(?:[^\w.?!'’-]+\w[\w'’-]*){0,4}\s*)[,!.:-]*$",
    re.IGNORECASE,
)
# What a letter asks without a question: "I wasn't sure if", "I'd be glad to know", "it would be handy to hear".
ASKS_BETWEEN_THE_LINES = re.compile(
    r"(?:\bnot|n't|\b(?:is|was|do|did|am|are)nt|\bun)(?: (?:quite|really|at all|entirely|so|too|yet))? ?"
    r"(?:sure|certain|clear|know)(?: (?:about )?(?:if|whether|what|which|who|how|when|where|why))\b"
    r"|\b(?:to|please|could you|can you|would you|will you|let (?:me|us)|i'?d) (?:know|hear|see|ask|find out|learn|tell"
    r"|say|confirm|clarify|advise|explain|check)(?: \w+){0,3}? (?:if|whether|what|which|who|whose|how|when|where|why)\b"
    r"|\b(?:no|any) (?:idea|clue)\b|\bnor (?:if|whether|what|which|who|how|when|where)\b"
    r"|\b(?:glad|grateful|happy|keen|handy|helpful|useful|good|great|love|like|want|wants|need|needs|hoping|curious)"
    r"(?: \w+)? to (?:know|hear|see|learn|be told|find out|understand|have (?:it )?confirmed)\b"
    r"|\b(?:i|we) (?:assume|presume|take it|gather|understand|suppose|trust|imagine)\b"
    r"|\b(?:put|set) (?:me|us) right\b|\bcorrect me\b|\bmy asking\b|\basking (?:you|if|whether)\b|\bwonder(?:ing)?\b"
    r"|\b(?:insists?|says?|said|told (?:me|us)|tells (?:me|us)|swears?|claims?|reckons?|heard|read|convinced|adamant)"
    r"(?: \w+){0,2} (?:you|your|they|the (?:service|team|council))\b"
    r"|\b(?:point|steer|direct) (?:me|us)\b|\bplease (?:could|can|would|send|tell|let|advise|confirm|explain|point)\b"
    r"|\bwould like (?:a|the|your|some\w*|one of) \w+",
    re.IGNORECASE,
)
BREAK = re.compile(r"(?<=[.?!])[\"')\]]*\s+(?=[A-Z0-9\"'(£])|\s*\n\s*\n\s*|\s*\n\s*")
LEAST = 3  # letters of a sentence


@dataclass(frozen=True)
class Sentence:
    """A sentence with its place in the text, and the number of its paragraph."""

    text: str
    start: int
    end: int
    paragraph: int


def without_closing(text: str) -> str:
    """A letter without its closing and all that stands below it, but with a postscript.

    A closing in the first half is none: somebody wrote "Thanks" at the top. What is kept stays at its place.
    """
    lines = text.split("\n")
    for number in range(len(lines) - 1, len(lines) // 2, -1):
        if CLOSING.match(lines[number].strip()):
            below = next((n for n, line in enumerate(lines) if n > number and POSTSCRIPT.match(line)), len(lines))
            between = [" " * len(line) for line in lines[number:below]]
            return "\n".join([*lines[:number], *between, *lines[below:]]).rstrip()
    return text


def sentences(text: str) -> list[Sentence]:
    """The sentences of a text in order; lines end a sentence, empty lines a paragraph. Greetings are left out."""
    found: list[Sentence] = []
    paragraph = place = 0
    for mark in [*BREAK.finditer(text), None]:
        end = mark.start() if mark else len(text)
        said = text[place:end].strip()
        if sum(c.isalpha() for c in said) >= LEAST and not GREETING.match(said):
            start = text.index(said, place)
            found.append(Sentence(said, start, start + len(said), paragraph))
        if mark:
            paragraph += mark.group().count("\n") > 1
            place = mark.end()
    return found
