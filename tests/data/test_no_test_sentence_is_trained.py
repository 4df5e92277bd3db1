"""No sentence that a test says may stand among what is learnt from: such a test could not fail."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).resolve().parents[2]
PLACES = ("tests/e2e/**/*.yml", "tests/stories/*.yml", "tests/evaluation/*.yml")
SAID_UNDER = ("say", "text", "user", "message")
ANNOTATION = re.compile(r"\[([^\]]+)\](?:\([^)]*\)|\{[^}]*\})")
SHORTEST_WORDS = 3  # "thanks" and "MK" are the same whoever says them


def folded(sentence: str) -> str:
    """A sentence without its annotations, case, punctuation and spare blanks."""
    plain = ANNOTATION.sub(r"\1", sentence).replace("'", "").replace("’", "").casefold()
    return " ".join(re.findall(r"\w+", plain))


def said_in(data: Any) -> Iterator[str]:
    """What a user says in a test file: all texts under `say`, `text` ..., and lists of sentences at its top.

    Lists further down are ids, or words that a reply must hold: they are not said by anyone.
    """
    tops = data.values() if isinstance(data, dict) else [data]
    for sentences in (top for top in tops if isinstance(top, list)):
        yield from (sentence for sentence in sentences if isinstance(sentence, str))
    yield from _under_keys(data)


def _under_keys(data: Any) -> Iterator[str]:
    if isinstance(data, dict):
        yield from (text.strip() for name, text in data.items() if name in SAID_UNDER and isinstance(text, str))
    for inner in data.values() if isinstance(data, dict) else data if isinstance(data, list) else ():
        yield from _under_keys(inner)


def trained_sentences() -> dict[str, str]:
    """Folded sentence -> file, of all training examples and all phrasings that statements are asked as."""
    found: dict[str, str] = {}
    for file in sorted(ROOT.glob("data/nlu/*.yml")):
        for entry in yaml.safe_load(file.read_text(encoding="utf-8")).get("nlu") or ():
            if "intent" in entry:
                lines = str(entry.get("examples") or "").splitlines()
                found |= {folded(line.removeprefix("- ")): file.name for line in lines}
    for file in sorted(ROOT.glob("content/**/*.yml")):
        data = yaml.safe_load(file.read_text(encoding="utf-8"))
        found |= {folded(sentence): file.name for sentence in asked_as_in(data)}
    return found


def asked_as_in(data: Any) -> Iterator[str]:
    """Every phrasing under a key `asked_as`, at any depth."""
    if isinstance(data, dict):
        yield from map(str, data.get("asked_as") or ())
    for inner in data.values() if isinstance(data, dict) else data if isinstance(data, list) else ():
        yield from asked_as_in(inner)


@pytest.fixture(scope="module")
def trained() -> dict[str, str]:
    return trained_sentences()


def test_the_training_data_is_read(trained: dict[str, str]) -> None:
    assert len(trained) > 2000
    assert any(name.startswith("cost") for name in trained.values())


@pytest.mark.parametrize("place", PLACES)
def test_no_test_sentence_is_trained(place: str, trained: dict[str, str]) -> None:
    files = sorted(ROOT.glob(place))
    assert files, f"no file at {place}"
    said, shared = 0, []
    for file in files:
        for sentence in said_in(yaml.safe_load(file.read_text(encoding="utf-8"))):
            said += 1
            words = folded(sentence)
            if len(words.split()) >= SHORTEST_WORDS and words in trained:
                shared.append(f"{file.relative_to(ROOT)}: {sentence!r} stands in {trained[words]}")
    assert said > 10, f"the sentences of {place} were not found"
    assert shared == []


def test_annotations_case_and_punctuation_hide_nothing() -> None:
    assert folded("Do [Suffolk](area) parents' need to SIGN?!") == "do suffolk parents need to sign"


def test_sentences_are_found_in_turns_lists_and_steps() -> None:
    turn = {"turns": [{"say": "who is it for", "status": "answered"}]}
    assert list(said_in(turn)) == ["who is it for"]
    assert list(said_in({"ask_cost": ["is it free", "any fee"]})) == ["is it free", "any fee"]
    assert list(said_in({"steps": [{"user": "hello there\n"}]})) == ["hello there"]
    assert list(said_in({"turns": [{"text": "and then", "also": ["ask_review", "ask_closing"]}]})) == ["and then"]
