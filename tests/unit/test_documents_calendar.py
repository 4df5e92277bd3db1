"""The calendar file, read back: days, ends, names that stay, words."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from icalendar import Calendar

from bot.documents import calendar_of, load_words, points_by_id
from bot.documents.texts import clean
from bot.guidance.reply import DateItem, Point, SourceRef
from tests.guidance_support import conversations
from tests.unit.test_documents_sheet import HOSTILE, reply_of

MADE = datetime(2026, 6, 10, 9, 30, tzinfo=UTC)
MARCH = date(2026, 3, 3)


@pytest.fixture(scope="module", autouse=True)
def loaded_beforehand() -> None:
    """Load the offers once, outside the time limit of a single test."""
    conversations()


def item(start: date | None = None, end: date | None = None, **keys: object) -> DateItem:
    given_keys = {
        "label": "Counted from 3 March 2026, the day the plan was agreed",
        "text": "31 March to 26 May 2026. Counted in weeks.",
        "assumption": "Counted in weeks.",
        "start": start,
        "end": end,
        "counts_from": MARCH,
        "event": "inclusion-plan-agreed",
        "unit": "week",
        "statement_id": "suffolk/bespoke/review",
    }
    return DateItem.model_validate({**given_keys, **keys})


def file_of(*dates: DateItem, **keys: object) -> bytes:
    given_keys = {
        "mark": "case-1",
        "sequence": 0,
        "area_name": "Suffolk",
        "about": "Bespoke support",
        "made_at": MADE,
        "words": load_words(),
    }
    return calendar_of(dates, **{**given_keys, **keys})


def entries(*dates: DateItem, **keys: object) -> list[tuple[str, date, date]]:
    """Each entry as (summary, first day, day after the last)."""
    read = Calendar.from_ical(file_of(*dates, **keys))
    return [(str(e["summary"]), e["dtstart"].dt, e["dtend"].dt) for e in read.walk("VEVENT")]


def uids(*dates: DateItem, **keys: object) -> list[str]:
    return [str(e["uid"]) for e in Calendar.from_ical(file_of(*dates, **keys)).walk("VEVENT")]


def test_a_short_window_is_one_entry_with_an_exclusive_end():
    assert entries(item(date(2026, 3, 10), date(2026, 3, 23))) == [
        ("Suffolk: Bespoke support", date(2026, 3, 10), date(2026, 3, 24))
    ]
    assert entries(item(date(2026, 12, 31), date(2026, 12, 31)))[0][1:] == (date(2026, 12, 31), date(2027, 1, 1))


def test_a_long_window_is_its_first_and_its_last_day():
    assert entries(item(date(2026, 3, 10), date(2026, 3, 24))) == [
        ("Earliest day: Suffolk: Bespoke support", date(2026, 3, 10), date(2026, 3, 11)),
        ("Latest day: Suffolk: Bespoke support", date(2026, 3, 24), date(2026, 3, 25)),
    ]


def test_one_end_only_is_a_last_or_a_first_day():
    assert entries(item(end=MARCH)) == [("Last day: Suffolk: Bespoke support", MARCH, MARCH + timedelta(days=1))]
    assert entries(item(start=MARCH)) == [("First day: Suffolk: Bespoke support", MARCH, MARCH + timedelta(days=1))]
    assert entries(item()) == []


def test_an_entry_has_every_field_and_lasts_all_day():
    point = Point(
        text="The review comes after 4 to 12 weeks.",
        statement_id="suffolk/bespoke/review",
        label="Pupil without an EHCP",
        sources=[SourceRef(document="SES Core Offer", section="Bespoke (no EHCP)", paragraph=52, opens="An")],
    )
    data = file_of(item(end=MARCH), sequence=7, said={point.statement_id: point})
    (event,) = Calendar.from_ical(data).walk("VEVENT")
    assert str(event["summary"]) == "Last day: Pupil without an EHCP: The review comes after 4 to 12 weeks"
    assert event["sequence"] == 7
    assert event["dtstamp"].dt == MADE
    assert b"DTSTAMP:20260610T093000Z" in data
    assert b"DTSTART;VALUE=DATE:20260303" in data
    assert str(event["transp"]) == "TRANSPARENT"
    description = str(event["description"])
    for words in (
        "Suffolk: Bespoke support",
        point.text,
        "Counted from 3 March 2026",
        "SES Core Offer, Bespoke (no EHCP), paragraph 52",
    ):
        assert words in description
    assert description.count("Counted in weeks.") == 1
    (alarm,) = event.walk("VALARM")
    assert (str(alarm["action"]), alarm["trigger"].dt) == ("DISPLAY", timedelta(days=-7))
    assert b"VTIMEZONE" not in data
    assert b"METHOD" not in data


def test_a_day_of_which_it_is_not_sure_is_said_so():
    assert entries(item(end=MARCH, sure=False))[0][0].endswith("(if the day is the right one)")


def test_a_corrected_date_has_the_same_names():
    before = item(date(2026, 3, 31), date(2026, 5, 26))
    after = item(date(2026, 4, 7), date(2026, 6, 2), label="Counted from 10 March 2026", counts_from=date(2026, 3, 10))
    assert uids(before) == uids(after, sequence=1)
    assert entries(before) != entries(after)
    assert set(uids(item(date(2026, 3, 10), date(2026, 3, 12)))) < set(uids(before))


@pytest.mark.parametrize(
    "other",
    [{"statement_id": "suffolk/x"}, {"event": "pupil-left"}, {"heading": "Pupil 2:"}],
)
def test_other_dates_have_other_names(other):
    dates = [item(end=MARCH), item(end=MARCH, **other)]
    assert len(set(uids(*dates))) == 2
    assert not set(uids(*dates)) & set(uids(*dates, mark="case-2"))
    assert all(u.endswith("@signpost") and "suffolk" not in u for u in uids(*dates))


def test_no_two_entries_of_a_file_have_one_name():
    found = uids(*[item(date(2026, 3, 31), date(2026, 5, 26))] * 3)
    assert len(found) == len(set(found)) == 6


def test_a_real_answer_with_dates():
    reply = reply_of("dates")
    data = file_of(*reply.dates, said=points_by_id(reply))
    days = [e["dtstart"].dt for e in Calendar.from_ical(data).walk("VEVENT")]
    assert days == [d for i in reply.dates for d in (i.start, i.end)]
    assert "The review of bespoke support" in entries(*reply.dates, said=points_by_id(reply))[0][0]


def well_formed(data: bytes) -> None:
    """CRLF only, and no line longer than 75 octets."""
    assert data.endswith(b"\r\n")
    assert data.count(b"\n") == data.count(b"\r") == data.count(b"\r\n")
    assert max(len(line) for line in data.split(b"\r\n")) <= 75


def hostile_file(text: str) -> bytes:
    point = Point(text=text, statement_id=text, label=text)
    day = item(end=MARCH, label=text, text=text, assumption=text, statement_id=text, event=text, heading=text)
    return file_of(day, area_name=text, about=text, mark=text, said={text: point})


@pytest.mark.parametrize("text", [*HOSTILE, "a\r\nEND:VEVENT\r\nATTACH:file:///x", 'a,b;c\\n:d"e'])
def test_hostile_text_stays_text(text):
    data = hostile_file(text)
    well_formed(data)
    (event,) = Calendar.from_ical(data).walk("VEVENT")
    assert set(event.keys()) == {
        "UID", "SEQUENCE", "DTSTAMP", "DTSTART", "DTEND", "TRANSP", "SUMMARY", "DESCRIPTION"
    }  # fmt: skip
    assert clean(text).strip() in str(event["description"])


@settings(max_examples=25, deadline=None)
@given(st.text(max_size=80))
@example("é" * 80)
def test_no_text_breaks_it(text):
    data = hostile_file(text)
    well_formed(data)
    assert len(Calendar.from_ical(data).walk("VEVENT")) == 1
