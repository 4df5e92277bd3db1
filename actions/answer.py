"""The action that answers every turn."""

from __future__ import annotations

import json
import logging
from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.events import EventType, SlotSet
from rasa_sdk.executor import CollectingDispatcher
from rasa_sdk.types import DomainDict

from bot import bootstrap
from bot.guidance.reply import Reply, Status
from bot.guidance.service import AnswerService
from bot.guidance.slots import clause_from, from_slots, to_slots
from bot.guidance.turn import Memory, Turn

log = logging.getLogger(__name__)
PARSE = "parse"
PARSED = ("text", "intent", "intent_ranking", "entities", "clauses")
LAST_RESORT = "Sorry, I cannot look that up just now. Please try again in a moment."


class ActionAnswer(Action):  # type: ignore[misc]  # rasa_sdk is untyped
    """Answer the current message from the knowledge base, or say plainly that it cannot be answered."""

    def __init__(self, answers: AnswerService | None = None) -> None:
        self._answers = answers

    def name(self) -> str:
        """The action's name in the domain."""
        return "action_answer"

    def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict) -> list[EventType]:
        """One JSON message (a Reply) and the slots to set. No exception leaves it."""
        try:
            if (tracker.latest_message or {}).get("metadata", {}).get(PARSE):
                dispatcher.utter_message(json_message={PARSE: parse_of(tracker)})
                return []
            memory = from_slots(tracker.slots)
            service = self._answers or bootstrap.answers()
            reply, after = service.reply(turn_from(tracker), memory)
            dispatcher.utter_message(json_message=reply.model_dump(mode="json"))
            return events_for(memory, after)
        except Exception as error:  # a turn must never end in silence
            log.error("the answer failed: %s", type(error).__name__, exc_info=log.isEnabledFor(logging.DEBUG))
            dispatcher.utter_message(json_message=Reply(status=Status.ERROR, text=LAST_RESORT).model_dump(mode="json"))
            return []


def parse_of(tracker: Tracker) -> dict[str, Any]:
    """What the engine made of the message, as data. The desk asks for it by metadata, which only the door writes."""
    message: dict[str, Any] = tracker.latest_message or {}
    return {name: message.get(name) for name in PARSED}


def turn_from(tracker: Tracker) -> Turn:
    """The message as the engine read it; the only reader of the tracker."""
    message: dict[str, Any] = tracker.latest_message or {}
    metadata = message.get("metadata") or {}
    entities = message.get("entities") or []
    clauses = []
    for data in message.get("clauses") or ():
        inside = [e for e in entities if data["start"] <= int(e.get("start", 0)) < data["end"]]
        moved = [{**e, "start": int(e["start"]) - data["start"], "end": int(e["end"]) - data["start"]} for e in inside]
        clauses.append(clause_from({**data, "entities": moved}))
    intent = message.get("intent") or {}
    return Turn(
        text=str(message.get("text") or ""),
        clauses=tuple(clauses),
        intent=str(intent.get("name") or ""),
        ranking={r["name"]: r["confidence"] for r in message.get("intent_ranking") or ()},
        preset_area=metadata.get("area"),
        choice=_choice(message, str(intent.get("name") or "")),
        entities=tuple(entities),
    )


def events_for(before: Memory, after: Memory) -> list[EventType]:
    """The slots that this turn changed."""
    old, new = to_slots(before), to_slots(after)
    return [SlotSet(name, value) for name, value in new.items() if value != old[name]]


def _choice(message: dict[str, Any], intent: str) -> dict[str, Any] | None:
    if intent != "choose":
        return None
    raw = next((e.get("value") for e in message.get("entities") or () if e.get("entity") == "choice"), None)
    try:
        value = json.loads(raw) if isinstance(raw, str) else raw
    except ValueError:
        return None
    if not isinstance(value, dict):
        return None
    return {"kind": value.get("k"), "value": value.get("v")}
