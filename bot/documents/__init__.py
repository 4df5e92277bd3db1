"""Documents that people take away, made from a reply: PDF, Word, calendar file, draft e-mail."""

from bot.documents.calendar import calendar_of
from bot.documents.email import eml_of
from bot.documents.pdf import pdf_of
from bot.documents.sheet import Sheet, points_by_id, sheet_of
from bot.documents.word import docx_of
from bot.documents.words import Words, load_words

__all__ = [
    "Sheet",
    "Words",
    "calendar_of",
    "docx_of",
    "eml_of",
    "load_words",
    "pdf_of",
    "points_by_id",
    "sheet_of",
]
