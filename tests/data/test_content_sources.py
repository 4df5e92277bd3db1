"""The offers against their sources: paragraphs by number and hash; figures, addresses and forms as printed there.

The sources lie beside a working copy of the project, not in it: where they are not, there is nothing to compare.
"""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from bot.knowledge.content import paragraph_hash, source_paragraphs
from bot.knowledge.model import Kind
from tests.guidance_support import AREAS, ROOT, area_content

SOURCES = ROOT.parent / "shared" / "sources"
FILES = {"suffolk": "suffolk-ses-core-offer.txt", "milton-keynes": "milton-keynes-send-support-offer.txt"}
FIGURE = re.compile(r"\d(?:[\d,]*\d)?")
BEFORE_THE_TEXT = re.compile(r"^[\s·•*-]*(?:\[bookmark:[^\]]*\])?[\s·•*-]*")


def source(area_id: str) -> list[str]:
    """The paragraphs of an authority's source, or none where the file is not here."""
    path: Path = SOURCES / FILES[area_id]
    return list(source_paragraphs(path.read_text(encoding="utf-8"))) if path.is_file() else []


@pytest.mark.parametrize("area_id", AREAS)
def test_paragraphs_are_numbered_from_one_without_a_hole(area_id):
    for document in area_content(area_id).paragraphs:
        assert [p.n for p in document.paragraphs] == list(range(1, len(document.paragraphs) + 1))


@pytest.mark.parametrize("area_id", AREAS)
def test_every_document_of_an_authority_has_its_paragraphs_and_only_those(area_id):
    area = area_content(area_id)
    assert [d.id for d in area.authority.documents] == [d.document for d in area.paragraphs]


@pytest.mark.parametrize("area_id", AREAS)
def test_paragraphs_are_those_of_the_source(area_id):
    paragraphs = source(area_id)
    if not paragraphs:
        return
    listed = area_content(area_id).paragraphs[0].paragraphs
    assert len(listed) == len(paragraphs)
    assert [p.n for p, t in zip(listed, paragraphs, strict=True) if p.sha256 != paragraph_hash(t)] == []
    starts = [BEFORE_THE_TEXT.sub("", t) for t in paragraphs]
    assert [p.n for p, t in zip(listed, starts, strict=True) if not t.startswith(p.opens)] == []


@pytest.mark.parametrize("area_id", AREAS)
def test_every_figure_stands_in_the_passage_that_is_named_for_it(area_id):
    paragraphs = source(area_id)
    if not paragraphs:
        return
    faults = []
    for s in area_content(area_id).statements:
        passage = " ".join(paragraphs[r.paragraph - 1] for r in s.source)
        if s.kind is not Kind.GAP:
            faults += [(s.id, figure) for figure in FIGURE.findall(s.text) if figure not in FIGURE.findall(passage)]
    assert faults == []


@pytest.mark.parametrize("area_id", AREAS)
def test_a_fact_gives_an_address_only_where_its_passage_does(area_id):
    paragraphs = source(area_id)
    if not paragraphs:
        return
    area = area_content(area_id)
    faults = []
    for s in area.statements:
        passage = " ".join(paragraphs[r.paragraph - 1] for r in s.source)
        if s.kind is Kind.FACT:
            faults += [(s.id, a) for a in area.authority.addresses if a in s.text and a not in passage]
    assert faults == []


@pytest.mark.parametrize("area_id", AREAS)
def test_addresses_and_forms_are_printed_so_in_the_source(area_id):
    text = " ".join(source(area_id))
    if not text:
        return
    authority = area_content(area_id).authority
    assert [a for a in authority.addresses if a.casefold() not in text.casefold()] == []
    assert [f.name for f in authority.forms if f.name.split(" (")[0].casefold() not in text.casefold()] == []
