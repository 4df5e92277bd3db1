"""Drafts for invented e-mails, parsed by the trained model: how many could be sent as they are. See docs/evaluation.md."""

from __future__ import annotations

import os
from statistics import mean

import pytest

from bot.launcher.model import ensure_model
from bot.launcher.parts import ENGINE_PYTHON
from bot.settings import Settings, load_settings
from tests.evaluation.drafts import SETS, Drafted, drafted, judged, told

# Just below what is reached today: what makes drafts worse is noticed. None of these e-mails is trained on.
LEAST_WHOLE = {"enquiries": 19, "enquiries-2": 15}
MOST_STATEMENTS = 20


@pytest.fixture(scope="module")
def drafts() -> dict[str, list[Drafted]]:
    """All drafts; the engine reads all e-mails in one go."""
    if not ENGINE_PYTHON.exists():
        reason = "engine/.venv is missing: see engine/README.md"
        if os.environ.get("CI"):
            pytest.fail(reason)
        pytest.skip(reason)
    settings: Settings = load_settings()
    ensure_model(settings)
    return drafted(settings.model_file)


@pytest.mark.parametrize("name", SETS)
def test_as_many_drafts_as_before_could_be_sent_as_they_are(drafts, name):
    whole = sum(each.is_whole for each in drafts[name])
    assert whole >= LEAST_WHOLE[name], f"{whole} of {len(drafts[name])}\n{told(drafts[name])}"


@pytest.mark.parametrize("name", SETS)
def test_a_draft_is_no_heap_of_statements(drafts, name):
    number = mean(each.statements for each in drafts[name])
    assert number <= MOST_STATEMENTS, f"{number:.1f} statements a draft\n{told(drafts[name])}"
    assert min(each.statements for each in drafts[name]) > 0


QUESTIONS = [
    {"asks": "who signs", "any_of": [["x/a"], ["x/b", "x/c"]], "never": ["x/wrong"]},
    {"asks": "what it costs", "any_of": [["x/d"]]},
    {"asks": "what nobody can answer", "gap": True},
]


@pytest.mark.parametrize(
    ("said", "missing", "wrong"),
    [
        ({"x/a", "x/d"}, (), ()),
        ({"x/b", "x/c", "x/d", "x/more"}, (), ()),
        ({"x/b", "x/d"}, ("who signs",), ()),
        ({"x/a"}, ("what it costs",), ()),
        (set(), ("who signs", "what it costs"), ()),
        ({"x/a", "x/d", "x/wrong"}, (), ("x/wrong",)),
    ],
)
def test_a_draft_is_whole_with_all_that_one_answer_of_each_question_needs_and_nothing_wrong(said, missing, wrong):
    found = judged("invented", QUESTIONS, said)
    assert (found.missing, found.wrong, found.statements) == (missing, wrong, len(said))
    assert found.is_whole == (not missing and not wrong)
    assert "invented" in told([found])
