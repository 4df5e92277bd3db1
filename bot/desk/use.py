"""How much Signpost is used, and how fast the desk replies: charts, their tables, and the same numbers as a file."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, timedelta
from typing import Any

from fastapi import APIRouter, Response

from bot.desk.csv_file import csv_response
from bot.desk.errors import DeskError
from bot.desk.templating import day
from bot.desk.visit import Visit, Visiting, values_of
from bot.records.statistics import MOST_DAYS, Count, Use, use_between, weeks_of

USUAL_DAYS = 28
MOST_BARS = 35  # days that are drawn one by one; a longer period is drawn by week
GROUPS = ("topics", "areas", "channels", "statuses")

Row = tuple[str, float, str]


def use_routes() -> APIRouter:
    """GET /desk/use and /desk/use.csv."""
    router = APIRouter()

    @router.get("/desk/use")
    def show(visit: Visiting) -> Response:
        words = visit.desk.words["use"]
        asked, since, until, fault = period_of(visit)
        if fault:
            errors = [{"text": words["faults"][fault], "href": "#from"}]
            return visit.page("use.html", 400, asked=asked, fault=words["faults"][fault], errors=errors, use=None)
        use = use_between(visit.desk.database, since, until)
        weeks = weeks_of(use.days) if (until - since).days >= MOST_BARS else ()
        return visit.page(
            "use.html",
            asked=asked,
            fault="",
            use=use,
            days=[(day(each.day), each.count) for each in use.days],
            weeks=[(words["week"].format(day=day(each.day)), each.count) for each in weeks],
            groups={group: in_words(group, getattr(use, group), words, visit) for group in GROUPS},
            medians=[_time(use, n, each.median_hours, words) for n, each in enumerate(use.reply_times)],
            slow=[_time(use, n, each.slow_hours, words) for n, each in enumerate(use.reply_times)],
        )

    @router.get("/desk/use.csv")
    def download(visit: Visiting) -> Response:
        _, since, until, fault = period_of(visit)
        if fault:
            raise DeskError("bad_period", 400)
        use = use_between(visit.desk.database, since, until)
        words = visit.desk.words["use"]
        return csv_response(f"signpost-use-{since}-{until}.csv", words["file_head"], file_rows(use, words, visit))

    return router


def period_of(visit: Visit) -> tuple[dict[str, str], date, date, str]:
    """The fields as they were filled in, first and last day, and what is wrong ("" for nothing).

    Without a query: the last four weeks, today included.
    """
    today = visit.desk.today()
    query = visit.request.query_params
    asked = {"from": (today - timedelta(days=USUAL_DAYS - 1)).isoformat(), "to": today.isoformat()}
    asked |= {name: value for name, value in values_of(query, "from", "to").items() if name in query}
    try:
        since, until = date.fromisoformat(asked["from"]), date.fromisoformat(asked["to"])
    except ValueError:
        return asked, today, today, "no_date"
    if until < since:
        return asked, since, until, "turned"
    if (until - since).days >= MOST_DAYS:
        return asked, since, until, "long"
    if until.year == date.max.year or since.year == date.min.year:
        return asked, since, until, "no_date"
    return asked, since, until, ""


def in_words(group: str, counts: Sequence[Count], words: Mapping[str, Any], visit: Visit) -> list[tuple[str, int]]:
    """Counts with names that people read."""
    known = _known(group, words, visit)
    return [(known.get(each.name, each.name) or words["unnamed"][group], each.count) for each in counts]


def hours_in_words(hours: float, words: Mapping[str, Any]) -> str:
    """A length of time in the unit that fits: 40 minutes, 5.2 hours, 3.1 days."""
    if hours < 1:
        return str(words["minutes"].format(number=round(hours * 60)))
    if hours < 48:
        return str(words["hours"].format(number=f"{hours:.1f}"))
    return str(words["days"].format(number=f"{hours / 24:.1f}"))


def file_rows(use: Use, words: Mapping[str, Any], visit: Visit) -> Iterator[Sequence[object]]:
    """The numbers of the page, a line each: what, of which, number, hours of half and of nine in ten replies."""
    measures = words["measures"]
    for each in use.days:
        yield measures["days"], each.day.isoformat(), each.count, "", ""
    for group in GROUPS:
        for name, count in in_words(group, getattr(use, group), words, visit):
            yield measures[group], name, count, "", ""
    for week in use.reply_times:
        hours = f"{week.median_hours:.2f}", f"{week.slow_hours:.2f}"
        yield measures["reply_times"], week.monday.isoformat(), week.replies, *hours


def _known(group: str, words: Mapping[str, Any], visit: Visit) -> Mapping[str, str]:
    if group == "channels":
        return dict(words["channel"])
    if group == "statuses":
        return {name: text for name, (text, _) in visit.desk.words["desk"]["tags"].items()}
    knowledge = visit.desk.knowledge()
    if group == "areas":
        return {area.id: area.name for area in knowledge.areas.values()}
    return {topic.id: topic.title for topic in knowledge.common.topics}


def _time(use: Use, place: int, hours: float, words: Mapping[str, Any]) -> Row:
    week = use.reply_times[place]
    name = words["week_replies_one"] if week.replies == 1 else words["week_replies"]
    return name.format(day=day(week.monday), count=week.replies), hours, hours_in_words(hours, words)
