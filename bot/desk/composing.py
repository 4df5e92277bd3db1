"""Compose the reply to an e-mail from chosen statements, in house style. Pure; the words stand in words/letter.yml.

What an offer says is said in its statements, word for word. Ours are greeting, headings and what holds them together.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import Any

from bot.desk.blanks import unfilled
from bot.documents.texts import line_of
from bot.guidance.area import AreaKnowledge
from bot.guidance.draft import Question
from bot.guidance.reply import Point, SourceRef, Status
from bot.guidance.routes import fitting

TO_ANSWER = frozenset({Status.ANSWERED, Status.PARTLY_ANSWERED, Status.CLARIFY})
NOT_THERE = frozenset({Status.NOT_STATED, Status.OUT_OF_SCOPE})
MOST_LABELS = 2  # cases named before a statement; one that holds for more is said without


class Voice(StrEnum):
    """Whom a reply speaks to."""

    PROFESSIONAL = "professional"
    PARENT = "parent"


@dataclass(frozen=True, slots=True)
class Composed:
    """A reply. `blanks`: names of what a person must fill in; `missing`: chosen statements that are there no more."""

    text: str
    blanks: tuple[str, ...]
    missing: tuple[str, ...]


def compose(
    questions: Sequence[Question],
    area: AreaKnowledge,
    words: Mapping[str, Any],
    voice: Voice,
    *,
    with_sources: bool,
    today: date,
    facts: Mapping[str, Any] | None = None,
) -> Composed:
    """The reply as plain text, lines ending in "\\n".

    Args:
        words: those of letter.yml.
        with_sources: marks behind the statements and a numbered list of their sources at the end.
        facts: what is known of the pupil, by id, as it was stored; cases that it rules out are not told apart.
    """
    letter = _Letter(area, words, voice, with_sources, _as_facts(facts or {}))
    text = letter.text(questions, today)
    return Composed(text, tuple(unfilled(text)), tuple(dict.fromkeys(letter.missing)))


@dataclass
class _Letter:
    """One reply while it is composed: what was said already, and where it comes from."""

    area: AreaKnowledge
    words: Mapping[str, Any]
    voice: Voice
    with_sources: bool
    facts: Mapping[str, Any]
    said: dict[str, int] = field(default_factory=dict)  # text -> number of the question to which it was said
    sources: list[str] = field(default_factory=list)
    missing: list[str] = field(default_factory=list)

    @property
    def own(self) -> Mapping[str, str]:
        """The words of this voice; those of both stand beside them."""
        words: Mapping[str, str] = self.words[self.voice.value]
        return words

    def text(self, questions: Sequence[Question], today: date) -> str:
        several = len(questions) > 1
        opening = self.own["opening_several" if several else "opening_one"].format(area=self.area.name)
        answers = [self.answer(question, number, several) for number, question in enumerate(questions, 1)]
        blocks = [self.own["greeting"], opening, *answers, self.closing(), self.overdue(today), self.own["sign_off"]]
        if self.sources:
            blocks.append("\n".join([self.words["sources"], *self.sources]))
        return "\n\n".join(block for block in blocks if block)

    def answer(self, question: Question, number: int, several: bool) -> str:
        """One answer: heading where there are several, then a sentence or a list."""
        points = [p for i in dict.fromkeys(question.statements) if (p := self.point(i)) is not None]
        before = sorted({self.said[p.text] for p in points if p.text in self.said})
        new = list({p.text: p for p in points if p.text not in self.said}.values())
        self.said |= {p.text: number for p in new}
        labels = self.labels(points)
        told = [self.told(point, labels.get(point.statement_id, point.label)) for point in new]
        opening = [_plain(question.lead)]
        see = [self.words["see_also" if new else "see_above"].format(number=each) for each in before]
        if len(told) < 2:
            opening += [*told, *see, "" if points else self.nothing(question)]
            told, see = [], []
        lines = [self.heading(question, number)] if several else []
        lines += [" ".join(filter(None, opening)), *(self.words["point"].format(text=each) for each in told), *see]
        return "\n".join(filter(None, lines))

    def heading(self, question: Question, number: int) -> str:
        heading = _plain(question.heading).rstrip(":") or self.words["heading_none"]
        return str(self.words["heading"].format(number=number, heading=heading))

    def nothing(self, question: Question) -> str:
        """What stands where no statement was chosen: that the offer does not say is said only where it was found."""
        if question.lead and question.status not in TO_ANSWER:
            return ""
        if question.status in NOT_THERE:
            return self.own["not_stated"].format(area=self.area.name)
        return str(self.words["not_answered"])

    def point(self, statement_id: str) -> Point | None:
        """A statement in the wording for this voice."""
        point = self.area.said(statement_id)
        if point is None:
            self.missing.append(statement_id)
            return None
        statement = self.area.statements.get(statement_id)
        if self.voice is not Voice.PARENT or statement is None:
            return point
        if statement.parent_text:
            return point.model_copy(update={"text": statement.parent_text})
        return point.model_copy(update={"label": self.words["for_school"]})

    def labels(self, points: Sequence[Point]) -> dict[str, str]:
        """Statement id -> the case it holds for, where the cases of these statements differ.

        A label from the point itself ("For the school") stands before it.
        """
        routes = {p.statement_id: self.area.routes_of.get(p.statement_id) for p in points}
        spoken_of: frozenset[str] = frozenset().union(*(each for each in routes.values() if each))
        active = spoken_of & frozenset(fitting(self.area, self.facts)) or spoken_of
        found = {}
        for point in points:
            its_routes = routes[point.statement_id]
            if its_routes is None or active <= its_routes:
                continue
            held = [self.area.routes[r] for r in self.area.routes if r in its_routes & active]
            names = [r.label for r in held if not (r.broader and r.broader in its_routes & active)]
            if len(names) <= MOST_LABELS:
                label = "; ".join(filter(None, dict.fromkeys([point.label, *names])))
                found[point.statement_id] = label
        return found

    def told(self, point: Point, label: str) -> str:
        text = self.words["labelled"].format(label=label, text=point.text) if label else point.text
        return f"{text} {self.marks(point.sources)}".rstrip()

    def marks(self, refs: Iterable[SourceRef]) -> str:
        """The numbers of the sources in the list at the end, which grows as they are said: "[1, 3]"."""
        if not self.with_sources:
            return ""
        numbers = []
        for ref in refs:
            number = next((n for n, line in enumerate(self.sources, 1) if line == self.source(n, ref)), None)
            if number is None:
                number = len(self.sources) + 1
                self.sources.append(self.source(number, ref))
            numbers.append(number)
        return f"[{', '.join(map(str, sorted(set(numbers))))}]" if numbers else ""

    def source(self, number: int, ref: SourceRef) -> str:
        return str(self.words["source"].format(number=number, **ref.model_dump(exclude={"opens"})))

    def closing(self) -> str:
        """Addresses and forms that the statements name, each once."""
        authority = self.area.content.authority
        named = {
            "addresses": _named_in(self.said, authority.addresses),
            "forms": _named_in(self.said, [form.name for form in authority.forms]),
        }
        lines = [
            self.words[f"{kind}_{'one' if len(names) == 1 else 'several'}"].format(named=", ".join(names))
            for kind, names in named.items()
            if names
        ]
        return "\n".join(lines)

    def overdue(self, today: date) -> str:
        """That the offer is past its review date, where it is and something of it was said."""
        due = [d.review_due for d in self.area.content.authority.documents if d.review_due and d.review_due < today]
        return self.own["overdue"].format(area=self.area.name, date=f"{due[0]:%B %Y}") if due and self.said else ""


def _named_in(texts: Iterable[str], names: Sequence[str]) -> list[str]:
    """Which of the names stand in the texts, in that order; "School SES Referral Form" names no other form in it."""
    found: dict[str, None] = {}
    longest_first = sorted(names, key=len, reverse=True)
    for text in texts:
        places = {}
        for name in longest_first:
            if (at := text.find(name)) >= 0:
                places[at] = name
                text = text.replace(name, "\0" * len(name))
        found |= dict.fromkeys(places[at] for at in sorted(places))
    return list(found)


def _plain(text: str) -> str:
    """Words of a question on one line; square brackets would make a blank of them."""
    return line_of(text).replace("[", "(").replace("]", ")")


def _as_facts(stored: Mapping[str, Any]) -> dict[str, Any]:
    """Facts as conditions read them: JSON has lists where they have sets of needs."""
    return {name: tuple(value) if isinstance(value, list) else value for name, value in stored.items()}
