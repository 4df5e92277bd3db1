"""Conditions in words: every fact, value and figure of a condition can be read."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from bot.desk.conditions import ConditionWords
from bot.desk.templating import load_words
from bot.knowledge.content import Content, read_content
from bot.knowledge.model import Condition

ROOT = Path(__file__).resolve().parents[2]


@cache
def content() -> Content:
    return read_content(ROOT / "content").content


@cache
def speaker() -> ConditionWords:
    return ConditionWords(content().common, load_words()["content"])


@pytest.mark.parametrize(
    ("condition", "words"),
    [
        ({"fact": "ehcp"}, "EHCP: yes"),
        ({"not": {"fact": "ehcp"}}, "EHCP: no"),
        ({"fact": "ehcp", "is": False}, "EHCP: no"),
        ({"fact": "subject", "is": "school"}, "About: school"),
        ({"fact": "setting", "in": ["mainstream", "private-nursery"]}, "Setting: mainstream, or private nursery"),
        ({"fact": "year", "at_least": 0, "at_most": 11}, "Year group: at least 0 and at most 11"),
        ({"fact": "age", "less_than": 5}, "Age: less than 5"),
        ({"fact": "age", "more_than": 4.5}, "Age: more than 4.5"),
        ({"fact": "needs", "only": ["vision"]}, "Need: only vision impairment"),
        (
            {"not": {"fact": "observation_age", "within": {"at_most": 6, "unit": "week"}}},
            "not (Age of the SENCo's observation: at most 6 weeks ago)",
        ),
        (
            {"all": [{"fact": "ehcp"}, {"any": [{"fact": "placement_change"}, {"fact": "placement_at_risk"}]}]},
            "EHCP: yes, and (Change of placement considered: yes, or Placement at risk: yes)",
        ),
        ({"not": {"any": [{"fact": "ehcp"}, {"fact": "ebsa"}]}}, "not (EHCP: yes, or EBSA concern: yes)"),
        ({"all": [{"any": [{"fact": "ehcp"}]}]}, "EHCP: yes"),
    ],
)
def test_a_condition_in_words(condition: dict[str, Any], words: str) -> None:
    assert speaker().said(Condition.model_validate(condition)) == words


def leaves(condition: Condition) -> Iterator[Condition]:
    if condition.fact is not None:
        yield condition
    for part in (*(condition.all or ()), *(condition.any or ()), *([condition.not_] if condition.not_ else [])):
        yield from leaves(part)


def test_every_condition_of_the_offers_is_said_with_all_its_facts_and_figures() -> None:
    labels = {f.id: f.label for f in content().common.facts}
    conditions = [
        c for area in content().areas for s in area.statements for c in (s.when, s.met_when) if c is not None
    ] + [c.when for area in content().areas for r in area.routes for c in r.criteria]
    assert len(conditions) > 50
    for condition in conditions:
        said = speaker().said(condition)
        for leaf in leaves(condition):
            figures = [leaf.at_least, leaf.at_most, leaf.more_than, leaf.less_than]
            figures += [leaf.within.at_most] if leaf.within else []
            for part in [labels[leaf.fact or ""], *(f"{f:g}" for f in figures if f is not None)]:
                assert part in said
        assert said.count("(") == said.count(")")
        assert "{" not in said
