"""Spelling is put right without touching what is right: our words, names, places, tests, addresses, short codes."""

from __future__ import annotations

from functools import cache

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.knowledge.lookups import entity_words, own_words
from bot.spelling import Speller, build_speller
from bot.spelling.speller import SHORT_FORMS, WORD
from tests.guidance_support import all_statements, content


@cache
def speller() -> Speller:
    """The speller that the front door has."""
    return build_speller(own_words(content().common, content().areas))


def correct(text: str) -> str:
    return speller().correct(text)


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("speshalist techer", "specialist teacher"),
        ("do parents have to sign the consant form", "do parents have to sign the consent form"),
        ("which adress for the referal", "which address for the referral"),
        ("how long wil it last, 2 wks?", "how long wil it last, 2 weeks?"),  # three letters are too few to guess from
        ("he dosnt have a plan", "he doesn't have a plan"),
        ("thier attendence", "their attendance"),
        ("paperwrk pls", "paperwork please"),
        ("beespoke suport", "bespoke support"),
        ("edcational sycologist", "educational psychologist"),
        ("dislexia or autisum", "dyslexia or autism"),
    ],
)
def test_misspellings_are_put_right(typed, meant):
    assert correct(typed) == meant


@pytest.mark.parametrize("short", sorted(SHORT_FORMS))
def test_short_forms_become_long_ones(short):
    assert correct(short) == SHORT_FORMS[short]
    assert correct(f"so {short}, then") == f"so {SHORT_FORMS[short]}, then"


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("r u sure", "are you sure"),
        ("do u need the form", "do you need the form"),
        ("thank u", "thank you"),
        ("who r u", "who are you"),
        ("we r in a mainstream sch", "we are in a mainstream school"),
        ("what r the forms", "what are the forms"),
        ("there r 2 kids", "there are 2 kids"),
        ("parents r asking", "parents are asking"),
        ("he is in year r, r they ok with that", "he is in year r, are they ok with that"),
        ("forms n emails pls", "forms and emails please"),
        ("the EHCP n consent", "the EHCP and consent"),
        ("can u n ur team come", "can you and your team come"),
    ],
)
def test_a_letter_that_stands_for_a_word_becomes_the_word(typed, meant):
    assert correct(typed) == meant


@pytest.mark.parametrize(
    "text",
    [
        "a year r child", "he is in yr r", "Year R", "year r the class", "class n lessons", "n = 5", "n=5", "a group of n pupils",
        "at least n cycles", "r&d", "p, q, r, s, t, u", "section r we read", "the letter u", "a u bend", "in r they", "u: see above",
        "(u)", "n/a", "options m n o", "U need", "mk r us", "n",
    ],
)  # fmt: skip
def test_a_letter_that_names_something_stays(text):
    assert correct(text) == text


@pytest.mark.parametrize(
    "word",
    ["neet", "fasd", "tourettes", "lado", "pmld", "qtod", "cpoms", "paeds", "stimming", "oracy", "ttrs", "hltas", "nuffield"],
)  # fmt: skip
def test_words_of_schools_stay(word):
    assert correct(word) == word


@pytest.mark.parametrize("long", sorted(set(SHORT_FORMS.values())))
def test_long_forms_stay(long):
    assert correct(long) == long


def test_words_of_the_content_stay():
    words = entity_words(content().common, content().areas)
    changed = {w: c for table in words.values() for w in table if (c := correct(w)) != w and w not in SHORT_FORMS}
    assert changed == {}


def test_statements_stay_letter_for_letter():
    texts = [s.text for s in all_statements()] + [s.parent_text for s in all_statements() if s.parent_text]
    assert [(t, correct(t)) for t in texts if correct(t) != t] == []


@pytest.mark.parametrize("place", [p for a in content().areas for p in (*a.places.places, *a.places.ambiguous)])
def test_places_stay(place):
    for text in (place, place.title(), f"we are in {place}, near there"):
        assert correct(text) == text


@pytest.mark.parametrize(
    "text",
    [
        "SESreferrals@suffolk.gov.uk", "sesreferals@sufolk.gov.uk", "jo.blogs@exampel.org", "see www.sufolk.gov.uk/sesapointment",
        "http://exampel.org/refferal", "mksendlocaloffer.co.uk", "BPVS", "PhAB", "WIAT", "Boxall", "boxall profile", "nessy",
        "lexia", "numicon", "elsa", "thrive", "makaton", "Lowestoft", "Y4", "yr9", "KS2", "C&L", "c&i", "SMIF", "smif", "apdr",
        "ehcp", "ebsa", "senco", "sendco", "proforma", "ip33", "mk46", "Wolstanbury", "McTeecher", "1st", "x2-ref", "", " ",
    ],
)  # fmt: skip
def test_what_is_not_a_misspelling_stays(text):
    assert correct(text) == text
    assert correct(f"ask {text} about it") == f"ask {text} about it"


def test_own_words_win_and_are_never_changed():
    with_word = build_speller(["The wibblefrotz form."])
    assert with_word.correct("wibblefrotz") == "wibblefrotz"
    assert with_word.correct("wibblefrots") == "wibblefrotz"
    assert correct("wibblefrots") == "wibblefrots"


@given(st.text(max_size=120))
@settings(max_examples=200, deadline=None)
def test_correcting_twice_is_correcting_once(text):
    once = correct(text)
    assert correct(once) == once


@given(
    st.lists(st.text(alphabet="abcdefghijklmnopqrstuvwxyz'", min_size=1, max_size=9), min_size=1, max_size=5).map(
        " ".join
    )
)
@settings(max_examples=200, deadline=None)
def test_correcting_words_twice_is_correcting_once(text):
    once = correct(text)
    assert correct(once) == once


SHORT = st.sampled_from(["u", "r", "n", "we", "year", "in", "a", "the", "pls", "o", "5", ",", "=", "kids"])


@given(st.lists(SHORT, max_size=6).map(" ".join))
@settings(max_examples=300, deadline=None)
def test_correcting_single_letters_twice_is_correcting_once(text):
    once = correct(text)
    assert correct(once) == once


@given(st.text(max_size=200))
@settings(max_examples=100, deadline=None)
def test_only_lower_case_words_are_touched(text):
    """Whatever is no word of small letters stands where it stood, unchanged."""
    kept = WORD.split(text)
    assert "".join(kept) == "".join(text[e:s] for e, s in gaps(text))
    result = correct(text)
    position = 0
    for part in kept:
        position = result.index(part, position) + len(part)


def gaps(text: str) -> list[tuple[int, int]]:
    """Where the stretches between words begin and end."""
    spans = [m.span() for m in WORD.finditer(text)]
    return list(zip([0, *(e for _, e in spans)], [*(s for s, _ in spans), len(text)], strict=True))


@given(st.from_regex(r"[a-z]{3,9}@[a-z]{3,9}\.(?:gov\.uk|org)", fullmatch=True))
@settings(max_examples=60, deadline=None)
def test_addresses_are_never_touched(address):
    assert correct(f"please write to {address} about it") == f"please write to {address} about it"
