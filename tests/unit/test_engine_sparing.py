"""What the engine works out once instead of for each message: order of a graph, what rules say after an action."""

from __future__ import annotations

import json
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

sys.path.append(str(Path(__file__).resolve().parents[2] / "engine"))

from signpost_engine import direct_graph, rule_lookup


@dataclass
class Node:
    needs: dict[str, str] = field(default_factory=dict)


@dataclass
class Policy:
    lookup: dict[str, Any]

    def _rule_key_to_state(self, key: str) -> Any:
        return json.loads(key)


def rule(*states: tuple[str, str], by: str = "intent") -> str:
    """The key of a rule as Rasa keeps it: for each state the action before it and what the person said."""
    return json.dumps([{"prev_action": {"action_name": action}, "user": {by: said}} for action, said in states])


def test_each_node_comes_after_those_that_it_needs_and_no_others_come():
    nodes = {
        "ensemble": Node({"first": "rules", "second": "memory"}),
        "rules": Node({"tracker": "__tracker__", "domain": "domain"}),
        "memory": Node({"domain": "domain"}),
        "domain": Node(),
        "nobody asks": Node(),
    }
    order = direct_graph.steps(nodes, dict.fromkeys(nodes, "instance"), ["ensemble"])
    names = [name for name, _, _ in order]
    assert sorted(names) == ["domain", "ensemble", "memory", "rules"]
    for place, (_, _, needs) in enumerate(order):
        assert all(need in names[:place] for need in needs if need in nodes)
    assert ("rules", "instance", ("__tracker__", "domain")) in order


@pytest.mark.parametrize(
    ("more", "ends"),
    [
        ({}, {"action_answer"}),
        ({rule(("action_listen", "bye"), ("action_answer", "bye")): "utter_bye"}, set()),
        ({rule(("action_listen", "bye"), ("utter_bye", "bye")): "action_listen"}, {"action_answer", "utter_bye"}),
    ],
)
def test_an_action_ends_a_turn_only_where_every_rule_says_so(more, ends):
    rules = {
        rule(("action_listen", "ask")): "action_answer",
        rule(("action_listen", "ask"), ("action_answer", "ask")): "action_listen",
        **more,
    }
    assert set(rule_lookup.ending_actions(Policy({"rules": rules}))) == ends


def test_rules_learned_from_text_are_noticed():
    by_intent = {rule(("action_listen", "ask")): "action_answer"}
    assert not rule_lookup.reads_text(Policy({"rules": by_intent}))
    by_text = {rule(("action_listen", "hello"), by="text"): "action_answer"}
    assert rule_lookup.reads_text(Policy({"rules": {**by_intent, **by_text}}))


def test_no_more_states_count_than_the_longest_rule_has():
    rules = {rule(("a", "x")): "b", rule(("a", "x"), ("b", "x"), ("c", "x")): "d"}
    assert rule_lookup.longest_rule(Policy({}), rules) == 3
    assert rule_lookup.longest_rule(Policy({}), {}) == 0
