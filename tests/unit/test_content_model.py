"""The content model can say the hardest statements of both offers, and refuses what cannot be."""

import pytest
from pydantic import ValidationError

from bot.knowledge.model import Condition, Statement, Value

BASE = {
    "id": "suffolk/example/fact",
    "text": "SES does this.",
    "topics": ["review"],
    "force": "does",
    "source": [{"document": "core-offer", "paragraph": 3}],
}

TOUCHSTONE = [
    {
        "hedge": "in_most_circumstances",
        "force": "must",
        "binds": "school",
        "routes": ["bespoke"],
        "judged_by": "ses",
        "depends_on": {"before": "referral"},
    },
    {
        "force": "must",
        "binds": "new-school",
        "routes": ["bespoke", "section-f"],
        "value": {
            "more_than": 6,
            "unit": "school_week",
            "counts_from": "pupil-left",
            "ends_at": "pupil-starts-new-school",
        },
        "otherwise": "suffolk/pupil/move-continue",
    },
    {
        "value": {"at_most": 10, "unit": "working_day", "counts_from": "offer-received"},
        "on_expiry": "suffolk/unrequested/withdrawn",
    },
    {
        "force": "expected",
        "binds": "school",
        "unless": {"decided_by": "ses", "subject_to": "suffolk/safeguarding/procedures"},
    },
    {
        "force": "is",
        "when": {
            "all": [
                {"fact": "sensory_loss_diagnosed"},
                {
                    "any": [
                        {"fact": "year", "at_most": 13},
                        {"all": [{"fact": "age", "at_most": 25}, {"fact": "in_education"}]},
                    ]
                },
            ]
        },
    },
    {"value": {"at_most": 2, "unit": "review"}},
    {"force": "may", "binds": "service", "routes": "all", "except_routes": ["new-to-suffolk", "iqm-register"]},
    {"force": "must", "routes": ["stt-consultation"], "value": {"at_least": 2, "unit": "apdr_cycle"}},
    {"routes": ["stt-involvement"], "extends": ["stt-consultation"]},
    {"force": "must", "binds": "school", "depends_on": {"after": "milton-keynes/step/service-asks"}},
    {
        "hedge": "usually",
        "when": {
            "any": [{"fact": "stt_involved"}, {"fact": "stt_last_involved", "within": {"at_most": 6, "unit": "month"}}]
        },
    },
    {
        "force": "must",
        "when": {"all": [{"fact": "ehcp"}, {"any": [{"fact": "placement_change"}, {"fact": "placement_at_risk"}]}]},
        "depends_on": {"before": "referral"},
    },
]


@pytest.mark.parametrize("keys", TOUCHSTONE, ids=lambda k: "+".join(k))
def test_each_touchstone_statement_can_be_said(keys: dict[str, object]) -> None:
    statement = Statement.model_validate(BASE | keys)
    dumped = statement.model_dump(mode="json", by_alias=True, exclude_none=True)
    assert Statement.model_validate(dumped) == statement
    for key, value in keys.items():
        kept = dumped[key]
        assert kept == value or key in ("value", "when", "except_routes", "unless"), key


@pytest.mark.parametrize(
    ("change", "complaint"),
    [
        ({"colour": "red"}, "Extra inputs"),
        ({"source": []}, "source is missing"),
        ({"force": "perhaps"}, "Input should be"),
        ({"id": "Suffolk Fact"}, "pattern"),
        ({"topics": []}, "at least 1"),
        ({"text": " ".join(["word"] * 26) + "."}, "over 25 words"),
        ({"value": {"unit": "week"}}, "at least one bound"),
        ({"value": {"at_least": 12, "at_most": 4, "unit": "week"}}, "impossible bounds"),
        ({"value": {"more_than": 4, "at_most": 4, "unit": "week"}}, "impossible bounds"),
        ({"value": {"exactly": 4, "at_most": 5, "unit": "week"}}, "stands alone"),
        ({"value": {"at_most": -1, "unit": "week"}}, "never negative"),
        ({"when": {"fact": "ehcp", "all": [{"fact": "year"}]}}, "exactly one of"),
        ({"when": {"all": []}}, "at least one condition"),
        ({"when": {"fact": "year", "at_least": 9, "at_most": 2}}, "impossible bounds"),
        ({"depends_on": {}}, "exactly one of"),
        ({"routes": ["bespoke"], "except_routes": ["deaf"]}, "except_routes"),
    ],
)
def test_what_cannot_be_is_refused(change: dict[str, object], complaint: str) -> None:
    with pytest.raises(ValidationError, match=complaint):
        Statement.model_validate(BASE | change)


def test_bounds_say_whether_they_are_included() -> None:
    assert Value(more_than=6, unit="school_week").at_least is None
    assert Value(at_least=4, at_most=4, unit="week").at_most == 4


def test_a_condition_names_all_facts_it_rests_on() -> None:
    condition = Condition.model_validate(
        {"any": [{"fact": "ehcp"}, {"not": {"all": [{"fact": "year", "at_most": 3}]}}]}
    )
    assert condition.facts() == {"ehcp", "year"}
