"""From a message to what it asks and says: facts, area, questions."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace

from bot.guidance.area import AreaKnowledge
from bot.guidance.reading import Reader, Reading
from bot.guidance.turn import Clause, Turn

_WH = r"what|whats|which|who|whos|whose|where|wheres|when|how|hows|why"
_AUX = r"can|could|may|do|does|did|is|are|am|was|will|would|should|shall|must|has|have|any"
_NOT = r"isn't|aren't|don't|doesn't|can't|couldn't|won't|wouldn't|shouldn't"
_SUBJECT = (
    r"i|we|you|he|she|it|they|this|that|these|those|there|the|an?|my|our|his|her|their|your|any(?:one|body)?"
    r"|some(?:one|body)?|school|schools|parents|mum|dad|staff|teachers?|senco|all|both|anything"
)
_LEAD_IN = r"(?:\W*(?:and|so|but|or|also|ok|okay|well|right|then|plus|hi|hello|please|sorry|now|just)\W+){0,3}"
_TOLD = r"(?! (?:an?|no|not|got|been|had|just|already|now|very|really|struggling|his|her|their)\b)"
# A question mark, a clause that begins like a question (after "and", "ok so", a name ...), or a request in words.
# After a comma only with its subject: "he is 8, has an EHCP, can't sit still" asks nothing.
INTERROGATIVE = re.compile(
    rf"\?|^{_LEAD_IN}(?:{_WH}|{_NOT} (?={_SUBJECT}\b)|(?:is|was|has|have)\b{_TOLD}"
    rf"|(?!is\b|was\b|has\b|have\b)(?:{_AUX}))\b"
    rf"|[,;:\u2013-]\s+{_LEAD_IN}(?:(?:(?:after|by|for|in|on|to|from|with|at|until) )?(?:{_WH})\b"
    rf"|(?:{_AUX}|{_NOT}) (?:{_SUBJECT})\b)"
    rf"|\b(?:is|are|was|be) (?:{_WH})\b|\b(?:when|where|how|who|what)(?: (?:pls|please|then|exactly|though))?\W*$"
    r"|\b(?:tell me|talk me|explain|remind me|checklist|help me|looking for|need to know|need to work out|wondering"
    r"|like to know|want to know|find out (?:if|whether|what|who|how|when|where|which)"
    r"|not sure (?:if|whether|what|how|who|which)|any idea|advise|let me know|i want|we want"
    r"|i need|we need|need the|just needs?|after the|trying to find)\b"
    r"|(?:^|[.!]\s+)(?:\W*(?:and|so|ok|okay|the|right|then|plus)\W+){0,3}(?:form|address|e-?mail|inbox|deadline|paperwork)"
    r"s? (?:for|of|to)\b",
    re.IGNORECASE,
)
# What a forwarded e-mail is wrapped in: it asks for a reply, not for a fact.
WRAPPING = re.compile(
    r"\bwhat (?:do|should|can|shall) (?:i|we) (?:say|reply|answer|tell|point|write)\b|\bwhat to (?:say|reply|tell)\b"
    r"|\bcan (?:someone|somebody|you) (?:please )?(?:ring|call|phone|help|advise)\b(?: me| us)?(?: please)?\W*$"
    r"|\b(?:this is what|got this in|see below|how do i answer)\b",
    re.IGNORECASE,
)
REFERS_BACK = re.compile(
    r"\b(?:it|that|this|they|them|he|she|him|her|his|there|one|ones|those|these|same|then|instead|allowed|ok|okay"
    r"|alright|possible|right)\b",
    re.IGNORECASE,
)
FOLLOWS_UP = re.compile(
    r"^\W*(?:and|but|so|ok|what about|how about|what if|same|or|also|even if|if)\b.{0,60}$"
    r"|^.{0,30}\bthe (?:next|last|first|second|other|same) ones?\b\W*$",
    re.IGNORECASE,
)
WHAT_IF = re.compile(r"^\W*(?:(?:and|but|so|ok|okay)\W+)*(?:what |even )?if\b", re.IGNORECASE)
SHORT_IF = 14  # words of "and if he gets his EHCP halfway, what's the limit then?"
SHORT = 9
FIRST_WORD = 5  # characters of "and ", "so ", "but "
LEANS_BEFORE = 0.16  # how much a clause that says little by itself is about what stands before it
LEANS_ON_MESSAGE = 0.4  # and how much about what its message is about as a whole
OF_MESSAGE = 0.16  # how much any clause is
FEW = 3  # in a message of few clauses one that asks without the form of a question counts too


@dataclass(frozen=True)
class Limits:
    """Thresholds of understanding; measured, see docs/evaluation.md."""

    asks: float = 0.42
    plainly_asks: float = 0.55
    small_talk: float = 0.40
    questions: int = 4
    context_chars: int = 240


@dataclass(frozen=True)
class Thresholds:
    """When to answer, when to ask back, when to decline. Measured; see docs/evaluation.md."""

    hardly: float = 0.45
    out_of_scope: float = 0.05


@dataclass(frozen=True)
class Understood:
    """A message as understood: the reading of the whole, and the clauses that ask, each with its context."""

    reading: Reading
    asking: tuple[Clause, ...]
    intent: str
    score: float

    def without(self, names: Collection[str]) -> Understood:
        """The same without some of the facts that were read."""
        facts = {n: v for n, v in self.reading.facts.items() if n not in names}
        return replace(self, reading=replace(self.reading, facts=facts))


def leans_on_context(clause: Clause) -> bool:
    """Whether a clause says too little by itself: short, or full of words that point back."""
    return len(clause.text.split()) <= SHORT or bool(REFERS_BACK.search(clause.text))


def follows_up(clause: Clause) -> bool:
    """Whether a clause only makes sense after an answer: "and if he has an EHCP?", "what about Year 12?"."""
    words = len(clause.text.split())
    short = words <= SHORT and bool(FOLLOWS_UP.search(clause.text))
    return clause.intent == "follow_up" or short or (words <= SHORT_IF and bool(WHAT_IF.search(clause.text)))


def topic_weights(clause: Clause, message: Mapping[str, float] | None = None) -> dict[str, float]:
    """Topic id -> probability: the clause's own ranking, mixed with what stands around it where it leans on that."""
    leans = leans_on_context(clause)
    before = LEANS_BEFORE if leans and clause.context_ranking else 0.0
    share = 0.0 if not message else LEANS_ON_MESSAGE if leans else OF_MESSAGE
    weights: dict[str, float] = {}
    for source, part in (
        (clause.ranking, 1 - before - share),
        (clause.context_ranking, before),
        (message or {}, share),
    ):
        for intent, confidence in source.items():
            if intent.startswith("ask_"):
                topic = intent.removeprefix("ask_")
                weights[topic] = weights.get(topic, 0.0) + part * confidence
    return weights


def named_routes(reading: Reading, area: AreaKnowledge) -> tuple[str, ...]:
    """Routes of one authority that a text names, itself or through a service or a form that leads to one route."""
    prefix = area.id + "/"
    usual = {r.id for r in area.content.routes if r.default}
    mine = [r.removeprefix(prefix) for r in reading.routes if r.startswith(prefix)]
    if not mine:
        services = {s.id: s for s in area.content.services}
        for name in reading.services:
            if name.startswith(prefix):
                led_to = services[name.removeprefix(prefix)].routes
                mine += () if usual <= set(led_to) else led_to  # the whole service narrows nothing
    if not mine:
        for name in reading.forms:
            if name.startswith(prefix):
                leading = [r.id for r in area.content.routes if r.form == name.removeprefix(prefix)]
                mine += leading if len(leading) == 1 else []
    return tuple(r for r in area.routes if r in mine)


def understand(turn: Turn, reader: Reader, limits: Limits) -> Understood:
    """Read a message: facts from the whole, questions from the clauses that ask."""
    clauses = _with_first_word(turn) or (Clause(turn.text),)
    entities = turn.entities
    if entities is None and all(c.entities is not None for c in clauses):
        entities = [e for c in clauses for e in (c.entities or ())]
    reading = reader.read(turn.text, entities)
    best = max(clauses, key=lambda c: c.score)
    with_context = [
        replace(
            c,
            context=" ".join(o.text for o in clauses[max(0, n - 2) : n])[-limits.context_chars :],
            context_ranking=clauses[n - 1].ranking if n else {},
        )
        for n, c in enumerate(clauses)
    ]
    asking = [c for c in with_context if INTERROGATIVE.search(c.text.strip())]
    if len(clauses) <= FEW:
        questions = {c.intent for c in asking}  # what only tells of the same thing leads up to the question
        told = [c for c in with_context if c not in asking and c.intent not in questions]
        told = [c for c in told if _asks(c) and c.score >= limits.plainly_asks]
        asking = [c for c in with_context if c in asking or c in told]
    real = [c for c in asking if not WRAPPING.search(c.text)]
    asking = real or asking
    if not asking and best.intent == "follow_up":
        asking = [c for c in with_context if c.intent == "follow_up"]
    if not asking:
        asks = [c for c in with_context if _asks(c) and c.score >= limits.asks / 2]
        strongest = max(asks, key=lambda c: c.score, default=None)
        asking = [strongest] if strongest is not None else []
    return Understood(reading, tuple(asking), best.intent, best.score)


def _with_first_word(turn: Turn) -> tuple[Clause, ...]:
    """The clauses; a single one with the "and" or "so" that the engine takes off, since it tells a follow-up."""
    if len(turn.clauses) != 1:
        return turn.clauses
    (clause,) = turn.clauses
    before = len(turn.text.rstrip()) - len(clause.text)
    if not 0 < before <= FIRST_WORD or not turn.text.rstrip().endswith(clause.text) or not turn.ranking:
        return turn.clauses
    entities = clause.entities
    if entities is not None:
        entities = [{**e, "start": int(e["start"]) + before, "end": int(e["end"]) + before} for e in entities]
    intent = max(turn.ranking, key=lambda i: turn.ranking[i])
    whole = replace(clause, text=turn.text.rstrip(), intent=intent, confidence=turn.ranking[intent], entities=entities)
    return (replace(whole, ranking=dict(turn.ranking)),)


def _asks(clause: Clause) -> bool:
    return clause.intent.startswith(("ask_", "out_of_scope_", "follow_up", "find_route"))
