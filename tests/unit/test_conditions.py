"""Conditions are three-valued, and each bound is tested on both sides."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.guidance.conditions import all_of, any_of, holds
from bot.knowledge.model import Condition


def cond(**keys: Any) -> Condition:
    return Condition.model_validate(keys)


@pytest.mark.parametrize(
    ("condition", "facts", "expected"),
    [
        ({"fact": "ehcp"}, {}, None),
        ({"fact": "ehcp"}, {"ehcp": True}, True),
        ({"fact": "ehcp"}, {"ehcp": False}, False),
        ({"not": {"fact": "ehcp"}}, {}, None),
        ({"not": {"fact": "ehcp"}}, {"ehcp": False}, True),
        ({"fact": "year", "at_most": 11}, {"year": 11}, True),
        ({"fact": "year", "at_most": 11}, {"year": 12}, False),
        ({"fact": "year", "less_than": 11}, {"year": 11}, False),
        ({"fact": "year", "at_least": 0}, {"year": 0}, True),
        ({"fact": "year", "at_least": 0}, {"year": -1}, False),
        ({"fact": "year", "more_than": 0}, {"year": 0}, False),
        ({"fact": "needs", "in": ["deaf"]}, {"needs": ("deaf", "semh")}, True),
        ({"fact": "needs", "in": ["deaf"]}, {"needs": ("semh",)}, False),
        ({"fact": "needs", "only": ["semh"]}, {"needs": ("semh",)}, True),
        ({"fact": "needs", "only": ["semh"]}, {"needs": ("semh", "deaf")}, False),
        ({"fact": "setting", "in": ["academy"]}, {"setting": "special"}, False),
        ({"fact": "subject", "is": "school"}, {"subject": "school"}, True),
        ({"fact": "stt_last_involved", "within": {"at_most": 6, "unit": "month"}}, {"stt_last_involved": 6}, True),
        ({"fact": "stt_last_involved", "within": {"at_most": 6, "unit": "month"}}, {"stt_last_involved": 6.1}, False),
        ({"all": [{"fact": "ehcp"}, {"fact": "ebsa"}]}, {"ehcp": False}, False),
        ({"all": [{"fact": "ehcp"}, {"fact": "ebsa"}]}, {"ehcp": True}, None),
        ({"any": [{"fact": "ehcp"}, {"fact": "ebsa"}]}, {"ehcp": True}, True),
        ({"any": [{"fact": "ehcp"}, {"fact": "ebsa"}]}, {"ehcp": False}, None),
    ],
)  # fmt: skip
def test_a_condition_holds_fails_or_is_not_known(
    condition: dict[str, Any], facts: dict[str, Any], expected: bool | None
) -> None:
    assert holds(cond(**condition), facts) is expected


def test_no_condition_always_holds() -> None:
    assert holds(None, {}) is True


@given(st.lists(st.sampled_from([True, False, None]), min_size=1))
def test_and_and_or_are_dual(values: list[bool | None]) -> None:
    turned = [None if v is None else not v for v in values]
    left, right = all_of(values), any_of(turned)
    assert left is (None if right is None else not right)
