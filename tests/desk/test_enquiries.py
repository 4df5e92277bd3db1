"""The invented enquiries hold together: what they ask for exists, and what is planted in them is there."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.guidance_support import AREAS, content, knowledge

FOLDER = Path(__file__).with_name("enquiries")
FILES = sorted(FOLDER.glob("*.yml"))
FILES_2 = sorted(Path(__file__).with_name("enquiries-2").glob("*.yml"))
FACTS = {fact.id for fact in content().common.facts}


def read(path: Path) -> dict[str, Any]:
    """One enquiry."""
    enquiry: dict[str, Any] = yaml.safe_load(path.read_text(encoding="utf-8"))
    return enquiry


def test_there_are_forty_twenty_for_each_council():
    assert [sum(read(path)["area"] == area for path in FILES) for area in AREAS] == [20, 20]


def test_there_are_thirty_more_fifteen_for_each_council():
    assert [sum(read(path)["area"] == area for path in FILES_2) for area in AREAS] == [15, 15]


def check(path: Path) -> None:
    """The enquiry is of its kind, and the statements it asks for are its own council's."""
    enquiry = read(path)
    assert set(enquiry) <= {"area", "subject", "email", "questions", "planted", "facts", "notes"}
    assert 60 <= len(enquiry["email"].split()) <= 200
    assert set(enquiry["facts"]) <= FACTS
    assert [each for each in enquiry["planted"] if each not in f"{enquiry['subject']}\n{enquiry['email']}"] == []
    known = knowledge().areas[enquiry["area"]].statements
    for question in enquiry["questions"]:
        assert set(question) <= {"asks", "any_of", "gap", "never"}
        wanted = {statement for each in question.get("any_of", []) for statement in each}
        assert wanted or question.get("gap"), question["asks"]
        assert wanted | set(question.get("never", [])) <= set(known)
        assert not wanted & set(question.get("never", []))


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_an_enquiry_asks_for_statements_of_its_own_council(path):
    check(path)


@pytest.mark.parametrize("path", FILES_2, ids=lambda path: path.stem)
def test_a_further_enquiry_asks_for_statements_of_its_own_council(path):
    check(path)
