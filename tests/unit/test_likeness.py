"""Likeness of questions to statements: its own phrasings first, no vector breaks it, and ranking reads it rightly."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from bot.guidance.area import AreaKnowledge
from bot.guidance.likeness import PhraseSpace
from bot.guidance.search import Weights, WordIndex, rank, stems
from bot.knowledge.content import AreaContent
from bot.knowledge.model import Authority, Document, Statement
from bot.knowledge.store import Phrases

DIMENSIONS = 384


def unit(rows: np.ndarray) -> np.ndarray:
    return np.asarray(rows / np.maximum(np.linalg.norm(rows, axis=1, keepdims=True), 1e-12), np.float32)


def phrases(statements: int, each: int, seed: int = 3) -> Phrases:
    """Invented phrases: each statement has a direction of its own beside what all have in common."""
    random = np.random.default_rng(seed)
    own = random.normal(size=(statements, DIMENSIONS))
    common = 3 * random.normal(size=DIMENSIONS)
    rows = np.repeat(own, each, axis=0) + common + 0.6 * random.normal(size=(statements * each, DIMENSIONS))
    ids = tuple(f"example/fact/{n}" for n in range(statements) for _ in range(each))
    return Phrases(ids, ids, (True,) * len(ids), unit(rows))


def compare(space: PhraseSpace, vector: np.ndarray) -> tuple[dict[str, float], dict[str, float]]:
    """Score and plain likeness by statement id."""
    score, plain = space.measure(vector)
    return dict(zip(space.ids, score.tolist(), strict=True)), dict(zip(space.ids, plain.tolist(), strict=True))


def test_a_phrase_is_most_like_the_statement_that_it_stands_at():
    given_phrases = phrases(12, 6)
    space = PhraseSpace(given_phrases)
    for statement_id, vector in zip(given_phrases.statement_ids, given_phrases.vectors, strict=True):
        score, _ = compare(space, vector)
        assert max(score, key=lambda i: score[i]) == statement_id


def test_plain_likeness_is_the_highest_cosine():
    given_phrases = phrases(5, 4)
    vector = unit(np.random.default_rng(8).normal(size=(1, DIMENSIONS)))[0]
    _, plain = compare(PhraseSpace(given_phrases), vector)
    for statement_id in set(given_phrases.statement_ids):
        mine = [n for n, i in enumerate(given_phrases.statement_ids) if i == statement_id]
        assert plain[statement_id] == pytest.approx(float((given_phrases.vectors[mine] @ vector).max()), abs=1e-6)


def test_what_all_phrases_have_in_common_counts_less_than_what_is_their_own():
    """New phrasings of a statement are told from the others better in the whitened space than by plain cosine."""
    learnt, unseen = phrases(40, 8), phrases(40, 8)
    random = np.random.default_rng(11)
    shift = np.zeros(DIMENSIONS)
    shift[:40] = 4.0  # phrasings differ most in a few directions that say nothing
    noisy = [
        unit(p.vectors * 8 + shift * random.normal(size=(len(p.vectors), 1)) * random.normal(size=DIMENSIONS) / 3)
        for p in (learnt, unseen)
    ]
    space = PhraseSpace(Phrases(learnt.statement_ids, learnt.texts, learnt.is_question, noisy[0]))
    right = {"score": 0, "plain": 0}
    for statement_id, vector in zip(unseen.statement_ids, noisy[1], strict=True):
        found = compare(space, vector)
        for name, values in zip(("score", "plain"), found, strict=True):
            right[name] += max(values, key=lambda i: values[i]) == statement_id
    assert right["score"] >= right["plain"]
    assert right["score"] > 0.9 * len(unseen.statement_ids)


def test_no_phrases_are_like_nothing():
    empty = PhraseSpace(Phrases((), (), (), np.zeros((0, DIMENSIONS), np.float32)))
    assert compare(empty, np.zeros(DIMENSIONS, np.float32)) == ({}, {})


@pytest.mark.parametrize(("statements", "each"), [(1, 1), (1, 5), (3, 1)])
def test_few_phrases_are_enough(statements, each):
    given_phrases = phrases(statements, each)
    score, _ = compare(PhraseSpace(given_phrases), given_phrases.vectors[0])
    assert set(score) == set(given_phrases.statement_ids)
    assert np.isfinite(list(score.values())).all()


@given(arrays(np.float32, DIMENSIONS, elements=st.floats(-1, 1, width=32)))
@settings(max_examples=40, deadline=None)
def test_likeness_is_a_cosine_whatever_the_vector(vector):
    score, _ = compare(SPACE, vector)
    for value in score.values():
        assert -1.0001 <= value <= 1.0001


SPACE = PhraseSpace(phrases(6, 5))


# ---------------------------------------------------------------------- ranking


def statement(name: str, text: str, **keys: object) -> Statement:
    keys = {"topics": ["consent"], "force": "is", "source": [{"document": "d", "paragraph": 1}], **keys}
    return Statement.model_validate({"id": f"example/fact/{name}", "text": text, **keys})


def area_of(*statements: Statement) -> AreaKnowledge:
    """An invented authority whose statements all have the same phrase vector: only what else counts decides."""
    authority = Authority(
        id="example", name="Example", contact=statements[0].id, documents=(Document(id="d", title="D", mark="D"),)
    )
    same = np.tile(unit(np.ones((1, DIMENSIONS))), (len(statements), 1))
    ids = tuple(s.id for s in statements)
    return AreaKnowledge(AreaContent(authority, statements=statements), Phrases(ids, ids, (True,) * len(ids), same))


def order(area: AreaKnowledge, question: str, topics: dict[str, float] | None = None, fits: str = "") -> list[str]:
    vector = unit(np.ones((1, DIMENSIONS)))
    allowed = list(area.statements)
    fitting = frozenset({f"example/fact/{fits}"} if fits else ())
    found = rank(area, WordIndex(area), question, list(vector), topics or {}, allowed, frozenset(), fitting, Weights())
    return [r.statement_id.rsplit("/", 1)[1] for r in found]


def test_ties_keep_the_order_of_the_content():
    area = area_of(*(statement(n, "Parents sign.") for n in "cab"))
    assert order(area, "anything") == ["c", "a", "b"]


def test_topic_words_priority_kind_and_facts_decide_between_likes():
    area = area_of(
        statement("plain", "Parents sign."),
        statement("first", "Parents sign.", priority=1),
        statement("last", "Parents sign.", priority=3),
        statement("gap", "Parents sign.", kind="gap", source=[]),
        statement("topic", "Parents sign.", topics=["review"]),
        statement("words", "Parents sign the photograph."),
        statement("case", "Parents sign."),
    )
    assert order(area, "x")[0] == "first"
    assert order(area, "x")[-2:] in (["last", "gap"], ["gap", "last"])
    assert order(area, "x", {"review": 0.9})[0] == "topic"
    assert order(area, "photograph")[0] == "words"
    assert order(area, "x", fits="case")[0] == "case"


def test_only_what_is_allowed_is_ranked():
    area = area_of(statement("a", "One."), statement("b", "Two."))
    found = rank(
        area,
        WordIndex(area),
        "one",
        [np.zeros(DIMENSIONS)],
        {},
        ["example/fact/b"],
        frozenset(),
        frozenset(),
        Weights(),
    )
    assert [r.statement_id for r in found] == ["example/fact/b"]


@pytest.mark.parametrize(
    ("one", "other"), [("referrals", "referral"), ("reviewing", "review"), ("parties", "party"), ("closes", "closed")]
)
def test_forms_of_a_word_are_one(one, other):
    assert stems(one) == stems(other)


@given(st.text(max_size=200))
def test_any_text_has_stems_without_little_words(text):
    assert stems("the and of what do you") == set()
    assert all(s for s in stems(text))


def test_overlap_is_a_share_and_rare_words_weigh_more():
    area = area_of(statement("a", "Common words here."), statement("b", "Common zebra."), statement("c", "Common."))
    index = WordIndex(area)
    both, rare = index.overlaps(stems("zebra common")), index.overlaps({"zebra", "unheard"})
    usual, none = index.overlaps({"common", "unheard"}), index.overlaps(set())
    assert both[index.places["example/fact/b"]] == pytest.approx(1.0)
    assert rare[index.places["example/fact/b"]] > usual[index.places["example/fact/c"]]
    assert none[index.places["example/fact/a"]] == 0.0
