"""Finds the class of an event by a table: Rasa walks through all classes for each event of each turn."""

from __future__ import annotations

from typing import Any


def install() -> None:
    """Put the table before Rasa's search, which still finds what is not in it yet."""
    from rasa.shared.core.events import Event

    search = Event.resolve_by_type
    known: dict[str, Any] = {}

    def resolve_by_type(type_name: str, default: Any = None) -> Any:
        found = known.get(type_name)
        if found is None:
            found = search(type_name, default)
            if found is not None and found.type_name == type_name:
                known[type_name] = found
        return found

    Event.resolve_by_type = staticmethod(resolve_by_type)
