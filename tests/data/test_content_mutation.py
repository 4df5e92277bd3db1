"""Whatever is changed in the content is changed in the answers: nothing of an offer is said from anywhere else.

Every statement is taken out once and reworded once, and questions whose answers showed it are asked again.
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from bot.guidance.answers import Answerer
from bot.guidance.reply import Answer
from tests.guidance_support import AREAS, Asked, all_asked, changed_area, ids, knowledge

EACH = 1  # questions a statement
GROUPS = 4  # statements are taken out a quarter at a time
MARK = "Reworded {}."


@pytest.fixture(scope="module", autouse=True)
def asked_beforehand() -> None:
    """Ask once, outside the time limit of a single test."""
    all_asked()


def samples(area_id: str) -> list[Asked]:
    """Of each statement, the first questions of its own whose answers show it."""
    found: dict[str, list[Asked]] = {}
    for asked in all_asked():
        if asked.statement_id.startswith(area_id + "/") and asked.reached:
            found.setdefault(asked.statement_id, []).append(asked)
    return [a for those in found.values() for a in those[:EACH]]


def texts(answer: Answer) -> set[str]:
    """What an answer says."""
    return {p.text for p in answer.points}


def again(answerer: Answerer, asked: Asked) -> Answer:
    """The same question, under the same facts, to another answerer."""
    return answerer.answer(asked.question, asked.facts, asked.focus).answer


def without(area_id: str, gone: set[str]) -> Answerer:
    """An answerer of the authority from which some statements were taken out."""
    area = knowledge().areas[area_id].content
    return Answerer(changed_area(area, [s for s in area.statements if s.id not in gone]))


def groups(area_id: str) -> Iterator[set[str]]:
    """All statements of an authority in a few groups."""
    every = list(knowledge().areas[area_id].statements)
    yield from ({i for n, i in enumerate(every) if n % GROUPS == group} for group in range(GROUPS))


@pytest.mark.parametrize("area_id", AREAS)
def test_a_statement_taken_out_is_gone_from_every_answer_that_showed_it(area_id):
    taken, unchanged, still_there = set(), [], []
    for gone in groups(area_id):
        answerer = without(area_id, gone)
        for asked in samples(area_id):
            shown = gone & set(ids(asked.outcome.answer))
            if not shown:
                continue
            taken |= shown
            new = again(answerer, asked)
            still_there += [i for i in shown if i in ids(new)]
            if texts(new) == texts(asked.outcome.answer):
                unchanged.append((sorted(shown), asked.question.text))
    assert taken == set(knowledge().areas[area_id].statements), "each statement was taken out of some answer"
    assert still_there == []
    assert unchanged == []


@pytest.mark.parametrize("area_id", AREAS)
def test_a_reworded_statement_is_said_in_its_new_words_only(area_id):
    area = knowledge().areas[area_id].content
    old = {s.text for s in area.statements}
    marks = {s.id: f"{MARK.format(n)} {s.text}" for n, s in enumerate(area.statements)}
    answerer = Answerer(changed_area(area, [s.model_copy(update={"text": marks[s.id]}) for s in area.statements]))
    said: set[str] = set()
    for asked in samples(area_id):
        new = again(answerer, asked)
        assert texts(new) & old == set(), asked.question.text
        assert {p.statement_id: p.text for p in new.points} == {i: marks[i] for i in ids(new)}
        said |= set(ids(new))
    assert len(said) > 0.95 * len(marks)


@pytest.mark.parametrize("area_id", AREAS)
def test_an_unchanged_copy_gives_the_same_answers(area_id):
    """The copies themselves change nothing, so what the tests above see comes from the change."""
    answerer = without(area_id, set())
    sampled = samples(area_id)[::5]
    assert [again(answerer, a) for a in sampled] == [a.outcome.answer for a in sampled]


def test_a_changed_source_changes_what_is_shown():
    area = knowledge().areas["suffolk"].content
    moved = [
        s.model_copy(update={"source": (s.source[0].model_copy(update={"paragraph": 1}),)}) if s.source else s
        for s in area.statements
    ]
    answerer = Answerer(changed_area(area, moved))
    for asked in samples("suffolk")[::40]:
        for point in again(answerer, asked).points:
            assert [r.paragraph for r in point.sources] in ([1], [])
