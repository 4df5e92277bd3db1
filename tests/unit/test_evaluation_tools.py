"""The tools that measure: the player's judgement, the figures, the written documents. No server, no engine."""

import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest

from tests.bench import pages, processes
from tests.bench.load import Timings
from tests.evaluation import intents, report
from tests.evaluation.engine import deciding
from tests.evaluation.player import CaseError, CaseResult, failures_of, load_cases, play, question_in

Reply = Mapping[str, Any]


def cases_of(folder: Path, text: str, name: str = "cases.yml") -> Path:
    file = folder / name
    file.write_text(text, encoding="utf-8")
    return file


class Scripted:
    """An assistant that gives its replies one after the other, and remembers what it was told."""

    def __init__(self, *replies: Reply) -> None:
        self.replies = list(replies)
        self.heard: list[str] = []

    def say(self, sender: str, text: str) -> Sequence[Reply]:
        self.heard.append(text)
        return [self.replies.pop(0)]


def played(folder: Path, text: str, *replies: Reply, name: str = "cases.yml") -> tuple[CaseResult, Scripted]:
    assistant = Scripted(*replies)
    (case,) = load_cases(cases_of(folder, text, name))
    return play(case, assistant.say), assistant


ONE = """
- id: x-1
  area: suffolk
  answers: {'EHCP': "no EHCP", 'which area|authority': "I am in Suffolk"}
  turns:
  - say: which form
    must: ['Bespoke  *Pupil Form', "don't wait"]
    any: [['a@b', 'c@d']]
    must_not: ['Section F']
"""
GOOD = {"text": "The **Bespoke Pupil\n Form**, to A@B. Don’t wait."}


def test_a_reply_passes_whatever_its_case_white_space_quotes_and_emphasis(tmp_path: Path) -> None:
    result, _ = played(tmp_path, ONE, GOOD)
    assert result.passed


@pytest.mark.parametrize(
    ("reply", "failure"),
    [
        ("Bespoke Pupil Form, a@b", "must: don't wait"),
        ("Bespoke Pupil Form, don't wait", "any: a@b | c@d"),
        ("Bespoke Pupil Form, don't wait, a@b, not Section F", "must_not: Section F"),
    ],
)
def test_each_kind_of_rule_can_fail(tmp_path: Path, reply: str, failure: str) -> None:
    result, _ = played(tmp_path, ONE, {"text": reply})
    assert result.turns[0].failures == [failure]


def test_a_question_is_answered_by_the_rule_that_fits_it(tmp_path: Path) -> None:
    result, assistant = played(tmp_path, ONE, {"text": "Has he an EHCP?"}, GOOD)
    assert assistant.heard == ["which form", "no EHCP"]
    assert result.passed
    assert result.turns[0].answered == 1


def test_a_question_for_the_area_gets_the_area_even_if_an_ehcp_is_named_too(tmp_path: Path) -> None:
    asked = {"text": "About the EHCP: where are you, in Suffolk or Milton Keynes?"}
    _, assistant = played(tmp_path, ONE, asked, GOOD)
    assert assistant.heard[1] == "Suffolk"


def test_buttons_alone_are_a_question_and_are_read(tmp_path: Path) -> None:
    buttons = {"text": "One more thing.", "buttons": [{"title": "EHCP"}, {"title": "No EHCP"}]}
    assert question_in([buttons]) == "One more thing. EHCP No EHCP"
    _, assistant = played(tmp_path, ONE, buttons, GOOD)
    assert assistant.heard[1] == "no EHCP"


def test_what_is_met_already_is_not_answered_for(tmp_path: Path) -> None:
    _, assistant = played(tmp_path, ONE, {"text": GOOD["text"] + " Has he an EHCP?"})
    assert len(assistant.heard) == 1


def test_at_most_four_questions_are_answered(tmp_path: Path) -> None:
    result, assistant = played(tmp_path, ONE, *[{"text": "An EHCP?"}] * 6)
    assert len(assistant.heard) == 5
    assert not result.passed


@pytest.mark.parametrize(("words", "passes"), [(250, True), (251, False)])
def test_a_reply_longer_than_the_limit_fails(tmp_path: Path, words: int, passes: bool) -> None:
    result, _ = played(tmp_path, "- {id: a, turns: [{say: hi}]}", {"text": "word " * words})
    assert result.passed is passes


@pytest.mark.parametrize(("asked", "limit"), [(60, 250), (61, 450)])
def test_a_long_message_may_get_a_long_reply(tmp_path: Path, asked: int, limit: int) -> None:
    (case,) = load_cases(cases_of(tmp_path, f"- {{id: a, turns: [{{say: {'why ' * asked}}}]}}"))
    assert case.turns[0].word_limit == limit


@pytest.mark.parametrize(
    ("file", "area", "wrong"),
    [
        ("suffolk.yml", "suffolk", True),
        ("fresh-milton-keynes.yml", "milton-keynes", False),
        ("fresh-cross.yml", "suffolk", False),
    ],
)
def test_an_address_of_the_other_authority_is_noticed(tmp_path: Path, file: str, area: str, wrong: bool) -> None:
    text = f"- {{id: a, area: {area}, turns: [{{say: hi}}]}}"
    result, _ = played(tmp_path, text, {"text": "Write to EHCP@milton-keynes.gov.uk."}, name=file)
    assert result.gave_wrong_authority is wrong


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("- {id: a}", "needs an id and turns"),
        ("a: b", "not a list"),
        ("- {id: a, turns: [{say: x, must: ['(']}]}", "bad regex"),
        ("- {id: a, turns: [{say: x}]}\n- {id: a, turns: [{say: x}]}", "used twice: a"),
    ],
)
def test_a_bad_case_file_is_refused_with_the_reason(tmp_path: Path, text: str, says: str) -> None:
    with pytest.raises(CaseError, match=says.replace("(", r"\(")):
        load_cases(cases_of(tmp_path, text))


def test_a_bare_yes_is_read_as_a_word(tmp_path: Path) -> None:
    (case,) = load_cases(cases_of(tmp_path, "- {id: a, turns: [{say: yes, must: [no]}]}"))
    assert case.turns[0].say == "yes"
    assert failures_of(case.turns[0], "yes") == ["must: no"]


def test_our_own_conversations_are_in_the_format(project_root: Path) -> None:
    files = sorted((project_root / "tests/evaluation").glob("fresh-*.yml"))
    cases = [case for file in files for case in load_cases(file)]
    assert len(cases) >= 150
    idle = [c.id for c in cases if not any(t.must or t.any_of or t.must_not for t in c.turns)]
    assert not idle, "nothing is judged in these"


MESSAGES = [
    intents.Labelled("a", "x"),
    intents.Labelled("b", "x", ("y",)),
    intents.Labelled("c", "y"),
    intents.Labelled("d", "y"),
]


def test_figures_count_what_is_right_too_and_list_the_confusions() -> None:
    figures = intents.figures(MESSAGES, [["x"], ["y"], ["x", "z", "w", "y"], ["x", "y"]])
    assert figures.accuracy == 0.5
    assert figures.in_first_three == 0.75
    assert figures.confusions == (("y", "x", 2),)
    # x: 2 hits, there 2, said 4; y: no hit.
    assert figures.macro_f1 == pytest.approx((2 * 2 / 6) / 2)
    assert figures.error == pytest.approx(0.25)


@pytest.mark.parametrize(
    ("questions", "clauses", "found"),
    [
        (["a", "b"], [["a"], ["b"]], 2),
        (["a", "b"], [["b", "a"], ["b"]], 2),
        (["a", "a"], [["a"]], 1),
        (["a", "b"], [["c"], []], 0),
    ],
)
def test_each_clause_answers_one_question(questions: list[str], clauses: list[list[str]], found: int) -> None:
    assert intents.questions_found(questions, clauses) == found


def test_the_surest_clause_decides_where_several_things_are_asked() -> None:
    clause = {"intent": "ask_a", "confidence": 0.5, "similarity": 0.5, "ranking": [{"name": "ask_a"}]}
    surer = {"intent": "ask_b", "confidence": 0.4, "similarity": 0.9, "ranking": [{"name": "ask_b"}]}
    several = {"name": "ask_several", "confidence": 0.4}
    parse = {"intent": several, "clauses": [clause, surer], "intent_ranking": [several]}
    assert deciding(parse)["ranking"] == ["ask_b"]


@pytest.mark.parametrize(("share", "value"), [(0.5, 2), (0.95, 4), (0.75, 3), (0.0, 1), (1.0, 4)])
def test_percentile_takes_a_value_that_was_measured(share: float, value: int) -> None:
    assert report.percentile([4, 1, 3, 2], share) == value


def test_a_generated_part_is_replaced_and_the_rest_stays() -> None:
    begin = report.BEGIN.format(by="make x")
    document = f"before\n{begin}\nold\n{report.END}\nafter\n"
    assert report.replace_part(document, "make x", "new") == f"before\n{begin}\nnew\n{report.END}\nafter\n"
    with pytest.raises(ValueError, match="marks for make y"):
        report.replace_part(document, "make y", "new")


def test_the_document_has_the_marks_that_make_evaluate_writes_between(project_root: Path) -> None:
    document = (project_root / "docs/evaluation.md").read_text(encoding="utf-8")
    for part in ("understanding", "behaviour", "conversations"):
        assert report.replace_part(document, f"make evaluate, {part}", "x") != document


def test_ratios_say_whether_a_target_is_met() -> None:
    ours, floor = Timings([0.04] * 10, elapsed=1.0), Timings([0.08] * 4, elapsed=1.0)
    assert pages.ratios(1, ours, floor) == (1, "0.50", "at most 0.8: met", "2.50", "")
    assert pages.ratios(8, floor, ours)[3:] == ("0.40", "at least 1.5: missed")


def test_processes_are_seen_with_their_memory() -> None:
    assert os.getpid() in processes.tree(os.getppid())
    (own,) = processes.memory([os.getpid()])
    assert 5 < own.shared < own.resident < 10_000
