"""The Word file opens again with everything in it: headings, lists, tables, boxes, language, properties."""

from __future__ import annotations

from datetime import UTC, datetime
from io import BytesIO

import pytest
from docx import Document
from docx.oxml.ns import qn
from hypothesis import example, given, settings
from hypothesis import strategies as st

from bot.documents import docx_of
from bot.documents.texts import clean
from tests.guidance_support import conversations
from tests.unit.test_documents_sheet import HOSTILE, KINDS, TODAY, hostile_sheet, reply_of, sheet, texts_of

CHECKED = "{http://schemas.microsoft.com/office/word/2010/wordml}checked"
VAL = "{http://schemas.microsoft.com/office/word/2010/wordml}val"


@pytest.fixture(scope="module", autouse=True)
def loaded_beforehand() -> None:
    """Load the offers once, outside the time limit of a single test."""
    conversations()


def opened(data: bytes):
    return Document(BytesIO(data))


def text_in(document) -> str:
    """All text of the body, paragraph by paragraph; line breaks within one as such."""
    lines = []
    for paragraph in document.element.body.iter(qn("w:p")):
        pieces = {qn("w:t"): lambda e: e.text or "", qn("w:br"): lambda _: "\n"}
        lines.append("".join(pieces[e.tag](e) for e in paragraph.iter() if e.tag in pieces))
    return "\n".join(lines)


@pytest.mark.parametrize("kind", KINDS)
def test_everything_in_the_sheet_can_be_read_back(kind):
    made = sheet(reply_of(kind))
    document = opened(docx_of(made))
    text = text_in(document)
    for one in texts_of(made):
        assert one in text, one
    assert made.footer in document.sections[0].footer.paragraphs[0].text


def test_properties_say_who_made_it_and_when():
    core = opened(docx_of(sheet(reply_of("answer"), title="Form & <address>"))).core_properties
    assert (core.title, core.author, core.last_modified_by) == ("Form & <address>", "Signpost", "Signpost")
    assert (core.language, core.comments) == ("en-GB", "")
    assert core.created == core.modified == datetime(TODAY.year, TODAY.month, TODAY.day, tzinfo=UTC)


def test_the_language_is_british_english_in_every_style():
    document = opened(docx_of(sheet(reply_of("answer"))))
    languages = [e.get(qn("w:val")) for e in document.styles.element.iter(qn("w:lang"))]
    assert languages
    assert set(languages) == {"en-GB"}
    assert {e.get(qn("w:val")) for e in document.settings.element.iter(qn("w:themeFontLang"))} <= {"en-GB"}


def test_headings_and_lists_are_real_ones():
    made = sheet(reply_of("checklist"))
    document = opened(docx_of(made))
    styles = [(p.style.name, p.text) for p in document.paragraphs]
    assert styles[0] == ("Heading 1", "What was asked")
    assert [t for s, t in styles if s == "Heading 2"] == ["Checklist", "Dates", "Where this comes from"]
    numbered = [p for p in document.paragraphs if p.style.name == "List Number"]
    assert len(numbered) == len(made.checklist) + len(made.sources)
    ids = {p._p.pPr.numPr.numId.val for p in numbered}
    assert len(ids) == 2
    numbering = document.part.numbering_part.element
    for each in ids:
        assert numbering.num_having_numId(each).lvlOverride_lst[0].startOverride.val == 1
    assert any(s == "List Bullet" for s, _ in styles)


def test_each_item_has_a_box_that_says_what_its_words_say():
    ticked = reply_of("checklist").checklist[2].statement_id
    made = sheet(reply_of("checklist"), ticked=[ticked])
    boxes = [e.get(VAL) for e in opened(docx_of(made)).element.body.iter(CHECKED)]
    assert boxes == [str(int(i.done)) for i in made.checklist]
    assert boxes.count("1") == 1


def test_tables_repeat_their_header_row():
    for kind, columns in (("comparison", 2), ("dates", 3)):
        (table,) = opened(docx_of(sheet(reply_of(kind)))).tables
        assert len(table.columns) == columns
        assert table.rows[0]._tr.trPr.find(qn("w:tblHeader")) is not None
        assert all(cell._tc[-1].tag == qn("w:p") for row in table.rows for cell in row.cells)
        assert all(p.text for row in table.rows for cell in row.cells for p in cell.paragraphs)


def test_addresses_can_be_clicked():
    document = opened(docx_of(sheet(reply_of("answer"))))
    targets = {r.target_ref for r in document.part.rels.values() if r.is_external}
    assert "mailto:SESreferrals@suffolk.gov.uk" in targets


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_text_comes_out_as_it_is(text):
    found = text_in(opened(docx_of(hostile_sheet(text))))
    for line in filter(None, (" ".join(line.split()) for line in clean(text).split("\n"))):
        assert found.replace("\n", " ").count(line) >= 10


@settings(max_examples=15, deadline=None)
@given(st.text(max_size=60))
@example("\ufffe\uffff\x00\x0b")
def test_no_text_breaks_it(text):
    found = "".join(text_in(opened(docx_of(hostile_sheet(text)))).split())
    assert "".join(clean(text).split()) in found
