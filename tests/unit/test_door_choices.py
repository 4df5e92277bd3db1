"""Signed choices: what is accepted, and what the engine gets."""

import json
import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.door.choices import (
    COMMAND,
    TYPED,
    Choice,
    choice_of,
    conversation_id,
    engine_text,
    looks_like_choice,
    open_choice,
    sign_choice,
)

SECRET = "an invented secret"
ANN = conversation_id(SECRET, "ann")
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
)


@given(kind=st.text(min_size=1), value=VALUES)
def test_a_signed_choice_opens_in_its_conversation(kind: str, value: object) -> None:
    payload = sign_choice(SECRET, ANN, Choice(kind, value))
    assert payload.isascii()
    assert looks_like_choice(payload)
    assert open_choice(SECRET, ANN, payload) == Choice(kind, value)


def test_a_choice_of_another_conversation_or_secret_is_refused() -> None:
    payload = sign_choice(SECRET, ANN, Choice("ehcp", True))
    assert open_choice(SECRET, conversation_id(SECRET, "ben"), payload) is None
    assert open_choice("another secret", ANN, payload) is None


@given(data=st.data())
def test_a_choice_with_any_one_character_changed_is_refused(data: st.DataObject) -> None:
    payload = sign_choice(SECRET, ANN, Choice("route", "bespoke"))
    at = data.draw(st.integers(0, len(payload) - 1))
    character = data.draw(st.sampled_from(string.printable + "é").filter(lambda drawn: drawn != payload[at]))
    assert open_choice(SECRET, ANN, payload[:at] + character + payload[at + 1 :]) is None


@pytest.mark.parametrize("payload", ["choice:", "choice:.", "choice:e30", "choice:e30.", "choice:é.0", "/choose{}", ""])
def test_what_is_no_payload_is_refused(payload: str) -> None:
    assert open_choice(SECRET, ANN, payload) is None


def test_a_question_about_a_choice_is_not_taken_for_one() -> None:
    assert not looks_like_choice("choice: which form do I use?")
    assert not looks_like_choice("choice:")
    assert looks_like_choice("choice:forged.0123456789abcdef")


@given(kind=st.text(min_size=1).filter(lambda kind: kind not in (COMMAND, TYPED)), value=VALUES)
def test_the_engine_gets_one_line_with_one_entity_holding_json(kind: str, value: object) -> None:
    text = engine_text(Choice(kind, value))
    assert text.startswith("/choose{")
    assert text.isascii()
    assert "\n" not in text
    entities = json.loads(text.removeprefix("/choose"))
    assert list(entities) == ["choice"]
    assert json.loads(entities["choice"]) == {"k": kind, "v": value}


def test_a_payload_that_the_engine_offered_goes_back_as_it_was() -> None:
    assert engine_text(Choice(COMMAND, "/affirm")) == "/affirm"


@pytest.mark.parametrize(
    ("offer", "choice"),
    [
        ({"value": {"kind": "ehcp", "value": True}}, Choice("ehcp", True)),
        ({"value": {"k": "ehcp", "v": None}}, Choice("ehcp", None)),
        ({"value": {}, "payload": "/affirm"}, Choice(COMMAND, "/affirm")),
        ({"payload": "Which form?"}, Choice(TYPED, "Which form?")),
        ({"value": {}, "payload": ""}, None),
        ({"value": {"kind": 3}}, None),
        ({}, None),
    ],
)
def test_an_offer_of_the_engine_is_read(offer: dict[str, object], choice: Choice | None) -> None:
    assert choice_of(offer) == choice


def test_a_conversation_id_tells_nothing_of_the_sender_and_differs_by_secret() -> None:
    assert "ann" not in ANN
    assert len(ANN) == 64
    assert conversation_id(SECRET, "ann") == ANN
    assert len({ANN, conversation_id(SECRET, "ann2"), conversation_id("another secret", "ann")}) == 3
