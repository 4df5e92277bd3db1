"""How much planted personal data the masker finds, and how often it touches a message that holds none.

The lists are split in two by pairs of lines: rules were tuned on the first half, the second was only counted.
The lines under `later` were written after the rules. Each test lists its culprits.
"""

import re
from pathlib import Path

import pytest
import yaml

from bot.privacy import Masker, build_masker

HERE = Path(__file__).parent
MARK = re.compile(r"\{(?:(\w+):)?([^{}]+)\}")
KEEP = ("SESreferrals@suffolk.gov.uk", "SENDsupport@milton-keynes.gov.uk", "EHCP@milton-keynes.gov.uk")
PARTS = ("development", "held out", "later")
NAME_RECALL = 0.95
CLEAN_TOUCHED = 0.02

Planted = tuple[str, list[tuple[int, int, str]]]


@pytest.fixture(scope="module")
def masker() -> Masker:
    return build_masker()


def messages(file: str, part: str) -> list[str]:
    raw = yaml.safe_load((HERE / file).read_text(encoding="utf-8"))
    if part == "later":
        return list(raw["later"].splitlines())
    every = [*raw["lines"].splitlines(), *raw.get("emails", ())]
    return [line for place, line in enumerate(every) if (place // 2 % 2 == 0) == (part == "development")]


def planted(marked: str) -> Planted:
    """The message without its marks, and (start, end, kind) of what was planted."""
    text, places, done = "", [], 0
    for match in MARK.finditer(marked):
        text += marked[done : match.start()]
        places.append((len(text), len(text) + len(match[2]), match[1] or "name"))
        text += match[2]
        done = match.end()
    return text + marked[done:], places


def left_over(masker: Masker, text: str, places: list[tuple[int, int, str]]) -> list[tuple[str, str]]:
    """(kind, planted text) of which a letter or digit was not replaced."""
    covered = {place for span in masker.mask(text, KEEP).spans for place in range(span.start, span.end)}
    return [
        (kind, text[start:end])
        for start, end, kind in places
        if any(text[place].isalnum() and place not in covered for place in range(start, end))
    ]


@pytest.mark.parametrize("part", PARTS)
def test_planted_personal_data_is_masked(masker: Masker, part: str) -> None:
    names = missed_names = 0
    missed_identifiers: list[str] = []
    culprits: list[str] = []
    for marked in messages("masking_planted.yml", part):
        text, places = planted(marked)
        names += sum(kind == "name" for _, _, kind in places)
        for kind, found in left_over(masker, text, places):
            culprits.append(f"{kind} {found!r} in {text!r}")
            missed_names += kind == "name"
            missed_identifiers += [found] if kind != "name" else []
    recall = 1 - missed_names / names
    listing = "\n".join(culprits)
    print(f"{part}: {recall:.1%} of {names} names\n{listing}")
    assert not missed_identifiers, listing
    assert recall >= NAME_RECALL, f"{recall:.1%} of {names} names\n{listing}"


@pytest.mark.parametrize("part", PARTS)
def test_messages_without_personal_data_are_left_alone(masker: Masker, part: str) -> None:
    clean = messages("masking_clean.yml", part)
    touched = [f"{text!r} -> {masked!r}" for text in clean if (masked := masker.mask(text, KEEP).text) != text]
    print(f"{part}: {len(touched)} of {len(clean)} touched", *touched, sep="\n")
    assert len(touched) <= CLEAN_TOUCHED * len(clean), "\n".join(touched)


@pytest.mark.parametrize("part", PARTS)
def test_masking_a_masked_message_changes_nothing(masker: Masker, part: str) -> None:
    for marked in messages("masking_planted.yml", part):
        once = masker.mask(planted(marked)[0], KEEP)
        assert masker.mask(once.text, KEEP).text == once.text


def test_the_lists_are_as_large_as_they_should_be() -> None:
    assert sum(len(messages("masking_planted.yml", part)) for part in PARTS) >= 200
    assert sum(len(messages("masking_clean.yml", part)) for part in PARTS) >= 300
