"""Texts that ask alike are put into groups: every text once, whatever their order, and never by a chain of odd ones."""

from __future__ import annotations

import math
import random
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.guidance.grouping import LIKE, grouped

NEARLY = 1e-6


def turned(*degrees: float) -> np.ndarray:
    """Unit vectors in a plane, so that the likeness of two is the cosine of the angle between them."""
    return np.array([[math.cos(math.radians(d)), math.sin(math.radians(d))] for d in degrees], dtype=np.float32)


@st.composite
def asked(draw: st.DrawFn) -> tuple[list[str], np.ndarray]:
    """Texts, some of them equal, with vectors of length 1 or 0; equal texts have equal vectors."""
    different = draw(st.lists(st.text(max_size=4), unique=True, max_size=12))
    number = st.floats(-1, 1, width=32)
    vectors = {text: np.array(draw(st.tuples(number, number, number)), dtype=np.float64) for text in different}
    texts = draw(st.lists(st.sampled_from(different), max_size=25)) if different else []
    rows = [
        vectors[text] / length if (length := np.linalg.norm(vectors[text])) > 1e-3 else np.zeros(3) for text in texts
    ]
    return texts, np.array(rows, dtype=np.float32).reshape(len(texts), 3)


def sets_of(texts: list[str], vectors: np.ndarray, least: float) -> list[tuple[str, list[str]]]:
    return [(group.text, sorted(texts[m] for m in group.members)) for group in grouped(texts, vectors, least)]


@given(asked(), st.floats(0.05, 1))
def test_every_text_is_in_exactly_one_group_and_equal_ones_are_together(made, least):
    texts, vectors = made
    groups = grouped(texts, vectors, least)
    assert sorted(m for group in groups for m in group.members) == list(range(len(texts)))
    homes = {m: number for number, group in enumerate(groups) for m in group.members}
    assert all(homes[a] == homes[b] for a in homes for b in homes if texts[a] == texts[b])
    assert all(group.text in {texts[m] for m in group.members} for group in groups)


@given(asked(), st.floats(0.05, 1), st.randoms(use_true_random=False))
def test_the_order_of_the_texts_makes_no_difference(made, least, chance):
    texts, vectors = made
    order = list(range(len(texts)))
    chance.shuffle(order)
    again = [texts[place] for place in order]
    assert sets_of(again, vectors[order], least) == sets_of(texts, vectors, least)


@settings(max_examples=200)
@given(asked(), st.floats(0.05, 0.95))
def test_members_are_alike_in_the_mean_and_no_two_groups_are(made, least):
    texts, vectors = made
    rows = dict(zip(texts, vectors.astype(np.float64), strict=True))
    found = [sorted({texts[m] for m in group.members}) for group in grouped(texts, vectors, least)]
    for group in found:
        cosines = [rows[a] @ rows[b] for n, a in enumerate(group) for b in group[:n]]
        assert not cosines or np.mean(cosines) >= least - NEARLY
    for number, group in enumerate(found):
        for other in found[:number]:
            assert np.mean([rows[a] @ rows[b] for a in group for b in other]) < least + NEARLY


def test_the_largest_group_comes_first_and_is_named_by_its_middle():
    texts = ["lone", "left", "middle", "right"]
    groups = grouped(texts, turned(170, 0, 10, 20), 0.9)
    assert [(g.members, g.text) for g in groups] == [((1, 2, 3), "middle"), ((0,), "lone")]


def test_a_row_of_texts_each_like_the_next_is_not_one_group():
    texts = [str(number) for number in range(10)]
    vectors = turned(*range(0, 200, 20))
    assert all(a @ b > 0.9 for a, b in pairwise(vectors))
    assert max(len(group.members) for group in grouped(texts, vectors, 0.9)) <= 3


def test_each_member_counts_the_same_however_late_it_came_in():
    # To a, b and c the last is alike by 0.72 in the mean; by 0.76 if c counted as much as a and b together.
    groups = grouped(["a", "b", "c", "far"], turned(0, 1, 20, 50), 0.74)
    assert [group.members for group in groups] == [(0, 1, 2), (3,)]


@pytest.mark.parametrize(("degrees", "groups"), [(59, 1), (61, 2)])
def test_the_limit_of_likeness_has_two_sides(degrees, groups):
    assert len(grouped(["a", "b"], turned(0, degrees), 0.5)) == groups


def test_an_often_asked_text_does_not_pull_others_to_it():
    texts = ["often"] * 50 + ["near"]
    vectors = turned(*[0] * 50, 70)
    assert [len(group.members) for group in grouped(texts, vectors, 0.5)] == [50, 1]


def test_nothing_is_no_group_and_blank_texts_stay_alone():
    assert grouped([], np.zeros((0, 3))) == []
    assert len(grouped(["", " "], np.zeros((2, 3)), 0.1)) == 2


def test_wrong_numbers_are_refused():
    with pytest.raises(ValueError, match="2 texts and 1 vectors"):
        grouped(["a", "b"], turned(0))
    for least in (0.0, 1.1):
        with pytest.raises(ValueError, match="least"):
            grouped(["a"], turned(0), least)


def test_two_thousand_texts_take_about_as_many_steps_as_there_are_texts():
    chance = np.random.default_rng(7)
    vectors = chance.normal(size=(2000, 8))
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    texts = [f"{number}" for number in range(2000)]
    random.Random(7).shuffle(texts)
    groups = grouped(texts, vectors.astype(np.float32), LIKE)
    assert sum(len(group.members) for group in groups) == 2000
    assert 1 < len(groups) < 1000
