"""What the page of an enquiry shows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from fastapi import Response

from bot.desk.drafts import questions_of
from bot.desk.errors import DeskError
from bot.desk.listing import answering
from bot.desk.visit import Visit
from bot.guidance.area import AreaKnowledge
from bot.guidance.draft import Question
from bot.guidance.reply import Point, Status
from bot.knowledge.model import Kind
from bot.records.enquiries import Enquiry

HIGH, MIDDLE = 0.75, 0.5  # confidence in words
MOST_FOUND = 12
SHORTEST_QUERY = 2


@dataclass(frozen=True, slots=True)
class Card:
    """A question as it is shown. `sure`: how sure in words."""

    number: int
    question: Question
    sure: str
    points: Sequence[Point]
    others: Sequence[Point]


def page(visit: Visit, enquiry: Enquiry, status: int = 200) -> Response:
    """The page of an enquiry."""
    drafting = visit.desk.drafting()
    knowledge = drafting.knowledge
    area = knowledge.areas.get(enquiry.area or "")
    questions = questions_of(enquiry.questions)
    facts = drafting.known(enquiry.facts)
    return visit.page(
        "bench.html",
        status,
        enquiry=enquiry,
        area=area,
        areas=[(a.id, a.name) for a in knowledge.areas.values()],
        people=answering(visit),
        needs=[(n.id, n.name) for n in knowledge.common.needs],
        masked=counted(enquiry.masked, visit.desk.words["bench"]["kinds"]),
        chips=drafting.labels(facts, enquiry.area),
        other_facts=[c for c in drafting.labels(facts, None) if c[0] not in ("ehcp", "year", "subject", "needs")],
        cards=[_card(visit, n, q, area) for n, q in enumerate(questions, start=1)] if area else [],
        gaps=_gaps(questions, area, visit.desk.words["bench"]) if area else [],
        checked=drafting.checked(area, facts) if area else None,
        is_stale=enquiry.content_version != knowledge.version,
    )


def results_page(visit: Visit, enquiry: Enquiry, question_id: str, query: str) -> Response:
    """What a search in the area's statements found: a fragment for the page, or a page of its own.

    Raises: DeskError: there is no such question, or no area.
    """
    question = next((q for q in questions_of(enquiry.questions) if q.id == question_id), None)
    drafting = visit.desk.drafting()
    area = drafting.knowledge.areas.get(enquiry.area or "")
    if question is None or area is None:
        raise DeskError("not_found", 404)
    wanted = query.strip()[:200]
    ids = drafting.search(area.id, wanted, MOST_FOUND) if len(wanted) >= SHORTEST_QUERY else []
    found = [area.point(area.statements[i], "") for i in ids if i not in question.statements]
    return visit.page(
        "bench_results.html" if visit.is_htmx else "bench_search.html",
        enquiry=enquiry,
        question=question,
        query=wanted,
        found=found,
    )


def counted(counts: Mapping[str, Any], kinds: Mapping[str, Sequence[str]]) -> str:
    """What was masked, in words: "2 names, 1 telephone number". Empty where it was nothing."""
    said: dict[str, int] = {}
    for kind, number in counts.items():
        known = kind if kind in kinds else "other"
        said[known] = said.get(known, 0) + int(number)
    return ", ".join(f"{n} {kinds[kind][0 if n == 1 else 1]}" for kind, n in said.items() if n)


def _card(visit: Visit, number: int, question: Question, area: AreaKnowledge) -> Card:
    words = visit.desk.words["bench"]["sure"]
    how = "high" if question.confidence >= HIGH else "middle" if question.confidence >= MIDDLE else "low"
    return Card(
        number,
        question,
        words[how].format(percent=round(100 * question.confidence)),
        _points(question.statements, area),
        _points(question.others, area),
    )


def _points(ids: Sequence[str], area: AreaKnowledge) -> list[Point]:
    """Statements with their sources; one that a newer version of the offer no longer has is left out."""
    return [area.point(area.statements[i], "") for i in ids if i in area.statements]


def _gaps(questions: Sequence[Question], area: AreaKnowledge, words: Mapping[str, Any]) -> list[str]:
    """What the offer does not cover: its own gaps among what was chosen, and questions without an answer."""
    found = []
    for question in questions:
        chosen = [area.statements[i] for i in question.statements if i in area.statements]
        found += [s.text for s in chosen if s.kind is Kind.GAP]
        if not chosen:
            lead = question.lead if question.status is Status.OUT_OF_SCOPE else ""
            found.append(lead or words["gap_question"].format(question=question.text))
    return list(dict.fromkeys(found))
