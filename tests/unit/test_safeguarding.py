"""What counts as a disclosure of harm or danger, and what is ordinary talk of school staff."""

from pathlib import Path

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from bot.privacy import disclosure

DATA = Path(__file__).parents[1] / "data"
PARTS = ("development", "held out")
RECALL = 0.95
FALSE_ALARMS = 0.01


def lines(file: str, key: str, part: str) -> list[str]:
    every = yaml.safe_load((DATA / file).read_text(encoding="utf-8"))[key].splitlines()
    if key == "later":
        return list(every)
    return [line for place, line in enumerate(every) if (place // 2 % 2 == 0) == (part == "development")]


@pytest.mark.parametrize("part", PARTS)
def test_immediate_danger_is_recognised(part: str) -> None:
    danger = lines("safeguarding_disclosures.yml", "danger", part)
    missed = [text for text in danger if disclosure(text) != "immediate_danger"]
    assert len(missed) <= (1 - RECALL) * len(danger), "\n".join(missed)


@pytest.mark.parametrize("part", PARTS)
def test_harm_is_recognised(part: str) -> None:
    harm = lines("safeguarding_disclosures.yml", "harm", part)
    missed = [text for text in harm if disclosure(text) is None]
    assert len(missed) <= (1 - RECALL) * len(harm), "\n".join(missed)


@pytest.mark.parametrize("part", PARTS)
def test_ordinary_talk_raises_no_alarm(part: str) -> None:
    ordinary = lines("safeguarding_ordinary.yml", "lines", part)
    raised = [f"{disclosure(text)}: {text}" for text in ordinary if disclosure(text)]
    assert len(raised) <= FALSE_ALARMS * len(ordinary), "\n".join(raised)


def test_messages_written_later_are_recognised_too() -> None:
    told = lines("safeguarding_disclosures.yml", "later", "")
    missed = [text for text in told if disclosure(text) is None]
    ordinary = lines("safeguarding_ordinary.yml", "later", "")
    raised = [f"{disclosure(text)}: {text}" for text in ordinary if disclosure(text)]
    assert len(missed) <= (1 - RECALL) * len(told), "\n".join(missed)
    assert len(raised) <= FALSE_ALARMS * len(ordinary), "\n".join(raised)


def test_everyday_questions_about_the_offers_raise_no_alarm() -> None:
    raw = yaml.safe_load((DATA / "masking_clean.yml").read_text(encoding="utf-8"))
    raised = [text for text in (raw["lines"] + raw["later"]).splitlines() if disclosure(text)]
    assert raised == []


def test_a_disclosure_inside_a_long_question_is_not_lost() -> None:
    asked = "Which form do we need for a Y5 pupil? Also do you offer self-harm training? "
    assert disclosure(asked) is None
    assert disclosure(asked + "He told me today that he wants to kill himself.") == "immediate_danger"


@pytest.mark.parametrize(
    "text", ["the pupil’s dad hit the pupil", "the pupil's dad hit the pupil", "THE PUPILS DAD HIT THE PUPIL"]
)
def test_masked_text_capitals_and_apostrophes_make_no_difference(text: str) -> None:
    assert disclosure(text) == "harm"


@given(st.text(max_size=400))
def test_any_text_is_answered(text: str) -> None:
    assert disclosure(text) in (None, "harm", "immediate_danger")


def test_long_texts_are_answered() -> None:
    for text in (
        "a " * 4_000,
        "dad " * 2_000,
        "self harm and " * 600,
        "training on abuse, " * 400,
        "x" * 8_000,
    ):
        assert disclosure(text) in (None, "harm", "immediate_danger")
