"""An e-mail as text: where its sentences stand, and what of it is only greeting and closing."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.guidance.choosing import units_of
from bot.guidance.mail import sentences, without_closing
from bot.guidance.turn import Clause

SAID = (
    "We have a boy in Year 4.",
    "Who signs the form?",
    "He hides under tables!",
    "and nobody knows why",
    "A bell rings.",
)
MARKS = (
    "",
    "Dear team,\n",
    "\n\n",
    "\n",
    " ",
    "- ",
    "1. ",
    "Thanks,\n",
    "PS ",
    "\t",
    "?!",
    "\u00a0",
    "“",
    ")",
    "é",
    "\U0001f600",
)
PIECES = st.lists(st.sampled_from([*SAID, *MARKS]), max_size=14).map("".join)
LETTERS = st.one_of(PIECES, st.text(max_size=120))
# What somebody may send to keep the desk busy: each 8,000 characters long.
HOSTILE = [
    (each * 8_000)[:8_000]
    for each in (
        "\n",
        " ",
        "a",
        "?",
        "-",
        "\n ",
        ". ",
        ".)",
        "thanks,\n",
        "hi" + "-" * 7_998,
        "hi team's-",
        "dear ",
        "not ",
        "to know ",
        ", and so but ",
        "ps\n",
    )
]


TOP = "Dear team,\nWe have a boy in Year 4.\n\nHe hides under tables.\nNobody knows why.\n\nWho signs the form?"


def texts(letter: str) -> list[str]:
    return [sentence.text for sentence in sentences(letter)]


@given(LETTERS)
def test_every_sentence_stands_at_its_place_and_none_overlaps_another(letter):
    found = sentences(letter)
    assert [letter[s.start : s.end] for s in found] == [s.text for s in found]
    assert all(s.text == s.text.strip() != "" for s in found)
    assert all(first.end <= second.start for first, second in pairwise(found))
    assert [s.paragraph for s in found] == sorted(s.paragraph for s in found)


@given(st.lists(st.tuples(st.sampled_from(SAID), st.sampled_from([" ", "\n", "\n\n", " \n\n\n "])), max_size=8))
def test_no_sentence_is_lost_and_an_empty_line_begins_a_paragraph(parts):
    # A sentence without its stop goes on over a blank; a line always ends it.
    parts = [(said, "\n" if said[-1].isalpha() and between == " " else between) for said, between in parts]
    parts = [(said.capitalize() if n else said, between) for n, (said, between) in enumerate(parts)]
    found = sentences("".join(said + between for said, between in parts))
    assert [s.text for s in found] == [said for said, _ in parts]
    breaks = [0, *(int(between.count("\n") > 1) for _, between in parts)]
    assert [s.paragraph for s in found] == [sum(breaks[: n + 1]) for n in range(len(parts))]


@given(LETTERS)
def test_what_is_left_without_the_closing_stands_where_it_stood(letter):
    left = without_closing(letter)
    assert len(left) <= len(letter)
    assert all(kept in (" ", was) for kept, was in zip(left, letter, strict=False))


@pytest.mark.parametrize(
    "greeting",
    ["Dear Sir or Madam,", "Dear colleagues at the SEND Support Service", "Hi", "Hi there!", "Hello team,", "Good morning all -",
     "To whom it may concern:", "Morning,", "  hiya,"],
)  # fmt: skip
def test_a_greeting_is_left_out(greeting):
    assert texts(f"{greeting}\n\nWho signs the form?") == ["Who signs the form?"]
    assert texts(f"{greeting}\nwe have a question") == ["we have a question"]


@pytest.mark.parametrize(
    "said",
    ["Hello, we have a boy in Year 4 and need the form.", "Hi, who signs the form?", "Good morning, please send us the form again.",
     "Hidden costs worry us.", "Hi team, is the form online?"],
)  # fmt: skip
def test_a_greeting_that_goes_on_to_say_something_stays(said):
    assert texts(said) == [said]


def test_the_marks_of_a_list_are_no_sentences_and_its_items_are():
    letter = "We ask:\n1. Who signs?\n2) When is it?\n- what does it cost\n\u2022 where does it go\n(a) Who reads it?\n--\n3.\n"
    assert texts(letter) == [
        "We ask:",
        "Who signs?",
        "2) When is it?",
        "- what does it cost",
        "\u2022 where does it go",
        "(a) Who reads it?",
    ]


def test_a_sentence_ends_where_the_next_one_begins_and_not_within_a_number_or_an_address():
    assert texts("It was 3.5 hours, e.g. at lunch. Who pays? (Not us.) \u00a312.50 it was.") == [
        "It was 3.5 hours, e.g. at lunch.",
        "Who pays?",
        "(Not us.",
        "\u00a312.50 it was.",
    ]
    assert texts("Write to office@example.org. Is that right?") == ["Write to office@example.org.", "Is that right?"]


@pytest.mark.parametrize(
    "closing",
    ["Kind regards", "Many thanks,", "Thanks", "Yours sincerely,", "Your faithfully", "Best wishes,", "Best,", "Best", "With all good wishes", "With kind regards", "With my very best wishes",
     "Thank you in advance!", "Cheers", "Looking forward to your answer.", "Ta", "Warmest regards & thanks,"],
)  # fmt: skip
def test_a_closing_goes_with_all_that_stands_below_it(closing):
    letter = f"{TOP}\n\n{closing}\nQuilla Invented\nSENCo, is it in 2 minutes?\n01632 960000"
    assert without_closing(letter) == TOP


@pytest.mark.parametrize(
    "said",
    ["Your offer says three cycles.", "Best of all would be a visit.", "Thanks to the bus we lose an hour a day and nobody here knows what to do.",
     "Thank you for sending the form, but is it the one of last year?", "Tank cleaning is on Monday."],
)  # fmt: skip
def test_a_line_that_only_begins_like_a_closing_is_none(said):
    letter = f"{TOP}\n\n{said}\nWho signs the form?"
    assert without_closing(letter) == letter


def test_thanks_at_the_top_close_nothing():
    letter = "Dear team,\nThanks\nWe have a boy in Year 4.\n\nWho signs the form?\nWhen?"
    assert without_closing(letter) == letter
    assert without_closing("") == ""


@pytest.mark.parametrize("mark", ["PS", "P.S.", "p.s", "PS:", "- PS"])
def test_a_postscript_stays_at_its_place(mark):
    letter = f"{TOP}\nKind regards\nQuilla Invented\n{mark} is the fee due?\nAnd when?"
    left = without_closing(letter)
    assert "Quilla" not in left
    assert "regards" not in left
    for said in (f"{mark} is the fee due?", "And when?"):
        assert left.index(said) == letter.index(said)


def test_a_clause_of_a_postscript_belongs_to_the_postscript():
    letter = f"{TOP}\nKind regards\nQuilla Invented\nPS is the fee due?"
    fee, name = Clause("is the fee due?"), Clause("Quilla Invented")
    clauses = [(letter.index(clause.text), clause) for clause in (name, fee)]
    found = {unit.clause.text: unit.sentence.text for unit in units_of(sentences(without_closing(letter)), clauses)}
    assert found["is the fee due?"] == "PS is the fee due?"
    assert len(found) == 5
    assert not any("Quilla" in each for each in found)


@pytest.mark.parametrize("letter", HOSTILE, ids=lambda letter: repr(letter[:12]))
def test_a_letter_that_is_all_of_one_kind_is_taken_to_pieces_like_any_other(letter):
    found = sentences(without_closing(letter))
    assert all(letter[s.start : s.end] == s.text for s in found)
    assert len(units_of(found, [])) == len(found)
