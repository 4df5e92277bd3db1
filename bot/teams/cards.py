"""A reply as an Adaptive Card for Teams: complete, in the order of the chat page, and never larger than Teams takes."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import replace
from typing import Any

from bot.guidance.showing import drafts_of, kinds_of
from bot.teams.blocks import (
    Element,
    card,
    container,
    open_url,
    rows_of,
    submit,
    text,
    toggle,
    typed,
)
from bot.teams.card_body import Body, all_sources
from bot.teams.card_size import LARGEST_CARD_BYTES, Room, fits
from bot.teams.card_text import Piece, clean, clipped, inert
from bot.teams.card_words import CardWords, Link, card_words

__all__ = ["LARGEST_CARD_BYTES", "card_of", "message_of", "summary_of"]

CONTENT_TYPE = "application/vnd.microsoft.card.adaptive"
LONGEST_SUMMARY = 150
LONGEST_CHOSEN = 1000
LONGEST_TITLE = 60
LONGEST_DRAFT_TITLE = 34  # fits on a telephone
_TAKEN: dict[Link, str] = {"print": "print", "pdf": "print", "docx": "print", "ics": "calendar", "case": "case"}
_FOOT: tuple[Link, ...] = ("help", "privacy")
_MARKS = re.compile(r"\s*\[\d[\d, ]*\]")
_BULLETS = re.compile(r"^\s*[-*•]\s+", re.MULTILINE)


def card_of(
    reply: Mapping[str, Any],
    *,
    links: Mapping[str, str],
    chosen: str = "",
    ticked: Collection[str] | None = None,
) -> dict[str, Any]:
    """A reply as a card.

    Args:
        reply: JSON of a Reply, with signed payloads in `choices[].payload` and `understood[].payload`.
        links: addresses by kind: print, pdf, docx, ics, case, eml-0, eml-1 ..., help, privacy; what is missing, or is
            no web address, is not offered.
        chosen: what was chosen on this card, in words: then it says so, and no button that sends anything is on it.
        ticked: statement ids ticked by hand on the checklist; None: ticks go by the states of the items.
    Returns: a card of at most LARGEST_CARD_BYTES. What does not fit is left out in a fixed order, and the card says so.
    """
    links = {kind: url for kind, url in links.items() if re.match(r"https?://[^\s]+\Z", url)}
    making = _Making(reply, links, chosen, ticked)
    for room in Room().less():
        made, said = making.made(room)
        if fits(made):
            return made
    return making.largest(room, said)


def summary_of(reply: Mapping[str, Any]) -> str:
    """One short plain line for notifications, in the reply's own words."""
    beginning = clean(reply["text"])[: LONGEST_SUMMARY * 10]
    words = _BULLETS.sub("", _MARKS.sub("", beginning))
    return clipped(" ".join(words.split()), LONGEST_SUMMARY) or card_words().summary


def message_of(card: Mapping[str, Any], summary: str) -> dict[str, Any]:
    """The message that carries a card."""
    return {
        "type": "message",
        "summary": summary,
        "attachments": [{"contentType": CONTENT_TYPE, "content": dict(card)}],
    }


class _Making:
    """Makes a card with more or less on it."""

    def __init__(
        self, reply: Mapping[str, Any], links: Mapping[str, str], chosen: str, ticked: Collection[str] | None
    ) -> None:
        self._reply = reply
        self._links = links
        self._chosen = chosen.strip()
        self._ticked = ticked
        self._words: CardWords = card_words()

    def made(self, room: Room) -> tuple[dict[str, Any], int]:
        """A card with what there is room for, and of how many paragraphs, points and dates the whole would be."""
        body = Body(self._reply, self._words, ticked=self._ticked, is_open=not self._chosen, most=room.said)
        said = body.elements()
        cut = self._cut() if body.is_cut else []
        elements = [*self._understood(), *said, *cut, *self._folds(room), *self._choices(), *self._foot()]
        return card(elements or text([[Piece(self._words.summary)]]), self._fallback(room)), body.said

    def largest(self, room: Room, said: int) -> dict[str, Any]:
        """The card with as many paragraphs, points and dates, from the first, as fit."""
        fitting, low, high = None, 0, said
        while low < high:
            middle = (low + high) // 2
            made, _ = self.made(replace(room, said=middle))
            if fits(made):
                fitting, low = made, middle + 1
            else:
                high = middle
        return fitting or self._bare()

    def _bare(self) -> dict[str, Any]:
        """The little that fits where a single thing is larger than a card: how it begins, and what can be chosen."""
        words = self._words
        body = [*text([[Piece(clipped(clean(self._reply["text"]), LONGEST_CHOSEN).replace("\n", " "))]]), *self._cut()]
        body += self._chosen_line()
        choices = [] if self._chosen else self._reply["choices"]
        note = text([[Piece(words.choices_cut)]])
        kept: list[Element] = []
        for choice in choices:
            more = [*kept, submit(choice["title"], _choice(choice["payload"]))]
            if not fits(card([*body, *rows_of(more), *note], summary_of(self._reply))):
                break
            kept = more
        left_out = note if len(kept) < len(choices) else []
        return card([*body, *rows_of(kept), *left_out], summary_of(self._reply))

    def _cut(self) -> list[Element]:
        """That not all of it fits, and where the whole is."""
        link = self._links.get("print")
        if not link or len(link) > LARGEST_CARD_BYTES // 4:
            return text([[Piece(self._words.cut_no_link, strong=True)]])
        said = text([[Piece(self._words.cut, strong=True)]])
        return [*said, *rows_of([open_url(self._words.links["print"], link)])]

    def _fallback(self, room: Room) -> str:
        words = clean(self._reply["text"]).strip() or self._words.summary
        return inert(words if room.fallback_chars is None else clipped(words, room.fallback_chars))

    # ------------------------------------------------------------------ what was understood

    def _understood(self) -> list[Element]:
        """The facts in a line, and the buttons to change them behind one that is small on a telephone."""
        facts, words = self._reply["understood"], self._words
        if not facts:
            return []
        labels = (" ".join(clean(fact["label"]).split()) for fact in facts)
        line = typed(" · ".join(filter(None, labels)), label=words.understood)
        changes = [
            submit(clipped(words.change.format(label=fact["label"]), LONGEST_TITLE), _choice(fact["payload"]))
            for fact in facts
            if fact["payload"] and not self._chosen
        ]
        if not changes:
            return line
        opener = rows_of([toggle(words.change_open, "change")])
        return [*line, *opener, container(rows_of(changes), id="change", isVisible=False)]

    # ------------------------------------------------------------------ folds

    def _folds(self, room: Room) -> list[Element]:
        """Sources, drafts and what can be taken away: their buttons, and below these what each of them shows."""
        folds = list(self._folded(room))
        buttons = [toggle(title, target) for title, target, _ in folds]
        hidden = [
            container([*text([[Piece(title, strong=True)]]), *inside], id=target, style="emphasis", isVisible=False)
            for title, target, inside in folds
        ]
        return [*rows_of(buttons, spacing="default"), *hidden]

    def _folded(self, room: Room) -> Iterator[tuple[str, str, list[Element]]]:
        words, sources = self._words, all_sources(self._reply)
        if sources:
            yield words.sources, "sources", self._sources(sources) if room.has_sources else self._elsewhere()
        drafts = drafts_of(self._reply)
        for number, draft in enumerate(drafts):
            yield self._draft_title(draft, number, len(drafts)), f"draft-{number}", self._draft(draft, number, room)
        kinds = kinds_of(self._reply)
        taken = [kind for kind, need in _TAKEN.items() if kind in self._links and need in kinds]
        if taken:
            yield words.take, "take", rows_of([open_url(words.links[kind], self._links[kind]) for kind in taken])

    def _sources(self, lines: list[str]) -> list[Element]:
        return text([[Piece(f"[{number}]", is_marks=True), Piece(line)] for number, line in enumerate(lines, start=1)])

    def _elsewhere(self) -> list[Element]:
        link = self._links.get("print")
        said = text([[Piece(self._words.sources_elsewhere if link else self._words.sources_left_out)]])
        return [*said, *rows_of([open_url(self._words.links["print"], link)] if link else [])]

    def _draft_title(self, draft: Mapping[str, Any], number: int, count: int) -> str:
        if count == 1:
            return self._words.email
        title = self._words.email_form.format(form=draft["title"])
        is_fit = draft["title"] and len(title) <= LONGEST_DRAFT_TITLE
        return title if is_fit else self._words.email_number.format(number=number + 1)

    def _draft(self, draft: Mapping[str, Any], number: int, room: Room) -> list[Element]:
        words, link = self._words, self._links.get(f"eml-{number}")
        file = rows_of([open_url(words.email_file, link)] if link else [])
        if not room.has_drafts:
            return [*text([[Piece(words.email_elsewhere if link else words.email_left_out)]]), *file]
        head = text([[Piece(words.email_to, strong=True), Piece(draft["to"])]])
        head += typed(draft["subject"], label=words.email_subject)
        body = [
            {**line, "spacing": "none" if number else "default"}
            for paragraph in re.split(r"\n\s*\n", clean(draft["body"]))
            for number, line in enumerate(typed(paragraph))
        ]
        return [*head, *body, *file]

    # ------------------------------------------------------------------ choices

    def _chosen_line(self) -> list[Element]:
        chosen = clipped(" ".join(clean(self._chosen).split()), LONGEST_CHOSEN)
        return typed(chosen, label=self._words.chosen, spacing="medium") if chosen else []

    def _choices(self) -> list[Element]:
        if self._chosen:
            return self._chosen_line()
        buttons = [submit(choice["title"], _choice(choice["payload"])) for choice in self._reply["choices"]]
        return rows_of(buttons, spacing="medium")

    def _foot(self) -> list[Element]:
        """Help and privacy, small: they stand beneath every card."""
        links = [Piece(self._words.links[kind], link=self._links[kind]) for kind in _FOOT if kind in self._links]
        line = [piece for link in links for piece in (Piece("·"), link)][1:]
        return text([line], size="small", spacing="medium")


def _choice(payload: str) -> dict[str, str]:
    return {"signpost": "choice", "payload": payload}
