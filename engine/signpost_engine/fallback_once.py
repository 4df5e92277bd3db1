"""Keeps RulePolicy's fallback to once a turn.

RulePolicy predicts its fallback action whenever no rule matches, also just after an action has run. Rasa's
own `action_default_fallback` undoes the turn and so ends it; a custom one such as `action_answer` would be
run ten times, until Rasa's circuit breaker trips. With this, once an action has run, "no rule matches" means:
wait for the person.
"""

from __future__ import annotations

from functools import wraps
from typing import Any


def install() -> None:
    """Wrap `RulePolicy.predict_action_probabilities`; its name and its other predictions stay as they are."""
    from rasa.core.policies.rule_policy import RulePolicy
    from rasa.shared.core.constants import ACTION_LISTEN_NAME

    original = RulePolicy.predict_action_probabilities

    # wraps: Rasa reads parameters and types of a component's methods to build its graph.
    @wraps(original)
    def predict_action_probabilities(self: Any, tracker: Any, domain: Any, *args: Any, **kwargs: Any) -> Any:
        prediction = original(self, tracker, domain, *args, **kwargs)
        nothing_matched = prediction.probabilities == self._default_predictions(domain)
        if nothing_matched and tracker.latest_action_name not in {None, ACTION_LISTEN_NAME}:
            probabilities = [0.0] * domain.num_actions
            probabilities[domain.index_for_action(ACTION_LISTEN_NAME)] = self.config["core_fallback_threshold"]
            prediction.probabilities = probabilities
        return prediction

    RulePolicy.predict_action_probabilities = predict_action_probabilities
