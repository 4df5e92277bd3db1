"""Masks personal data in a message before anything else sees it."""

from collections.abc import Collection

from bot.privacy.addresses import addresses_in_letter
from bot.privacy.identifiers import WORDS, IdentifierFinder
from bot.privacy.lexicon import Lexicon, build_lexicon
from bot.privacy.names import NameFinder
from bot.privacy.people import load_model, people_in
from bot.privacy.schools import SchoolFinder
from bot.privacy.spans import Masked, Span, apply, in_original, without_overlaps
from bot.privacy.wording import fitted

_PASSES = 4


class Masker:
    """Replaces names and identifiers by plain words; build it once, it holds no state between messages."""

    def __init__(self, names: NameFinder, identifiers: IdentifierFinder, lexicon: Lexicon) -> None:
        self._names = names
        self._identifiers = identifiers
        self._schools = SchoolFinder(lexicon, names.cues)
        self._lexicon = lexicon

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
        message = self._names.read(text)
        found = list(self._identifiers.find(text, keep))
        if message.shape.is_letter:
            postcodes = [start for start, _ in self._identifiers.postcodes(text)]
            for start, end in addresses_in_letter(text, postcodes, self._lexicon):
                found.append(Span(start, end, "address", WORDS["address"]))
                message.keep(start, end)
            for span, end in self._schools.find(text):
                found.append(span)
                message.keep(span.start, end)
        found.extend(self._names.find(message))
        return tuple(fitted(text, span) for span in without_overlaps(found))


def build_masker(keep_terms: Collection[str] = ()) -> Masker:
    """Loads lists and model (about 4 s, 250 MB). `keep_terms`: words and phrases never to mask."""
    lexicon = build_lexicon(keep_terms)
    return Masker(NameFinder(lexicon, people_in(load_model())), IdentifierFinder(), lexicon)
