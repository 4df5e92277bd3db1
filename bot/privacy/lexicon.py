"""The masker's word lists: first names, surnames, domain terms, places, ordinary English words.

Lists are read from `data/` when a `Lexicon` is built, never at import. The test for an ordinary word uses the
frequency list of pyspellchecker (MIT).
"""

import re
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from importlib import resources
from typing import Any

import yaml
from spellchecker import SpellChecker

Phrase = tuple[str, ...]

# Endings of conditions, professions and things that no list need name one by one.
_TRADE = re.compile(
    r"(?:plegi[ac]|praxi[ac]|lexi[ac]|calculi[ac]|graphia|phasi[ac]|phonia|mobility|opathy|itis|osis|aemia|ician|icians"
    r"|olog(?:y|ist|ists|ical)|therap(?:y|ist|ists)|phobia|(?:dont|opt|thet|thot|metr|iatr)ists?|titians?|practors?"
    r"|atrics?|aholic|tism|istic|metric|tisms|ments?|tions?|books?|sheets?|kits?)$"
)


def read_yaml(name: str) -> dict[str, Any]:
    """Mapping in `data/<name>`; raises FileNotFoundError or yaml.YAMLError."""
    loaded: dict[str, Any] = yaml.safe_load(_data(name))
    return loaded


def fold(word: str) -> str:
    """Lower case with a plain apostrophe: the form in which every list is held and asked."""
    return word.lower().replace("’", "'")


@dataclass(frozen=True)
class Lexicon:
    """What is known about single words (folded) and about phrases that protect their words."""

    strong: frozenset[str]
    soft: frozenset[str]
    hard: frozenset[str]
    surnames: frozenset[str]
    places: frozenset[str]
    name_places: frozenset[str]
    terms: frozenset[str]
    phrases: dict[str, tuple[Phrase, ...]]
    things: frozenset[str]
    english: SpellChecker

    def count(self, word: str) -> int:
        """How often the word stands in the English frequency list; 0 if never."""
        return int(self.english.word_frequency[word])

    def is_word(self, word: str) -> bool:
        """Is it an ordinary word rather than a name alone?"""
        bare = word.removesuffix("'s")
        return bare not in self.strong and self.count(bare) > 0

    def looks_misspelt(self, word: str) -> bool:
        """Not a word, but one letter from a common one ("strugles")."""
        near = self.english.known(self.english.edit_distance_1(word))
        return any(self.count(other) > 2_000 for other in near)

    def is_first(self, word: str) -> bool:
        return word in self.strong or word in self.soft or word in self.hard or word in self.name_places

    def is_trade(self, word: str) -> bool:
        """Has it the form of a condition, a profession or a thing of the trade ("dyspraxia", "audiologist")?"""
        return word not in self.strong and word not in self.soft and _TRADE.search(word) is not None

    def is_kept(self, word: str) -> bool:
        return word in self.terms or word in self.places


def build_lexicon(keep_terms: Collection[str] = ()) -> Lexicon:
    """Reads the lists. `keep_terms`: more words and phrases never to mask (the content's own vocabulary)."""
    terms, names = read_yaml("terms.yml"), read_yaml("word_names.yml")
    domain, places = _listed(terms["domain"]), _listed(terms["places"])
    singles = {fold(entry) for entry in (*domain, *keep_terms) if " " not in entry.strip()}
    many = [tuple(fold(entry).split()) for entry in (*domain, *places, *keep_terms) if " " in entry.strip()]
    phrases: dict[str, list[Phrase]] = {}
    for phrase in many:
        phrases.setdefault(phrase[0], []).append(phrase)
    return Lexicon(
        strong=frozenset(_lines("first_names.txt")) - singles,
        soft=frozenset(names["soft"].split()) - singles,
        hard=frozenset(names["hard"].split()) - singles,
        surnames=frozenset(_lines("surnames.txt")),
        places=frozenset(fold(place) for place in places if " " not in place),
        name_places=frozenset(terms["name_places"].split()),
        terms=frozenset(singles),
        phrases={first: tuple(found) for first, found in phrases.items()},
        things=frozenset(terms["things"].split()),
        english=SpellChecker(language="en", distance=1),
    )


def _listed(rows: Iterable[str]) -> list[str]:
    return [entry.strip() for row in rows for entry in row.split(",") if entry.strip()]


def _lines(name: str) -> Iterable[str]:
    return (line for line in _data(name).splitlines() if line and not line.startswith("#"))


def _data(name: str) -> str:
    return (resources.files(__package__) / "data" / name).read_text(encoding="utf-8")
