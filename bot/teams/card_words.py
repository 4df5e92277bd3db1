"""The words on cards (cards.yml)."""

from functools import cache
from pathlib import Path
from typing import Literal

import yaml
from pydantic import BaseModel, ConfigDict

from bot.guidance.reply import Verdict

WORDS_FILE = Path(__file__).with_name("cards.yml")

Link = Literal["print", "pdf", "docx", "ics", "case", "help", "privacy"]


class CardWords(BaseModel):
    """All words on cards. A missing or unknown name is an error when they are read."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    verdicts: dict[Verdict, str]
    understood: str
    change_open: str
    change: str
    checklist: str
    ticked: str
    not_ticked: str
    send_ticks: str
    dates: str
    alike: str
    notice: str
    sources: str
    sources_elsewhere: str
    sources_left_out: str
    email: str
    email_form: str
    email_number: str
    email_to: str
    email_subject: str
    email_file: str
    email_elsewhere: str
    email_left_out: str
    take: str
    links: dict[Link, str]
    chosen: str
    cut: str
    cut_no_link: str
    choices_cut: str
    summary: str


@cache
def card_words(path: Path = WORDS_FILE) -> CardWords:
    """Read the words; once for each file.

    Raises: pydantic.ValidationError: a word is missing or unknown.
    """
    return CardWords.model_validate(yaml.safe_load(path.read_text(encoding="utf-8")))
