"""What was found in a message and what stands in its place."""

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, order=True)
class Span:
    """Characters `start` up to `end` of the text as typed, their kind, and the words put there instead."""

    start: int
    end: int
    kind: str
    replacement: str


@dataclass(frozen=True)
class Masked:
    """The masked text, the kinds found (sorted, each once) and where in the text as typed they stood."""

    text: str
    found: tuple[str, ...]
    spans: tuple[Span, ...]

    @property
    def marks(self) -> tuple[tuple[int, int, str], ...]:
        """Start, end and kind of each replacement in the masked text, in order; empty where words were dropped."""
        marks, shift = [], 0
        for span in self.spans:
            start = span.start + shift
            marks.append((start, start + len(span.replacement), span.kind))
            shift += len(span.replacement) - (span.end - span.start)
        return tuple(marks)


def apply(text: str, spans: Iterable[Span]) -> str:
    """`text` with each span replaced; spans must be in order and apart."""
    parts: list[str] = []
    done = 0
    for span in spans:
        parts += [text[done : span.start], span.replacement]
        done = span.end
    return "".join((*parts, text[done:]))


def without_overlaps(spans: Iterable[Span]) -> tuple[Span, ...]:
    """In order of place; of spans that overlap the one given first is kept, widened over the others."""
    kept: list[Span] = []
    for span in spans:
        clashing = [other for other in kept if other.start < span.end and span.start < other.end]
        if clashing:
            winner = clashing[0]
            start = (
                min(span.start, *(other.start for other in clashing))
                if len(clashing) > 1
                else min(span.start, winner.start)
            )
            end = max(span.end, max(other.end for other in clashing))
            kept = [other for other in kept if other not in clashing]
            kept.append(Span(start, end, winner.kind, winner.replacement))
        else:
            kept.append(span)
    return tuple(sorted(kept))


def in_original(first: tuple[Span, ...], second: Iterable[Span]) -> tuple[Span, ...]:
    """Joins spans of a second pass (places in the text that the first pass gave) with those of the first.

    A second span that touches a replacement takes the whole of it; of what it covers its own words remain.
    """
    joined = list(first)
    for span in second:
        start, end = _back(first, span.start, at_end=False), _back(first, span.end, at_end=True)
        joined = [other for other in joined if not (other.start < end and start < other.end)]
        joined.append(Span(start, end, span.kind, span.replacement))
    return tuple(sorted(joined))


def _back(spans: tuple[Span, ...], place: int, at_end: bool) -> int:
    """The place in the text as typed for a place in the masked text."""
    shift = 0
    for span in spans:
        start = span.start + shift
        end = start + len(span.replacement)
        if place < start or (place == start and (at_end or start == end)):
            break
        if place < end or (place == end and at_end):
            return span.end if at_end else span.start
        shift += len(span.replacement) - (span.end - span.start)
    return place - shift
