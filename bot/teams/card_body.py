"""What a reply says, as elements of a card, in the order of the chat page."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from typing import Any

from bot.guidance.reply import Verdict
from bot.guidance.showing import blocks_of, is_structured, line_of, marks_of, shown_parts, sources_of, ticks_of
from bot.teams.blocks import Element, container, heading, rows_of, submit, text, tick, typed_heading
from bot.teams.card_text import Line, Piece, clean, inert
from bot.teams.card_words import CardWords

TICK = "tick:"
TICKS_DATA = {"signpost": "ticks"}
_STYLES = {"safeguarding": "attention", "error": "warning", "switched_off": "warning"}


def all_sources(reply: Mapping[str, Any]) -> list[str]:
    """A line for each source, numbered from 1: of the parts, then of what only stands in a comparison."""
    rows = reply["comparison"]["rows"] if reply["comparison"] else []
    return sources_of({"parts": [*reply["parts"], *(cell for row in rows for cell in row["cells"])]})


class Body:
    """Builds the elements; `said` counts paragraphs, points and dates, and of these at most `most` are shown."""

    def __init__(
        self,
        reply: Mapping[str, Any],
        words: CardWords,
        *,
        ticked: Collection[str] | None,
        is_open: bool,
        most: int | None = None,
    ) -> None:
        self._reply = reply
        self._words = words
        self._ticked = ticked
        self._is_open = is_open
        self._most = most
        self._sources = all_sources(reply)
        self._boxes: set[str] = set()
        self.said = 0

    @property
    def is_cut(self) -> bool:
        """Whether something was left out."""
        return self._most is not None and self.said > self._most

    def elements(self) -> list[Element]:
        """All that is said; set apart where the reply is a warning or an apology."""
        made = list(self._structured() if is_structured(self._reply) else self._plain())
        style = _STYLES.get(str(self._reply["status"]))
        return [container(made, style=style)] if made and style else made

    # ------------------------------------------------------------------ what is counted

    def _shown[T](self, items: Iterable[T]) -> list[T]:
        """Those of the items for which there is room."""
        kept = []
        for item in items:
            self.said += 1
            if self._most is None or self.said <= self._most:
                kept.append(item)
        return kept

    def _paragraphs(self, lines: Iterable[Line]) -> list[Element]:
        return text(self._shown(lines))

    # ------------------------------------------------------------------ parts

    def _plain(self) -> Iterable[Element]:
        for kind, lines in blocks_of(clean(self._reply["text"])):
            yield from text(self._shown([[Piece(line)] for line in lines]), listed=kind == "list")

    def _structured(self) -> Iterable[Element]:
        reply, words = self._reply, self._words
        parts = shown_parts(reply)
        last = max((number for number, part in enumerate(parts) if ticks_of(part, reply)), default=None)
        for number, part in enumerate(parts):
            yield from self._part(part)
            if number == last and self._boxes:
                yield from rows_of([submit(words.send_ticks, TICKS_DATA)])
        if reply["comparison"]:
            yield from self._comparison(reply["comparison"])
        dates = self._shown([[Piece(_one_line(line_of(date)))] for date in reply["dates"]])
        if dates:
            yield from [*heading(words.dates), *text(dates, listed=True)]
        notices = ([Piece(words.notice, strong=True), Piece(_one_line(notice))] for notice in reply["notices"])
        yield from self._paragraphs(notices)

    def _part(self, part: Mapping[str, Any]) -> Iterable[Element]:
        if len(self._reply["parts"]) > 1 and part["question"].strip():
            yield from (e for question in self._shown([part["question"]]) for e in typed_heading(question))
        ticks = ticks_of(part, self._reply)
        if ticks:
            yield from self._checklist(part, ticks)
        else:
            yield from self._paragraphs(self._first(part))
            yield from text(self._shown(map(self._point, part["points"])), listed=True)

    def _first(self, part: Mapping[str, Any]) -> list[Line]:
        """Yes or no, and what is said before the points; a line each."""
        verdict = [Piece(self._words.verdicts[Verdict(part["verdict"])], strong=True)] if part["verdict"] else []
        first, *others = [line for line in clean(part["lead"]).split("\n") if line.strip()] or [""]
        return [line for line in ([*verdict, Piece(first.strip())], *([Piece(o.strip())] for o in others)) if line]

    def _point(self, point: Mapping[str, Any]) -> Line:
        label = [Piece(f"{_one_line(point['label'])}:", strong=True)] if point["label"] else []
        marks = marks_of(point, self._sources)
        return [*label, Piece(_one_line(point["text"])), *([Piece(marks, is_marks=True)] if marks else [])]

    # ------------------------------------------------------------------ checklist

    def _checklist(self, part: Mapping[str, Any], ticks: list[tuple[Mapping[str, Any], bool]]) -> Iterable[Element]:
        if part["verdict"] or part["lead"].strip():
            yield from self._paragraphs(self._first(part))
        else:
            yield from heading(self._words.checklist)
        for point, is_done in self._shown(ticks):
            statement_id = str(point["statement_id"])
            is_ticked = is_done if self._ticked is None else statement_id in self._ticked
            if self._is_open and statement_id not in self._boxes:
                self._boxes.add(statement_id)
                title = inert(clean(" ".join(piece.text for piece in self._point(point))))
                yield tick(f"{TICK}{statement_id}", title, is_ticked)
            else:
                state = self._words.ticked if is_ticked else self._words.not_ticked
                yield from text([[Piece(state, strong=True), *self._point(point)]], listed=True)

    # ------------------------------------------------------------------ comparison

    def _comparison(self, comparison: Mapping[str, Any]) -> Iterable[Element]:
        note = [[Piece(line)] for line in clean(comparison["note"]).split("\n") if line.strip()]
        yield from self._paragraphs(note)
        for row in comparison["rows"]:
            cells = [self._cell(cell, row["alike"]) for cell in row["cells"]]
            if any(cells):
                yield from heading(_one_line(row["title"]))
                yield from (container(cell, style="emphasis", spacing="small") for cell in cells if cell)

    def _cell(self, cell: Mapping[str, Any], alike: Collection[str]) -> list[Element]:
        """One council's side of a row, under its name."""
        both = Piece(self._words.alike, strong=True)
        points = [
            [*([both] if point["statement_id"] in alike else []), *self._point(point)] for point in cell["points"]
        ]
        said = [*self._paragraphs(self._first(cell)), *text(self._shown(points), listed=True)]
        return [*text([[Piece(_one_line(cell["name"]), strong=True)]]), *said] if said else []


def _one_line(words: object) -> str:
    return " ".join(clean(words).split())
