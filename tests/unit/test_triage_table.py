"""Guided search over described pupils: the right route by at most three questions, nothing that was said asked again.

The expected statements were set by hand from the two offers: which form or address, or why none of them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import product
from typing import Any

import pytest

from bot.guidance.frame import Frame
from bot.guidance.reply import Choice, Reply, Status
from bot.guidance.turn import Memory, Turn
from tests.guidance_support import TODAY, conversations, ids, said

MOST_QUESTIONS = 3
ENOUGH = 0.9
LEARNING = ("cognition-learning", "specific-learning", "communication-interaction", "speech-language")
SUFFOLK_FORMS = {True: "suffolk/section-f/form", False: "suffolk/bespoke/form"}


@dataclass(frozen=True)
class Described:
    """A pupil: what is told at once, what only when asked, and one of the statements that the reply must hold."""

    area: str
    opening: str
    told: Mapping[str, Any]
    expected: frozenset[str]
    never: frozenset[str] = field(default_factory=frozenset)

    def __str__(self) -> str:
        return f"{self.area}: {self.opening} {dict(self.told)}"


def _suffolk() -> list[Described]:
    both = frozenset(SUFFOLK_FORMS.values())
    found = []
    for ehcp, year, need in product((True, False), (0, 4, 10), LEARNING):
        right = SUFFOLK_FORMS[ehcp]
        told = {"subject": "pupil", "ehcp": ehcp, "year": year, "needs": (need,)}
        found.append(Described("suffolk", "", told, frozenset({right}), both - {right}))
    for ehcp, need in product((True, False), ("vision", "deaf", "multisensory")):
        told = {"subject": "pupil", "ehcp": ehcp, "year": 3, "needs": (need,)}
        found.append(Described("suffolk", "", told, _about(need), both))
    for ehcp in (True, False):  # too old: no form, and why
        told = {"subject": "pupil", "ehcp": ehcp, "year": 12, "needs": ("cognition-learning",)}
        found.append(Described("suffolk", "a student in Y12", told, frozenset({"suffolk/ses/years"}), both))
        found.append(Described("suffolk", "", told, frozenset({"suffolk/ses/years"})))  # the year is a condition then
    found.append(Described("suffolk", "", {"subject": "school"}, frozenset({"suffolk/school-support/form"}), both))
    found.append(Described("suffolk", "", {"subject": "senco"}, frozenset({"suffolk/senco-support/form"}), both))
    return found


def _about(need: str) -> frozenset[str]:
    area = conversations().knowledge.areas["suffolk"]
    route = {"vision": "vision", "deaf": "deaf", "multisensory": "multisensory"}[need]
    return frozenset(i for i, routes in area.routes_of.items() if routes is not None and route in routes)


def _milton_keynes() -> list[Described]:
    found = []
    for ehcp, year, need in product((True, False), (1, 9), LEARNING):
        told = {"subject": "pupil", "ehcp": ehcp, "year": year, "needs": (need,)}
        right = "milton-keynes/stt/how-to-ask-ehcp" if ehcp else "milton-keynes/stt/how-to-ask"
        found.append(Described("milton-keynes", "", told, frozenset({right})))
    for ehcp, year in product((True, False), (2, 7)):  # not ordinarily the Specialist Teaching Team
        told = {"subject": "pupil", "ehcp": ehcp, "year": year, "needs": ("semh",)}
        instead = frozenset({"milton-keynes/semh/elsewhere"})
        found.append(Described("milton-keynes", "", told, instead, frozenset({"milton-keynes/stt/how-to-ask"})))
    return found


def _pupils() -> list[Described]:
    every = [*_suffolk(), *_milton_keynes()]
    free = [
        Described("suffolk", "a Y4 boy, no EHCP, dyslexic", {"subject": "pupil"}, frozenset({SUFFOLK_FORMS[False]})),
        Described(
            "suffolk", "girl in Y9 with an EHCP, autistic", {"subject": "pupil"}, frozenset({SUFFOLK_FORMS[True]})
        ),
        Described("suffolk", "a deaf Y2 pupil", {"subject": "pupil", "ehcp": False}, frozenset({"suffolk/deaf/form"})),
        *(
            Described(area, told, {"subject": "pupil"}, frozenset({right}))
            for area, told, right in (  # with what was done already, which changes what is missing, not the way
                (
                    "suffolk",
                    "Y6, no EHCP, cannot read, universal and targeted done, parents agree",
                    SUFFOLK_FORMS[False],
                ),
                ("suffolk", "Y11 girl, EHCP, speech and language need, plan in place for years", SUFFOLK_FORMS[True]),
                ("suffolk", "Reception, no EHCP, hardly speaks, nothing tried yet", SUFFOLK_FORMS[False]),
                ("milton-keynes", "Y5, no EHCP, dyslexic, two APDR cycles done", "milton-keynes/stt/how-to-ask"),
                ("milton-keynes", "Y8 with an EHCP, autistic, one cycle so far", "milton-keynes/stt/how-to-ask-ehcp"),
                ("milton-keynes", "Y9, no EHCP, identified SEMH need, three cycles", "milton-keynes/semh/elsewhere"),
            )
        ),
    ]
    return [*every, *free]


def _route(pupil: Described) -> tuple[Reply, list[str]]:
    """The last reply, and the facts that were asked for on the way."""
    opening = f"{pupil.opening}. " if pupil.opening else ""
    turn: Turn = said(f"{opening}help me find the right support", "find_route")
    memory, asked = Memory(frame=Frame(area=pupil.area)), []
    for _ in range(MOST_QUESTIONS + 2):
        reply, memory = conversations().reply(turn, memory, TODAY)
        if reply.status is not Status.CLARIFY:
            return reply, asked
        fact = next(str(c.value["value"]) for c in reply.choices if c.value["kind"] == "skip")
        asked.append(fact)
        turn = _answer(reply, fact, pupil)
    return reply, asked


def _answer(reply: Reply, fact: str, pupil: Described) -> Turn:
    if fact in pupil.told and fact == "year":
        return said(f"Year {pupil.told[fact]}" if pupil.told[fact] else "Reception", "inform")
    wanted = pupil.told.get(fact)
    choice: Choice = next(
        (c for c in reply.choices if c.value["kind"] == fact and _same(c.value["value"], wanted)), reply.choices[-1]
    )
    return Turn(choice.title, (), choice=choice.value)


def _same(offered: object, wanted: object) -> bool:
    return offered == (list(wanted) if isinstance(wanted, tuple) else wanted)


@pytest.fixture(scope="module")
def routes() -> list[tuple[Described, Reply, list[str]]]:
    """What each described pupil was led to."""
    return [(pupil, *_route(pupil)) for pupil in _pupils()]


def test_there_are_pupils_enough(routes):
    assert len(routes) >= 60


def test_the_right_route_is_found_by_few_questions(routes):
    missed = [
        f"{pupil}: asked {asked}, said {ids(reply)[:6]}"
        for pupil, reply, asked in routes
        if len(asked) > MOST_QUESTIONS or not pupil.expected & set(ids(reply))
    ]
    assert 1 - len(missed) / len(routes) >= ENOUGH, "\n".join(missed)


def test_no_wrong_form_is_named(routes):
    assert [str(pupil) for pupil, reply, _ in routes if pupil.never & set(ids(reply))] == []


def test_nothing_is_asked_twice_and_nothing_that_was_said(routes):
    twice = [str(pupil) for pupil, _, asked in routes if len(set(asked)) < len(asked)]
    told = [str(p) for p, _, asked in routes if p.opening and {"ehcp"} & set(asked) and "EHCP" in p.opening]
    assert (twice, told) == ([], [])
