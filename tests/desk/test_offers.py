"""The offer audit at the desk: the page and the file show the same numbers, and the file runs nothing."""

from __future__ import annotations

import csv
import html
import io
import re
from collections.abc import AsyncIterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import httpx
import pytest
from fastapi import FastAPI
from hypothesis import given
from hypothesis import strategies as st

from bot.desk.access import Role
from bot.desk.csv_file import csv_text, harmless
from bot.desk.templating import load_words
from bot.knowledge.model import Kind
from bot.knowledge.passages import signable
from bot.records.models import SignoffRow, TurnRow
from tests.desk.support import Person, desk_app, signed_in
from tests.guidance_support import area_content

WORDS = load_words()["offers"]
NOW = datetime(2090, 11, 27, 0, 30, tzinfo=UTC)  # far ahead: the door purges sessions that have ended by now
TELEPHONE, FORMS = "suffolk/gap/telephone", "suffolk/conflict/form-names"


@pytest.fixture
async def desk(tmp_path: Path) -> AsyncIterator[FastAPI]:
    """The desk on a fixed day, with the real content."""
    async with desk_app(tmp_path, clock=lambda: NOW) as app:
        yield app


@pytest.fixture
def leader(desk: FastAPI) -> Person:
    return signed_in(desk, Role.CONTENT_OWNER)


def told(desk: FastAPI, gap: str, *times: datetime) -> None:
    """Note turns in which people were told a gap or conflict."""
    with desk.state.desk.database.session() as session:
        for at in times:
            keys = {"topic": "cost", "status": "not_stated", "confidence": None, "milliseconds": 7}
            session.add(TurnRow(at=at, channel="web", area=gap.split("/")[0], gap=gap, **keys))


def was_signed(desk: FastAPI, person: Person, statement_id: str, *, digest: str = "", passage: str = "") -> None:
    """Sign a statement of Suffolk off as it stands, or as something else."""
    area = area_content("suffolk")
    now = signable(area, next(s for s in area.statements if s.id == statement_id))
    keys = {"by": person.staff_id, "name": person.name, "at": NOW, "content_version": "0123456789ab"}
    with desk.state.desk.database.session() as session:
        row = SignoffRow(statement_id=statement_id, digest=digest or now.digest, passage=passage or now.passage, **keys)
        session.add(row)


def section(page: httpx.Response, name: str) -> str:
    """One part of the page, with its tags."""
    start = page.text.index(f'id="{name}"')
    end = page.text.find("<h2", start)
    return page.text[start : end if end > 0 else None]


def words_of(markup: str) -> str:
    return " ".join(html.unescape(re.sub(r"<[^>]*>", " ", markup)).split())


def rows_of(file: httpx.Response) -> list[list[str]]:
    assert file.content.startswith(b"\xef\xbb\xbf")
    return list(csv.reader(io.StringIO(file.content.decode("utf-8-sig"), newline="")))


def asked_in(page: httpx.Response, name: str) -> dict[str, int]:
    """Statement -> how often it was asked, as a table of the page shows it."""
    cells = re.findall(
        r'href="/desk/content/([^"]+)".*?numeric"[^>]*data-label="[^"]*">(\d+)<', section(page, name), re.DOTALL
    )
    return {statement_id: int(number) for statement_id, number in cells}


async def test_the_page_shows_every_conflict_and_gap_of_the_offer(leader: Person) -> None:
    for area_id in ("suffolk", "milton-keynes"):
        page = await leader.get("/desk/offers", params={"area": area_id})
        assert page.status_code == 200
        area = area_content(area_id)
        for kind, name in ((Kind.CONFLICT, "conflicts"), (Kind.GAP, "quiet-gaps")):
            assert asked_in(page, name) == {s.id: 0 for s in area.statements if s.kind is kind}
        for s in area.statements:
            if s.kind is Kind.CONFLICT:
                assert s.text in html.unescape(page.text)
    assert "Nobody asked about a gap" in words_of(section(page, "asked-gaps"))


async def test_a_conflict_is_shown_with_its_passages(leader: Person) -> None:
    page = await leader.get("/desk/offers?area=suffolk")
    opens = area_content("suffolk").paragraph("core-offer", 94)
    assert opens is not None
    assert f"{opens.section}, paragraph 94 ({opens.opens} …)" in words_of(section(page, "conflicts"))


async def test_gaps_that_people_asked_about_are_counted_since_a_day_in_london(leader: Person, desk: FastAPI) -> None:
    first = datetime(2090, 5, 31, 23, 0, tzinfo=UTC)  # 1 June begins in London
    told(desk, TELEPHONE, first, first + timedelta(days=1))
    told(desk, TELEPHONE, first - timedelta(seconds=1))
    told(desk, FORMS, first)
    told(desk, "milton-keynes/gap/telephone", first)
    page = await leader.get("/desk/offers?area=suffolk&since=2090-06-01")
    assert asked_in(page, "asked-gaps") == {TELEPHONE: 2}
    assert TELEPHONE not in asked_in(page, "quiet-gaps")
    assert asked_in(page, "conflicts")[FORMS] == 1
    assert next(iter(asked_in(page, "conflicts"))) == FORMS
    page = await leader.get("/desk/offers?area=suffolk&since=2090-05-31")
    assert asked_in(page, "asked-gaps") == {TELEPHONE: 3}


async def test_without_a_day_the_last_ninety_are_counted(leader: Person, desk: FastAPI) -> None:
    edge = datetime(2090, 8, 28, 23, 0, tzinfo=UTC)  # 29 August, 90 days before, begins in London
    told(desk, TELEPHONE, edge, edge - timedelta(seconds=1))
    page = await leader.get("/desk/offers?area=suffolk")
    assert asked_in(page, "asked-gaps") == {TELEPHONE: 1}
    assert 'value="2090-08-29"' in page.text
    assert "questions since 29 August 2090" in words_of(page.text)


async def test_a_day_that_is_none_or_not_yet_is_told_and_the_page_is_there(leader: Person) -> None:
    for since in ("yesterday", "2026-02-30", "2090-11-28", "27/11/2026", "<b>"):
        page = await leader.get("/desk/offers", params={"area": "suffolk", "since": since})
        assert page.status_code == 400
        assert words_of(page.text).count("Enter a day such as 2026-09-01") == 2
        assert f'value="{html.escape(since)}"' in page.text
        assert asked_in(page, "conflicts")
        assert (await leader.get("/desk/offers/suffolk.csv", params={"since": since})).status_code == 400
    assert (await leader.get("/desk/offers", params={"since": "2090-11-27"})).status_code == 200


async def test_an_authority_that_is_not_there_is_not_found(leader: Person) -> None:
    for path in ("/desk/offers?area=norfolk", "/desk/offers/norfolk.csv", "/desk/offers/suffolk.pdf"):
        assert (await leader.get(path)).status_code == 404


async def test_review_dates_that_have_passed_or_are_missing_are_said(leader: Person) -> None:
    page = await leader.get("/desk/offers?area=suffolk")
    days = (NOW.date() - date(2025, 7, 31)).days
    said = words_of(section(page, "dates"))
    assert f"Review was due on 31 July 2025, {days} days ago. Last reviewed: August 2024." in said
    page = await leader.get("/desk/offers?area=milton-keynes")
    assert "The offer gives no review date." in words_of(section(page, "dates"))


async def test_terms_that_the_offer_leaves_open_are_listed(leader: Person) -> None:
    said = words_of(section(await leader.get("/desk/offers?area=suffolk"), "terms"))
    assert "Foci of Support The offer uses it and leaves it open." in said


async def test_statements_that_changed_after_signing_are_listed_and_the_unsigned_counted(
    leader: Person, desk: FastAPI
) -> None:
    was_signed(desk, leader, TELEPHONE)
    was_signed(desk, leader, FORMS, digest="a" * 64, passage="b" * 64)
    was_signed(desk, leader, "suffolk/ses/who", digest="a" * 64)
    page = await leader.get("/desk/offers?area=suffolk")
    said = words_of(section(page, "changed"))
    assert "The passage changed." in said
    assert "The wording or what belongs to it changed." in said
    assert f'href="/desk/content/{TELEPHONE}"' not in section(page, "changed")
    total = len(area_content("suffolk").statements)
    assert f"{total - 1} of {total} statements are not signed off as they stand." in words_of(section(page, "signing"))


async def test_the_file_and_the_page_show_the_same(leader: Person, desk: FastAPI) -> None:
    told(desk, TELEPHONE, NOW, NOW - timedelta(days=3))
    told(desk, FORMS, NOW)
    was_signed(desk, leader, FORMS, digest="a" * 64, passage="b" * 64)
    page = await leader.get("/desk/offers?area=suffolk&since=2090-11-01")
    link = html.unescape(re.search(r'href="(/desk/offers/suffolk\.csv[^"]*)"', page.text)[1])
    file = await leader.get(link)
    assert file.headers["content-type"] == "text/csv; charset=utf-8"
    assert 'filename="offer-audit-suffolk-2090-11-27.csv"' in file.headers["content-disposition"]
    head, *rows = rows_of(file)
    assert all(len(row) == len(head) for row in rows)
    parts = WORDS["parts"]
    of = {name: [row for row in rows if row[0] == parts[name]] for name in parts}
    assert sum(map(len, of.values())) == len(rows)
    for name, part in (("conflicts", "conflicts"), ("asked-gaps", "asked_gaps"), ("quiet-gaps", "quiet_gaps")):
        assert asked_in(page, name) == {row[1]: int(row[3]) for row in of[part]}
    summary = page.text[page.text.index("<table") : page.text.index("</table>")]
    shown = re.findall(r'<th scope="row"[^>]*>([^<]*)</th>\s*<td[^>]*>(\d+)</td>', summary)
    assert [(html.unescape(what), number) for what, number in shown] == [(row[2], row[3]) for row in of["summary"]]
    counts = {row[2]: int(row[3]) for row in of["summary"]}
    for name in ("conflicts", "asked_gaps", "quiet_gaps", "terms"):
        assert counts[WORDS["counts"][name]] == len(of[name])
    terms = re.findall(r'<th scope="row"[^>]*>([^<]*)</th>', section(page, "terms"))
    assert [html.unescape(term) for term in terms] == [row[2] for row in of["terms"]]
    assert [row[1] for row in of["changed"]] == [FORMS]
    for row in of["dates"]:
        assert row[5] in words_of(section(page, "dates"))


async def test_an_adviser_sees_no_audit(desk: FastAPI) -> None:
    adviser = signed_in(desk, Role.ADVISER)
    for path in ("/desk/offers", "/desk/offers/suffolk.csv"):
        assert (await adviser.get(path)).status_code == 403


# ---------------------------------------------------------------------- files for spreadsheets


@pytest.mark.parametrize("cell", ["=1+1", "+441234", "-x", "@sum", " =1", "\t=1", "\n=1", "\r", "-1+1", "|cmd"])
def test_a_cell_that_could_be_run_is_made_harmless(cell: str) -> None:
    assert harmless(cell) == f"'{cell}"


@pytest.mark.parametrize("cell", ["", "1", "-1", "-1.5", "a=b", "x-y", "SES", "'quoted'", 7, -7, 0.5])
def test_an_ordinary_cell_stays_as_it_is(cell: object) -> None:
    assert harmless(cell) == str(cell)


@given(rows=st.lists(st.lists(st.text(), min_size=2, max_size=2)))
def test_what_is_read_back_is_what_was_written_but_for_the_apostrophe(rows: list[list[str]]) -> None:
    read = list(csv.reader(io.StringIO(csv_text(["a", "b"], rows), newline="")))
    assert read[0] == ["a", "b"]
    assert [[cell.removeprefix("'") for cell in row] for row in read[1:]] == [
        [cell.removeprefix("'") for cell in row] for row in rows
    ]
    for cell in (cell for row in read for cell in row):
        assert not cell.lstrip().startswith(("=", "+", "@"))
