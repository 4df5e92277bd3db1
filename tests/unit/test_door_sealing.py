"""The seal of a reply: a reply of ours is known again after a browser had it; anything changed is not."""

import copy
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.door.sealing import is_sealed, mark_of, sealed
from bot.door.words import reply_of

SECRET = "a secret for tests only, long enough"
JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-1000, 1000) | st.sampled_from([4.0, 0.5, -1.0]) | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=10,
)


def as_browser(value):
    """What JSON.parse and JSON.stringify make of a value: 4.0 is written 4."""
    if isinstance(value, float) and value.is_integer():
        return int(value)
    if isinstance(value, dict):
        return {name: as_browser(inner) for name, inner in value.items()}
    return [as_browser(inner) for inner in value] if isinstance(value, list) else value


@given(extra=JSON)
def test_a_sealed_reply_is_known_again_after_a_browser_had_it(extra):
    reply = sealed(SECRET, {**reply_of("answered", "Text"), "extra": extra})
    assert is_sealed(SECRET, json.loads(json.dumps(as_browser(reply))))


@pytest.mark.parametrize("change", ["text", "area", "parts", "seal", "new"])
def test_a_changed_reply_is_not_ours(change):
    reply = sealed(SECRET, reply_of("answered", "Text"))
    changed = copy.deepcopy(reply)
    changed[change] = "x"
    assert is_sealed(SECRET, reply)
    assert not is_sealed(SECRET, changed)


@pytest.mark.parametrize("seal", [None, 1, "", "ä", [], "0" * 32])
def test_a_seal_of_any_other_kind_is_refused(seal):
    assert not is_sealed(SECRET, {**reply_of("answered", "Text"), "seal": seal})


def test_another_secret_makes_another_seal_and_another_mark():
    reply = sealed(SECRET, reply_of("answered", "Text"))
    assert not is_sealed("another secret for tests, long enough", reply)
    assert mark_of(SECRET, "a") != mark_of(SECRET, "b")
    assert mark_of(SECRET, "a") != mark_of("another", "a")


def test_no_lone_surrogate_can_take_the_place_of_a_question_mark():
    reply = sealed(SECRET, reply_of("answered", "Why?"))
    changed = {**reply, "text": "Why\ud800"}
    assert is_sealed(SECRET, reply)
    assert not is_sealed(SECRET, changed)


def test_a_reply_with_a_lone_surrogate_is_sealed_as_it_leaves():
    reply = sealed(SECRET, {**reply_of("answered", "Why\ud800"), "\udc00": 1})
    assert reply["text"] == "Why?"
    assert is_sealed(SECRET, json.loads(json.dumps(reply).encode()))


@pytest.mark.parametrize("depth", [100, 400, 900, 960, 1000, 5000])
def test_json_nested_however_deeply_is_not_ours(depth):
    value: list = []
    for _ in range(depth):
        value = [value]
    assert not is_sealed(SECRET, {"seal": "0" * 32, "a": value})


@pytest.mark.parametrize(
    "number", [float("nan"), float("inf"), -0.0, 10**5000, 1e308], ids=["nan", "inf", "-0", "huge", "large"]
)
def test_a_number_of_any_kind_is_not_ours(number):
    assert not is_sealed(SECRET, {**reply_of("answered", "Text"), "seal": "0" * 32, "number": number})
