"""The PDF is PDF/UA-1, tagged, and says everything; its text is read back through the fonts' own character maps."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from dataclasses import replace
from io import BytesIO

import pikepdf
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from bot.documents import font, pdf_of
from bot.documents.sheet import Sheet
from bot.documents.texts import clean
from tests.guidance_support import conversations
from tests.unit.test_documents_sheet import HOSTILE, KINDS, hostile_sheet, reply_of, sheet, texts_of

MOST_SECONDS = 1.0  # the aim is 0.1; a shared machine may take longer


@pytest.fixture(scope="module", autouse=True)
def loaded_beforehand() -> None:
    """Load the offers once, outside the time limit of a single test."""
    conversations()


def opened(pdf: bytes) -> pikepdf.Pdf:
    return pikepdf.open(BytesIO(pdf))


def structure(pdf: pikepdf.Pdf) -> list[tuple[int, str]]:
    """The structure tree as (depth, role), in reading order."""
    roles = {str(k): str(v) for k, v in (pdf.Root.StructTreeRoot.get("/RoleMap") or {}).items()}

    def walk(node: object, depth: int) -> Iterator[tuple[int, str]]:
        if isinstance(node, pikepdf.Array):
            for each in node:
                yield from walk(each, depth)
        elif isinstance(node, pikepdf.Dictionary):
            if "/S" in node:
                yield depth, roles.get(str(node.S), str(node.S))
            if "/K" in node:
                yield from walk(node.K, depth + 1)

    return list(walk(pdf.Root.StructTreeRoot.K, 0))


def character_map(font_object: pikepdf.Object) -> dict[int, str]:
    """Glyph number -> text, as the font's /ToUnicode says."""
    stream = font_object.ToUnicode.read_bytes().decode("latin-1")
    found: dict[int, str] = {}
    for block in re.findall(r"beginbfchar(.*?)endbfchar", stream, re.DOTALL):
        for code, text in re.findall(r"<([0-9A-Fa-f]+)>\s*<([0-9A-Fa-f]+)>", block):
            found[int(code, 16)] = bytes.fromhex(text).decode("utf-16-be")
    for block in re.findall(r"beginbfrange(.*?)endbfrange", stream, re.DOTALL):
        for first, last, text in re.findall(r"<([0-9A-Fa-f]+)>\s*<([0-9A-Fa-f]+)>\s*<([0-9A-Fa-f]+)>", block):
            start = bytes.fromhex(text).decode("utf-16-be")
            for n in range(int(last, 16) - int(first, 16) + 1):
                found[int(first, 16) + n] = start[:-1] + chr(ord(start[-1]) + n)
    return found


def text_in(pdf: pikepdf.Pdf, *, artifacts: bool = False) -> str:
    """The text of all pages without any white space; what stands in artifacts only where asked for."""
    said: list[str] = []
    for page in pdf.pages:
        maps = {str(name): character_map(f) for name, f in page.Resources.get("/Font", {}).items()}
        current: dict[int, str] = {}
        marked: list[str] = []
        for operands, operator in pikepdf.parse_content_stream(page):
            name = str(operator)
            if name == "BDC" and len(operands) > 1 and isinstance(operands[1], pikepdf.Dictionary):
                actual = operands[1].get("/ActualText")
                marked.append("Actual" if actual is not None else str(operands[0]))
                if actual is not None and (artifacts or "/Artifact" not in marked):
                    said.append(str(actual))
            elif name in ("BDC", "BMC"):
                marked.append(str(operands[0]))
            elif name == "EMC":
                marked.pop()
            elif name == "Tf":
                current = maps[str(operands[0])]
            elif name in ("Tj", "TJ") and "Actual" not in marked and (artifacts or "/Artifact" not in marked):
                pieces = operands[0] if name == "TJ" else [operands[0]]
                for piece in pieces:
                    if isinstance(piece, pikepdf.String):
                        codes = bytes(piece)
                        said += [current[int.from_bytes(codes[n : n + 2])] for n in range(0, len(codes), 2)]
    return squeezed("".join(said))


def squeezed(text: str) -> str:
    return re.sub(r"[\s\u200b\u00ad]", "", text)


@pytest.mark.parametrize("kind", KINDS)
def test_it_is_tagged_pdf_ua_with_title_and_language(kind):
    pdf = opened(pdf_of(sheet(reply_of(kind), title="Ärger & <Folgen>")))
    assert pdf.Root.MarkInfo.Marked
    assert "/StructTreeRoot" in pdf.Root
    assert str(pdf.Root.Lang) == "en-GB"
    assert pdf.Root.ViewerPreferences.DisplayDocTitle
    with pdf.open_metadata() as about:
        assert about["dc:title"] == "Ärger & <Folgen>"
        assert list(about["dc:creator"]) == ["Signpost"]
        assert about["{http://www.aiim.org/pdfua/ns/id/}part"] == "1"
        assert about["xmp:CreateDate"].startswith("2026-06-10")
    assert [float(n) for n in pdf.pages[0].mediabox] == pytest.approx([0, 0, 595.276, 841.89], abs=0.01)


@pytest.mark.parametrize("kind", KINDS)
def test_everything_in_the_sheet_can_be_read_back(kind):
    made = sheet(reply_of(kind))
    pdf = opened(pdf_of(made))
    text = text_in(pdf)
    for one in texts_of(made):
        assert squeezed(one) in text, one
    for n in range(1, len(pdf.pages) + 1):
        assert squeezed(f"{made.footer}Page {n} of {len(pdf.pages)}") in text_in(pdf, artifacts=True)


def test_headings_lists_tables_and_links_stand_in_the_structure():
    comparison = structure(opened(pdf_of(sheet(reply_of("comparison")))))
    roles = [role for _, role in comparison]
    assert [r for r in roles if re.fullmatch(r"/H\d", r)] == ["/H1", "/H2", "/H3", "/H2"]
    assert roles.count("/TH") == 2
    assert {"/Table", "/THead", "/TR", "/TD", "/L", "/LI", "/LBody", "/Link", "/P"} <= set(roles)
    checklist = reply_of("checklist").checklist
    pdf = opened(pdf_of(sheet(reply_of("checklist"))))
    items = sum(role == "/LI" for _, role in structure(pdf))
    assert items >= len(checklist) + len(sheet(reply_of("checklist")).sources)
    assert "/Figure" not in {role for _, role in structure(pdf)}


def test_addresses_can_be_clicked_and_are_described():
    pdf = opened(pdf_of(sheet(reply_of("answer"))))
    links = [a for page in pdf.pages for a in page.get("/Annots", []) if a.Subtype == "/Link"]
    assert "mailto:SESreferrals@suffolk.gov.uk" in {str(a.A.URI) for a in links}
    assert all(str(a.get("/Contents", "")) for a in links)


def test_only_the_packaged_font_is_used_and_it_is_embedded():
    pdf = opened(pdf_of(sheet(reply_of("checklist"))))
    fonts = [f for page in pdf.pages for f in page.Resources.Font.values()]
    assert fonts
    for one in fonts:
        assert "SourceSansPro" in str(one.BaseFont)
        assert {"/FontFile2", "/FontFile3"} & set(one.DescendantFonts[0].FontDescriptor.keys())


def test_the_same_sheet_gives_the_same_file():
    made = sheet(reply_of("checklist"))
    assert pdf_of(made) == pdf_of(made)


def test_the_characters_of_the_font_are_those_it_has():
    has = font.characters()
    assert {ord(c) for c in "aZ0£€é•…–’“☐"[:11]} <= has
    assert not {ord(c) for c in "ع漢👩"} & has


def test_what_the_font_lacks_is_replaced_and_that_is_said():
    made = sheet(reply_of("answer"), title="اسم 漢字 👩 Łódź")
    text = text_in(opened(pdf_of(made)))
    assert squeezed("??? ?? ? Łódź") in text
    assert squeezed(made.words.unprintable.format(mark="?")) in text
    plain = text_in(opened(pdf_of(sheet(reply_of("answer")))))
    assert squeezed(made.words.unprintable.format(mark="?")) not in plain


def shown(text: str) -> str:
    return squeezed("".join(c if ord(c) in font.characters() or c == "\n" else "?" for c in clean(text)))


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_text_comes_out_as_it_is(text):
    pdf = opened(pdf_of(hostile_sheet(text)))
    assert text_in(pdf).count(shown(text)) >= 10
    assert pdf.Root.MarkInfo.Marked


@settings(max_examples=25, deadline=None)
@given(st.text(max_size=60))
@example("\u0301")
@example("\u00ad\u00a0\u2009\u2060")
@example("-\n- \n+ 1. = /")
@example("https://" + "a" * 400 + ".uk/\u200b")
@example("a\u0301\u0302\u0303\u0304\u0305\u0306")
def test_no_text_breaks_it(text):
    pdf = opened(pdf_of(hostile_sheet(text)))
    assert squeezed(shown(text)) in text_in(pdf)


def test_a_long_word_stays_on_the_page():
    pdf = opened(pdf_of(sheet(reply_of("answer"), offer_notes=["w" * 5000])))
    assert text_in(pdf).count("w") >= 5000
    assert len(pdf.pages) >= 2


def long_sheet() -> Sheet:
    made = sheet(reply_of("checklist"))
    return replace(made, checklist=made.checklist * 10, sections=made.sections * 20)


def test_a_long_sheet_takes_little_time():
    made = long_sheet()
    pdf_of(made)
    started = time.perf_counter()
    pdf = pdf_of(made)
    assert time.perf_counter() - started < MOST_SECONDS
    assert len(opened(pdf).pages) > 5
