"""A checklist after boxes were ticked by hand, on the real offers."""

from __future__ import annotations

from typing import Any

import pytest

from bot.door.rendering import ticks_of
from bot.door.ticking import after_ticks
from bot.guidance.case import unpack
from bot.guidance.frame import Frame
from bot.guidance.reply import Reply
from bot.guidance.turn import Memory
from tests.guidance_support import TODAY, conversations, knowledge, said

WORDS = {"some": "You ticked {done} of {all}.", "one": "The one.", "all": "All {all}.", "done": "Ticked:"}
QUESTION = "am I ready for a bespoke referral"
PUPIL = {"ehcp": False, "year": 2, "parents_agree": True}


@pytest.fixture(scope="module")
def before() -> dict[str, Any]:
    """A reply with boxes to tick."""
    memory = Memory(frame=Frame(area="suffolk", pupil=PUPIL))
    reply, _ = conversations().reply(said(QUESTION, "check_readiness"), memory, TODAY)
    found = reply.model_dump(mode="json")
    assert len(shown(found)) >= 3
    return found


def shown(reply: dict[str, Any]) -> list[str]:
    """Statement ids of the boxes, in order."""
    return [point["statement_id"] for part in reply["parts"] for point, _ in ticks_of(part, reply)]


def leads(reply: Reply) -> list[str]:
    return [part.lead for part in reply.parts]


def done(reply: Reply) -> set[str]:
    return {item.statement_id for item in reply.checklist if item.state == "done"}


def after(reply: dict[str, Any], ticked: set[str]) -> Reply:
    return after_ticks(reply, ticked, WORDS, knowledge())


def case_ticks(reply: Reply) -> set[str]:
    return {i for t in reply.takeaways if t.kind == "case" for i in unpack(t.body, knowledge()).ticked}


def test_what_is_ticked_is_done_and_the_rest_is_still_to_check(before: dict[str, Any]) -> None:
    ids = shown(before)
    found = after(before, {ids[0], ids[2]})
    assert done(found) == done(Reply.model_validate(before)) | {ids[0], ids[2]}
    assert f"You ticked 2 of {len(ids)}." in leads(found)
    at = leads(found).index("Ticked:")
    assert [p.statement_id for p in found.parts[at].points] == [ids[0], ids[2]]
    assert [p.statement_id for p in found.parts[at - 1].points] == [i for i in ids if i not in (ids[0], ids[2])]
    assert sorted(shown(found.model_dump(mode="json"))) == sorted(ids)


def test_what_was_found_before_the_ticks_is_not_said_any_more(before: dict[str, Any]) -> None:
    found = after(before, {shown(before)[0]})
    first = before["parts"][0]["lead"]
    assert first
    assert {point["statement_id"] for point in before["parts"][0]["points"]} <= set(shown(before)), "it is the result"
    assert first not in leads(found)
    assert first not in found.text
    assert all(point.text in found.text for part in found.parts for point in part.points)


def test_everything_else_stays(before: dict[str, Any]) -> None:
    found, ids = after(before, set()), set(shown(before))
    others = [p["statement_id"] for part in before["parts"] for p in part["points"] if p["statement_id"] not in ids]
    assert others
    assert [p.statement_id for part in found.parts for p in part.points if p.statement_id not in ids] == others
    assert list(found.notices) == before["notices"]
    assert [u.model_dump(mode="json") for u in found.understood] == before["understood"]


def test_all_ticked_is_said_so(before: dict[str, Any]) -> None:
    ids = shown(before)
    found = after(before, set(ids))
    assert f"All {len(ids)}." in leads(found)
    assert [part for part in found.parts if part.lead == f"All {len(ids)}."][0].points == []


def test_what_the_checklist_does_not_show_cannot_be_ticked(before: dict[str, Any]) -> None:
    found = after(before, {"milton-keynes/nothing", ""})
    assert done(found) == done(Reply.model_validate(before))
    assert case_ticks(found) == set()


def test_ticks_go_on_from_card_to_card_and_into_the_link_of_the_check(before: dict[str, Any]) -> None:
    ids = shown(before)
    first = after(before, {ids[0], ids[1]})
    assert case_ticks(first) == {ids[0], ids[1]}
    second = after(first.model_dump(mode="json"), {ids[1], ids[2]})
    assert done(second) == done(Reply.model_validate(before)) | {ids[1], ids[2]}
    assert case_ticks(second) == {ids[1], ids[2]}
    assert leads(second).count("Ticked:") == 1
    assert sum(lead.startswith("You ticked") for lead in leads(second)) == 1
