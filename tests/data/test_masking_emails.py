"""How much of the personal data in a hundred invented e-mails the masker finds, kind by kind.

Rules were mended with the first fifty; the last fifty were written before that and looked at once, at the end.
"""

import re
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml

from bot.door.offers import addresses, terms
from bot.privacy import Masked, Masker, build_masker
from tests.guidance_support import CONTENT

EMAILS: list[dict[str, Any]] = yaml.safe_load(
    (Path(__file__).parents[1] / "desk" / "planted_emails.yml").read_text(encoding="utf-8")
)
PARTS = {"first": EMAILS[:50], "last": EMAILS[50:]}
FLOORS = {"name": 0.98, "school": 0.9}
"""Shares that must be found. Of everything else all must be found."""
CLUMSY = re.compile(
    r"(?i)\b(?:a|an|the|your|our|their|his|my) (?:a|an|the) (?:colleague|pupil|parents?|school|address|date|number)\b"
)
DATA = re.compile(r"(?i)\bEHCPs?\b|\b(?:y|yr|year) ?\d{1,2}\b|\bSection F\b|\bAPDR\b|\bSEMH\b|\bSuffolk\b|\bcycles?\b")


@cache
def masker() -> Masker:
    """With the offers' own vocabulary, as the app has it."""
    return build_masker(terms(CONTENT))


@cache
def masked(text: str) -> Masked:
    return masker().mask(text, keep=addresses(CONTENT))


def left(email: dict[str, Any]) -> list[tuple[str, str]]:
    """(kind, text) of what was planted and still stands there, as whole words."""
    text = masked(email["email"]).text
    each = [(kind, piece) for kind, pieces in email["planted"].items() for piece in pieces]
    return [(kind, piece) for kind, piece in each if re.search(rf"(?<!\w){re.escape(piece)}(?!\w)", text)]


def test_there_are_a_hundred_and_what_is_planted_is_there() -> None:
    assert len(EMAILS) == 100
    for email in EMAILS:
        assert set(email) == {"email", "planted"}
        assert [piece for pieces in email["planted"].values() for piece in pieces if piece not in email["email"]] == []


@pytest.mark.parametrize("part", PARTS)
def test_personal_data_in_emails_is_masked_kind_by_kind(part: str) -> None:
    planted: dict[str, int] = {}
    missed: dict[str, list[str]] = {}
    for email in PARTS[part]:
        for kind, pieces in email["planted"].items():
            planted[kind] = planted.get(kind, 0) + len(pieces)
        for kind, piece in left(email):
            missed.setdefault(kind, []).append(piece)
    shares = {kind: 1 - len(missed.get(kind, ())) / number for kind, number in planted.items()}
    print(part, {kind: f"{share:.1%} of {planted[kind]}" for kind, share in shares.items()}, missed)
    assert {kind: share for kind, share in shares.items() if share < FLOORS.get(kind, 1.0)} == {}, missed


@pytest.mark.parametrize("part", PARTS)
def test_what_stands_instead_reads_on(part: str) -> None:
    found = [match[0] for email in PARTS[part] for match in CLUMSY.finditer(masked(email["email"]).text)]
    assert found == []


@pytest.mark.parametrize("part", PARTS)
def test_what_an_answer_hangs_on_is_left(part: str) -> None:
    for email in PARTS[part]:
        assert DATA.findall(masked(email["email"]).text) == DATA.findall(email["email"])


@pytest.mark.parametrize("part", PARTS)
def test_masking_a_masked_email_changes_nothing(part: str) -> None:
    for email in PARTS[part]:
        once = masked(email["email"]).text
        assert masked(once).text == once


@pytest.mark.parametrize("part", PARTS)
def test_marks_tell_where_words_were_put_in_the_masked_text(part: str) -> None:
    for email in PARTS[part]:
        found = masked(email["email"])
        assert [found.text[a:b] for a, b, _ in found.marks] == [span.replacement for span in found.spans]
        assert [kind for _, _, kind in found.marks] == [span.kind for span in found.spans]
