"""Several pupils in one message, who is meant later, and the way back."""

from __future__ import annotations

from typing import Any

import pytest

from bot.guidance.frame import Frame
from bot.guidance.pupils import gone_back_to, pupils_of
from bot.guidance.reply import Reply
from bot.guidance.slots import from_slots, to_slots
from bot.guidance.turn import Memory
from tests.guidance_support import TODAY, content, conversations, said

SUFFOLK = Memory(frame=Frame(area="suffolk"))
OF_PUPIL = frozenset(f.id for f in content().common.facts if f.scope == "pupil")


@pytest.fixture(scope="module", autouse=True)
def loaded_beforehand() -> None:
    """Load the offers once, outside the time limit of a single test."""
    conversations()


def read(text: str) -> dict[str, Any]:
    facts = conversations().reader.read(text).facts
    return {n: v for n, v in facts.items() if n in OF_PUPIL and n in ("year", "age", "ehcp", "needs")}


@pytest.mark.parametrize(
    ("text", "facts"),
    [
        (
            "a Y2 girl with no EHCP and her brother in Y8 who has one, who do I write to?",
            [{"year": 2, "ehcp": False}, {"year": 8, "ehcp": True}],
        ),
        (
            "Triplets in Year 4: one has an EHCP, another hasn't, what now",
            [{"year": 4, "ehcp": True}, {"year": 4, "ehcp": False}],
        ),
        (
            "one child in Reception who is deaf and another in Year 5 with dyslexia, no EHCP for either",
            [
                {"year": 0, "needs": ("deaf",), "ehcp": False},
                {"year": 5, "needs": ("specific-learning",), "ehcp": False},
            ],
        ),
        (
            "my son is in Year 3, my daughter in Year 10. She has an EHCP, he hasn't.",
            [{"year": 3, "ehcp": False}, {"year": 10, "ehcp": True}],
        ),
        ("Y6 with EHCP, Y7 without - same inbox?", [{"year": 6, "ehcp": True}, {"year": 7, "ehcp": False}]),
    ],
)
def test_each_pupil_of_a_message_has_their_own_facts(text: str, facts: list[dict[str, Any]]) -> None:
    assert [dict(p.facts) for p in pupils_of(text, read)] == facts


@pytest.mark.parametrize(
    "text",
    [
        "he is in Year 4, not Year 5, no EHCP",
        "going from Y6 to Y7 in September, which form",
        "Y2 boy, sorry Y3, no EHCP",
        "a Year 5 or Year 6 child",
        "in Year 1 she had an EHCP, now Year 3 and it has ceased",
        "a pupil in Y9 with autism and no EHCP; another teacher says they need an EHCP",
        "his brother was supported last year. He is in Y3, no EHCP",
        "",
        "the other school is in Ipswich, one of the teachers left",
    ],
)
def test_one_pupil_is_not_taken_for_several(text: str) -> None:
    assert pupils_of(text, read) == ()


def test_masses_of_pupils_do_not_take_long_and_are_one_message() -> None:
    assert pupils_of("a Y3 boy with an EHCP and a Y4 girl without. " * 150, read) == ()


OTHERS = [{"year": 3, "ehcp": False}, {"year": 8, "ehcp": True, "needs": ("deaf",)}]


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("back to the first one: who signs?", 0),
        ("going back to the Year 8 girl, how long?", 1),
        ("as for the deaf one, which form", 1),
        ("first lad again, who decides", 0),
        ("and the previous pupil, is a review due", 1),
        ("who signs?", None),
        ("back to the Year 5 boy", None),
        ("what comes first?", None),
    ],
)
def test_the_way_back_leads_to_the_pupil_meant(text: str, number: int | None) -> None:
    assert gone_back_to(text, read(text), OTHERS, {"year": 11}) == number


def talk(*turns: tuple[str, str], memory: Memory = SUFFOLK) -> tuple[list[Reply], Memory]:
    replies = []
    for text, intent in turns:
        reply, after = conversations().reply(said(text, intent), memory, TODAY)
        memory = from_slots(to_slots(after))
        replies.append(reply)
    return replies, memory


TWO = ("a Y3 boy without an EHCP and his sister in Y9 who has one: which form for each?", "ask_referral_form")


def test_pupils_of_one_message_each_get_their_own_form_under_their_own_heading() -> None:
    (reply,), memory = talk(TWO)
    boy, girl = reply.text.split("Year 9, EHCP:")
    assert boy.startswith("Year 3, no EHCP:")
    assert ("SES Bespoke Pupil Form" in boy, "SES Section F Form" in boy) == (True, False)
    assert ("SES Bespoke Pupil Form" in girl, "SES Section F Form" in girl) == (False, True)
    assert memory.frame.together == 2


def test_what_is_the_same_for_both_is_said_once() -> None:
    (reply,), _ = talk(("a Y4 boy, no EHCP, and a Y5 girl, no EHCP. how do we ask?", "ask_how_to_refer"))
    assert reply.text.count("SES Bespoke Pupil Form") == 1
    assert "Year 4, no EHCP; Year 5, no EHCP:" in reply.text


def test_a_follow_up_is_for_all_of_them_until_one_is_meant() -> None:
    (_, both, one), memory = talk(
        TWO, ("and how long does support last?", "ask_support_length"), ("what about the Year 3?", "follow_up")
    )
    assert "at most 1 year" in both.text
    assert "at most 2 reviews" in both.text
    assert memory.frame.pupil["year"] == 3
    assert "Year 9" not in one.text
    assert dict(memory.frame.others[-1]) == {"year": 9, "ehcp": True, "area": "suffolk"}


def test_the_area_may_come_later() -> None:
    asked, memory = talk(TWO, memory=Memory())
    reply, _ = conversations().reply(said("Suffolk", "inform"), memory, TODAY)
    assert not asked[0].parts[0].points
    assert ("Year 3, no EHCP:" in reply.text, "Year 9, EHCP:" in reply.text) == (True, True)


def test_a_pupil_set_aside_can_be_gone_back_to() -> None:
    _, memory = talk(
        ("Y4 boy, no EHCP, which form", "ask_how_to_refer"),
        ("another pupil: Y8 girl with an EHCP, which form", "ask_how_to_refer"),
        ("going back to the first one, how long does it last", "ask_support_length"),
    )
    assert dict(memory.frame.pupil) == {"year": 4, "ehcp": False}
