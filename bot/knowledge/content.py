"""All content of a folder, read and checked as a whole."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from bot.knowledge.files import ContentFile, Fault, Loc
from bot.knowledge.model import (
    Authority,
    Bridge,
    Cue,
    DocumentParagraphs,
    Event,
    Fact,
    Need,
    Paragraph,
    Places,
    Pointer,
    Record,
    Route,
    SchoolYear,
    Service,
    Statement,
    Term,
    Topic,
    Wording,
)

FORMAT = 3  # raise when the stored shape changes, so that an older store is rebuilt


@dataclass(frozen=True)
class AreaContent:
    """Everything about one authority. Order is that of the files, and fixed."""

    authority: Authority
    services: tuple[Service, ...] = ()
    routes: tuple[Route, ...] = ()
    statements: tuple[Statement, ...] = ()
    places: Places = field(default_factory=Places)
    terms: tuple[Term, ...] = ()
    paragraphs: tuple[DocumentParagraphs, ...] = ()
    events: tuple[Event, ...] = ()
    school_years: tuple[SchoolYear, ...] = ()

    def expand(self, names: Iterable[str]) -> tuple[str, ...]:
        """Route ids for route or group names, in the order of routes.yml."""
        wanted = {r for n in names for r in self.authority.groups.get(n, (n,))}
        return tuple(r.id for r in self.routes if r.id in wanted)

    def paragraph(self, document: str, number: int) -> Paragraph | None:
        """One paragraph of a document, or None."""
        for doc in self.paragraphs:
            if doc.document == document and number <= len(doc.paragraphs):
                return doc.paragraphs[number - 1]
        return None


@dataclass(frozen=True)
class CommonContent:
    """What all authorities share."""

    topics: tuple[Topic, ...] = ()
    needs: tuple[Need, ...] = ()
    facts: tuple[Fact, ...] = ()
    cues: tuple[Cue, ...] = ()
    terms: tuple[Term, ...] = ()
    bridges: tuple[Bridge, ...] = ()
    pointers: tuple[Pointer, ...] = ()
    events: tuple[Event, ...] = ()
    elsewhere: Places = field(default_factory=Places)
    wording: Wording | None = None


@dataclass(frozen=True)
class Content:
    """All content. `version` is a hash of everything; `lookups` only of what the engine is trained with."""

    common: CommonContent
    areas: tuple[AreaContent, ...]

    @property
    def version(self) -> str:
        """Twelve hex digits: the same content has the same version."""
        return _hash([self.common, self.areas])

    @property
    def lookups(self) -> str:
        """Hash of the words that the engine's lookups are generated from."""
        words = [
            [(n.id, n.words) for n in self.common.needs],
            self.common.elsewhere,
            [(a.authority, a.services, a.places, [(r.id, r.name, r.aliases) for r in a.routes]) for a in self.areas],
        ]
        return _hash(words)


def _hash(value: object) -> str:
    def plain(thing: object) -> object:
        if isinstance(thing, Record):
            return thing.model_dump(mode="json", by_alias=True)
        if hasattr(thing, "__dataclass_fields__"):
            return {name: plain(getattr(thing, name)) for name in thing.__dataclass_fields__}
        if isinstance(thing, (list, tuple)):
            return [plain(t) for t in thing]
        return thing

    text = json.dumps([FORMAT, plain(value)], sort_keys=True, ensure_ascii=False, default=str)
    return hashlib.sha256(text.encode()).hexdigest()[:12]


@dataclass
class Place:
    """Where a record stands, for the report of faults."""

    file: ContentFile
    loc: Loc


@dataclass
class Read:
    """The outcome of reading a folder: the content, where each record stands, and all faults."""

    content: Content
    places: dict[int, Place]
    faults: list[Fault]


def _records[M: Record](
    path: Path, root: Path, model: type[M], faults: list[Fault], places: dict[int, Place]
) -> list[M]:
    file = ContentFile(path, root, faults)
    found = file.many(model)
    for record, loc in found:
        places[id(record)] = Place(file, loc)
    return [record for record, _ in found]


def read_content(folder: Path) -> Read:
    """Read and check a content folder: `common/` and one folder an authority.

    Returns everything that could be read, and every fault (sorted). Nothing is raised for bad content.
    """
    from bot.knowledge.references import check_references

    faults: list[Fault] = []
    places: dict[int, Place] = {}

    def optional[M: Record](path: Path, model: type[M]) -> list[M]:
        return _records(path, folder, model, faults, places) if path.exists() else []

    def needed[M: Record](path: Path, model: type[M]) -> list[M]:
        return _records(path, folder, model, faults, places)

    common_dir = folder / "common"
    common = CommonContent(
        topics=tuple(needed(common_dir / "topics.yml", Topic)),
        needs=tuple(needed(common_dir / "needs.yml", Need)),
        facts=tuple(needed(common_dir / "facts.yml", Fact)),
        cues=tuple(optional(common_dir / "cues.yml", Cue)),
        terms=tuple(optional(common_dir / "glossary.yml", Term)),
        bridges=tuple(optional(common_dir / "bridges.yml", Bridge)),
        pointers=tuple(optional(common_dir / "pointers.yml", Pointer)),
        events=tuple(optional(common_dir / "events.yml", Event)),
        elsewhere=_one(common_dir / "elsewhere.yml", folder, Places, faults) or Places(),
        wording=ContentFile(common_dir / "wording.yml", folder, faults).one(Wording),
    )
    areas: list[AreaContent] = []
    names = sorted(p for p in folder.iterdir() if p.is_dir() and p.name != "common") if folder.is_dir() else []
    if not names:
        faults.append(Fault(str(folder), 0, "", "", "no authority has a folder here"))
    for area_dir in names:
        file = ContentFile(area_dir / "authority.yml", folder, faults)
        authority = file.one(Authority)
        if authority is None:
            continue
        if authority.id != area_dir.name:
            file.fault(("id",), authority.id, "id", f"must be the folder's name, {area_dir.name}")
        places[id(authority)] = Place(file, ())
        statements: list[Statement] = []
        for path in [
            *sorted((area_dir / "statements").glob("*.yml")),
            area_dir / "gaps.yml",
            area_dir / "conflicts.yml",
        ]:
            statements += optional(path, Statement)
        found_places = _one(area_dir / "places.yml", folder, Places, faults)
        areas.append(
            AreaContent(
                authority=authority,
                services=tuple(needed(area_dir / "services.yml", Service)),
                routes=tuple(needed(area_dir / "routes.yml", Route)),
                statements=tuple(statements),
                places=found_places or Places(),
                terms=tuple(optional(area_dir / "glossary.yml", Term)),
                paragraphs=tuple(needed(area_dir / "paragraphs.yml", DocumentParagraphs)),
                events=tuple(optional(area_dir / "events.yml", Event)),
                school_years=tuple(optional(area_dir / "terms.yml", SchoolYear)),
            )
        )
    content = Content(common, tuple(areas))
    check_references(content, places, faults)
    return Read(content, places, sorted(set(faults)))


def _one[M: Record](path: Path, root: Path, model: type[M], faults: list[Fault]) -> M | None:
    return ContentFile(path, root, faults).one(model) if path.exists() else None


def uncovered(area: AreaContent) -> list[tuple[str, Paragraph]]:
    """Paragraphs of the source with neither a statement nor a reason for leaving them out."""
    used = {(s.document, s.paragraph) for st in area.statements for s in st.source}
    return [
        (doc.document, p)
        for doc in area.paragraphs
        for p in doc.paragraphs
        if not p.omitted and (doc.document, p.n) not in used
    ]


def source_paragraphs(text: str) -> Sequence[str]:
    """The paragraphs of a source text: its lines that hold more than dashes, white space folded."""
    lines = (" ".join(line.split()) for line in text.splitlines())
    return [line for line in lines if line and set(line) != {"-"}]


def paragraph_hash(paragraph: str) -> str:
    """Sixteen hex digits of the SHA-256 of a folded paragraph."""
    return hashlib.sha256(paragraph.encode()).hexdigest()[:16]
