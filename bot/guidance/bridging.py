"""A bridge between the terms of two authorities: what each means, and that they are not to be mixed up. Pure."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence

from bot.guidance.area import AreaKnowledge, Knowledge
from bot.guidance.comparing import compare
from bot.guidance.reading import Reader
from bot.guidance.reply import Answer, Comparison, Status
from bot.guidance.understanding import INTERROGATIVE, Understood
from bot.knowledge.model import Bridge, Term

TOPIC = "glossary"
ABOUT_TERMS = frozenset({"compare", "ask_glossary", "follow_up"})
UNCLEAR = 0.4  # a clause whose best intent is less sure may be about terms
# How people ask what a term is elsewhere, or whether two terms are one thing.
RELATES = re.compile(
    r"\b(?:same|equivalents?|version|counterparts?|alternative to|call(?:ed|s)?|instead|in place of|differ\w*|compar\w*"
    r"|match(?:es)?|correspond\w*|translat\w*|versus|vs|interchangeabl[ey]|means?|meaning|confus\w+|mix(?:ed|ing)?|muddl\w+"
    r"|(?:another|other) (?:name|word)s? for)\b",
    re.IGNORECASE,
)


class Bridging:
    """Finds the bridge that a message asks for and puts it side by side."""

    def __init__(self, knowledge: Knowledge, reader: Reader) -> None:
        self._reader = reader
        self._areas = knowledge.areas
        terms = {t.id: (a, t) for a in knowledge.areas.values() for t in a.content.terms}
        self._terms: dict[str, tuple[AreaKnowledge, Term]] = terms
        sides = {
            b.id: {a: [t for t in b.terms[a] if t in terms] for a in knowledge.areas if a in b.terms}
            for b in knowledge.common.bridges
        }
        self._bridges = [(b, sides[b.id]) for b in knowledge.common.bridges if len(sides[b.id]) > 1]

    def asked(self, heard: Understood, compares: bool) -> Bridge | None:
        """The bridge that a message asks for: two of its terms held together, or one looked for elsewhere."""
        relating = [c for c in heard.asking if compares or RELATES.search(c.text)]
        terms = {t for c in relating for t in self._reader.read(c.text, c.entities).terms}
        found = [(b, [t for ts in sides.values() for t in ts if t in terms], set(sides)) for b, sides in self._bridges]
        asked = [(len(named), b) for b, named, homes in found if named and self._is_asked(b, heard, named, homes)]
        return max(asked, key=lambda a: a[0])[1] if asked else None

    def _is_asked(self, bridge: Bridge, heard: Understood, named: Sequence[str], areas: Collection[str]) -> bool:
        about = ABOUT_TERMS | {f"ask_{t}" for t in bridge.topics}
        asking = [c for c in heard.asking if INTERROGATIVE.search(c.text)] or heard.asking  # not the story before it
        if not all(c.intent in about or c.confidence < UNCLEAR for c in asking):
            return False
        homes = {self._terms[t][0].id for t in named}
        places = set(areas) & set(heard.reading.areas)
        if len(homes) == 1:
            return bool(places - homes)
        return len(homes) > 1 and (len(places) > 1 or self._are_different(named))

    def _are_different(self, named: Sequence[str]) -> bool:
        """Whether at least two authorities' terms were named by words that are theirs alone."""
        own = {
            self._terms[t][0].id
            for t in named
            if not any(self._words(t) & self._words(o) for o in named if self._terms[o][0].id != self._terms[t][0].id)
        }
        return len(own) > 1

    def answers(self, bridge: Bridge, named: Sequence[str], first: str | None) -> tuple[list[Answer], Comparison]:
        """What the terms of a bridge mean, for one authority after the other, the conversation's own first.

        Args:
            named: ids of the terms that were named; of an authority of which none was, all its terms are told.
        """
        sides = next(sides for b, sides in self._bridges if b.id == bridge.id)
        found = []
        for area_id in sorted(sides, key=lambda a: a != first):
            area = self._areas[area_id]
            told = [t for t in sides[area_id] if t in named] or sides[area_id]
            points = [area.meaning(self._terms[t][1]) for t in told]
            found.append(
                Answer(question=f"{area.name}:", topic=TOPIC, area=area_id, status=Status.ANSWERED, points=points)
            )
        return found, compare([("", found)], self._areas, bridge.note)

    def _words(self, term_id: str) -> set[str]:
        term = self._terms[term_id][1]
        return {term.term.casefold(), *(a.casefold() for a in term.aliases)}
