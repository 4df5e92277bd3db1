"""Names of areas are left out of what is compared by meaning."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.embedding import AreaNames

NAMES = AreaNames(["suffolk", "milton keynes", "mk", "eye", "ipswich"], ["new to suffolk", "mk proforma"])


@pytest.mark.parametrize(
    ("text", "rest"),
    [
        ("where do referrals go in Suffolk", "where do referrals go"),
        ("Suffolk's inbox for referrals", "inbox for referrals"),
        ("in milton keynes who do we ask", "who do we ask"),
        ("what is the New to Suffolk visit", "what is the New to Suffolk visit"),
        ("is the mk proforma needed", "is the mk proforma needed"),
        ("he has an eye condition", "he has an eye condition"),
        ("we are a school in Eye, who helps", "we are a school , who helps"),
        ("suffolk", "suffolk"),
        ("Ipswich please", "Ipswich please"),
    ],
)
def test_what_is_left_out(text, rest):
    assert NAMES.without(text) == rest


def test_without_names_everything_stays():
    assert AreaNames([]).without("  where in Suffolk ") == "  where in Suffolk "


WORDS = [
    "in",
    "at",
    "Suffolk",
    "suffolk",
    "Milton",
    "Keynes",
    "MK",
    "mk",
    "proforma",
    "eye",
    "Eye",
    "form",
    "who",
    "signs",
]


@given(st.lists(st.sampled_from(WORDS), max_size=12))
def test_only_whole_words_are_left_out_and_in_order(words):
    left = iter(words)
    assert all(word in left for word in NAMES.without(" ".join(words)).split())


@given(st.lists(st.sampled_from(["form", "who", "signs", "review"]), min_size=2, max_size=6))
def test_a_long_name_is_always_left_out(words):
    assert NAMES.without(" ".join([*words, "in", "Suffolk"])) == " ".join(words)
