"""The dates of a reply as a calendar file. Entries last all day, so that no time zone is needed."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Literal

from icalendar import Alarm, Calendar, Event

from bot.documents.texts import clean, line_of
from bot.documents.words import Words
from bot.guidance.reply import DateItem, Point

SHORT_WINDOW_DAYS = 14  # at most so long, both days included, a window is one entry
REMINDER = timedelta(days=-7)
DAY = timedelta(days=1)
PRODUCT = "-//Signpost//Signpost//EN"

End = Literal["on", "earliest", "latest", "by", "from"]


def calendar_of(
    dates: Sequence[DateItem],
    *,
    mark: str,
    sequence: int,
    area_name: str,
    about: str,
    made_at: datetime,
    words: Words,
    said: Mapping[str, Point] | None = None,
) -> bytes:
    """An iCalendar file with an entry for each date, two where the window is long.

    Args:
        mark: an opaque name of the case; with it the entries have the same UIDs again, whatever the days are.
        sequence: grows with each correction, so that the entries replace those that were taken before.
        about: what the dates are about, in a few words.
        made_at: with a time zone.
        said: the statements by id (`points_by_id`); without one an entry is called by `about`.
    """
    calendar = Calendar()
    calendar.add("prodid", PRODUCT)
    calendar.add("version", "2.0")
    calendar.add("x-wr-calname", line_of(words.calendar.name.format(area=area_name)))
    subject = words.calendar.about.format(area=line_of(area_name), about=line_of(about))
    seen: Counter[str] = Counter()
    for item in dates:
        point = (said or {}).get(item.statement_id)
        for end, first, last in _entries(item):
            key = repr((mark, item.statement_id, item.event, item.heading, _slot(end)))
            event = Event()
            event.add("uid", _uid(key, seen[key]))
            seen[key] += 1
            event.add("sequence", sequence)
            event.add("dtstamp", made_at.astimezone(UTC))
            event.add("dtstart", first)
            event.add("dtend", last + DAY)  # the first day that is no longer part of it
            event.add("transp", "TRANSPARENT")
            summary = _summary(item, end, point, subject, words)
            event.add("summary", summary)
            event.add("description", _description(item, point, subject, words))
            event.add_component(_reminder(summary, words))
            calendar.add_component(event)
    return bytes(calendar.to_ical())


def _entries(item: DateItem) -> Iterator[tuple[End, date, date]]:
    """Which end of a window an entry marks, its first and its last day."""
    start, end = item.start, item.end
    if start and end:
        if end - start < timedelta(days=SHORT_WINDOW_DAYS):
            yield "on", start, max(start, end)
        else:
            yield "earliest", start, start
            yield "latest", end, end
    elif end:
        yield "by", end, end
    elif start:
        yield "from", start, start


def _slot(end: End) -> str:
    """What takes the place of what: a short window that becomes a long one leaves nothing behind."""
    return "latest" if end == "on" else end


def _uid(key: str, nth: int) -> str:
    digest = hashlib.sha256(f"{key}{nth or ''}".encode("utf-8", "replace")).hexdigest()
    return f"{digest[:32]}@signpost"


def _summary(item: DateItem, end: End, point: Point | None, subject: str, words: Words) -> str:
    what = line_of(point.text).removesuffix(".") if point else subject
    if point and point.label:
        what = f"{line_of(point.label)}: {what}"
    summary = words.calendar.ends[end].format(what=what)
    return summary if item.sure else words.calendar.unsure.format(summary=summary)


def _description(item: DateItem, point: Point | None, subject: str, words: Words) -> str:
    lines = [subject, point.text if point else "", words.calendar.counted.format(label=item.label, text=item.text)]
    if item.assumption not in item.text:
        lines.append(item.assumption)
    lines += [
        words.source_line.format(document=source.document, section=source.section, paragraph=source.paragraph)
        for source in (point.sources if point else [])
    ]
    return "\n".join(filter(None, (clean(line).strip() for line in [*lines, words.calendar.check])))


def _reminder(summary: str, words: Words) -> Alarm:
    alarm = Alarm()
    alarm.add("action", "DISPLAY")
    alarm.add("description", words.calendar.reminder.format(summary=summary))
    alarm.add("trigger", REMINDER)
    return alarm
