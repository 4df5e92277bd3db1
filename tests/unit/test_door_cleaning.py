"""Cleaning of typed text."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.door.cleaning import as_plain_text, clean_text, says_something

ANY_TEXT = st.text(st.characters(codec=None))


@given(ANY_TEXT)
def test_cleaned_text_is_utf8_without_controls_and_cleaning_again_changes_nothing(text: str) -> None:
    cleaned = clean_text(text)
    cleaned.encode("utf-8")
    kinds = {unicodedata.category(character) for character in cleaned if character not in "\n\t"}
    assert not kinds & {"Cc", "Cf", "Cs", "Co"}
    assert clean_text(cleaned) == cleaned == cleaned.strip()


@given(st.text(st.characters(categories=["L", "N", "P", "Zs"], max_codepoint=0x2FF)))
def test_ordinary_text_is_kept(text: str) -> None:
    assert clean_text(text) == unicodedata.normalize("NFC", text).strip()


@pytest.mark.parametrize(
    ("text", "cleaned"),
    [
        ("which \ud800form", "which form"),
        ("wh\x00ich", "which"),
        ("w\u200bhich\u2060 \ufeffform", "which form"),
        ("a\r\nb\rc\u2028d", "a\nb\nc\nd"),
        ("cafe\u0301", "café"),
        ("\u202eabc", "abc"),
        ("a\tb", "a\tb"),
    ],
)
def test_named_examples(text: str, cleaned: str) -> None:
    assert clean_text(text) == cleaned


@given(st.text(st.sampled_from("/ \t\n\xa0\u2003\x1f\u200bx{}")))
def test_no_text_begins_as_a_command_for_rasa(text: str) -> None:
    # Rasa strips blanks, then looks for "/" and strips blanks after it.
    assert not as_plain_text(clean_text(text)).strip().startswith("/")


@pytest.mark.parametrize("text", ["/restart", " /restart", "\t/ restart", "\xa0//restart", "\u200b/restart"])
def test_typed_commands_become_words(text: str) -> None:
    assert as_plain_text(clean_text(text)) == "restart"


def test_what_says_something() -> None:
    assert not any(says_something(text) for text in ["", "  ", "?!…", "🙂👍🏽", "/ // /", "--"])
    assert all(says_something(text) for text in ["a", "7", "é?", "مرحبا", "🙂 ok"])
