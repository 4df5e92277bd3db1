"""A checklist after boxes were ticked by hand: what is ticked, and what is still to check. Pure functions."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import replace
from typing import Any

from bot.door.rendering import ticks_of
from bot.guidance.area import Knowledge
from bot.guidance.case import CASE, CaseError, pack, unpack
from bot.guidance.compose import text_of
from bot.guidance.reply import Answer, ItemState, Point, Reply, Takeaway


def after_ticks(
    reply: Mapping[str, Any], ticked: Collection[str], words: Mapping[str, str], knowledge: Knowledge
) -> Reply:
    """What a reply with a checklist comes to when boxes on it were ticked.

    What was said of the result before is left out: a tick is the person's own word, not a fact that it was counted by.

    Args:
        reply: JSON of a Reply whose checklist has items.
        ticked: statement ids; those that the checklist does not show count for nothing.
        words: `some`, `one`, `all` (with {done} and {all}), and `done`.
    Raises: ValueError: the content has no wording.
    """
    wording = knowledge.common.wording
    if wording is None:
        raise ValueError("content/common/wording.yml is missing")
    before = Reply.model_validate(reply)
    boxes = [bool(ticks_of(part, reply)) for part in reply["parts"]]
    shown = [point for part, is_box in zip(before.parts, boxes, strict=True) if is_box for point in part.points]
    states = _states(before, {point.statement_id for point in shown}, set(ticked))
    items = [item.model_copy(update={"state": states[item.statement_id]}) for item in before.checklist]
    after = before.model_copy(
        update={
            "parts": _parts(before, boxes, shown, states, words),
            "checklist": items,
            "choices": [],
            "takeaways": [_ticked_case(each, shown, set(ticked), knowledge) for each in before.takeaways],
        }
    )
    return after.model_copy(update={"text": text_of(after, wording)})


def _states(before: Reply, shown: set[str], ticked: set[str]) -> dict[str, ItemState]:
    states = {item.statement_id: item.state for item in before.checklist}
    for each in shown:
        if each in ticked:
            states[each] = ItemState.DONE
        elif states[each] is ItemState.DONE:  # ticked before, and now not any more
            states[each] = ItemState.UNKNOWN
    return states


def _parts(
    before: Reply, boxes: list[bool], shown: list[Point], states: Mapping[str, ItemState], words: Mapping[str, str]
) -> list[Answer]:
    """The parts, with the boxes gathered where the first of them stood: open ones, then ticked ones."""
    first, area = boxes.index(True), before.parts[boxes.index(True)].area
    done = [point for point in shown if states[point.statement_id] is ItemState.DONE]
    still = [point for point in shown if states[point.statement_id] is not ItemState.DONE]
    name = "some" if still else "one" if len(done) == 1 else "all"
    gathered = [Answer(area=area, lead=words[name].format(done=len(done), all=len(shown)), points=still)]
    if done:
        gathered.append(Answer(area=area, lead=words["done"], points=done))
    others = [part for part, is_box in zip(before.parts, boxes, strict=True) if not is_box]
    at = first
    if first and not before.parts[first - 1].points:  # the result of before
        others.pop(first - 1)
        at -= 1
    return [*others[:at], *gathered, *others[at:]]


def _ticked_case(takeaway: Takeaway, shown: list[Point], ticked: set[str], knowledge: Knowledge) -> Takeaway:
    """The state of the check with the ticks; without them where it is of content that has changed since."""
    if takeaway.kind != CASE:
        return takeaway
    try:
        case = unpack(takeaway.body, knowledge)
        ids = {point.statement_id for point in shown}
        by_hand = (set(case.ticked) - ids) | (ids & ticked)
        return takeaway.model_copy(update={"body": pack(replace(case, ticked=tuple(sorted(by_hand))))})
    except (CaseError, ValueError):
        return takeaway
