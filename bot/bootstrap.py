"""The one place that builds and joins the parts. Each part is built once a process, on first use."""

from __future__ import annotations

from functools import cache

from bot.embedding import Embedder
from bot.guidance.service import AnswerService
from bot.knowledge.lookups import own_words
from bot.knowledge.store import Store
from bot.records.database import Database
from bot.records.reports import Reports
from bot.settings import Settings, load_settings
from bot.spelling import Speller, build_speller


@cache
def settings() -> Settings:
    """The settings of this process."""
    return load_settings()


@cache
def store() -> Store:
    """The knowledge store named by the settings."""
    return Store(settings().knowledge_url)


@cache
def embedder() -> Embedder:
    """The sentence embedding."""
    return Embedder()


@cache
def answers() -> AnswerService:
    """The answer service of this process."""
    return AnswerService(store(), embedder().embed, note=lambda report: reports().add(report))


@cache
def records() -> Database:
    """The records named by the settings, brought to the newest revision."""
    database = Database(settings().records_url)
    try:
        database.upgrade()
    except BaseException:  # the next call tries again, with connections of its own
        database.close()
        raise
    return database


@cache
def reports() -> Reports:
    """The reports that an answer is wrong."""
    return Reports(records(), settings().reports_keep_days)


@cache
def speller() -> Speller:
    """The speller, which knows the words of the loaded content."""
    knowledge = answers().conversations().knowledge
    return build_speller(own_words(knowledge.common, [a.content for a in knowledge.areas.values()]))
