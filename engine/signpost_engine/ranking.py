"""What a parse says of a clause, as plain values that go into JSON. No Rasa import, any Python >= 3.10."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

Ranking = list[dict[str, Any]]


def ranking_of(names: Sequence[str], chances: Iterable[float]) -> Ranking:
    """Intents with their confidences, the surest first; equal ones in the order of `names`."""
    pairs = [{"name": name, "confidence": round(float(c), 4)} for name, c in zip(names, chances, strict=True)]
    return sorted(pairs, key=lambda entry: -float(entry["confidence"]))


def clause_entry(text: str, span: tuple[int, int], ranking: Ranking, similarity: float) -> dict[str, Any]:
    """One entry of `clauses`. Offsets count characters of the message; `ranking` has at least one entry."""
    start, end = span
    return {
        "text": text[start:end],
        "start": start,
        "end": end,
        "intent": ranking[0]["name"],
        "confidence": ranking[0]["confidence"],
        "similarity": similarity,
        "ranking": ranking,
    }


def combined_ask(clauses: Sequence[dict[str, Any]], prefix: str, threshold: float, name: str) -> dict[str, Any] | None:
    """The intent of a message that asks several things; None where it does not.

    Args:
        clauses: entries of `clause_entry`.
        prefix: what intents that ask begin with.
        threshold: confidence from which a clause counts, included.
        name: name of the combined intent.
    Returns: name and confidence, the second highest of the different intents asked: as sure as both are.
    """
    asked: dict[str, float] = {}
    for clause in clauses:
        intent, confidence = str(clause["intent"]), float(clause["confidence"])
        if intent.startswith(prefix) and confidence >= threshold:
            asked[intent] = max(confidence, asked.get(intent, 0.0))
    if len(asked) < 2:
        return None
    return {"name": name, "confidence": sorted(asked.values())[-2]}
