"""The words of the documents (wording.yml)."""

from functools import cache
from pathlib import Path
from typing import Literal

import yaml
from pydantic import BaseModel, ConfigDict

from bot.guidance.reply import ItemState, Verdict

WORDING_FILE = Path(__file__).with_name("wording.yml")

Kind = Literal["answer", "checklist", "comparison"]


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Headings(_Part):
    """Headings of the parts of a document."""

    notices: str
    checklist: str
    dates: str
    comparison: str
    sources: str
    before_ticks: str


class DateHeadings(_Part):
    """Headings of the columns of the table of dates."""

    what: str
    when: str
    how: str


class CalendarWords(_Part):
    """Words of calendar entries; `ends` by which end of a window an entry marks."""

    name: str
    ends: dict[Literal["on", "earliest", "latest", "by", "from"], str]
    unsure: str
    counted: str
    about: str
    check: str
    reminder: str


class Words(_Part):
    """All words of the documents. A missing or unknown name is an error when they are read."""

    author: str
    untitled: str
    subtitle: str
    footer: str
    page: str
    verdicts: dict[Verdict, str]
    headings: Headings
    states: dict[ItemState, str]
    progress: str
    progress_ticked: str
    who: str
    firmness: str
    still_open: str
    source_line: str
    dates: DateHeadings
    both_say: str
    all_say: str
    unprintable: str
    calendar: CalendarWords
    files: dict[Literal["answer", "checklist", "comparison", "dates", "email"], str]


@cache
def load_words(path: Path = WORDING_FILE) -> Words:
    """Read the wording; once for each file.

    Raises: pydantic.ValidationError: a word is missing or unknown.
    """
    return Words.model_validate(yaml.safe_load(path.read_text(encoding="utf-8")))
