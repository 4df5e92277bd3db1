"""Term dates of an authority: read, checked with good errors, kept by the store, counted with."""

from __future__ import annotations

import shutil
from datetime import date
from pathlib import Path

import numpy as np
import pytest

from bot.guidance.conversation import Conversations
from bot.guidance.service import knowledge_of
from bot.guidance.turn import Memory
from bot.guidance.windows import window
from bot.knowledge.content import Read, read_content
from bot.knowledge.files import Fault
from bot.knowledge.model import Value
from bot.knowledge.store import Store
from tests.guidance_support import CONTENT, ROOT, embedder, turn

NEW = "example-borough"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The common content and the invented authority, to be spoilt."""
    shutil.copytree(CONTENT / "common", tmp_path / "content" / "common")
    shutil.copytree(ROOT / "tests" / "content" / NEW, tmp_path / "content" / NEW)
    return tmp_path / "content"


def test_no_real_authority_claims_term_dates_yet() -> None:
    assert [a.authority.id for a in read_content(CONTENT).content.areas if a.school_years] == []


def of_the_authority(read: Read) -> list[Fault]:
    """Its faults; the common content names the authorities that are not there."""
    return [f for f in read.faults if not f.file.startswith("common/pointers")]


@pytest.mark.parametrize(
    ("old", "new", "line", "complaint"),
    [
        ("id: 2025-26", "id: 2025-27", 2, "no school year"),
        ("id: 2025-26", "id: next-year", 2, "match pattern"),
        ("id: 2026-27", "id: 2025-26", 11, "outside 2025-09-01 to 2026-08-31"),
        ("last_day: 2025-10-24", "last_day: 2025-08-24", 5, "Autumn 1 ends on 2025-08-24 before it begins"),
        ("last_day: 2025-10-24", "last_day: 2025-11-24", 2, "Autumn 2 begins on 2025-11-03 before Autumn 1 is over"),
        ("first_day: 2025-09-03", "first_day: 2025-08-27", 2, "Autumn 1 lies outside"),
        ("first_day: 2025-09-03", "first_day: 2025-09-31", 5, "2025-09-31: day is out of range for month"),
        ("first_day: 2025-09-03, ", "", 5, "is missing"),
        ("name: Autumn 1", "name: Autumn 1, weeks: 7", 5, "unknown key"),
        ('  source: "Example Borough, term dates 2025 to 2026 (invented)"\n', "", 2, "is missing"),
    ],
)
def test_a_fault_in_term_dates_names_file_and_line(folder: Path, old: str, new: str, line: int, complaint: str) -> None:
    path = folder / NEW / "terms.yml"
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new, 1))
    faults = [f for f in read_content(folder).faults if f.file == f"{NEW}/terms.yml"]
    found = [f for f in faults if complaint in f.message]
    assert found, [str(f) for f in faults]
    assert found[0].line == line


def test_a_school_year_stands_once(folder: Path) -> None:
    path = folder / NEW / "terms.yml"
    first = path.read_text().split("- id: 2026-27")[0]
    path.write_text(first + "\n".join(first.splitlines()[1:]) + "\n")
    assert ["another school year has this id too" in f.message for f in of_the_authority(read_content(folder))] == [
        True
    ]


def test_a_value_counts_from_a_known_event_only(folder: Path) -> None:
    (folder / NEW / "events.yml").unlink()
    messages = [f.message for f in of_the_authority(read_content(folder))]
    assert sorted(messages) == [f"no event (events.yml) is called {e}" for e in ("case-closed", "form-received")]


def test_an_event_names_a_fact_that_has_an_age(folder: Path) -> None:
    (folder / NEW / "events.yml").write_text(
        "- {id: form-received, label: x, fact: ehcp}\n- {id: case-closed, label: y, patterns: ['(']}\n"
        "- {id: observation, label: z}\n"
    )
    messages = " ".join(f.message for f in read_content(folder).faults)
    assert "no fact of type age is called ehcp" in messages
    assert "no regular expression" in messages
    assert "another event has this id too: observation" in messages


def test_the_store_keeps_term_dates_and_windows_go_by_them(folder: Path, tmp_path: Path) -> None:
    path = folder / NEW / "statements" / "ladder.yml"
    path.write_text(path.read_text().replace("at_most: 7, unit: working_day", "at_most: 6, unit: school_week"))
    read = read_content(folder)
    assert [str(f) for f in of_the_authority(read)] == []
    store = Store(f"sqlite:///{tmp_path / 'knowledge.db'}")
    store.load(read.content, embedder().embed)
    known = knowledge_of(store)
    store.engine.dispose()
    years = known.areas[NEW].content.school_years
    assert years == read.content.areas[0].school_years
    assert [y.id for y in years] == ["2025-26", "2026-27"]
    value = Value.model_validate({"at_most": 6, "unit": "school_week", "counts_from": "form-received"})
    assert window(value, date(2026, 2, 11), years).end == date(2026, 4, 15)  # half-term and Easter left out
    asked = turn("We sent the form on 11 February. How soon do they answer in Example Borough?", "response_time")
    reply, _ = Conversations(known, embedder().embed).reply(asked, Memory(), date(2026, 3, 2))
    (item,) = [d for d in reply.dates if d.statement_id == f"{NEW}/ladder/answer"]
    assert item.end == date(2026, 4, 15)
    assert item.assumption == "School weeks by Example Borough, term dates 2025 to 2026 (invented)."
    assert isinstance(known.areas[NEW].phrases.vectors, np.ndarray)
