"""One authority's knowledge, ready to answer from: content, indexes and the vectors of its phrases."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from bot.guidance.likeness import PhraseSpace
from bot.guidance.reply import Point, SourceRef
from bot.knowledge.content import AreaContent, CommonContent
from bot.knowledge.model import Route, Source, Statement, Term
from bot.knowledge.store import Phrases

TERM = "term/"  # the meaning of a term is a point too; its id begins so


def explained(term: Term) -> str:
    """What a term means; the term stands before it unless the meaning begins with it."""
    begins = term.meaning.casefold().removeprefix("the ").removeprefix("a ").removeprefix("an ")
    return term.meaning if begins.startswith(term.term.casefold()) else f"{term.term}: {term.meaning}"


@dataclass(frozen=True)
class AreaKnowledge:
    """One authority's content with the phrases that its statements are found by. Immutable."""

    content: AreaContent
    phrases: Phrases

    @property
    def id(self) -> str:
        """The authority's id."""
        return self.content.authority.id

    @property
    def name(self) -> str:
        """The authority's name."""
        return self.content.authority.name

    @cached_property
    def statements(self) -> dict[str, Statement]:
        """Statements by id, in order."""
        return {s.id: s for s in self.content.statements}

    @cached_property
    def routes(self) -> dict[str, Route]:
        """Routes by id, in order."""
        return {r.id: r for r in self.content.routes}

    @cached_property
    def routes_of(self) -> dict[str, frozenset[str] | None]:
        """Statement id -> ids of the routes it holds for; None: all of them."""
        found: dict[str, frozenset[str] | None] = {}
        for s in self.content.statements:
            if s.routes == "all" and not s.except_routes:
                found[s.id] = None
            else:
                named = set(self.routes) if s.routes == "all" else set(self.content.expand(s.routes))
                found[s.id] = frozenset(named - set(self.content.expand(s.except_routes)))
        return found

    @cached_property
    def space(self) -> PhraseSpace:
        """The phrases, arranged for comparing questions with them."""
        return PhraseSpace(self.phrases)

    def point(self, statement: Statement, label: str = "") -> Point:
        """A statement as said, with its sources in full."""
        return Point(text=statement.text, statement_id=statement.id, label=label, sources=self.sources(statement))

    def meaning(self, term: Term) -> Point:
        """What a term of this authority means, with its sources in full."""
        sources = [ref for source in term.source for ref in self.refs(source)]
        return Point(text=explained(term), statement_id=f"{TERM}{term.id}", sources=sources)

    def said(self, statement_id: str) -> Point | None:
        """The point that was said under this id: a statement, or what a term means; None where it is not ours."""
        if statement_id in self.statements:
            return self.point(self.statements[statement_id])
        term = next((t for t in self.content.terms if f"{TERM}{t.id}" == statement_id), None)
        return None if term is None else self.meaning(term)

    def sources(self, statement: Statement) -> list[SourceRef]:
        """The sources of a statement: document mark, section, paragraph number, first words."""
        return [ref for source in statement.source for ref in self.refs(source)]

    def refs(self, source: Source) -> list[SourceRef]:
        """One source in full; empty where the paragraph is not known."""
        paragraph = self.content.paragraph(source.document, source.paragraph)
        if paragraph is None:
            return []
        mark = next(d.mark for d in self.content.authority.documents if d.id == source.document)
        return [SourceRef(document=mark, section=paragraph.section, paragraph=paragraph.n, opens=paragraph.opens)]


@dataclass(frozen=True)
class Knowledge:
    """All knowledge of one version: what is common, and each authority."""

    version: str
    common: CommonContent
    areas: dict[str, AreaKnowledge]
