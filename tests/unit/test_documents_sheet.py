"""A reply becomes a sheet: everything that it says stands in it, once, with the page's numbers of sources."""

from __future__ import annotations

from datetime import date
from functools import cache
from itertools import pairwise

import pytest

from bot.documents import load_words, sheet_of
from bot.documents.blocks import Entry, Heading, Listing, Paragraph, Table, blocks_of
from bot.documents.sheet import Sheet
from bot.documents.texts import Run, clean, line_of, runs_of
from bot.door.rendering import marks_of, sources_of
from bot.guidance.reply import (
    Answer,
    ChecklistItem,
    DateItem,
    ItemState,
    Point,
    Reply,
    SourceRef,
    Status,
    Verdict,
)
from bot.guidance.turn import Memory, Turn
from tests.guidance_support import conversations, said, turn

TODAY = date(2026, 6, 10)
NOTE = "The offer was due for review by July 2025: check that it still holds."
KINDS = ("answer", "checklist", "comparison", "bridge", "dates", "several", "no")
HOSTILE = (
    "#set text(red) $x$ @ref *b* <b> \\ // # = - + / _u_ `c` ~ {{x}} {x} %s <script>alert(1)</script> ]] [[",
    "zero\u200bwidth \u202eoverride\u202c \u2066isolate\u2069 \ufeff",
    "w" * 5000,
    "emoji 👩‍👧 🇬🇧 العربية ქართული 漢字",
    "\x00\x01\x1b[31m\x7f\x85 control \ud800 \ufffe \U000e0001 \ue000",
    "line one\nline two\r\nline three\u2028line four",
)


@pytest.fixture(scope="module", autouse=True)
def loaded_beforehand() -> None:
    """Load the offers once, outside the time limit of a single test."""
    conversations()


def play(*turns: Turn) -> Reply:
    memory, reply = Memory(), None
    for each in turns:
        reply, memory = conversations().reply(each, memory, TODAY)
    assert reply is not None
    return reply


@cache
def reply_of(kind: str) -> Reply:
    """A real answer of each kind."""
    asked = {
        "answer": turn("which form for a Y4 with no EHCP in Suffolk?", "contact"),
        "checklist": said(
            "Am I ready for direct involvement in Milton Keynes? We observed him on 20 May, plan on the MK proforma, "
            "one cycle done",
            "check_readiness",
        ),
        "comparison": said("Suffolk and Milton Keynes: addresses, telephone?", "ask_contact"),
        "bridge": said("Is SMIF in Suffolk the same as OAP in Milton Keynes, what is the difference?", "compare"),
        "dates": turn("The plan was agreed on 3 March 2026. When are reviews in Suffolk?", "review"),
        "no": turn("SEMH boy in Milton Keynes, will STT come?", "semh"),
    }
    if kind == "several":
        both = (asked["answer"].clauses[0], asked["dates"].clauses[0])
        return play(Turn(text=" ".join(c.text for c in both), clauses=both, intent=both[0].intent, ranking={}))
    return play(asked[kind])


def sheet(reply: Reply, **changes: object) -> Sheet:
    keys = {
        "title": "What was asked",
        "area_name": "Suffolk",
        "offer_notes": [NOTE],
        "ticked": (),
        "made_on": TODAY,
        "words": load_words(),
    }
    return sheet_of(reply, **{**keys, **changes})


def hostile_sheet(text: str) -> Sheet:
    """A sheet in which every text is one that nobody would write."""
    source = SourceRef(document=text, section=text, paragraph=1, opens=text)
    point = Point(text=text, statement_id="a/b", label=text, sources=[source])
    item = ChecklistItem(
        text=text, statement_id="a/c", state=ItemState.UNKNOWN, firmness=text, who=text, open=["x" + text]
    )
    day = DateItem(
        label=text,
        text=text,
        end=TODAY,
        counts_from=TODAY,
        event="e",
        unit="week",
        statement_id="a/b",
        heading=text,
        assumption="y" + text,
    )
    row = {"title": text, "cells": [{"area": "a", "name": text, "lead": text, "points": [point.model_dump()]}] * 2}
    reply = Reply.model_validate(
        {
            "status": Status.ANSWERED,
            "text": text,
            "parts": [Answer(question=text, lead=text, points=[point]).model_dump()] * 2,
            "checklist": [item.model_dump()],
            "dates": [day.model_dump()],
            "comparison": {"note": text, "rows": [row]},
            "notices": [text],
            "content_version": text,
        }
    )
    return sheet(reply, title=text, area_name=text, offer_notes=[text])


def texts_of(sheet: Sheet) -> list[str]:
    """Every text of a document in reading order, without lists of one kind or the other being told apart."""

    def of(block: object) -> list[str]:
        match block:
            case Heading(_, text):
                return [text]
            case Paragraph(text, strong, _):
                return [strong, text]
            case Listing(entries):
                return [t for e in entries for t in of(e)]
            case Entry(text, strong, marks, small):
                return [strong, text, marks, small]
            case Table(header, rows):
                return [*header, *(t for row in rows for cell in row for b in cell for t in of(b))]
        raise AssertionError(block)

    return [text for block in blocks_of(sheet) for text in of(block) if text]


# ---------------------------------------------------------------------- real answers


@pytest.mark.parametrize("kind", KINDS)
def test_everything_that_a_reply_says_stands_in_its_sheet(kind):
    reply = reply_of(kind)
    shown = texts_of(sheet(reply))
    for point in [p for part in reply.parts for p in part.points]:
        assert line_of(point.text) in shown
    for item in reply.checklist:
        assert line_of(item.text) in shown
    for row in reply.comparison.rows if reply.comparison else []:
        assert {c.name for c in row.cells} <= set(shown)
    for day in reply.dates:
        assert any(day.label in text for text in shown)
    assert set(reply.notices) | {NOTE} <= set(shown)
    assert sheet(reply).content_version == reply.content_version != ""


@pytest.mark.parametrize("kind", KINDS)
def test_nothing_is_said_twice_beside_what_a_date_is_of(kind):
    made = sheet(reply_of(kind))
    points = [p.text for s in made.sections for p in s.points] + [i.text for i in made.checklist]
    points += [p.text for row in made.comparison for cell in row.cells for p in cell.points]
    assert sorted(points) == sorted(set(points))


@pytest.mark.parametrize("kind", KINDS)
def test_sources_have_the_numbers_of_the_page(kind):
    reply = reply_of(kind).model_dump(mode="json")
    made = sheet(reply_of(kind))
    on_the_page = sources_of(reply)
    assert list(made.sources[: len(on_the_page)]) == on_the_page
    entries = [e for b in blocks_of(made) if isinstance(b, Listing) for e in b.entries]
    for part in reply["parts"]:
        for point in part["points"]:
            for entry in entries:
                if entry.text == point["text"]:
                    assert entry.marks == marks_of(point, on_the_page)
    numbers = {n for s in made.sections for p in s.points for n in p.sources}
    numbers |= {n for i in made.checklist for n in i.sources}
    numbers |= {n for row in made.comparison for c in row.cells for p in c.points for n in p.sources}
    assert numbers == set(range(1, len(made.sources) + 1))


def test_the_kinds_are_what_they_are_called():
    assert {kind: sheet(reply_of(kind)).kind for kind in KINDS} == {
        "answer": "answer",
        "checklist": "checklist",
        "comparison": "comparison",
        "bridge": "comparison",
        "dates": "answer",
        "several": "answer",
        "no": "answer",
    }
    assert len(reply_of("several").parts) > 1
    assert reply_of("dates").dates


# ---------------------------------------------------------------------- checklist


def test_a_checklist_says_each_state_in_words_and_what_is_open():
    items = {i.text: i for i in sheet(reply_of("checklist")).checklist}
    states = {i.state for i in items.values()}
    assert states == {"To do", "To check"}
    cycles = next(i for text, i in items.items() if "two APDR cycles" in text)
    assert (cycles.state, cycles.done, cycles.who, cycles.firmness) == ("To do", False, "Your school", "must")
    review = next(i for text, i in items.items() if "EHCP placement change" in text)
    assert review.still_open == ("Review held", "Parent and pupil views in the review")


def test_what_was_ticked_by_hand_is_done_and_the_answer_is_said_to_be_older():
    reply = reply_of("checklist")
    ticked = [i.statement_id for i in reply.checklist]
    before, after = sheet(reply), sheet(reply, ticked=[*ticked, "no/such/statement"])
    count = len(ticked)
    assert before.progress == f"Done: 0 of {count}."
    assert after.progress == f"Done: {count} of {count}, with the boxes that were ticked by hand."
    assert {i.state for i in after.checklist} == {"Done"}
    assert not any("still open" in i.text or i.still_open for i in after.checklist)
    assert any("still open" in i.text for i in before.checklist)
    assert (before.sections[0].heading, after.sections[0].heading) == ("", "Answer, before boxes were ticked")


def test_a_checklist_stands_where_its_points_stood():
    made = sheet(reply_of("checklist"))
    headings = [b for b in blocks_of(made) if isinstance(b, (Heading, Paragraph))]
    order = [b.text for b in headings]
    assert "one thing is missing" in made.sections[0].lead
    assert order.index(made.sections[0].lead) < order.index("Checklist") < order.index("Meanwhile:")
    assert "Still to check:" not in order


# ---------------------------------------------------------------------- comparison, verdicts, text only


def test_a_comparison_keeps_councils_apart_and_says_what_both_say():
    reply = reply_of("comparison")
    (row,) = sheet(reply).comparison
    assert row.councils == tuple(c.name for c in reply.comparison.rows[0].cells)
    alike = {p.statement_id for c in reply.comparison.rows[0].cells for p in c.points} & set(
        reply.comparison.rows[0].alike
    )
    assert sum(p.label.startswith("Both say") for c in row.cells for p in c.points) == len(alike) > 0


def test_the_note_of_a_bridge_is_kept():
    reply = reply_of("bridge")
    assert clean(reply.comparison.note) in texts_of(sheet(reply))


def test_a_verdict_is_a_word():
    assert reply_of("no").parts[0].verdict is Verdict.NO
    assert sheet(reply_of("no")).sections[0].verdict == "No."


def test_a_reply_of_words_only_keeps_all_its_words():
    reply = Reply(status=Status.NOT_STATED, text="First.\n\n• one\n• two\nLast.\nA notice.", notices=["A notice."])
    made = sheet(reply)
    assert [(s.lead, [p.text for p in s.points]) for s in made.sections] == [("First.", ["one", "two"]), ("Last.", [])]
    assert texts_of(made).count("A notice.") == 1


def test_a_notice_that_both_give_stands_once():
    reply = Reply(status=Status.ANSWERED, text="x", notices=[NOTE])
    assert sheet(reply).notices == (NOTE,)


def test_without_a_title_there_still_is_one():
    assert sheet(reply_of("answer"), title="\u200b \n").title == load_words().untitled


def test_headings_never_skip_a_level():
    for kind in KINDS:
        levels = [b.level for b in blocks_of(sheet(reply_of(kind))) if isinstance(b, Heading)]
        assert levels[0] == 1
        assert levels.count(1) == 1
        assert all(b - a <= 1 for a, b in pairwise(levels))


# ---------------------------------------------------------------------- texts


def test_addresses_are_found_and_nothing_around_them():
    text = "E-mail a.b@c.gov.uk, see https://d.uk/x?y=1. Or (www.suffolk.gov.uk/sesinclusionappointment) www. http://"
    runs = runs_of(text)
    assert "".join(r.text for r in runs) == text
    assert [r for r in runs if r.target] == [
        Run("a.b@c.gov.uk", "mailto:a.b@c.gov.uk"),
        Run("https://d.uk/x?y=1", "https://d.uk/x?y=1"),
        Run("www.suffolk.gov.uk/sesinclusionappointment", "https://www.suffolk.gov.uk/sesinclusionappointment"),
    ]


@pytest.mark.parametrize("text", HOSTILE)
def test_addresses_never_change_a_text(text):
    assert "".join(r.text for r in runs_of(text)) == text


def test_a_script_address_is_no_link():
    assert not any(r.target for r in runs_of("javascript:alert(1) data:text/html,x file:///etc/passwd ftp://a.uk"))


def test_clean_text_keeps_words_and_drops_what_turns_or_hides_them():
    assert clean("a\u202eb\u200bc\x00d\r\ne\tf\ud800g") == "abcd\ne f\ufffdg"
    assert clean("e\u0301") == "é"
    assert clean("👩‍👧 نامه‌ها") == "👩‍👧 نامه‌ها"
