"""Spares the policies work whose result is known: RulePolicy walked through all rules six times a turn.

None of it changes which action is predicted.
"""

from __future__ import annotations

import hashlib
from functools import wraps
from typing import Any

RULES, PREVIOUS, ACTION_NAME, LISTEN = "rules", "prev_action", "action_name", "action_listen"
MOST_KEPT = 4096


def ending_actions(policy: Any) -> dict[str, str]:
    """Actions after which every rule waits for the person, each with one of those rules.

    Where no rule matches after such an action the policy waits as well (`fallback_once`).
    """
    after: dict[str, set[str]] = {}
    rule: dict[str, str] = {}
    for key, predicted in policy.lookup.get(RULES, {}).items():
        name = policy._rule_key_to_state(key)[-1].get(PREVIOUS, {}).get(ACTION_NAME)
        if name and name != LISTEN:
            after.setdefault(name, set()).add(predicted)
            rule[name] = key
    return {name: rule[name] for name, predicted in after.items() if predicted == {LISTEN}}


def reads_text(policy: Any) -> bool:
    """Whether a rule was learned from what a person says rather than from an intent."""
    keys = policy.lookup.get(RULES, {})
    return any("text" in state.get("user", {}) for key in keys for state in policy._rule_key_to_state(key))


def longest_rule(policy: Any, lookup: dict[str, str]) -> int:
    """States of the longest rule; what lies further back can rule none out."""
    return max((len(policy._rule_key_to_state(key)) for key in lookup), default=0)


def install() -> None:
    """Wrap what RulePolicy and MemoizationPolicy look up."""
    from rasa.core.policies.memoization import MemoizationPolicy
    from rasa.core.policies.rule_policy import RulePolicy

    find_from_rules, predict, possible = (
        RulePolicy._find_action_from_rules,
        RulePolicy._predict,
        RulePolicy._get_possible_keys,
    )
    recall = MemoizationPolicy.predict_action_probabilities

    def _predict(self: Any, tracker: Any, domain: Any) -> Any:
        ends = _once(self, "ends", lambda: ending_actions(self))
        rule = ends.get(tracker.latest_action_name)
        if rule is None or tracker.active_loop_name:
            return predict(self, tracker, domain)
        return self._rule_prediction(self._prediction_result(LISTEN, tracker, domain), rule), rule

    def _find_action_from_rules(self: Any, tracker: Any, domain: Any, use_text_for_last_user_input: bool) -> Any:
        by_text = use_text_for_last_user_input and not tracker.active_loop_name
        if by_text and not _once(self, "reads_text", lambda: reads_text(self)):
            return None, None, False
        return find_from_rules(self, tracker, domain, use_text_for_last_user_input)

    def _get_possible_keys(self: Any, lookup: dict[str, str], states: list[Any]) -> set[str]:
        kept = _once(self, f"kept {id(lookup)}", dict)
        longest = _once(self, f"longest {id(lookup)}", lambda: longest_rule(self, lookup))
        recent = states[-longest:] if longest else []
        # A digest: with text in the states their key would keep what people wrote.
        key = hashlib.blake2b(str(self._create_feature_key(recent)).encode(), digest_size=16).digest()
        if key not in kept:
            if len(kept) >= MOST_KEPT:
                kept.clear()
            kept[key] = frozenset(possible(self, lookup, recent))
        return set(kept[key])

    # wraps: Rasa reads parameters and types of a component's methods to build its graph.
    @wraps(recall)
    def predict_action_probabilities(self: Any, tracker: Any, domain: Any, *args: Any, **kwargs: Any) -> Any:
        if self.lookup:
            return recall(self, tracker, domain, *args, **kwargs)
        return self._prediction(self._default_predictions(domain))

    RulePolicy._predict = _predict
    RulePolicy._find_action_from_rules = _find_action_from_rules
    RulePolicy._get_possible_keys = _get_possible_keys
    MemoizationPolicy.predict_action_probabilities = predict_action_probabilities


def _once(policy: Any, name: str, make: Any) -> Any:
    """What is worked out once for a policy; its rules do not change after it is loaded."""
    known = policy.__dict__.setdefault("_signpost_known", {})
    if name not in known:
        known[name] = make()
    return known[name]
