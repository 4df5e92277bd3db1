"""What every document is made from: a reply, put in order for paper. Pure functions."""

from __future__ import annotations

import re
from collections.abc import Collection, Container, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date

from bot.documents.texts import clean, line_of
from bot.documents.words import Kind, Words
from bot.guidance.dating import in_words
from bot.guidance.reply import Answer, ChecklistItem, ItemState, Reply, SourceRef, Verdict
from bot.guidance.reply import Point as Said

_BULLET = re.compile(r"^\s*[-*•]\s+")


@dataclass(frozen=True)
class Point:
    """One thing said. `label`: the case it holds for; `sources`: numbers in the sheet's list of sources."""

    text: str
    label: str = ""
    sources: tuple[int, ...] = ()


@dataclass(frozen=True)
class Section:
    """What is said to one question; `verdict` is a word ("Yes."), empty where there is none."""

    heading: str = ""
    verdict: str = ""
    lead: str = ""
    points: tuple[Point, ...] = ()


@dataclass(frozen=True)
class Item:
    """An item of the checklist; `state` is its state in words, `still_open` what it still hangs on."""

    text: str
    done: bool
    state: str
    firmness: str = ""
    who: str = ""
    still_open: tuple[str, ...] = ()
    sources: tuple[int, ...] = ()


@dataclass(frozen=True)
class DateLine:
    """A window in words, what falls in it, what it is counted from and what was assumed."""

    what: str
    label: str
    window: str
    note: str = ""


@dataclass(frozen=True)
class Row:
    """One question of a comparison, with what each council says; `councils` are headings of `cells`."""

    title: str
    councils: tuple[str, ...]
    cells: tuple[Section, ...]


@dataclass(frozen=True)
class Sheet:
    """A document before it has a form.

    `checklist_at`: the number of sections that stand before the checklist. `sources`: in order, numbered from 1.
    """

    title: str
    area_name: str
    made_on: date
    content_version: str
    words: Words = field(repr=False)
    sections: tuple[Section, ...] = ()
    checklist: tuple[Item, ...] = ()
    checklist_at: int = 0
    progress: str = ""
    dates: tuple[DateLine, ...] = ()
    note: str = ""
    comparison: tuple[Row, ...] = ()
    notices: tuple[str, ...] = ()
    sources: tuple[str, ...] = ()

    @property
    def kind(self) -> Kind:
        """What the document is called by."""
        return "checklist" if self.checklist else "comparison" if self.comparison else "answer"

    @property
    def subtitle(self) -> str:
        """Area and day on which it was made, in words."""
        subtitle = self.words.subtitle.format(area=self.area_name, date=in_words(self.made_on))
        return subtitle if self.area_name else subtitle.removeprefix(". ")

    @property
    def footer(self) -> str:
        """What stands at the foot of every page, beside its number."""
        return self.words.footer.format(date=in_words(self.made_on), version=self.content_version)


def sheet_of(
    reply: Reply,
    *,
    title: str,
    area_name: str,
    offer_notes: Sequence[str],
    ticked: Collection[str],
    made_on: date,
    words: Words,
) -> Sheet:
    """A reply as a sheet; nothing stands twice in it.

    Args:
        offer_notes: sentences that always stand on documents.
        ticked: ids of the statements that the person ticked as done, beside those that the reply knows to be done.
    """
    sources = _Sources(reply, words)
    sections, checklist_at = _sections(reply, sources, words)
    by_hand = {i.statement_id for i in reply.checklist if i.state is not ItemState.DONE} & set(ticked)
    if by_hand and sections and sections[0].lead and not sections[0].heading:
        # its lead may count what was missing then
        sections[0] = Section(words.headings.before_ticks, sections[0].verdict, sections[0].lead, sections[0].points)
    items = tuple(_item(i, i.statement_id in by_hand, sources, words) for i in reply.checklist)
    progress = words.progress_ticked if by_hand else words.progress
    return Sheet(
        title=line_of(title) or words.untitled,
        area_name=line_of(area_name),
        made_on=made_on,
        content_version=line_of(reply.content_version),
        words=words,
        sections=tuple(sections),
        checklist=items,
        checklist_at=checklist_at,
        progress=progress.format(done=sum(i.done for i in items), all=len(items)) if items else "",
        dates=tuple(dict.fromkeys(_dates(reply))),
        note=clean(reply.comparison.note) if reply.comparison else "",
        comparison=tuple(_rows(reply, sources, words)),
        notices=tuple(dict.fromkeys(map(line_of, [*offer_notes, *reply.notices]))),
        sources=tuple(sources.lines),
    )


class _Sources:
    """The sources of a reply, numbered in the order of their first use as on the page."""

    def __init__(self, reply: Reply, words: Words) -> None:
        self._words = words
        used: list[Said | ChecklistItem] = [p for part in reply.parts for p in part.points]
        used += reply.checklist
        used += _compared(reply)
        self.lines = list(dict.fromkeys(self._line(s) for one in used for s in one.sources))

    def of(self, said: Said | ChecklistItem) -> tuple[int, ...]:
        """The numbers of what something rests on, ascending."""
        return tuple(sorted({self.lines.index(self._line(s)) + 1 for s in said.sources}))

    def _line(self, source: SourceRef) -> str:
        return line_of(
            self._words.source_line.format(document=source.document, section=source.section, paragraph=source.paragraph)
        )


def points_by_id(reply: Reply) -> dict[str, Said]:
    """What is said by each statement of a reply, wherever it stands in it."""
    points = [Said(text=i.text, statement_id=i.statement_id, sources=i.sources) for i in reply.checklist]
    points += _compared(reply)
    points += [p for part in reply.parts for p in part.points]
    return {p.statement_id: p for p in points}


def _compared(reply: Reply) -> list[Said]:
    rows = reply.comparison.rows if reply.comparison else []
    return [p for row in rows for cell in row.cells for p in cell.points]


def _sections(reply: Reply, sources: _Sources, words: Words) -> tuple[list[Section], int]:
    """The sections, without what the checklist or the comparison says; and how many stand before the checklist."""
    if not reply.parts and not reply.comparison:
        return _plain(reply), 0
    listed = {i.statement_id for i in reply.checklist}
    compared = {p.statement_id for p in _compared(reply)}
    rows = reply.comparison.rows if reply.comparison else []
    in_cells = {(c.area, c.verdict, c.lead) for row in rows for c in row.cells}
    sections: list[Section] = []
    places: list[int] = []
    for part in reply.parts:
        left = [p for p in part.points if p.statement_id not in listed | compared]
        heading = line_of(part.question).removesuffix(":") if len(reply.parts) > 1 else ""
        keeps = bool(left) or _says_something(part, in_cells)
        if keeps:
            points = tuple(_point(p, sources) for p in left)
            sections.append(Section(heading, _verdict(part.verdict, words), clean(part.lead), points))
        if any(p.statement_id in listed for p in part.points):
            places.append(len(sections))
    return sections, places[0] if places else len(sections)


def _says_something(part: Answer, in_cells: Container[tuple[str | None, Verdict | None, str]]) -> bool:
    """Whether a part without points of its own still says something: a lead to points that are gone says nothing."""
    if (part.area, part.verdict, part.lead) in in_cells:
        return False
    return bool(part.verdict or (part.lead and not (part.points and part.lead.endswith(":"))))


def _plain(reply: Reply) -> list[Section]:
    """A reply that is text only: lines as leads, bullets as the points below them. Notices stand apart."""
    sections: list[Section] = []
    for line in filter(str.strip, clean(reply.text).split("\n")):
        if line in reply.notices:
            continue
        if not _BULLET.match(line):
            sections.append(Section(lead=line.strip()))
            continue
        last = sections.pop() if sections else Section()
        sections.append(Section(lead=last.lead, points=(*last.points, Point(_BULLET.sub("", line).strip()))))
    return sections


def _verdict(verdict: Verdict | None, words: Words) -> str:
    return words.verdicts[verdict] if verdict else ""


def _point(point: Said, sources: _Sources, label: str = "") -> Point:
    labels = filter(None, [label, line_of(point.label)])
    return Point(line_of(point.text), "; ".join(labels), sources.of(point))


def _item(item: ChecklistItem, by_hand: bool, sources: _Sources, words: Words) -> Item:
    done = by_hand or item.state is ItemState.DONE
    text = line_of(_without_open(item) if by_hand else item.text)
    still_open = () if done else tuple(o for o in map(line_of, item.open) if o not in text)
    return Item(
        text=text,
        done=done,
        state=words.states[ItemState.DONE if done else item.state],
        firmness=line_of(item.firmness),
        who=line_of(item.who),
        still_open=still_open,
        sources=sources.of(item),
    )


def _without_open(item: ChecklistItem) -> str:
    """The text of an item without the brackets at its end that say what is still open."""
    places = [at for label in item.open if (at := item.text.find(label)) >= 0]
    at = item.text.rfind(" (", 0, min(places)) if places and item.text.endswith(")") else -1
    return item.text[:at] if at >= 0 else item.text


def _dates(reply: Reply) -> Iterable[DateLine]:
    said = {i: ": ".join(filter(None, [line_of(p.label), line_of(p.text)])) for i, p in points_by_id(reply).items()}
    for item in reply.dates:
        window = line_of(item.text.removesuffix(item.assumption)).removesuffix(".")
        what = ": ".join(filter(None, [line_of(item.heading).removesuffix(":"), said.get(item.statement_id, "")]))
        yield DateLine(what, line_of(item.label), window[:1].upper() + window[1:], line_of(item.assumption))


def _rows(reply: Reply, sources: _Sources, words: Words) -> Iterable[Row]:
    for row in reply.comparison.rows if reply.comparison else []:
        alike = words.both_say if len(row.cells) == 2 else words.all_say
        cells = [
            Section(
                verdict=_verdict(cell.verdict, words),
                lead=clean(cell.lead),
                points=tuple(_point(p, sources, alike if p.statement_id in row.alike else "") for p in cell.points),
            )
            for cell in row.cells
        ]
        yield Row(line_of(row.title), tuple(line_of(cell.name) for cell in row.cells), tuple(cells))
