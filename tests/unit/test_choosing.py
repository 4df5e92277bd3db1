"""Which statements a letter asks for: clauses in their sentences, what asks, and what each part of the score says."""

from __future__ import annotations

from dataclasses import fields
from typing import Any

import numpy as np
import pytest

from bot.guidance.choosing import LONGEST, Unit, Weights, asks_in_a_letter, scores_of, units_of
from bot.guidance.mail import sentences
from bot.guidance.turn import Clause
from tests.guidance_support import answerer, embedder, knowledge

LETTER = "We have a boy in Year 4. Which form do we need, and who signs it?\n\nHis mother is worried."
FORM, SIGNS = Clause("Which form do we need,"), Clause("and who signs it?", ranking={"ask_consent": 0.9})
CONSENT = "suffolk/gap/consent"


@pytest.fixture(scope="module", autouse=True)
def loaded_beforehand() -> None:
    """Load the offers once, outside the time limit of a single test."""
    answerer("suffolk")


def units() -> list[Unit]:
    return units_of(sentences(LETTER), [(LETTER.index(clause.text), clause) for clause in (FORM, SIGNS)])


def scored(
    letter: str, facts: dict[str, Any] | None = None, *, embed: Any = None, without_areas: Any = str, **weights: float
) -> Any:
    """Scores of the letter's units for Suffolk, in which only the given weights count."""
    told = sentences(letter)
    chosen = Weights(**{f.name: weights.get(f.name, 0.0) for f in fields(Weights)})
    mine = units() if letter == LETTER else units_of(told, [])
    return scores_of(mine, told, answerer("suffolk"), facts or {}, embed or embedder().embed, without_areas, chosen)


def test_a_clause_stands_in_its_sentence_and_a_sentence_without_one_for_itself():
    first, form, signs, mother = units()
    assert (first.clause.text, first.sentence.text) == ("We have a boy in Year 4.", "We have a boy in Year 4.")
    assert form.clause is FORM
    assert signs.clause is SIGNS
    assert form.sentence is signs.sentence
    assert form.sentence.text == "Which form do we need, and who signs it?"
    assert mother.clause.text == "His mother is worried."
    assert [unit.asks for unit in units()] == [False, True, True, False]
    assert [unit.clause_asks for unit in units()] == [False, True, True, False]


def test_a_clause_that_only_tells_counts_as_asking_where_its_sentence_asks():
    letter = "He is in Year 4, which form do we need?"
    (told, asked) = units_of(
        sentences(letter), [(0, Clause("He is in Year 4,")), (17, Clause("which form do we need?"))]
    )
    assert (told.clause_asks, told.asks) == (False, True)
    assert (asked.clause_asks, asked.asks) == (True, True)


def test_a_clause_that_begins_in_no_sentence_is_left_out():
    assert [u.clause.text for u in units_of(sentences("Dear team,\n\nWho signs?"), [(0, Clause("Dear team,"))])] == [
        "Who signs?"
    ]
    assert units_of([], [(0, FORM)]) == []


@pytest.mark.parametrize(
    "said",
    [
        "Who signs it?",
        "I wasn't sure if the plan has to come before the form.",
        "I wasn\u2019t sure whether a phone call counts.",
        "We are unsure which inbox is right.",
        "I dont know what comes next.",
        "No idea who signs it.",
        "We have no clue nor if anybody has.",
        "It would be handy to know who does the visit.",
        "I'd be glad to hear when the next round begins.",
        "We assume the form goes to the same inbox.",
        "Our head insists you pay for the taxi.",
        "Put me right if I have got the order wrong.",
        "Point me to somebody who can help with braille.",
        "Please send the address.",
        "We would like a visit before half-term.",
        "I am wondering about the fee.",
        "Correct me, but two cycles are enough.",
        "Please tell me how long the wait is.",
        "Forgive my asking again about the fee.",
    ],
)
def test_a_sentence_that_asks_is_seen_with_or_without_a_question_mark(said):
    assert asks_in_a_letter(said)


@pytest.mark.parametrize(
    "said",
    [
        "We have a boy in Year 4 who hides under tables.",
        "He cannot sit still.",
        "Mum works nights at the bakery.",
        "She has an EHCP.",
        "Thank you for your help last winter.",
        "The lunch hall is the worst of it.",
        "We have tried two rounds of the plan.",
        "Nobody here knows sign language.",
        "It went surely enough.",
        "Her teacher is kind and patient.",
        # These ask for an answer, not for a fact.
        "What should I reply?",
        "Can someone please ring me?",
    ],
)
def test_a_sentence_that_only_tells_or_only_wants_an_answer_asks_nothing(said):
    assert not asks_in_a_letter(said)


# ---------------------------------------------------------------------- scores


def test_there_is_a_row_for_each_unit_and_a_column_for_each_statement_in_the_order_of_the_content():
    statements = knowledge().areas["suffolk"].content.statements
    found = scored(LETTER, even=-6.0)
    assert found.shape == (4, len(statements))
    assert np.all(found == -6.0)
    first = scored(LETTER, first=1.0)
    assert first[0].tolist() == [float(s.priority == 1) for s in statements]


def test_what_asks_counts_for_its_own_row_only():
    assert scored(LETTER, asks=1.0, sentence_asks=10.0)[:, 0].tolist() == [0.0, 11.0, 11.0, 0.0]


def test_the_topic_of_a_clause_counts_in_its_row_and_that_of_any_clause_in_all_rows():
    statements = knowledge().areas["suffolk"].content.statements
    about = np.array(["consent" in s.topics for s in statements])
    own = scored(LETTER, topic=1.0)
    assert np.all(own[[0, 1, 3]] == 0.0)
    assert np.all((own[2] > 0) == about)
    everywhere = scored(LETTER, topic_anywhere=1.0)
    assert np.all((everywhere > 0) == about)


def test_what_is_known_speaks_for_the_statements_made_for_it():
    place = answerer("suffolk").index.places["suffolk/section-f/ehcp"]
    made = answerer("suffolk").fitting_facts(["suffolk/section-f/ehcp"], {"ehcp": True})
    found = scored(LETTER, {"ehcp": True}, fits=1.0)
    assert found[:, place].tolist() == [float(bool(made))] * 4
    assert scored(LETTER, {}, fits=1.0).max() == 0.0
    assert found.max() == 1.0


def test_the_sentence_before_tells_what_a_question_means():
    asked = "We have a deaf girl with two hearing aids. What comes next?"
    deaf = answerer("suffolk").index.places
    alone = scored(asked, sentence=1.0)[1]
    before = scored(asked, before=1.0)[1]
    about = [place for i, place in deaf.items() if "deaf" in i]
    assert before[about].mean() > alone[about].mean() + 0.05


def test_names_of_authorities_are_left_out_and_nothing_longer_than_it_reads_is_compared():
    seen: list[str] = []

    def embed(texts: Any) -> Any:
        seen.extend(texts)
        return embedder().embed(texts)

    scored(
        "Which form for Suffolk? " + "A bell rings and " * 60 + "stops.",
        embed=embed,
        without_areas=lambda t: t.replace("Suffolk", "it"),
        clause=1.0,
    )
    assert "Which form for it?" in seen
    assert max(map(len, seen)) == LONGEST
    assert len(seen) == len(set(seen))
