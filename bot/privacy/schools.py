"""Names of schools in e-mails: the name goes, the kind of school stays ("the Junior School").

In a short question they are left: the name of a school often holds the town by which the area is known, and alone
it points at nobody.
"""

import re
from collections.abc import Iterator

from bot.privacy.cues import Cues
from bot.privacy.lexicon import Lexicon, fold
from bot.privacy.spans import Span

_KIND = (
    r"(?:Community|Church of England|C ?of ?E|CE|CEVAP?|CEVC|VA|VC|RC|Catholic|Voluntary|Aided|Controlled|Day"
    r"|Primary|Prim|Junior|Infants?|Nursery|First|Middle|High|Secondary|Upper|Grammar|Special|Combined"
    r"|Academy|College|School|Pre-?[Ss]chool|Sixth|Juniors|Learning|Academies|Education|Schools|University|Technical|Federation)"
)
_LAST = (
    r"(?:Primary|Prim|Juniors?|Infants?|Nursery|First|Middle|High|Secondary|Upper|Grammar|Combined|Academy|College|School"
    r"|Pre-?[Ss]chool|Federation|(?:Learning|Academy|Academies|Education|Schools) Trust)"
)
_CAP = r"(?:St\.? )?[A-Z][\w'’-]*"
_NAMED = re.compile(
    rf"\b(?:[Tt]he )?(?P<name>{_CAP}(?: (?:{_CAP}|of(?: the)?|and|&|on|the|in)){{0,6}}?) "
    rf"(?P<kind>(?:{_KIND} (?:(?:and|&) )?){{0,6}}{_LAST})(?![\w-])"
)
# However it is typed: a word that is none, and a kind of school after it.
_UNKNOWN = re.compile(
    r"(?i)(?<![\w-])(?P<name>[a-z][a-z'’]{4,}) "
    r"(?=(?:primary|prim|juniors?|infants?|academy|high school|nursery)\b|high[ \t]*(?:[,.\n)]|$))"
)
_LABELLED = re.compile(
    r"(?im)^[ \t]*(?:name of )?(?:school|setting|nursery|college)[ \t]*[:=\-–][ \t]*(?P<name>[^\n,(]+)"
)
_SAINT = re.compile(r"\bSt\.? [A-Z][\w-]+['’]s\b")


class SchoolFinder:
    """Finds names of schools; holds lists and patterns only."""

    def __init__(self, lexicon: Lexicon, cues: Cues) -> None:
        self._lexicon = lexicon
        self._plain = cues["school_words"]
        self._openers = (cues["never"] | cues["pronouns"] | frozenset(("i'm", "we're", "it's", "here"))) - {
            "new",
            "old",
        }

    def find(self, text: str) -> Iterator[tuple[Span, int]]:
        """Spans of kind "school" in an e-mail, which leave the kind of school; and where it ends."""
        known: set[str] = set()
        for match in _NAMED.finditer(text):
            start, end = self._name_in(text, *match.span("name"))
            if start >= end or self._is_kept(text[start : match.end()]) or self._is_kept(match["name"]):
                continue
            known.update(
                word for word in re.findall(r"[A-Z][\w'’-]{3,}", text[start:end]) if self._is_telling(fold(word))
            )
            begin = match.start() if text[match.start() : start].strip().lower() in ("", "the") else start
            yield Span(begin, match.end(), "school", f"the {_kind(match['kind'])}"), match.end()
        for match in _UNKNOWN.finditer(text):
            before = text[max(0, match.start() - 30) : match.start()].split(" ")[-2:-1]
            if self._is_unknown(fold(match["name"])) and not self._is_kept(" ".join((*before, match["name"]))):
                known.add(match["name"])
                yield Span(match.start("name"), match.end("name"), "school", "the"), match.end()
        for match in _SAINT.finditer(text):
            if not self._is_kept(match[0]):
                yield Span(match.start(), match.end(), "school", "the school"), match.end()
        yield from self._labelled(text)
        for word in known:
            for match in re.finditer(rf"(?<![\w'’-]){re.escape(word)}(?![\w-])", text):
                yield Span(match.start(), match.end(), "school", "the school"), match.end()

    def _labelled(self, text: str) -> Iterator[tuple[Span, int]]:
        for match in _LABELLED.finditer(text):
            value = match["name"].rstrip()
            words = [fold(word) for word in re.findall(r"[^\W\d_][\w'’-]*", value)]
            if 0 < len(words) < 7 and not self._is_kept(value) and any(self._is_telling(word) for word in words):
                end = match.start("name") + len(value)
                yield Span(match.start("name"), end, "school", "a school"), end

    def _name_in(self, text: str, start: int, end: int) -> tuple[int, int]:
        """The name without words before it that have their capital from the sentence."""
        if text[start:end].lower().startswith("our lady"):
            return (start, end)
        words = [(match.start() + start, fold(match[0])) for match in re.finditer(r"\S+", text[start:end])]
        while words and (words[0][1] in self._openers or self._lexicon.count(words[0][1]) > 1_000_000):
            words.pop(0)
        named = [word for _, word in words if word not in self._plain]
        if not words or not named or not any(text[place].isupper() for place, _ in words):
            return (end, end)
        return (words[0][0], end)

    def _is_kept(self, piece: str) -> bool:
        """Holds a place or a term of the offers beside the kind of school."""
        lexicon = self._lexicon
        words = [fold(word).removesuffix("'s") for word in re.findall(r"[^\W\d_][\w'’-]*", piece)]
        if any(word in lexicon.places or word in lexicon.name_places for word in words):
            return True
        for place, word in enumerate(words):
            if any(tuple(words[place : place + len(phrase)]) == phrase for phrase in lexicon.phrases.get(word, ())):
                return True
        names = [word for word in words if word not in self._plain and word not in lexicon.things]
        return not names or all(lexicon.is_kept(word) for word in names)

    def _is_telling(self, word: str) -> bool:
        return (
            self._lexicon.count(word) < 3_000 and not self._lexicon.is_kept(word) and word not in self._lexicon.things
        )

    def _is_unknown(self, word: str) -> bool:
        lexicon = self._lexicon
        known = (
            lexicon.count(word) > 0 or lexicon.is_kept(word) or lexicon.is_trade(word) or lexicon.looks_misspelt(word)
        )
        return not known and word not in lexicon.name_places


def _kind(typed: str) -> str:
    """The kind of school as words of a sentence: "Juniors" -> "junior school"."""
    words = [word.lower() if word[1:].islower() else word for word in typed.split() if word not in ("C", "of", "E")]
    last = {"juniors": "junior", "infants": "infant", "prim": "primary"}.get(words[-1], words[-1])
    bare = last in (
        "primary",
        "junior",
        "infant",
        "first",
        "middle",
        "high",
        "secondary",
        "upper",
        "grammar",
        "combined",
    )
    return " ".join((*words[:-1], last, *(["school"] if bare else [])))
