"""How much personal data is masked, counted on the lists of tests/data."""

from dataclasses import dataclass

from bot.privacy import build_masker
from tests.data.test_masking_recall import KEEP, PARTS, left_over, messages, planted


@dataclass(frozen=True)
class Recall:
    """Counts of one part of the lists: development (rules were tuned on it), held out, or written later."""

    part: str
    names: int
    names_masked: int
    identifiers: int
    identifiers_masked: int
    clean: int
    clean_touched: int


def measure() -> list[Recall]:
    """Counts of every part."""
    masker = build_masker()
    found = []
    for part in PARTS:
        kinds: list[str] = []
        missed: list[str] = []
        for marked in messages("masking_planted.yml", part):
            text, places = planted(marked)
            kinds += [kind for _, _, kind in places]
            missed += [kind for kind, _ in left_over(masker, text, places)]
        clean = messages("masking_clean.yml", part)
        names, missed_names = kinds.count("name"), missed.count("name")
        found.append(
            Recall(
                part=part,
                names=names,
                names_masked=names - missed_names,
                identifiers=len(kinds) - names,
                identifiers_masked=len(kinds) - names - (len(missed) - missed_names),
                clean=len(clean),
                clean_touched=sum(masker.mask(text, KEEP).text != text for text in clean),
            )
        )
    return found
