"""The same questions for several authorities, side by side: what differs first, never mixed. Pure."""

from __future__ import annotations

from collections.abc import Container, Mapping, Sequence

from bot.guidance.area import AreaKnowledge
from bot.guidance.reply import Answer, Cell, Comparison, Point, Row
from bot.knowledge.model import Kind, Statement


def are_alike(one: Statement, other: Statement) -> bool:
    """Whether statements of two offers say the same as data: both silent on a thing, the same value, or requirement."""
    if not set(one.topics) & set(other.topics):
        return False
    if one.kind is Kind.GAP and other.kind is Kind.GAP:
        return one.topics[0] == other.topics[0]
    same_value = one.value is not None and one.value == other.value
    same_requirement = one.met_when is not None and one.met_when == other.met_when
    return (same_value or same_requirement) and one.force == other.force


def compare(
    rows: Sequence[tuple[str, Sequence[Answer]]], areas: Mapping[str, AreaKnowledge], note: str = ""
) -> Comparison:
    """Answers to the same questions as a comparison.

    Args:
        rows: title of each question and what each authority's offer says to it.
    """
    made = [_row(title, answers, areas) for title, answers in rows]
    return Comparison(note=note, rows=sorted(made, key=_all_alike))


def as_parts(comparison: Comparison, answers: Sequence[Answer]) -> list[Answer]:
    """The answers in the order of a comparison: one authority after the other, in each what differs first."""
    order = list(dict.fromkeys(cell.area for row in comparison.rows for cell in row.cells))
    alike = {i for row in comparison.rows for i in row.alike}
    in_order = [a.model_copy(update={"points": _differing_first(a.points, alike)}) for a in answers]
    return sorted(in_order, key=lambda a: order.index(a.area) if a.area in order else len(order))


def _differing_first(points: Sequence[Point], alike: Container[str]) -> list[Point]:
    """Points with those that the offers have in common last; the one that answers the question stays first."""
    return [*points[:1], *sorted(points[1:], key=lambda p: p.statement_id in alike)]


def same_topic(answers: Sequence[tuple[int, Answer]]) -> list[Answer]:
    """Answers, each with the number of its question: all to one question are headed as the first of them is."""
    first: dict[int, str] = {}
    for number, answer in answers:
        if answer.points:
            first.setdefault(number, answer.topic)
    return [a.model_copy(update={"topic": first.get(n, a.topic)}) for n, a in answers]


def _row(title: str, answers: Sequence[Answer], areas: Mapping[str, AreaKnowledge]) -> Row:
    alike = _alike(answers, areas)
    cells = [
        Cell(
            area=a.area,
            name=areas[a.area].name,
            verdict=a.verdict,
            lead=a.lead,
            points=_differing_first(a.points, alike),
        )
        for a in answers
        if a.area and a.area in areas
    ]
    return Row(title=title, cells=cells, alike=sorted(alike))


def _alike(answers: Sequence[Answer], areas: Mapping[str, AreaKnowledge]) -> set[str]:
    """Ids of the points for which each other answer has one that says the same."""
    known = [(areas[a.area].statements, a.points) for a in answers if a.area and a.area in areas]
    said = [[s[p.statement_id] for p in points if p.statement_id in s] for s, points in known]
    return {
        s.id
        for n, mine in enumerate(said)
        for s in mine
        if len(said) > 1 and all(any(are_alike(s, o) for o in other) for m, other in enumerate(said) if m != n)
    }


def _all_alike(row: Row) -> bool:
    points = [p for cell in row.cells for p in cell.points]
    return bool(points) and all(p.statement_id in row.alike for p in points)
