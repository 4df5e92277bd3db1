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
