"""Memory as slots: JSON there and back without loss, only what changed is an event, damage is read as empty."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from actions.answer import events_for
from bot.guidance.frame import Frame
from bot.guidance.slots import SLOTS, clause_from, from_slots, to_slots
from bot.guidance.turn import Clause, Last, Memory

NAMES = st.text(max_size=8)
SHARES = st.floats(0, 1)
STRINGS = st.lists(NAMES, max_size=3).map(tuple)
VALUES = st.none() | st.booleans() | st.integers(-99, 99) | NAMES | STRINGS
FACTS = st.dictionaries(NAMES, VALUES, max_size=4)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-9, 9) | st.floats(allow_nan=False) | NAMES,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(NAMES, inner, max_size=3),
    max_leaves=6,
)
CLAUSES = st.builds(
    Clause,
    text=NAMES,
    intent=NAMES,
    confidence=SHARES,
    similarity=SHARES,
    ranking=st.dictionaries(NAMES, SHARES, max_size=3),
    entities=st.none(),
    context=NAMES,
)
MEMORIES = st.builds(
    Memory,
    frame=st.builds(
        Frame,
        area=st.none() | NAMES,
        conversation=FACTS,
        pupil=FACTS,
        routes=STRINGS,
        carried=st.just(frozenset()),
        others=st.lists(FACTS, max_size=2).map(tuple),
        together=st.integers(0, 3),
    ),
    last=st.builds(Last, area=NAMES, topics=STRINGS, statements=STRINGS, question=NAMES),
    pending=st.lists(CLAUSES, max_size=2).map(tuple),
    offered=st.lists(st.tuples(NAMES, st.dictionaries(NAMES, JSON, max_size=2)), max_size=2).map(tuple),
    told=st.frozensets(NAMES, max_size=3),
)


@given(MEMORIES)
def test_memory_survives_json(memory):
    slots = to_slots(memory)
    assert tuple(slots) == SLOTS
    assert from_slots(json.loads(json.dumps(slots))) == memory


@given(MEMORIES, MEMORIES)
def test_events_are_the_slots_that_changed(before, after):
    events = events_for(before, after)
    assert [e["event"] for e in events] == ["slot"] * len(events)
    changed = {e["name"]: e["value"] for e in events}
    assert changed.items() >= {}.items()
    assert {**to_slots(before), **changed} == to_slots(after)
    assert [n for n, v in changed.items() if v == to_slots(before)[n]] == []
    assert events_for(before, before) == []


def test_no_slots_are_an_empty_memory():
    assert from_slots({}) == Memory()
    assert from_slots(dict.fromkeys(SLOTS)) == Memory()
    assert from_slots({"session_started_metadata": {}, "requested_slot": None}) == Memory()


def test_facts_that_were_only_carried_are_worked_out_anew():
    memory = Memory(frame=Frame(pupil={"year": 4}, carried=frozenset({"year"})))
    assert from_slots(to_slots(memory)).frame.carried == frozenset()


def test_the_engines_ranking_is_a_list_and_a_slots_ranking_a_mapping():
    engine = {"text": "which form", "intent": "ask_how_to_refer", "confidence": 0.9, "similarity": 0.8}
    ranked = clause_from({**engine, "ranking": [{"name": "ask_how_to_refer", "confidence": 0.9}]})
    kept = clause_from({**engine, "ranking": {"ask_how_to_refer": 0.9}})
    assert ranked == kept
    assert ranked.score == pytest.approx(0.72)


@pytest.mark.parametrize("slot", ["area", "conversation", "pupil", "routes", "last", "pending", "offered", "told"])
@given(value=JSON)
def test_a_damaged_slot_is_no_error(slot, value):
    json.dumps(to_slots(from_slots({slot: value})))


DAMAGED: list[dict[str, Any]] = [
    {"pending": 5},
    {"offered": True},
    {"pending": [{"text": "x", "confidence": "high"}]},
    {"pending": [{"text": "x", "ranking": [1]}]},
    {"pending": [{"text": "x", "ranking": {"ask_consent": "high"}}]},
    {"pending": [{"text": "x", "ranking": "high"}]},
    {"pending": [{"text": "x", "similarity": [1], "entities": 7}]},
    {"pending": [{"text": "x", "confidence": 10**400}]},
    {"offered": {"title": "Suffolk"}},
]


@pytest.mark.parametrize("slots", DAMAGED, ids=str)
def test_damaged_questions_and_choices_are_no_error(slots):
    assert from_slots(slots).frame == Frame()


CLAUSE_KEYS = st.sampled_from(["text", "intent", "confidence", "similarity", "ranking", "entities", "context"])


@given(value=st.lists(st.dictionaries(CLAUSE_KEYS, JSON, max_size=4), max_size=2))
@settings(max_examples=50)
def test_damaged_questions_of_the_right_shape_are_no_error(value):
    memory = from_slots({"pending": value})
    assert len(memory.pending) == len(value)
    assert [c for c in memory.pending if not isinstance(c.score, float)] == []
    json.dumps(to_slots(memory))


@given(value=st.lists(st.dictionaries(st.sampled_from(["title", "value", "x"]), JSON, max_size=2), max_size=2))
@settings(max_examples=50)
def test_damaged_choices_of_the_right_shape_are_no_error(value):
    memory = from_slots({"offered": value})
    assert len(memory.offered) == len(value)
    assert all(isinstance(v, dict) for _, v in memory.offered)
