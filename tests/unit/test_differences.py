"""What was changed in a verified text: found word by word, complete, and filling in a blank is no change."""

from __future__ import annotations

import time
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.desk.blanks import LONGEST_VALUE, fill, is_value
from bot.desk.differences import Run, difference, is_changed, lines_of
from bot.records.states import normalised

VERIFIED = "Hello [name],\n\nSend the form by post.\nThe service replies.\n\n[your name]"
WORDS = st.lists(st.sampled_from(["a", "b", "the form", " ", "  ", "\n", "\r\n", "[x]", "ends."]), max_size=20).map(
    "".join
)
TEXT = st.one_of(WORDS, st.text(max_size=60))
VALUE = st.text(st.characters(exclude_categories=["Cs", "Cc", "Zl", "Zp"]), max_size=LONGEST_VALUE).filter(is_value)


def test_a_changed_word_is_shown_as_taken_out_and_put_in():
    assert difference(VERIFIED, VERIFIED.replace("post", "e-mail")) == (
        Run("equal", "Hello [name],\n\nSend the form by "),
        Run("removed", "post."),
        Run("added", "e-mail."),
        Run("equal", "\nThe service replies.\n\n[your name]"),
    )


def test_a_line_put_in_between_leaves_its_neighbours_as_they_are():
    runs = difference("one\ntwo\n", "one\nand a half\ntwo\n")
    assert runs == (Run("equal", "one\n"), Run("added", "and a half\n"), Run("equal", "two"))


def test_runs_are_put_into_lines():
    runs = (Run("equal", "a\n\nb "), Run("added", "c\nd"))
    assert lines_of(runs) == [[Run("equal", "a")], [], [Run("equal", "b "), Run("added", "c")], [Run("added", "d")]]


@settings(deadline=None)
@given(TEXT, TEXT)
def test_both_texts_can_be_made_from_the_difference(verified, text):
    runs = difference(verified, text)
    assert "".join(run.text for run in runs if run.kind != "added") == normalised(verified)
    assert "".join(run.text for run in runs if run.kind != "removed") == normalised(text)
    assert all(run.text for run in runs)
    assert all(one.kind != other.kind for one, other in pairwise(runs))
    assert "\n".join("".join(run.text for run in line) for line in lines_of(runs)) == "".join(run.text for run in runs)


@settings(deadline=None)
@given(TEXT)
def test_a_text_does_not_differ_from_itself(text):
    assert all(run.kind == "equal" for run in difference(text, text))
    assert not is_changed(text, text)


@settings(deadline=None)
@given(VALUE, VALUE)
def test_filling_blanks_is_no_change_and_anything_else_is(name, own):
    filled = fill(VERIFIED, {"name": name, "your name": own})
    assert not is_changed(VERIFIED, filled)
    assert is_changed(VERIFIED, filled + "\nAnd more.")
    assert is_changed(VERIFIED, filled.replace("by post", "by e-mail"))


@pytest.mark.parametrize("value", ["x" * (LONGEST_VALUE + 1), "Ada\nSend nothing.", "[b]"])
def test_what_is_no_value_of_a_blank_is_a_change(value):
    assert is_changed(VERIFIED, VERIFIED.replace("[name]", value))


def test_blanks_filled_with_a_value_of_the_longest_kind_are_no_change():
    assert not is_changed(VERIFIED, VERIFIED.replace("[name]", "x" * LONGEST_VALUE))


def test_line_ends_and_blanks_at_their_ends_are_no_change():
    assert not is_changed(VERIFIED, VERIFIED.replace("\n", " \r\n") + "\n\n")


def test_one_endless_line_is_compared_in_bounded_time():
    started = time.process_time()
    difference("a b " * 4000, "b a " * 4000)
    assert time.process_time() - started < 20
