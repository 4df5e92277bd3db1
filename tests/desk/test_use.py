"""Supervisors and content owners see how much Signpost is used: the same numbers as charts, tables and a file."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import AsyncIterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from fastapi import FastAPI
from sqlalchemy import update

from bot.desk.access import Role
from bot.desk.use import hours_in_words
from bot.records.enquiries import Enquiries
from bot.records.models import EnquiryRow, TurnRow
from tests.desk.support import Person, desk_app, signed_in
from tests.records_support import Clock, add_enquiry, add_staff

NOW = datetime(2026, 11, 27, 23, 30, tzinfo=UTC)


@pytest.fixture
async def desk(tmp_path: Path) -> AsyncIterator[FastAPI]:
    async with desk_app(tmp_path, clock=lambda: NOW) as app:
        yield app


@pytest.fixture
async def sam(desk: FastAPI) -> AsyncIterator[Person]:
    async with signed_in(desk, Role.SUPERVISOR) as person:
        yield person


def add_turns(app: FastAPI, *ats: datetime, **values: Any) -> None:
    given = {"channel": "web", "area": "suffolk", "topic": "cost", "status": "answered", "milliseconds": 5} | values
    with app.state.desk.database.session() as session:
        session.add_all(TurnRow(at=at, **given) for at in ats)


def add_answered(app: FastAPI, created_at: datetime, hours: float) -> None:
    database = app.state.desk.database
    enquiry = add_enquiry(Enquiries(database, Clock(created_at)))
    with database.session() as session:
        answered_at = created_at + timedelta(hours=hours)
        session.execute(update(EnquiryRow).where(EnquiryRow.id == enquiry.id).values(answered_at=answered_at))


def tables(page: str) -> dict[str, list[list[str]]]:
    """The cells of the tables of a page by their caption, without their heads."""
    found = {}
    for table in re.findall(r"<table.*?</table>", page, re.DOTALL):
        caption = re.search(r"<caption[^>]*>(.*?)</caption>", table)
        body = table.partition("<tbody")[2]
        rows = [re.findall(r"<t[hd][^>]*>(.*?)</t[hd]>", row) for row in body.split("</tr>")]
        assert caption is not None
        found[caption[1]] = [row for row in rows if row]
    return found


async def rows_of(person: Person, query: str = "") -> list[list[str]]:
    answer = await person.get(f"/desk/use.csv{query}")
    assert answer.status_code == 200
    assert answer.content.startswith(b"\xef\xbb\xbf")
    return list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig"), newline="")))[1:]


async def test_the_last_four_weeks_are_shown_unless_others_are_asked_for(desk, sam):
    add_turns(desk, NOW, NOW - timedelta(days=27), NOW - timedelta(days=28))
    page = (await sam.get("/desk/use")).text
    assert "2 questions from 31 October 2026 to 27 November 2026" in page
    assert 'name="from" type="date" value="2026-10-31"' in page
    all_of_it = (await sam.get("/desk/use?from=2026-01-01&to=2026-11-27")).text
    assert "3 questions from" in all_of_it


async def test_each_chart_has_a_table_of_the_same_numbers(desk, sam):
    add_turns(desk, NOW, NOW - timedelta(days=1), NOW - timedelta(days=1))
    add_turns(desk, NOW, channel="teams", area="", topic="", status="not_stated")
    page = (await sam.get("/desk/use")).text
    found = tables(page)
    assert found["Questions by day"] == [["26 November 2026", "2"], ["27 November 2026", "2"]]
    cost = next(topic.title for topic in desk.state.desk.knowledge().common.topics if topic.id == "cost")
    assert found["Questions by topic"] == [[cost, "3"], ["no topic", "1"]]
    assert found["Questions by area"] == [["Suffolk", "3"], ["no area named", "1"]]
    assert found["Questions by channel"] == [["web", "3"], ["Teams", "1"]]
    assert found["Questions by how they went"] == [["Answered", "3"], ["Not in the offer", "1"]]
    for title in found:
        assert f'role="img" aria-label="{title}"' in page
    assert "<script>" not in page
    assert "style=" not in page


async def test_a_long_period_is_drawn_by_week_and_told_by_day(desk, sam):
    add_turns(desk, NOW, NOW - timedelta(days=1), NOW - timedelta(days=40))
    # 40 days before is an hour earlier by the clock of UTC than it is in London: it is Monday there already.
    found = tables((await sam.get("/desk/use?from=2026-10-01&to=2026-11-27")).text)
    assert found["Questions by week"] == [["Week of 19 October 2026", "1"], ["Week of 23 November 2026", "2"]]
    assert [row[1] for row in found["Questions by day"]] == ["1", "1", "1"]


async def test_times_to_reply_are_told_by_week(desk, sam):
    add_staff(desk.state.desk.database)
    for hours in (0.5, 2, 60):
        add_answered(desk, datetime(2026, 11, 10, 9, tzinfo=UTC), hours)
    add_answered(desk, datetime(2026, 11, 17, 9, tzinfo=UTC), 0.5)
    found = tables((await sam.get("/desk/use")).text)
    weeks = ["Week of 9 November 2026 (3 replies)", "Week of 16 November 2026 (1 reply)"]
    assert found["Half of the replies took at most this long, by week"] == [
        [weeks[0], "2.0 hours"],
        [weeks[1], "30 minutes"],
    ]
    assert found["Nine in ten replies took at most this long, by week"] == [
        [weeks[0], "2.5 days"],
        [weeks[1], "30 minutes"],
    ]
    assert ["replies by week of answer", "2026-11-09", "3", "2.00", "60.00"] in await rows_of(sam)


async def test_the_file_has_the_same_numbers_and_nothing_that_a_spreadsheet_runs(desk, sam):
    add_turns(desk, NOW, NOW)
    add_turns(desk, NOW, topic="=1+1", area="@x", status="-y")
    rows = await rows_of(sam, "?from=2026-11-01&to=2026-11-27")
    assert ["questions by day", "2026-11-27", "3", "", ""] in rows
    assert ["questions by area", "Suffolk", "2", "", ""] in rows
    names = [row[1] for row in rows]
    assert {"'=1+1", "'@x", "'-y"} <= set(names)
    assert not [name for name in names if name.startswith(("=", "+", "-", "@"))]
    assert all(int(row[2]) >= 1 for row in rows)


async def test_nothing_asked_is_said_in_words(desk, sam):
    page = (await sam.get("/desk/use")).text
    assert "Nobody asked anything in this period." in page
    assert "No enquiry was answered in this period." in page
    assert await rows_of(sam) == []


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ("?from=&to=2026-11-27", "Enter both days"),
        ("?from=yesterday&to=2026-11-27", "Enter both days"),
        ("?from=2026-02-30&to=2026-11-27", "Enter both days"),
        ("?from=2026-11-27&to=2026-11-26", "The last day is before the first."),
        ("?from=2025-10-23&to=2026-11-27", "The period is too long."),
        ("?from=9999-12-31&to=9999-12-31", "Enter both days"),
        ("?from=0001-01-01&to=0001-01-01", "Enter both days"),
    ],
)
async def test_a_period_that_is_none_is_told_and_kept_in_the_fields(desk, sam, query, said):
    answer = await sam.get(f"/desk/use{query}")
    assert answer.status_code == 400
    assert said in answer.text
    assert "There is a problem" in answer.text
    file = await sam.get(f"/desk/use.csv{query}")
    assert file.status_code == 400
    assert "That period cannot be counted" in file.text


async def test_the_longest_period_is_counted(desk, sam):
    since = date(2026, 11, 27) - timedelta(days=399)
    assert (await sam.get(f"/desk/use?from={since}&to=2026-11-27")).status_code == 200


@pytest.mark.parametrize(
    ("hours", "words"),
    [(0.0, "0 minutes"), (0.99, "59 minutes"), (1.0, "1.0 hours"), (47.9, "47.9 hours"), (48.0, "2.0 days")],
)
def test_a_length_of_time_is_told_in_the_unit_that_fits(hours, words):
    units = {"minutes": "{number} minutes", "hours": "{number} hours", "days": "{number} days"}
    assert hours_in_words(hours, units) == words


async def test_advisers_do_not_see_it(desk):
    async with signed_in(desk, Role.ADVISER) as ada:
        for path in ("/desk/use", "/desk/use.csv", "/desk/learning", "/desk/learning/phrasings.yml"):
            assert (await ada.get(path)).status_code == 403
