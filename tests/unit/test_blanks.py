"""Blanks of a reply: what is one, how they are filled, and that what was typed over them is taken out again."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.desk.blanks import LONGEST_VALUE, fill, is_value, put_back, unfilled
from bot.desk.errors import DeskError
from tests.guidance_support import all_statements, content

VERIFIED = "Hello [your reader],\n\nAsk by post. [1, 2]\n\nKind regards\n[your name]"
NAMES = ["your reader", "your name"]
LINE = st.text(
    st.characters(exclude_categories=["Cs", "Cc", "Zl", "Zp"], exclude_characters="[]"), max_size=LONGEST_VALUE
)
VALUE = LINE.filter(is_value)
PIECES = st.one_of(LINE, st.sampled_from(["[a]", "[b]", "[1]", "x", "", "[b] and more", "see [a]: [b]"]))
TEXT = st.lists(PIECES, max_size=8).map("\n".join)


def test_what_stands_in_square_brackets_is_a_blank_and_marks_of_sources_are_none():
    assert unfilled(VERIFIED) == NAMES
    assert unfilled("[a] [b] [a] [1] [1, 2] [12,3] []") == ["a", "b", "12,3", ""]
    assert unfilled("a blank [over\n two lines]") == ["over two lines"]
    assert unfilled("a [ without an end") == []


def test_no_text_of_the_content_holds_a_square_bracket():
    texts = [text for s in all_statements() for text in (s.text, s.parent_text or "")]
    texts += [t.meaning for area in content().areas for t in area.terms]
    texts += [text for p in content().common.pointers for text in (p.text, *p.by_area.values())]
    assert [text for text in texts if "[" in text or "]" in text] == []


def test_a_blank_is_filled_wherever_it_stands_and_others_are_left():
    assert fill("[a] [b] [a] [1]", {"a": " Ada "}) == "Ada [b] Ada [1]"


@pytest.mark.parametrize("value", ["", "  ", "\t"])
def test_a_blank_filled_with_nothing_stays_a_blank(value):
    assert fill("[a]", {"a": value}) == "[a]"


@pytest.mark.parametrize(
    "value", ["x" * (LONGEST_VALUE + 1), "two\nlines", "two\rlines", "two\u2028lines", "[b]", "a]"]
)
def test_a_value_that_is_too_long_or_of_two_lines_or_a_blank_again_is_refused(value):
    with pytest.raises(DeskError, match="bad_blank"):
        fill("[a]", {"a": value})


def test_a_value_of_a_hundred_characters_is_taken():
    assert fill("[a]", {"a": "x" * LONGEST_VALUE}) == "x" * LONGEST_VALUE


def test_what_was_typed_over_blanks_is_taken_out_again_beside_other_changes():
    typed = "Hello Ada,\n\nAsk by telephone. [1, 2]\nAnd once more.\n\nKind regards\nGrace"
    text, values = put_back(VERIFIED, typed)
    assert text == "Hello [your reader],\n\nAsk by telephone. [1, 2]\nAnd once more.\n\nKind regards\n[your name]"
    assert values == {"your reader": "Ada", "your name": "Grace"}


def test_a_name_with_more_lines_below_it_is_taken_out_too():
    text, values = put_back(VERIFIED, VERIFIED.replace("[your name]", "Grace\nSupport line"))
    assert (text, values) == (f"{VERIFIED}\nSupport line", {"your name": "Grace"})


def test_another_sentence_in_place_of_a_line_with_a_blank_stays_as_it_was_typed():
    typed = VERIFIED.replace("Hello [your reader],", "Dear colleague!")
    assert put_back(VERIFIED, typed) == (typed, {})


def test_a_blank_that_was_filled_in_two_ways_keeps_the_first():
    assert put_back("A [x].\nB [x].", "A one.\nB two.") == ("A [x].\nB two.", {"x": "one"})


@settings(deadline=None)
@given(TEXT, st.dictionaries(st.sampled_from(["a", "b"]), VALUE))
def test_filling_and_taking_out_again_gives_the_same_text(verified, values):
    filled = fill(verified, values)
    text, found = put_back(verified, filled)
    assert fill(text, values) == filled
    assert fill(text, found) == filled
    assert text == verified


@settings(deadline=None)
@given(TEXT, TEXT)
def test_nothing_typed_is_lost_when_it_is_taken_out_of_blanks(verified, typed):
    text, values = put_back(verified, typed)
    assert all(is_value(value) for value in values.values())
    for line, before in zip(text.split("\n"), typed.split("\n"), strict=True):
        assert line == before or fill(line, values).split() == before.split()
