"""What holds for every reply, whatever is said: sourced, of one area, never empty, never an error; and for memory."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.guidance.reply import Reply, Status
from bot.guidance.slots import from_slots, to_slots
from bot.guidance.turn import Clause, Memory, Turn
from tests.guidance_support import AREAS, TODAY, content, conversations, knowledge, points, reader


@pytest.fixture(scope="module", autouse=True)
def loaded_beforehand() -> None:
    """Load the offers once, outside the time limit of a single test."""
    conversations()


TOPICS = [t.id for t in content().common.topics]
OTHER_INTENTS = (
    ["inform", "follow_up", "compare", "greet", "thank", "affirm", "deny", "start_again", "say_wrong", "ask_source"]
    + ["say_simpler", "for_parents", "check_readiness", "talk_to_person", "safeguarding", "ask_privacy", "ask_several"]
    + ["choose", ""]
    + [f"out_of_scope_{p.kind}" for p in content().common.pointers]
)
SAID_FOR_PARENTS = frozenset({"say_simpler", "for_parents"})
INTENTS = [f"ask_{t}" for t in TOPICS] + OTHER_INTENTS
QUESTIONS = [q for a in content().areas for s in a.statements[::5] for q in s.asked_as[:2]]
REMARKS = [
    "no EHCP", "he has an EHCP", "and if he has one?", "year 9", "Y17", "suffolk", "mk", "lowestoft", "norfolk",
    "it is for the whole school", "another pupil, she is deaf", "what about Y12?", "autism", "is that right?",
    "no", "yes", "thanks", "which form", "what does SMIF mean", "and in Milton Keynes?", "bletchley", "consent?",
]  # fmt: skip
TEXTS = st.one_of(
    st.sampled_from(QUESTIONS),
    st.sampled_from(REMARKS),
    st.tuples(st.sampled_from(REMARKS), st.sampled_from(QUESTIONS)).map(". ".join),
)
SOUP = st.one_of(
    st.text(max_size=2000),
    st.text(alphabet="y0123456789 -?/.:@'’\n\tEHCPno", max_size=300),
    st.sampled_from(
        ["", " ", "?", "\0", "\ud800", "e\u0301" * 900, "a" * 2000, "🏫" * 500, "Y" + "1" * 400, "١٢ years old"]
    ),
)
SHARES = st.floats(0, 1)


@st.composite
def turns(draw: st.DrawFn, texts: st.SearchStrategy[str]) -> Turn:
    """A message as the engine might have read it: one to three clauses, any intents, any sureness."""
    parts = draw(st.lists(texts, min_size=1, max_size=3))
    clauses = []
    for part in parts:
        ranking = draw(st.dictionaries(st.sampled_from(INTENTS), SHARES, max_size=4))
        intent = max(ranking, key=lambda i: ranking[i], default="")
        clauses.append(Clause(part, intent, ranking.get(intent, 0.0), draw(SHARES), ranking))
    return Turn(
        text=" ".join(parts),
        clauses=tuple(clauses),
        intent=clauses[0].intent,
        ranking=dict(clauses[0].ranking),
        preset_area=draw(st.sampled_from([None, *AREAS, "norfolk"])),
        choice=draw(st.none() | choices()),
    )


def choices() -> st.SearchStrategy[dict[str, Any]]:
    """The values of buttons that Signpost may have shown, and some of another version of the content."""
    topics = st.fixed_dictionaries(
        {"topic": st.sampled_from([*TOPICS, "gone"]), "question": st.sampled_from(QUESTIONS)}
    )
    return st.one_of(
        st.fixed_dictionaries({"kind": st.just("area"), "value": st.sampled_from([*AREAS, "norfolk"])}),
        st.fixed_dictionaries({"kind": st.just("topic"), "value": topics}),
        st.fixed_dictionaries({"kind": st.just("ehcp"), "value": st.booleans()}),
        st.just({"kind": "gone", "value": 1}),
    )


def run(messages: list[Turn], memory: Memory | None = None) -> list[tuple[Turn, Memory, Reply]]:
    """A conversation: each message with what was remembered before it and the reply to it."""
    memory = memory or Memory()
    found = []
    for message in messages:
        reply, after = conversations().reply(message, memory, TODAY)
        found.append((message, memory, reply))
        memory = after
    return found


def is_sound(reply: Reply) -> None:
    """Status listed, text there, every point sourced from its statement."""
    assert reply.status in set(Status)
    assert reply.text.strip()
    assert Reply.model_validate_json(reply.model_dump_json()) == reply
    for point in points(reply):
        if point.statement_id.startswith("term/"):
            continue
        area = knowledge().areas[point.statement_id.split("/")[0]]
        statement = area.statements[point.statement_id]
        assert point.text in (statement.text, statement.parent_text)
        assert point.sources or statement.kind == "gap", point.statement_id
        assert [r.paragraph for r in point.sources] == [r.paragraph for r in statement.source]


@given(st.lists(turns(SOUP), min_size=1, max_size=2))
@settings(max_examples=30, deadline=None)
def test_any_text_gets_a_reply(messages):
    for _, _, reply in run(messages):
        is_sound(reply)


@given(st.lists(turns(TEXTS), min_size=1, max_size=4))
@settings(max_examples=60, deadline=None)
def test_any_conversation_gets_sound_replies(messages):
    for _, _, reply in run(messages):
        is_sound(reply)


NAMES = {a.authority.id: a.authority.name for a in content().areas}
MARKS = {
    a.authority.id: re.compile(
        "|".join(re.escape(m) for m in [*a.authority.addresses, *(f.name.split(" (")[0] for f in a.authority.forms)])
    )
    for a in content().areas
}


def areas_allowed(message: Turn, before: Memory) -> set[str]:
    """The areas that a reply to this message may be made of."""
    if message.intent == "compare" or any(c.intent == "compare" for c in message.clauses):
        return set(AREAS)
    reading = reader().read(message.text)
    asked_before = {before.last.area} if before.last.area else set()
    told_before = {i.split("/")[0] for i in before.last.statements} & set(AREAS)
    if message.choice and message.choice["kind"] == "area":
        return {str(message.choice["value"]), str(before.frame.area)} | asked_before
    if message.choice:
        return {str(before.frame.area)} | asked_before
    settled = {a for a in [before.frame.area, message.preset_area] if a in AREAS}
    known = set(reading.areas) or settled or set(reading.signs)
    about_the_last_answer = {"ask_source", "say_wrong", *SAID_FOR_PARENTS} & {c.intent for c in message.clauses}
    return known | (asked_before | told_before if about_the_last_answer else set())


@given(st.lists(turns(TEXTS), min_size=1, max_size=4))
@settings(max_examples=120, deadline=None)
def test_no_reply_mixes_authorities(messages):
    for message, before, reply in run(messages):
        allowed = areas_allowed(message, before)
        used = {p.statement_id.split("/")[0] for p in points(reply) if not p.statement_id.startswith("term/")}
        assert used <= allowed, (message, before.frame, reply.text)
        for area_id in set(AREAS) - allowed:
            if used:
                assert not MARKS[area_id].search(reply.text), (message, reply.text)
                assert NAMES[area_id] not in " ".join(p.text for p in points(reply))
        if reply.area is not None:
            assert used <= {reply.area}


@given(st.lists(turns(TEXTS), min_size=1, max_size=4))
@settings(max_examples=50, deadline=None)
def test_a_conversation_kept_as_slots_goes_on_as_if_it_had_not_been(messages):
    live, kept = Memory(), Memory()
    for message in messages:
        first, live = conversations().reply(message, live, TODAY)
        slots = json.loads(json.dumps(to_slots(kept)))
        assert to_slots(from_slots(slots)) == slots
        second, kept = conversations().reply(message, from_slots(slots), TODAY)
        assert second == first


@given(st.lists(turns(TEXTS), min_size=1, max_size=3))
@settings(max_examples=25, deadline=None)
def test_the_same_conversation_gives_the_same_replies(messages):
    assert [r for _, _, r in run(messages)] == [r for _, _, r in run(messages)]
