"""Memory as slots of the dialogue engine and back: JSON only. Damaged slots are read as empty, never as an error."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bot.guidance.frame import MOST_OTHERS, Frame
from bot.guidance.turn import Clause, Last, Memory

SLOTS = ("area", "conversation", "pupil", "routes", "last", "pending", "offered", "told", "others")
PAIR = 2


def to_slots(memory: Memory) -> dict[str, Any]:
    """Slot name -> JSON value."""
    last = memory.last
    return {
        "area": memory.frame.area,
        "conversation": _plain(memory.frame.conversation),
        "pupil": _plain(memory.frame.pupil),
        "routes": list(memory.frame.routes),
        "last": _last_to(last) if last != Last() else {},
        "pending": [_clause_to(c) for c in memory.pending],
        "offered": [{"title": t, "value": dict(v)} for t, v in memory.offered],
        "told": sorted(memory.told),
        "others": _others_to(memory.frame),
    }


def from_slots(slots: Mapping[str, Any]) -> Memory:
    """Memory from slot values (missing ones: empty)."""
    last = _mapping(slots.get("last"))
    others = _mapping(slots.get("others"))
    area, together = slots.get("area"), others.get("together")
    return Memory(
        frame=Frame(
            area=area if isinstance(area, str) else None,
            conversation=_facts(slots.get("conversation")),
            pupil=_facts(slots.get("pupil")),
            routes=_strings(slots.get("routes")),
            others=tuple(_facts(o) for o in _mappings(others.get("pupils"))),
            together=together if isinstance(together, int) and 0 <= together <= MOST_OTHERS + 1 else 0,
        ),
        last=Last(
            area=str(last.get("area") or ""),
            topics=_strings(last.get("topics")),
            statements=_strings(last.get("statements")),
            question=str(last.get("question") or ""),
            routes=_strings(last.get("routes")),
            asked=tuple((a[0], a[1]) for a in map(_strings, _lists(last.get("asked"))) if len(a) == PAIR),
            areas=_strings(last.get("areas")),
            days=str(last.get("days") or ""),
        ),
        pending=tuple(clause_from(c) for c in _mappings(slots.get("pending"))),
        offered=tuple((str(o.get("title")), _mapping(o.get("value"))) for o in _mappings(slots.get("offered"))),
        told=frozenset(_strings(slots.get("told"))),
    )


def clause_from(data: Mapping[str, Any]) -> Clause:
    """A clause as the engine gives it (`ranking` a list of {name, confidence}) or as kept in a slot (a mapping)."""
    ranking = data.get("ranking")
    if not isinstance(ranking, Mapping):
        ranking = {r.get("name"): r.get("confidence") for r in _mappings(ranking)}
    entities = data.get("entities")
    return Clause(
        text=str(data.get("text") or ""),
        intent=str(data.get("intent") or ""),
        confidence=_share(data.get("confidence")),
        similarity=_share(data.get("similarity")),
        ranking={str(k): _share(v) for k, v in ranking.items()},
        entities=_mappings(entities) if isinstance(entities, (list, tuple)) else None,
        context=str(data.get("context") or ""),
    )


def _last_to(last: Last) -> dict[str, Any]:
    return {
        "area": last.area,
        "topics": list(last.topics),
        "statements": list(last.statements),
        "question": last.question,
        "routes": list(last.routes),
        "asked": [list(a) for a in last.asked],
        "areas": list(last.areas),
        "days": last.days,
    }


def _others_to(frame: Frame) -> dict[str, Any]:
    if not frame.others and not frame.together:
        return {}
    return {"pupils": [_plain(o) for o in frame.others], "together": frame.together}


def _clause_to(clause: Clause) -> dict[str, Any]:
    return {
        "text": clause.text,
        "intent": clause.intent,
        "confidence": clause.confidence,
        "similarity": clause.similarity,
        "context": clause.context,
        "ranking": dict(clause.ranking),
    }


def _plain(facts: Mapping[str, Any]) -> dict[str, Any]:
    return {k: list(v) if isinstance(v, (tuple, set, frozenset)) else v for k, v in facts.items()}


def _facts(value: object) -> dict[str, Any]:
    return {str(k): tuple(v) if isinstance(v, list) else v for k, v in _mapping(value).items()}


def _mapping(value: object) -> dict[str, Any]:
    return dict(value) if isinstance(value, Mapping) else {}


def _strings(value: object) -> tuple[str, ...]:
    return tuple(str(v) for v in value) if isinstance(value, (list, tuple)) else ()


def _lists(value: object) -> tuple[object, ...]:
    return tuple(value) if isinstance(value, (list, tuple)) else ()


def _mappings(value: object) -> tuple[Mapping[str, Any], ...]:
    return tuple(v for v in value if isinstance(v, Mapping)) if isinstance(value, (list, tuple)) else ()


def _share(value: object) -> float:
    """A confidence or likeness; what is no finite number counts as none at all."""
    return float(value) if isinstance(value, (int, float)) and -1e9 < value < 1e9 else 0.0
