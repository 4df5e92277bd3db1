"""Every statement can be reached: its own questions, under facts that make it applicable, show it among the points.

The questions are those that the search is built with, so this measures the choosing, not the understanding: how well
questions in other words are understood is measured in tests/evaluation.
"""

from __future__ import annotations

from collections import defaultdict

import pytest

from bot.guidance.conditions import holds
from bot.knowledge.model import Kind
from tests.guidance_support import AREAS, all_asked, all_statements, frame_for, ids, knowledge

# Measured: 99 % of all own questions show their statement; of each statement at least a third of its questions do.
FLOOR_OF_QUESTIONS = 0.97
FLOOR_OF_A_STATEMENT = 1 / 3
FEWEST_QUESTIONS = 5


@pytest.fixture(scope="module", autouse=True)
def asked_beforehand() -> None:
    """Ask once, outside the time limit of a single test."""
    all_asked()


def reached_by_statement() -> dict[str, list[bool]]:
    """Statement id -> for each of its questions, whether it is shown."""
    found: dict[str, list[bool]] = defaultdict(list)
    for asked in all_asked():
        found[asked.statement_id].append(asked.reached)
    return found


def test_every_statement_says_how_it_is_asked():
    assert {s.id: len(s.asked_as) for s in all_statements() if len(set(s.asked_as)) < FEWEST_QUESTIONS} == {}


def test_every_statement_is_reached_by_a_question_of_its_own():
    reached = reached_by_statement()
    assert sorted(reached) == sorted(s.id for s in all_statements())
    assert [i for i, shown in reached.items() if not any(shown)] == []


def test_every_statement_is_reached_by_enough_of_its_questions():
    shares = {i: sum(shown) / len(shown) for i, shown in reached_by_statement().items()}
    assert {i: round(share, 2) for i, share in shares.items() if share < FLOOR_OF_A_STATEMENT} == {}


def test_nearly_all_questions_show_the_statement_that_they_stand_at():
    asked = all_asked()
    missed = [f"{a.statement_id}: {a.question.text}" for a in asked if not a.reached]
    assert 1 - len(missed) / len(asked) >= FLOOR_OF_QUESTIONS, "\n".join(missed)


def test_the_facts_under_which_a_statement_is_asked_do_not_hide_it():
    for area_id in AREAS:
        area = knowledge().areas[area_id]
        hidden = [s.id for s in area.content.statements if holds(s.when, frame_for(s, area)) is False]
        assert hidden == []


def test_a_first_priority_fact_is_shown_for_every_route_that_it_holds_for():
    """Every route has something to say first: how it is asked for, or who it is for."""
    for area_id in AREAS:
        area = knowledge().areas[area_id]
        first = [s for s in area.content.statements if s.priority == 1 and s.kind is Kind.FACT]
        silent = [r for r in area.routes if not any(r in (area.routes_of[s.id] or {r}) for s in first)]
        assert silent == []


def test_every_point_of_an_answer_has_its_source_and_its_statements_text():
    faults = []
    for asked in all_asked():
        for point in asked.outcome.answer.points:
            area = knowledge().areas[point.statement_id.split("/")[0]]
            statement = area.statements[point.statement_id]
            if point.text != statement.text or (statement.kind is not Kind.GAP and not point.sources):
                faults.append(point.statement_id)
    assert sorted(set(faults)) == []


def test_no_answer_is_empty_or_says_a_thing_twice():
    for asked in all_asked():
        shown = ids(asked.outcome.answer)
        texts = [p.text for p in asked.outcome.answer.points]
        assert shown, asked.question.text
        assert len(set(shown)) == len(shown), (asked.question.text, shown)
        assert len(set(texts)) == len(texts), (asked.question.text, texts)
