"""A sheet as a Word file."""

from __future__ import annotations

from datetime import datetime, time
from io import BytesIO

from docx import Document
from docx.document import Document as WordFile
from docx.opc.constants import RELATIONSHIP_TYPE
from docx.oxml import OxmlElement, parse_xml
from docx.oxml.ns import nsdecls, qn
from docx.oxml.xmlchemy import BaseOxmlElement
from docx.shared import Cm, Pt, RGBColor
from docx.table import _Cell
from docx.text.paragraph import Paragraph as WordParagraph

from bot.documents.blocks import Block, Entry, Heading, Listing, Paragraph, Table, blocks_of
from bot.documents.sheet import Sheet
from bot.documents.texts import Run, clean, runs_of

LANGUAGE = "en-GB"
FONT = "Arial"
BRAND, QUIET = RGBColor(0x1D, 0x4F, 0x6E), RGBColor(0x38, 0x3F, 0x43)
HEADING_POINTS = {1: 20, 2: 14, 3: 12}
PAGE_WIDTH, PAGE_HEIGHT, MARGIN = Cm(21), Cm(29.7), Cm(2.2)
TEXT_WIDTH = PAGE_WIDTH - 2 * MARGIN
_W14 = 'xmlns:w14="http://schemas.microsoft.com/office/word/2010/wordml"'
_TICK_FONT = "Segoe UI Symbol"
_TICKED, _EMPTY = "☑", "☐"

Place = WordFile | _Cell


def docx_of(sheet: Sheet) -> bytes:
    """The sheet as a .docx: A4, en-GB, real headings, lists and tables; tick boxes that can be clicked."""
    document = Document()
    _set_up(document, sheet)
    blocks = blocks_of(sheet)
    for block in blocks:
        _add(document, document, block)
    if isinstance(blocks[-1], Table):  # Word asks for a paragraph at the end
        document.add_paragraph()
    file = BytesIO()
    document.save(file)
    return file.getvalue()


def _set_up(document: WordFile, sheet: Sheet) -> None:
    made = datetime.combine(sheet.made_on, time())  # the library takes it as UTC
    core = document.core_properties
    core.title, core.author, core.last_modified_by = clean(sheet.title)[:255], sheet.words.author, sheet.words.author
    core.language, core.comments, core.created, core.modified = LANGUAGE, "", made, made
    for language in document.styles.element.iter(qn("w:lang")):
        language.set(qn("w:val"), LANGUAGE)
    for language in document.settings.element.iter(qn("w:themeFontLang")):
        language.set(qn("w:val"), LANGUAGE)
    normal = document.styles["Normal"]
    normal.font.name, normal.font.size = FONT, Pt(11)
    normal.paragraph_format.space_after, normal.paragraph_format.line_spacing = Pt(6), 1.1
    for level, points in HEADING_POINTS.items():
        style = document.styles[f"Heading {level}"]
        style.font.size, style.font.color.rgb, style.font.bold = Pt(points), BRAND, True
        for name in ("w:ascii", "w:hAnsi", "w:cs"):  # the template's headings take theirs from a theme
            style.element.rPr.rFonts.set(qn(name), FONT)
            style.element.rPr.rFonts.attrib.pop(qn(f"{name}Theme"), None)
    section = document.sections[0]
    section.page_width, section.page_height = PAGE_WIDTH, PAGE_HEIGHT
    section.left_margin = section.right_margin = section.top_margin = section.bottom_margin = MARGIN
    footer = section.footer.paragraphs[0]
    _quiet(footer, sheet.footer + " ")
    before, _, rest = sheet.words.page.partition("{number}")
    between, _, after = rest.partition("{total}")
    for text, field in ((before, "PAGE"), (between, "NUMPAGES"), (after, "")):
        _quiet(footer, text)
        if field:
            footer._p.append(_field(field))


def _add(document: WordFile, place: Place, block: Block) -> None:
    match block:
        case Heading(level, text):
            _write(place.add_paragraph(style=f"Heading {level}"), text)
        case Paragraph(text, strong, style):
            paragraph = place.add_paragraph()
            _write(paragraph, strong, bold=True)
            _write(paragraph, f" {text}" if strong and text else text)
            if style == "notice":
                paragraph.paragraph_format.left_indent = Cm(0.3)
                paragraph._p.get_or_add_pPr().insert_element_before(_bar(), "w:shd", "w:spacing", "w:ind", "w:jc")
        case Listing(entries, numbered):
            number = _restarted(document) if numbered else None
            for entry in entries:
                _list_entry(place, entry, number)
        case Table():
            _table(document, block)


def _list_entry(place: Place, entry: Entry, number: int | None) -> None:
    paragraph = place.add_paragraph(style="List Bullet" if number is None else "List Number")
    if number is not None:
        numbering = paragraph._p.get_or_add_pPr().get_or_add_numPr()
        numbering.get_or_add_ilvl().val = 0
        numbering.get_or_add_numId().val = number
    if entry.tick is not None:
        paragraph._p.append(_tick_box(entry.tick))
        paragraph.add_run(" ")
    _write(paragraph, entry.strong, bold=True)
    _write(paragraph, f" {entry.text}" if entry.strong else entry.text)
    if entry.marks:
        _quiet(paragraph, f" {entry.marks}")
    if entry.small:
        paragraph.add_run().add_break()
        _quiet(paragraph, entry.small)


def _table(document: WordFile, block: Table) -> None:
    table = document.add_table(rows=1, cols=len(block.header), style="Table Grid")
    for cell, text in zip(table.rows[0].cells, block.header, strict=True):
        _write(cell.paragraphs[0], text, bold=True)
    repeated = OxmlElement("w:tblHeader")
    table.rows[0]._tr.get_or_add_trPr().append(repeated)
    for row in block.rows:
        for cell, blocks in zip(table.add_row().cells, row, strict=True):
            for each in blocks:
                _add(document, cell, each)
            if blocks:  # a new cell has an empty paragraph, which it may lose once it has another
                first = cell.paragraphs[0]._p
                first.getparent().remove(first)
    for column, share in zip(table.columns, block.widths, strict=True):
        for cell in column.cells:
            cell.width = int(TEXT_WIDTH * share / sum(block.widths))


def _write(paragraph: WordParagraph, text: str, bold: bool | None = None) -> None:
    for run in runs_of(clean(text)):
        if run.target:
            paragraph._p.append(_link(paragraph, run))
        else:
            paragraph.add_run(run.text).bold = bold


def _quiet(paragraph: WordParagraph, text: str) -> None:
    run = paragraph.add_run(clean(text))
    run.font.size, run.font.color.rgb = Pt(9), QUIET


def _link(paragraph: WordParagraph, run: Run) -> BaseOxmlElement:
    link = OxmlElement("w:hyperlink")
    link.set(qn("r:id"), paragraph.part.relate_to(run.target, RELATIONSHIP_TYPE.HYPERLINK, is_external=True))
    inner = paragraph.add_run(run.text)
    inner.font.underline, inner.font.color.rgb = True, BRAND
    link.append(inner._r)
    return link


def _restarted(document: WordFile) -> int:
    """The id of a new numbering of the style for numbered lists that begins with 1."""
    numbering = document.part.numbering_part.element
    style = document.styles["List Number"].element.pPr.numPr.numId.val
    new = numbering.add_num(numbering.num_having_numId(style).abstractNumId.val)
    new.add_lvlOverride(ilvl=0).add_startOverride(1)
    return int(new.numId)


def _bar() -> BaseOxmlElement:
    bar = f'<w:pBdr {nsdecls("w")}><w:left w:val="single" w:sz="24" w:space="8" w:color="{BRAND}"/></w:pBdr>'
    return parse_xml(bar)


def _field(name: str) -> BaseOxmlElement:
    run = f'<w:r><w:rPr><w:color w:val="{QUIET}"/><w:sz w:val="18"/></w:rPr><w:t>1</w:t></w:r>'
    return parse_xml(f'<w:fldSimple {nsdecls("w")} w:instr=" {name} ">{run}</w:fldSimple>')


def _tick_box(ticked: bool) -> BaseOxmlElement:
    font = f'<w:rFonts w:ascii="{_TICK_FONT}" w:eastAsia="{_TICK_FONT}" w:hAnsi="{_TICK_FONT}" w:hint="eastAsia"/>'
    states = "".join(
        f'<w14:{name} w14:val="{ord(sign):04X}" w14:font="{_TICK_FONT}"/>'
        for name, sign in (("checkedState", _TICKED), ("uncheckedState", _EMPTY))
    )
    return parse_xml(
        f'<w:sdt {nsdecls("w")} {_W14}><w:sdtPr><w14:checkbox><w14:checked w14:val="{int(ticked)}"/>{states}'
        f"</w14:checkbox></w:sdtPr><w:sdtContent><w:r><w:rPr>{font}</w:rPr>"
        f"<w:t>{_TICKED if ticked else _EMPTY}</w:t></w:r></w:sdtContent></w:sdt>"
    )
