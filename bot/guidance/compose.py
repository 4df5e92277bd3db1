"""Put answers into words: one plain text of the whole reply. The sentences are statements or come from wording.yml."""

from __future__ import annotations

import re
from collections.abc import Sequence

from bot.guidance.reply import Answer, Point, Reply, SourceRef, Verdict
from bot.knowledge.model import Wording


def text_of(reply: Reply, wording: Wording) -> str:
    """The whole reply as plain text: parts with their points, sources, notices."""
    blocks = [answer_text(part, wording, headed=len(reply.parts) > 1) for part in reply.parts]
    blocks += reply.notices
    return "\n".join(b for b in blocks if b).strip()


def answer_text(answer: Answer, wording: Wording, headed: bool) -> str:
    """One answer: heading (where there are several), verdict, points, sources."""
    lines: list[str] = []
    if headed and answer.question:
        lines.append(answer.question)
    verdict = {Verdict.YES: wording.yes, Verdict.NO: wording.no, Verdict.DEPENDS: wording.depends, None: ""}[
        answer.verdict
    ]
    marks = source_marks(answer.points)
    opening = " ".join(p for p in (verdict, answer.lead) if p)
    if opening:
        lines.append(opening)
    single = len(answer.points) == 1
    for point in answer.points:
        mark = "".join(f"[{marks[_key(s)]}]" for s in point.sources) if len(marks) > 1 else ""
        lines.append(("" if single else "• ") + point.text + (f" {mark}" if mark else ""))
    if marks:
        lines.append(source_line(answer.points))
    return "\n".join(lines)


def _key(source: SourceRef) -> tuple[str, int]:
    return (source.document, source.paragraph)


def source_marks(points: Sequence[Point]) -> dict[tuple[str, int], int]:
    """A number for each paragraph that the points rest on, in the order in which they are said."""
    marks: dict[tuple[str, int], int] = {}
    for point in points:
        for source in point.sources:
            marks.setdefault(_key(source), len(marks) + 1)
    return marks


def source_line(points: Sequence[Point]) -> str:
    """One line: document, then each section with its paragraphs and their numbers in the text."""
    marks = source_marks(points)
    refs = {_key(s): s for p in points for s in p.sources}
    sections: dict[tuple[str, str], list[str]] = {}
    for key, number in marks.items():
        ref = refs[key]
        shown = f"para {ref.paragraph}" + (f" [{number}]" if len(marks) > 1 else "")
        sections.setdefault((ref.document, ref.section), []).append(shown)
    lines: list[str] = []
    document = ""
    for (mark, section), shown_ones in sections.items():
        lead = f"{mark}, " if mark != document else ""
        document = mark
        lines.append(f"{lead}{section}, {', '.join(shown_ones)}")
    return "Source: " + "; ".join(lines) + "."


def word_count(text: str) -> int:
    """Words as a reader counts them."""
    return len(re.findall(r"\S+", text))
