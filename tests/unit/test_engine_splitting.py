"""Splitting a message into clauses: what is cut, what stays whole, and that nothing breaks it."""

from __future__ import annotations

import sys
import time
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

sys.path.append(str(Path(__file__).resolve().parents[2] / "engine"))

from signpost_engine.questions import asks, is_small_talk
from signpost_engine.ranking import clause_entry, combined_ask, ranking_of
from signpost_engine.splitting import (
    MAX_CLAUSE_CHARACTERS,
    MAX_CLAUSES,
    MAX_MESSAGE_CHARACTERS,
    split_clauses,
)


def clauses(text: str) -> list[str]:
    return [text[start:end] for start, end in split_clauses(text)]


CUT = {
    # sentences
    "Which form? Which address?": ["Which form?", "Which address?"],
    "He is in Year 4. What do I do?": ["He is in Year 4.", "What do I do?"],
    "We have no plan; how do we start": ["We have no plan;", "how do we start"],
    "what form do I need\nwho do I send it to": ["what form do I need", "who do I send it to"],
    "1. What form?\n2. Which address?\n- how long?": ["What form?", "Which address?", "how long?"],
    "Is it free?Who pays?": ["Is it free?", "Who pays?"],
    "We sent the form.Then nothing came back to us. What now?": [
        "We sent the form.",
        "nothing came back to us.",
        "What now?",
    ],
    "I wonder about it... what is the deadline": ["I wonder about it...", "what is the deadline"],
    "Urgent!!! Who can help?!": ["Urgent!!! Who can help?!"],
    # coordination
    "Who do I send it to and how long does it take?": ["Who do I send it to", "how long does it take?"],
    "what evidence do they want and do I need consent": ["what evidence do they want", "do I need consent"],
    "tell me the deadline and let me know if we need consent": [
        "tell me the deadline",
        "let me know if we need consent",
    ],
    "what is the form called, also what evidence do I attach": [
        "what is the form called",
        "what evidence do I attach",
    ],
    "I need the form plus who to email?": ["I need the form", "who to email?"],
    "What does it cost, but can parents pay?": ["What does it cost", "can parents pay?"],
    "who signs and where does it go and what happens next": [
        "who signs",
        "where does it go",
        "what happens next",
    ],
    "which form, and what about deaf pupils?": ["which form", "what about deaf pupils?"],
    "how do I refer and then what happens": ["how do I refer", "what happens"],
    "do they visit and is the visit free?": ["do they visit", "is the visit free?"],
    "do they visit and if he has a plan is it different?": [
        "do they visit",
        "if he has a plan is it different?",
    ],
    "he is in Y6 so what form do I need": ["he is in Y6", "what form do I need"],
    "My pupil is deaf, what form do I use": ["My pupil is deaf", "what form do I use"],
    "who do I ask, when does it start, which form do I use": [
        "who do I ask",
        "when does it start",
        "which form do I use",
    ],
    "I don't know what to do and where to send it": ["I don't know what to do", "where to send it"],
    "I have three questions: what is the deadline and who decides": [
        "I have three questions",
        "what is the deadline",
        "who decides",
    ],
    "he's stuck on phonics - who do I ask": ["he's stuck on phonics", "who do I ask"],
    # no mark at all
    "what form do i use who do i send it to": ["what form do i use", "who do i send it to"],
    "y4 boy cant read what do i do": ["y4 boy cant read", "what do i do"],
    # curly apostrophes
    "what\u2019s the deadline and what\u2019s the cost": ["what\u2019s the deadline", "what\u2019s the cost"],
}

WHOLE = [
    "support for parents and carers of deaf pupils",
    "reading and maths",
    "Can I refer a pupil who struggles with reading and maths?",
    "Email help@dunmere.example.gov.uk by 02.11.2025 with the form",
    "see https://dunmere.example/form?a=1&b=2 before you write",
    "We use e.g. Toe by Toe and Nessy with him",
    "Mrs. Example and Mr. Sample teach him",
    "I met Dr. J. Example at 9.30 a.m. on Monday",
    "Is No. 5 on the form needed?",
    "His mum, who is worried, wants to know when you will visit.",
    "If he has a plan, can we still refer him?",
    "For a pupil in year 4, what form do I use?",
    "We tried phonics and when that failed we tried Nessy.",
    "She works in school and is the only one who signs.",
    "Is it for academies and independent schools?",
    "Can you tell me who I send the form to?",
    "I want to know how long it takes",
    "Which pupils, parents and schools does it cover?",
    "If so, who writes it?",
    "He can read and write but not spell.",
    "I am writing about a boy in year four of our school whose\nteacher kept records of phonics",
]


@pytest.mark.parametrize("text", CUT)
def test_questions_are_cut_apart(text: str) -> None:
    assert clauses(text) == CUT[text]


@pytest.mark.parametrize("text", WHOLE)
def test_one_thought_stays_whole(text: str) -> None:
    assert clauses(text) == [text]


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("Hi, what's the deadline?", ["what's the deadline?"]),
        ("Hi all what is the deadline", ["what is the deadline"]),
        ("Good morning! Hope you are well. Who decides?", ["Who decides?"]),
        ("Thanks, and how long will it take", ["how long will it take"]),
        ("Who decides and who pays? Thanks, Jo", ["Who decides", "who pays?"]),
        ("Who decides?\n\nKind regards,\nJo Sample\nSENCo\nDunmere Primary", ["Who decides?"]),
        ("Dear Mrs Sample,\nWho decides?\nMany thanks for your help", ["Who decides?"]),
    ],
)
def test_greetings_thanks_and_signatures_are_left_out(text: str, kept: list[str]) -> None:
    assert clauses(text) == kept


@pytest.mark.parametrize("text", ["hi", "Good morning", "thanks", "Hello! Thanks.", "???", "Kind regards, Jo", "and"])
def test_a_message_of_nothing_else_is_still_one_clause(text: str) -> None:
    assert len(split_clauses(text)) == 1


@pytest.mark.parametrize("text", ["thanks he is in year 4 now", "hope you can help a deaf pupil"])
def test_thanks_with_content_are_kept(text: str) -> None:
    assert clauses("Who decides? " + text) == ["Who decides?", text]


def test_a_question_after_the_closing_is_kept() -> None:
    assert clauses("Who decides? Kind regards\nPS how long does it take?")[-1].endswith("how long does it take?")


def test_short_leftovers_join_their_neighbour() -> None:
    assert clauses("Year 4. No plan. Two terms of phonics.") == ["Year 4. No plan.", "Two terms of phonics."]
    assert clauses("Who writes it? Why?") == ["Who writes it? Why?"]


def test_a_short_question_stands_alone() -> None:
    assert clauses("We need the team. Cost?") == ["We need the team.", "Cost?"]


@pytest.mark.parametrize("blank", ["", " ", "\n\n\t", "\u00a0"])
def test_a_blank_text_has_no_clauses(blank: str) -> None:
    assert split_clauses(blank) == []


def test_of_too_many_clauses_the_questions_are_kept() -> None:
    story = "".join(f"We tried plan {number} with him. " for number in range(60))
    found = clauses(story + "What is the deadline? " + story + "Who decides?")

    assert len(found) <= MAX_CLAUSES
    assert "What is the deadline?" in found
    assert found[-1] == "Who decides?"


def test_thirty_questions_give_the_first_twenty_four() -> None:
    found = clauses(" ".join(f"What is number {number}?" for number in range(30)))

    assert found == [f"What is number {number}?" for number in range(MAX_CLAUSES)]


def test_a_sentence_without_end_is_cut_at_a_blank() -> None:
    found = split_clauses("the boy read a page " * 100)

    assert len(found) >= 5
    assert all(end - start <= MAX_CLAUSE_CHARACTERS for start, end in found)


WORDS = "and what do I who hi e.g. Mrs. a@b.uk https://x.y?z=1 02.11 ? . ; ... , - 1. so if also ( ) Why?"
PIECES = st.sampled_from([*WORDS.split(), "kind regards", "\n", "\n\n", "\u2019", "\u2026"])
MESSAGES = st.one_of(st.text(max_size=400), st.lists(PIECES, max_size=200).map(" ".join), st.lists(PIECES).map("".join))


@given(MESSAGES)
def test_offsets_are_in_order_and_cover_text_only(text: str) -> None:
    spans = split_clauses(text)

    assert bool(spans) == bool(text.strip())
    assert len(spans) <= MAX_CLAUSES
    for start, end in spans:
        assert 0 <= start < end <= len(text)
        assert end - start <= MAX_CLAUSE_CHARACTERS
        assert text[start:end] == text[start:end].strip()
    assert all(before[1] <= after[0] for before, after in pairwise(spans))


@pytest.mark.parametrize(
    "piece",
    [
        "and ",
        "and what ",
        "a. ",
        "? ",
        "hi ",
        "(",
        "www.",
        "a.B",
        "\n",
        " ",
        ".",
        "So he is in year 4 and who decides? ",
        "x",
    ],
)
def test_the_time_grows_no_faster_than_the_text(piece: str) -> None:
    def seconds(length: int) -> float:
        text = (piece * length)[:length]
        best = 1e9
        for _ in range(3):
            began = time.perf_counter()
            split_clauses(text)
            best = min(best, time.perf_counter() - began)
        return best

    # Linear is 8; the square would be 64. The constant spares very short times the noise.
    assert seconds(MAX_MESSAGE_CHARACTERS - 4000) < 24 * seconds(2000) + 0.01


def test_asking_is_recognised_without_a_question_mark() -> None:
    assert asks(["please", "can", "you", "tell", "me"])
    assert asks(["and", "where", "it", "goes"])
    assert not asks(["he", "is", "in", "year", "4"])
    assert not asks([])


def test_small_talk_is_only_what_holds_nothing_else() -> None:
    assert is_small_talk(["thank", "you", "very", "much"])
    assert not is_small_talk(["thank", "you", "he", "is", "deaf"])


def entry(intent: str, confidence: float) -> dict[str, object]:
    return clause_entry("abc", (0, 3), ranking_of([intent], [confidence]), 0.5)


def test_two_different_asks_make_several_as_sure_as_the_weaker() -> None:
    found = combined_ask([entry("ask_a", 0.9), entry("ask_b", 0.4), entry("ask_a", 0.5)], "ask_", 0.4, "ask_several")

    assert found == {"name": "ask_several", "confidence": 0.4}


@pytest.mark.parametrize(
    "asked",
    [
        [],
        [("ask_a", 0.9)],
        [("ask_a", 0.9), ("ask_a", 0.8)],
        [("ask_a", 0.9), ("ask_b", 0.39)],
        [("ask_a", 0.9), ("inform_pupil", 0.9)],
    ],
)
def test_anything_less_is_not_several(asked: list[tuple[str, float]]) -> None:
    assert combined_ask([entry(*one) for one in asked], "ask_", 0.4, "ask_several") is None
