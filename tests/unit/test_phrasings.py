"""Accepted phrasings become examples for the engine: each comes out as it went in, however odd; nothing twice."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from pathlib import Path

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from bot.desk.phrasings import Accepted, Training, phrasing, phrasings_file, plain

AT = datetime(2026, 11, 27, 23, 30, tzinfo=UTC)
# As Rasa reads an example (rasa.shared.nlu.training_data.entities_parser); a text that matches would be annotated.
RASA_ENTITY = re.compile(
    r"\[(?P<entity_text>[^\]]+?)\](\((?P<entity>[^:)]+?)(?:\:(?P<value>[^)]+))?\)"
    r"|\{(?P<entity_dict>[^}]+?)\}|\[(?P<list_entity_dicts>.*?)\])"
)
HOSTILE = [
    "- - is it free",
    "[suffolk](area) schools",
    '[three]{"entity": "number"} of them',
    "[a][b](c)",
    "which: this or that",
    "| pipe first",
    "> folded",
    "two\nlines\r\nand\u2028more",
    "# not a comment",
    "%TAG ! x",
    "'single' \"double\" `back`",
    "{a: b}, [c, d]",
    "&anchor *alias !tag",
    "\ttab and \x00 zero \x85 next",
    "\u202eturned\u202c",
    "naïve café 中文 🙂",
    "null",
    "---",
    "...",
    "   blanks   around   ",
    "\ufeffmark",
    "e\u200b\u0301",
]
PIECES = st.lists(
    st.one_of(st.text(max_size=12), st.sampled_from([*HOSTILE, "](", "][", "]{", "\n- ", ": "])), max_size=5
)
TEXTS = st.one_of(st.sampled_from(HOSTILE), PIECES.map("".join))


def read_back(file: str) -> dict[str, list[str]]:
    """The examples of a file by intent, read as the engine and our own tests read them."""
    data = yaml.safe_load(file)
    assert data["version"] == "3.1"
    found: dict[str, list[str]] = {}
    for entry in data["nlu"]:
        for line in entry["examples"].splitlines():
            assert line.startswith("-")
            found.setdefault(entry["intent"], []).append(line[1:].strip("\n\r "))
    return found


@given(TEXTS)
def test_a_phrasing_is_one_visible_line_that_nothing_is_read_into(text):
    made = phrasing(text)
    assert phrasing(made) == made
    assert len(made.splitlines()) <= 1
    assert made == made.strip()
    assert RASA_ENTITY.search(made) is None
    assert "\x00" not in made
    assert "\u202e" not in made


@given(st.lists(st.tuples(st.sampled_from(["ask_cost", "ask_review"]), st.lists(TEXTS, max_size=6)), max_size=5))
def test_what_is_read_back_is_what_was_accepted(marks):
    accepted = [
        Accepted(number, AT, intent, tuple(made for text in texts if (made := phrasing(text))))
        for number, (intent, texts) in enumerate(marks, 1)
    ]
    found = read_back(phrasings_file(accepted))
    wanted = {mark.intent: set[str]() for mark in accepted if mark.texts}
    for mark in accepted:
        if mark.texts:
            wanted[mark.intent] |= set(mark.texts)
    assert {intent: {plain(text) for text in texts} for intent, texts in found.items()} == {
        intent: {plain(text) for text in texts} for intent, texts in wanted.items()
    }
    for intent, texts in found.items():
        assert set(texts) <= wanted[intent], "no text is changed"
        assert len({plain(text) for text in texts}) == len(texts), "none stands twice"


@pytest.mark.parametrize("text", HOSTILE)
def test_a_hostile_text_alone_comes_back_as_it_was_accepted(text):
    accepted = phrasing(text)
    assert read_back(phrasings_file([Accepted(1, AT, "ask_cost", (accepted,))])) == {"ask_cost": [accepted]}


def test_the_file_says_which_mark_and_when_and_is_in_order():
    marks = [
        Accepted(9, AT, "ask_cost", ("what is the price", "Any fee?")),
        Accepted(4, AT.replace(month=6), "ask_cost", ("any fee",)),
        Accepted(2, AT, "ask_absence", ("he is off",)),
    ]
    text = phrasings_file(marks)
    assert text == phrasings_file(reversed(marks))
    assert text.splitlines()[1:] == [
        'version: "3.1"',
        "nlu:",
        "# mark 2, 2026-11-27",
        "- intent: ask_absence",
        "  examples: |",
        "    - he is off",
        "# mark 4, 2026-06-28",  # half past midnight in London by then
        "- intent: ask_cost",
        "  examples: |",
        "    - any fee",
        "# mark 9, 2026-11-27",
        "- intent: ask_cost",
        "  examples: |",
        "    - what is the price",
    ]


def test_no_phrasing_gives_a_file_that_can_be_read():
    assert yaml.safe_load(phrasings_file([])) == {"version": "3.1", "nlu": []}


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("Is it FREE?", "is it free", True),
        ("it’s [suffolk](area)", "It's Suffolk!", True),
        ("is it free", "is it free now", False),
        ("?", "!", False),
    ],
)
def test_case_punctuation_and_annotations_make_no_other_phrasing(one, other, same):
    assert (plain(one) == plain(other)) is same


def test_what_is_trained_is_read_from_the_files(tmp_path: Path):
    (tmp_path / "data/nlu").mkdir(parents=True)
    (tmp_path / "domain.yml").write_text("intents: [ask_cost, choose, greet, ask_several]\n")
    (tmp_path / "data/nlu/cost.yml").write_text(
        'version: "3.1"\nnlu:\n- intent: ask_cost\n  examples: |\n    - What does it cost, in [Suffolk](area)?\n    - any fee\n'
    )
    (tmp_path / "data/nlu/lookups.yml").write_text(
        'version: "3.1"\nnlu:\n- lookup: area\n  examples: |\n    - any place\n'
    )
    training = Training(tmp_path)
    assert training.intents() == ["ask_cost", "greet"]
    assert training.trained() == {"what does it cost in suffolk": "ask_cost", "any fee": "ask_cost"}
