"""Masks personal data in a message before anything else sees it."""

from collections.abc import Collection

from bot.privacy.identifiers import IdentifierFinder
from bot.privacy.lexicon import build_lexicon
from bot.privacy.names import NameFinder
from bot.privacy.people import load_model, people_in
from bot.privacy.spans import Masked, Span, apply, in_original, without_overlaps

_PASSES = 4


class Masker:
    """Replaces names and identifiers by plain words; build it once, it holds no state between messages."""

    def __init__(self, names: NameFinder, identifiers: IdentifierFinder) -> None:
        self._names = names
        self._identifiers = identifiers

    def mask(self, text: str, keep: Collection[str] = ()) -> Masked:
        """`text` with personal data replaced; never raises for any text.

        `keep`: e-mail addresses and numbers that stay as they are (the offers' own), in any case. Passes are
        repeated until one finds nothing, so that masking the result again changes nothing.
        """
        spans: tuple[Span, ...] = ()
        masked = text
        for _ in range(_PASSES):
            found = self._spans(masked, keep)
            if not found:
                break
            spans = in_original(spans, found)
            masked = apply(text, spans)
        return Masked(masked, tuple(sorted({span.kind for span in spans})), spans)

    def _spans(self, text: str, keep: Collection[str]) -> tuple[Span, ...]:
        return without_overlaps((*self._identifiers.find(text, keep), *self._names.find(text)))


def build_masker(keep_terms: Collection[str] = ()) -> Masker:
    """Loads lists and model (about 4 s, 250 MB). `keep_terms`: words and phrases never to mask."""
    return Masker(NameFinder(build_lexicon(keep_terms), people_in(load_model())), IdentifierFinder())
