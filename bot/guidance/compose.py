"""Put answers into words: one plain text of the whole reply. The sentences are statements or come from wording.yml."""

from __future__ import annotations

import re
from collections.abc import Sequence

from bot.guidance.reply import Answer, ChecklistItem, DateItem, Point, Reply, SourceRef, Verdict
from bot.knowledge.model import Wording


def text_of(reply: Reply, wording: Wording) -> str:
    """The whole reply as plain text: parts with their points, sources, notices."""
    headed = len(reply.parts) > 1
    if reply.checklist:  # one list in several parts: its sources stand once, at the end
        points = [p for part in reply.parts for p in part.points]
        blocks = [answer_text(part, wording, headed, reply.dates, marked=True) for part in reply.parts]
        blocks.append(source_line([*points, *reply.checklist]))
    else:
        blocks = [answer_text(part, wording, headed, reply.dates) for part in reply.parts]
    blocks += reply.notices
    return "\n".join(b for b in blocks if b).strip()


def answer_text(
    answer: Answer, wording: Wording, headed: bool, dates: Sequence[DateItem] = (), marked: bool = False
) -> str:
    """One answer: heading (where there are several), verdict, points with their dates, sources.

    Args:
        marked: points with the numbers of their sources only.
    """
    lines: list[str] = []
    if headed and answer.question:
        lines.append(answer.question)
    verdict = {Verdict.YES: wording.yes, Verdict.NO: wording.no, Verdict.DEPENDS: wording.depends, None: ""}[
        answer.verdict
    ]
    several = marked or len({_key(s) for p in answer.points for s in p.sources}) > 1
    opening = " ".join(p for p in (verdict, answer.lead) if p)
    if opening:
        lines.append(opening)
    single = len(answer.points) == 1 and not marked
    below = date_lines(answer.points, [d for d in dates if d.heading in ("", answer.question)])
    for point in answer.points:
        numbers = ", ".join(str(s.paragraph) for s in point.sources)
        mark = f"[{numbers}]" if several and numbers else ""
        label = f"{point.label}: " if point.label else ""
        lines.append(("" if single else "• ") + label + point.text + (f" {mark}" if mark else ""))
        lines += below.get(point.statement_id, [])
    if not marked and any(p.sources for p in answer.points):
        lines.append(source_line(answer.points))
    return "\n".join(lines)


def date_lines(points: Sequence[Point], dates: Sequence[DateItem]) -> dict[str, list[str]]:
    """Statement id -> the lines below it.

    A line that is true of several points stands once, below the last; an assumption stands once, in the first line.
    """
    shown = {d.statement_id: d for p in points for d in dates if d.statement_id == p.statement_id}
    last = {f"{d.label}: {d.text}": d for d in shown.values()}
    found: dict[str, list[str]] = {}
    assumed: set[str] = set()
    for line, item in last.items():
        repeats = item.assumption in assumed
        found[item.statement_id] = [line.removesuffix(item.assumption).rstrip() if repeats else line]
        assumed |= {item.assumption} - {""}
    return found


def _key(source: SourceRef) -> tuple[str, int]:
    return (source.document, source.paragraph)


def source_line(points: Sequence[Point | ChecklistItem]) -> str:
    """One line: each document with its sections and the numbers of the paragraphs that the points rest on.

    The numbers are those that stand in brackets behind the points.
    """
    documents: dict[str, dict[str, set[int]]] = {}
    for point in points:
        for source in point.sources:
            sections = documents.setdefault(source.document, {})
            sections.setdefault(source.section, set()).add(source.paragraph)
    lines = []
    for document, sections in documents.items():
        shown = [f"{name} [{', '.join(str(n) for n in sorted(found))}]" for name, found in sections.items()]
        lines.append(f"{document}: {'; '.join(shown)}")
    return "Source: " + "; ".join(lines) + "."


def word_count(text: str) -> int:
    """Words as a reader counts them."""
    return len(re.findall(r"\S+", text))
