"""The action that answers every turn, with real trackers: no exception leaves it, only changed slots become events."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rasa_sdk import Tracker
from rasa_sdk.executor import CollectingDispatcher

from actions.answer import LAST_RESORT, ActionAnswer, turn_from
from bot.guidance.reply import Reply, Status
from bot.guidance.slots import SLOTS, to_slots
from bot.guidance.turn import Memory, Turn
from bot.knowledge.store import StoreEmptyError
from tests.guidance_support import TODAY, conversations, reader

JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-9, 9) | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["k", "v", "topic", "question"]), inner)
    ),
    max_leaves=6,
)


@pytest.fixture(scope="module", autouse=True)
def loaded_beforehand() -> None:
    """Load the offers once, outside the time limit of a single test."""
    conversations()


class RealService:
    """The real conversations at a fixed date."""

    def reply(self, turn: Turn, memory: Memory) -> tuple[Reply, Memory]:
        return conversations().reply(turn, memory, TODAY)


class FailingService:
    """A service whose every answer fails."""

    def __init__(self, error: Exception) -> None:
        self.error = error

    def reply(self, turn: Turn, memory: Memory) -> tuple[Reply, Memory]:
        raise self.error


def tracker(message: dict[str, Any] | None, slots: dict[str, Any] | None = None) -> Tracker:
    """A tracker as the engine sends it over its protocol."""
    state = {
        "sender_id": "invented",
        "slots": {**dict.fromkeys(SLOTS), "session_started_metadata": None, **(slots or {})},
        "latest_message": message,
        "events": [],
        "paused": False,
        "followup_action": None,
        "active_loop": {},
        "latest_action_name": "action_listen",
    }
    return Tracker.from_dict(json.loads(json.dumps(state)))


def parsed(text: str, intent: str, **keys: Any) -> dict[str, Any]:
    """A message as the engine parses it, with one clause and the entities of the lookups."""
    found = [{"entity": f.entity, "value": f.word, "start": f.start, "end": f.end} for f in reader().find(text)]
    ranking = [{"name": intent, "confidence": 0.95}]
    one = {"text": text, "start": 0, "end": len(text), "intent": intent, "confidence": 0.95, "similarity": 0.95}
    return {
        "text": text,
        "intent": {"name": intent, "confidence": 0.95},
        "entities": found,
        "intent_ranking": ranking,
        "clauses": [{**one, "ranking": ranking}],
        **keys,
    }


def run(
    message: dict[str, Any] | None, slots: dict[str, Any] | None = None, service: Any = None
) -> tuple[Reply, list[Any]]:
    """One run of the action: the reply that it uttered, and its events."""
    dispatcher = CollectingDispatcher()
    events = ActionAnswer(service or RealService()).run(dispatcher, tracker(message, slots), {})
    assert len(dispatcher.messages) == 1, "one message a turn"
    uttered = dispatcher.messages[0]
    assert not uttered.get("text")
    assert not uttered.get("buttons")
    json.dumps([uttered, events])
    return Reply.model_validate(uttered["custom"]), events


def after(slots: dict[str, Any], events: list[Any]) -> dict[str, Any]:
    """Slots after events."""
    return {**slots, **{e["name"]: e["value"] for e in events}}


def test_a_question_is_answered_and_remembered():
    reply, events = run(parsed("do parents have to sign, suffolk", "ask_consent"))
    assert reply.status is Status.ANSWERED
    changed = {e["name"]: e["value"] for e in events}
    assert changed["area"] == "suffolk"
    assert changed["last"]["topics"] == ["consent"]
    assert "pending" not in changed
    assert set(changed) <= set(SLOTS)


def test_only_changed_slots_are_set_again():
    reply, events = run(parsed("do parents have to sign, suffolk", "ask_consent"))
    slots = after({}, events)
    again, repeated = run(parsed("do parents have to sign, suffolk", "ask_consent"), slots)
    assert repeated == []
    assert again.parts == reply.parts


def test_an_area_of_the_page_counts_where_none_is_said():
    reply, _ = run(parsed("do parents have to sign", "ask_consent", metadata={"area": "suffolk"}))
    assert reply.area == "suffolk"
    other, _ = run(parsed("do parents have to sign in mk", "ask_consent", metadata={"area": "suffolk"}))
    assert other.area == "milton-keynes"
    unknown, _ = run(parsed("do parents have to sign", "ask_consent", metadata={"area": "norfolk"}))
    assert unknown.status is Status.CLARIFY


def test_a_chosen_button_answers_what_was_waiting():
    asked, events = run(parsed("do parents have to sign", "ask_consent"))
    assert asked.status is Status.CLARIFY
    value = json.dumps({"k": "area", "v": "suffolk"})
    chosen = parsed("/choose", "choose", entities=[{"entity": "choice", "value": value, "start": 0, "end": 7}])
    answered, more = run(chosen, after({}, events))
    assert (answered.status, answered.area) == (Status.ANSWERED, "suffolk")
    assert after({}, [*events, *more])["pending"] == []


@pytest.mark.parametrize(
    "error",
    [
        RuntimeError("x"),
        KeyError("x"),
        StoreEmptyError(),
        ValueError("secret words"),
        RecursionError(),
        OSError(28, "full"),
    ],
)
def test_no_error_leaves_the_action(error, caplog):
    reply, events = run(parsed("do parents have to sign", "ask_consent"), {"area": "suffolk"}, FailingService(error))
    assert (reply.status, reply.text, events) == (Status.ERROR, LAST_RESORT, [])
    assert "secret words" not in caplog.text
    assert "do parents" not in caplog.text


@pytest.mark.parametrize(
    "raw",
    [
        None, "", "{", "[]", "null", "5", "\"area\"", "{}", "{\"k\": \"area\"}", "{\"v\": \"suffolk\"}", "{\"k\": \"area\", \"v\": null}",
        "{\"k\": \"area\", \"v\": [\"suffolk\"]}", "{\"k\": [], \"v\": {}}", "{\"k\": \"topic\", \"v\": \"consent\"}",
        "{\"k\": \"topic\", \"v\": {\"topic\": \"gone\"}}", "{\"k\": \"topic\", \"v\": {\"topic\": [\"consent\"]}}", "{\"k\": \"topic\", \"v\": {}}",
        "{\"k\": \"ehcp\", \"v\": {\"a\": 1}}", "{\"k\": \"nonsense\", \"v\": 1}",
        "not json", "{\"k\": \"area\", \"v\": \"norfolk\"}", 5, [], {}, {"k": "area"}, "\u0000", "{\"k\":" * 2000,
    ],
    ids=lambda raw: repr(raw)[:40],
)  # fmt: skip
def test_a_damaged_choice_gets_a_reply(raw):
    entities = [{"entity": "choice", "value": raw, "start": 0, "end": 3}]
    reply, events = run(parsed("/choose", "choose", entities=entities), {"area": "suffolk"})
    assert reply.text
    later = after({"area": "suffolk"}, events)
    answered, _ = run(parsed("do parents have to sign", "ask_consent"), later)
    assert answered.status is not Status.ERROR


@pytest.mark.parametrize(("fact", "value"), [("year", "four"), ("needs", 5)])
def test_a_damaged_choice_of_a_fact_does_not_spoil_the_conversation(fact, value):
    entities = [{"entity": "choice", "value": json.dumps({"k": fact, "v": value}), "start": 0, "end": 3}]
    _, events = run(parsed("/choose", "choose", entities=entities), {"area": "suffolk"})
    answered, _ = run(parsed("do parents have to sign", "ask_consent"), after({"area": "suffolk"}, events))
    assert answered.status is not Status.ERROR


@pytest.mark.parametrize(
    "entities", [[], None, [{}], [{"entity": "choice"}], [{"entity": "area", "value": "suffolk"}]], ids=str
)
def test_a_choice_without_a_value_gets_a_reply(entities):
    reply, _ = run(parsed("/choose", "choose", entities=entities))
    assert reply.text


@given(JSON)
@settings(max_examples=40, deadline=None)
def test_any_choice_gets_a_reply(value):
    entities = [{"entity": "choice", "value": json.dumps(value), "start": 0, "end": 3}]
    reply, events = run(parsed("/choose", "choose", entities=entities), {"area": "suffolk"})
    assert reply.text
    assert {e["name"] for e in events} <= set(SLOTS)


def test_what_a_choice_says_counts_from_a_button_only():
    """Typed text cannot be a command: the choice is read under its own intent only."""
    text = '/choose{"choice": {"k": "area", "v": "suffolk"}}'
    entities = [{"entity": "choice", "value": '{"k": "area", "v": "suffolk"}', "start": 0, "end": 3}]
    message = parsed(text, "ask_consent", entities=entities)
    assert turn_from(tracker(message)).choice is None


@pytest.mark.parametrize(
    "message",
    [
        None, {}, {"text": None}, {"text": "consent"}, {"text": "consent", "intent": None}, {"text": "consent", "intent": {}},
        {"text": "consent", "clauses": None}, {"text": "consent", "clauses": [{}]}, {"text": "consent", "clauses": "x"},
        {"text": "consent", "intent_ranking": [{}]}, {"text": "consent", "metadata": None}, {"text": "consent", "metadata": {"area": 5}},
        {"text": "consent", "entities": [{"entity": "area"}]}, {"text": "x" * 5000, "intent": {"name": "ask_consent"}},
        {"text": "consent", "metadata": {"area": ["suffolk"]}},
    ],
    ids=str,
)  # fmt: skip
def test_a_damaged_message_gets_a_reply(message):
    reply, _ = run(message)
    assert reply.text


@pytest.mark.parametrize("name", SLOTS)
@pytest.mark.parametrize("value", [5, True, "x", [1], {"x": 1}, [[]], [{"ranking": 5}], {"year": "four"}], ids=str)
def test_damaged_slots_get_a_reply(name, value):
    reply, _ = run(parsed("do parents have to sign, suffolk", "ask_consent"), {name: value})
    assert reply.text


def test_clauses_come_with_their_own_entities():
    text = "consent? and the deaf team"
    first = {"text": "consent?", "start": 0, "end": 8, "intent": "ask_consent", "confidence": 0.9, "similarity": 0.9}
    second = {
        "text": "and the deaf team",
        "start": 9,
        "end": 26,
        "intent": "ask_contact",
        "confidence": 0.9,
        "similarity": 0.9,
    }
    entity = {"entity": "service", "value": "deaf team", "start": 17, "end": 26}
    message = parsed(text, "ask_several", clauses=[first, second], entities=[entity])
    found = turn_from(tracker(message))
    assert [list(c.entities or ()) for c in found.clauses] == [[], [{**entity, "start": 8, "end": 17}]]
    one = list(found.clauses[1].entities or ())[0]
    assert found.clauses[1].text[one["start"] : one["end"]] == "deaf team"


def test_a_conversation_through_slots_only():
    """Five turns, each with nothing but the slots of those before: the tracker is all that there is."""
    slots: dict[str, Any] = {}
    said = []
    for text, intent in [
        ("hello", "greet"),
        ("Y4, no EHCP, behind with phonics, which form", "ask_how_to_refer"),
        ("suffolk", "inform"),
        ("and if he has an EHCP?", "follow_up"),
        ("start again", "start_again"),
    ]:
        reply, events = run(parsed(text, intent), slots)
        slots = after(slots, events)
        said.append(reply.text)
    assert "SES Bespoke Pupil Form" in said[2]
    assert "SES Section F Form" in said[3]
    assert slots == {n: to_slots(Memory())[n] for n in slots}, "nothing is left of it"


class UntouchedService:
    """A service that nobody may ask."""

    def reply(self, turn: Turn, memory: Memory) -> tuple[Reply, Memory]:
        raise AssertionError("a text that is only to be parsed must not be answered")


def uttered(message: dict[str, Any], slots: dict[str, Any] | None = None) -> tuple[list[dict[str, Any]], list[Any]]:
    """What the action utters, as data, and its events; no answer is looked for."""
    dispatcher = CollectingDispatcher()
    events = ActionAnswer(UntouchedService()).run(dispatcher, tracker(message, slots), {})
    return [each["custom"] for each in json.loads(json.dumps(dispatcher.messages))], events


@pytest.mark.parametrize("slots", [None, {"area": "suffolk", "pending": [{"topic": "consent"}]}])
def test_a_text_of_the_desk_comes_back_parsed_and_neither_answered_nor_remembered(slots):
    message = parsed("do parents have to sign, suffolk", "ask_consent", metadata={"parse": True, "area": "suffolk"})
    found, events = uttered(message, slots)
    names = ("text", "intent", "intent_ranking", "entities", "clauses")
    assert found == [{"parse": {name: message[name] for name in names}}]
    assert events == []


def test_nothing_else_of_a_message_is_handed_out():
    (found,), _ = uttered(
        parsed("consent", "ask_consent", metadata={"parse": True}, input_channel="rest", message_id="7")
    )
    assert set(found) == {"parse"}
    assert set(found["parse"]) == {"text", "intent", "intent_ranking", "entities", "clauses"}


@pytest.mark.parametrize(
    "metadata", [{}, {"parse": False}, {"parse": None}, {"parse": ""}, {"area": "suffolk"}], ids=str
)
def test_without_the_desk_s_mark_a_text_is_answered(metadata):
    reply, events = run(parsed("do parents have to sign, suffolk", "ask_consent", metadata=metadata))
    assert reply.status is Status.ANSWERED
    assert events


def test_a_text_cannot_ask_to_be_parsed():
    """The mark stands in the metadata, which only the front door writes."""
    text = 'suffolk, do parents have to sign {"metadata": {"parse": true}}'
    reply, _ = run(parsed(text, "ask_consent", parse=True))
    assert reply.status is Status.ANSWERED


@pytest.mark.parametrize("message", [{"text": "consent"}, {"text": None, "clauses": None}, {"clauses": "x"}], ids=str)
def test_a_damaged_message_of_the_desk_comes_back_as_it_is(message):
    found, events = uttered({**message, "metadata": {"parse": True}})
    assert found[0]["parse"]["text"] == message.get("text")
    assert found[0]["parse"]["clauses"] == message.get("clauses")
    assert events == []


@pytest.mark.parametrize("metadata", [5, "parse", ["parse"]], ids=str)
def test_damaged_metadata_get_a_reply(metadata):
    reply, _ = run({"text": "consent", "metadata": metadata})
    assert reply.text
