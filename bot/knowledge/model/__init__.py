"""The content model: everything that a content file may say, as Pydantic models.

Unknown keys are refused everywhere. References between records are checked in `bot.knowledge.references`,
since they need the whole content. The vocabulary is that of the README.
"""

from bot.knowledge.model.common import Bridge, Cue, Fact, Need, Pointer, ReadinessWording, Topic, Wording
from bot.knowledge.model.offer import (
    MAX_WORDS_A_SENTENCE,
    Authority,
    Criterion,
    DependsOn,
    Document,
    DocumentParagraphs,
    Form,
    Kind,
    Paragraph,
    Places,
    Route,
    Service,
    Source,
    Statement,
    Term,
    Unless,
    sentences,
)
from bot.knowledge.model.record import Record, Slug, StatementId, Text
from bot.knowledge.model.school_time import Event, SchoolTerm, SchoolYear
from bot.knowledge.model.values import Condition, Force, Hedge, Unit, Value, Within

__all__ = [
    "MAX_WORDS_A_SENTENCE",
    "Authority",
    "Bridge",
    "Condition",
    "Criterion",
    "Cue",
    "DependsOn",
    "Document",
    "DocumentParagraphs",
    "Event",
    "Fact",
    "Force",
    "Form",
    "Hedge",
    "Kind",
    "Need",
    "Paragraph",
    "Places",
    "Pointer",
    "ReadinessWording",
    "Record",
    "Route",
    "SchoolTerm",
    "SchoolYear",
    "Service",
    "Slug",
    "Source",
    "Statement",
    "StatementId",
    "Term",
    "Text",
    "Topic",
    "Unit",
    "Unless",
    "Value",
    "Within",
    "Wording",
    "sentences",
]
