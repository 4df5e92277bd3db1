"""The dialogue about being ready to ask for a route: which route, its checklist, and the checklist once more."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import date

from bot.guidance.area import AreaKnowledge, Knowledge
from bot.guidance.case import with_case
from bot.guidance.checklist import INSTEAD, LONG, TOPIC, ChecklistSpeaker
from bot.guidance.compose import text_of
from bot.guidance.frame import Frame
from bot.guidance.readiness import Readiness, Result, candidates, first_of, implied, readiness, rests_on
from bot.guidance.reading import Reader
from bot.guidance.reply import Answer, Choice, Reply, Status
from bot.guidance.speaking import Speaker
from bot.guidance.telling import is_told
from bot.guidance.turn import Clause, Last, Memory, Turn
from bot.guidance.understanding import FEW, INTERROGATIVE, Understood, follows_up, named_routes
from bot.knowledge.model import Wording

INTENT = "check_readiness"
MARKS = (TOPIC, INTENT)  # Memory.last.topics after a checklist: further facts show it again
SHOWN = "checklist/"  # Memory.told: the area and the route of the checklist shown last
ROUTE = "route"  # kind of a choice
SURE = 0.55  # score from which a clause asks for a checklist without the form of a question
SURE_ASKED = 0.40  # and where it has that form
SURE_WHOLE = 0.5  # confidence of the whole message from which it does, whatever its clauses look like one by one
CONTEXT = 600
_CHILD = r"(?:girl|boy|lad|lass|child|kid|pupil|student|youngster|referral|request)"
_US = rf"(?:i|we|he|she|they|(?:this|that|the|my|our) (?:\w+ )?{_CHILD})"
# Asked in so many words.
IN_WORDS = re.compile(
    rf"\b(?:am|are|is) {_US} (?:\w+ ){{0,2}}?(?:ready|all set|good to go)\b"
    rf"|\b(?:if|whether) {_US}(?:'m|'re|'s| am| are| is) ready\b|\breadiness\b|\bready or not\b"
    r"|\bwhat(?:'s| is| am i| are we| have (?:i|we))(?: still)? (?:missing|outstanding|left to do)\b"
    r"|\b(?:have (?:i|we)|(?:if|whether|check|checking|sure)(?: that)? (?:i|we)'ve)(?: now| already)?"
    r" (?:got |done |ticked (?:off )?|covered )?(?:everything|all (?:i|we|that|the|of)|enough)\b"
    r"|\bchecklist for\b"
    r"|\b(?:something|anything)(?: that)? (?:i|we)(?:'ve| have|'m|'re)? (?:missed|missing|forgotten)\b",
    re.IGNORECASE,
)
# Asked of what was told beside it: "two cycles done, is that enough", "parents have signed, can we send it".
OF_WHAT_IS_TOLD = re.compile(
    r"^(?!.*\b(?:which|what|who|whom|where|how|when)\b).*(?:\benough\b|\bgo ahead\b"
    r"|\b(?:ok|okay|fine|good|all right) to (?:send|refer|ask|submit|apply)\b"
    r"|\b(?:can|could|may|should) (?:i|we)(?: now| already| just)? (?:refer|ask|send|apply|put|request|submit)\b)",
    re.IGNORECASE | re.DOTALL,
)
MOST_OTHERS = 2
OrAnswer = Callable[..., tuple[Reply, Memory]]


class Checking:
    """Answers "am I ready?"."""

    def __init__(self, knowledge: Knowledge, wording: Wording, reader: Reader, speaker: Speaker) -> None:
        self._knowledge = knowledge
        self._wording = wording
        self._words = wording.readiness
        self._reader = reader
        self._speaker = speaker
        self._facts = {f.id: f for f in knowledge.common.facts}
        met = [s.met_when for a in knowledge.areas.values() for s in a.content.statements if s.met_when]
        self._done: frozenset[str] = frozenset().union(*(m.facts() for m in met))
        self._list = ChecklistSpeaker(knowledge, wording, speaker)

    def hear(self, heard: Understood, turn: Turn, memory: Memory) -> Understood:
        """What a message asks, where it is about being ready: for a checklist, for that of another route, or nothing.

        After a checklist, or after the question for the route, what is told without a question only fills it in.
        """
        asked = [c for c in heard.asking if c.intent == INTENT and c.score >= SURE_ASKED]
        if not asked and not any(asks_plainly(c.text) for c in heard.asking):
            asked = [c for c in turn.clauses if c.intent == INTENT and c.score >= SURE]
        meant = asked[0] if asked else self._meant(heard, turn)
        if meant is not None:
            first = replace(meant, intent=INTENT, context=turn.text[-CONTEXT:])
            return replace(
                heard, asking=(first, *(c for c in heard.asking if c.intent != INTENT and c.text != first.text))
            )
        heard = replace(heard, asking=tuple(_otherwise(c) for c in heard.asking))
        waiting = next((c for c in memory.pending if c.intent == INTENT), None)
        shown = INTENT in memory.last.topics
        if waiting is None and not shown:
            return self._ticks(heard, turn, memory)
        plain = not any(asks_plainly(c.text) for c in turn.clauses)
        if heard.reading.routes and (plain or (shown and follows_up(Clause(turn.text, heard.intent)))):
            return replace(heard, asking=(Clause(turn.text, INTENT, 1.0, 1.0, {INTENT: 1.0}),))
        return replace(heard, asking=()) if plain and shown and self._fills_in(heard, memory) else heard

    def _ticks(self, heard: Understood, turn: Turn, memory: Memory) -> Understood:
        """A thing told as done, without a question, after a checklist was shown and something else asked in between."""
        area, route = self._checked(memory)
        asks = any(asks_plainly(c.text) for c in turn.clauses)
        told = set(heard.reading.facts) & rests_on(self._knowledge.areas[area], route) if route else set()
        there = memory.frame.area if not heard.reading.areas else heard.reading.areas[0]
        if asks or not told & self._done or there != area or heard.reading.new_pupil:
            return heard
        return replace(heard, asking=(Clause("", INTENT, 1.0, 1.0, {INTENT: 1.0}),))

    def _checked(self, memory: Memory) -> tuple[str, str]:
        """The area and the route whose checklist was shown last; empty where there is none."""
        shown = next((t.removeprefix(SHOWN) for t in memory.told if t.startswith(SHOWN)), "/")
        area, _, route = shown.partition("/")
        known = self._knowledge.areas.get(area)
        return (area, route) if known is not None and route in known.routes else ("", "")

    def _meant(self, heard: Understood, turn: Turn) -> Clause | None:
        """The clause that asks for a checklist although the engine did not take it for such a question."""
        clauses = heard.asking or turn.clauses
        told = len(heard.asking) <= 1 and set(heard.reading.facts) & self._done  # among several it is no such question
        for clause in reversed(clauses):
            text = clause.text.replace("’", "'")
            if IN_WORDS.search(text) or (told and OF_WHAT_IS_TOLD.search(text) and asks_plainly(text)):
                return clause
        whole = len(turn.clauses) <= FEW and turn.ranking.get(INTENT, 0.0) >= SURE_WHOLE
        return clauses[-1] if clauses and whole else None

    def wanted(self, clauses: Sequence[Clause]) -> bool:
        """Whether questions, asked or repeated under a changed frame, ask for a checklist."""
        return any(_is_check(c) for c in clauses)

    def choose(self, frame: Frame, route_id: str) -> Frame:
        """The frame after a route was chosen: what the choice says about the case counts unless it was known."""
        area = self._knowledge.areas.get(frame.area or "")
        if area is None or route_id not in area.routes:
            return frame
        new = {n: v for n, v in implied(area, route_id).items() if n not in frame.facts}
        return replace(frame.with_facts(new, self._facts), routes=(route_id,))

    def reply(
        self,
        clauses: Sequence[Clause],
        frame: Frame,
        areas: Sequence[str],
        memory: Memory,
        today: date,
        notices: Sequence[str],
        answer: OrAnswer,
    ) -> tuple[Reply, Memory]:
        """The checklist, or the question for the route; `answer` answers what else the message asks."""
        area = self._knowledge.areas[areas[0]]
        clause = next(c for c in clauses if _is_check(c))
        frame = replace(frame, area=area.id)
        before = self._checked(memory)
        if before[0] == area.id and not (frame.routes and clause.text):  # without text: the one shown last
            frame = replace(frame, routes=(before[1],))
        routes = self._routes(clause, area, frame)
        first = first_of(area, routes)
        rest = [c for c in clauses if not _is_check(c)]
        if first is None and rest:  # no question back while others wait
            topic = f"ask_{TOPIC}"
            plain = replace(clause, intent=topic, ranking={topic: clause.confidence}, context="")
            return answer([plain, *rest], frame, areas, memory, today, notices)
        if first is None:
            return self._ask_route(area, routes, frame, replace(memory, pending=(clause,)), notices)
        route_id, strands = self._strand(area, *first, frame)
        found, items, parts = self._list.said(area, route_id, frame)
        level = area.routes[route_id].level
        subject = self._facts.get("subject")
        if subject and level in subject.values and "subject" not in frame.facts:
            frame = frame.with_facts({"subject": level}, self._facts)  # a first "he" is then no change of subject
        frame = replace(frame, routes=(route_id,))
        overdue, memory = self._speaker.overdue([area], today, memory)
        said = [p.statement_id for a in parts for p in a.points] + [i.statement_id for i in items]
        last = Last(
            area=area.id,
            topics=MARKS,
            statements=tuple(dict.fromkeys(said)),
            question=clause.text[-200:],
        )
        told = {t for t in memory.told if not t.startswith(SHOWN)} - {"clarified"}
        shown = frozenset({*told, f"{SHOWN}{area.id}/{route_id}"})
        memory = replace(memory, frame=frame, last=last, pending=(), told=shown)
        others, memory = self._others(clauses, parts, frame, areas, memory, today, answer)
        choices = self._choices(area, found, strands, frame)
        more = []
        if strands and found.result is not Result.ELSEWHERE:
            more = [self._words.strands.format(routes=", ".join(c.title for c in choices))]
        reply = self._speaker.reply(
            Status.ANSWERED, [*parts, *others], frame, [area.id], [*more, *notices, *overdue], choices
        )
        reply = reply.model_copy(update={"checklist": items})
        offered = tuple((c.title, c.value) for c in choices)
        return reply.model_copy(update={"text": text_of(reply, self._wording)}), replace(memory, offered=offered)

    def with_case(self, reply: Reply, memory: Memory, today: date) -> Reply:
        """The reply, its dates added already; with its state to take away where it is a checklist."""
        area, route = self._checked(memory)
        known = self._knowledge
        return with_case(reply, known, known.areas[area], route, memory.frame.facts, today) if route else reply

    # ------------------------------------------------------------------ which route

    def _routes(self, clause: Clause, area: AreaKnowledge, frame: Frame) -> list[str]:
        focus = [r for r in frame.routes if r in area.routes]
        if clause.intent != INTENT and focus:
            return focus  # the checklist that was shown, once more
        for text in (clause.text, clause.context):
            named = named_routes(self._reader.read(text), area)
            asking = [r for r in named if readiness(area, r, {}).items]
            if named:
                kept = [r for r in focus if r in named]
                return candidates(area, kept or asking or named, (), frame.facts)
        usable = [r for r in focus if readiness(area, r, frame.facts).result is not Result.ELSEWHERE]
        return candidates(area, (), usable, frame.facts)

    def _strand(
        self, area: AreaKnowledge, route: str, strands: tuple[str, ...], frame: Frame
    ) -> tuple[str, tuple[str, ...]]:
        """The strand instead of its broader route, where something was told that only the strand rests on."""
        known = set(frame.facts)
        told = [s for s in strands if known & (rests_on(area, s) - rests_on(area, route)) - {"ehcp"}]
        return (told[0], ()) if len(told) == 1 else (route, strands)

    def _ask_route(
        self, area: AreaKnowledge, routes: Sequence[str], frame: Frame, memory: Memory, notices: Sequence[str]
    ) -> tuple[Reply, Memory]:
        if not routes:
            lead = self._wording.no_route.format(area=area.name)
            part = Answer(area=area.id, status=Status.NOT_STATED, lead=lead, points=[self._list.contact(area)])
            reply = self._speaker.reply(Status.NOT_STATED, [part], frame, [area.id], notices)
            return reply, replace(memory, frame=frame, pending=(), offered=())
        choices = [_choice(area, r) for r in routes]
        part = Answer(area=area.id, status=Status.CLARIFY, lead=self._words.which_route)
        reply = self._speaker.reply(Status.CLARIFY, [part], frame, [area.id], notices, choices)
        return reply, replace(memory, frame=frame, offered=tuple((c.title, c.value) for c in choices))

    def _choices(self, area: AreaKnowledge, found: Readiness, strands: Sequence[str], frame: Frame) -> list[Choice]:
        """Checklists that may be wanted next: of the strands, or of what fits where this route does not."""
        if found.result is not Result.ELSEWHERE:
            return [_choice(area, r) for r in strands]
        others = [r for r in candidates(area, (), (), frame.facts) if r != found.route]
        return [_choice(area, r) for r in others if readiness(area, r, frame.facts).items][:INSTEAD]

    def _others(
        self,
        clauses: Sequence[Clause],
        parts: Sequence[Answer],
        frame: Frame,
        areas: Sequence[str],
        memory: Memory,
        today: date,
        answer: OrAnswer,
    ) -> tuple[list[Answer], Memory]:
        """What else was asked, answered below the checklist; what the checklist says already is not said again."""
        rest = [c for c in clauses if not _is_check(c) and c.intent.startswith("ask_") and c.intent != f"ask_{TOPIC}"]
        if not rest:
            return [], memory
        other, after = answer(rest[:MOST_OTHERS], frame, areas, memory, today, ())
        if other.status not in (Status.ANSWERED, Status.PARTLY_ANSWERED, Status.NOT_STATED):
            return [], memory
        said = {p.statement_id for part in parts for p in part.points}
        fresh = [
            p.model_copy(update={"points": [x for x in p.points if x.statement_id not in said]}) for p in other.parts
        ]
        new = [part for part in fresh if part.topic != TOPIC and (part.points or part.status is Status.NOT_STATED)]
        if sum(len(p.text.split()) for part in parts for p in part.points) > LONG:
            new = [part.model_copy(update={"points": part.points[:1]}) for part in new]
        return self._speaker.headed([p.model_copy(update={"lead": ""}) for p in new]), replace(memory, told=after.told)

    def _fills_in(self, heard: Understood, memory: Memory) -> bool:
        """Whether a message tells a fact that the checklist shown last rests on."""
        area = self._knowledge.areas.get(memory.last.area)
        routes = [r for r in memory.frame.routes if area is not None and r in area.routes]
        return bool(area and routes and set(heard.reading.facts) & rests_on(area, routes[0]))


def _otherwise(clause: Clause) -> Clause:
    """A clause that may ask for a checklist, but not surely: what else it is most likely about."""
    others = {i: c for i, c in clause.ranking.items() if i != INTENT}
    if clause.intent != INTENT or not others:
        return clause
    return replace(clause, intent=max(others, key=lambda i: others[i]), ranking=others)


def _is_check(clause: Clause) -> bool:
    return clause.intent == INTENT or f"ask_{INTENT}" in clause.ranking


def asks_plainly(text: str) -> bool:
    """Whether a clause has the form of a question; "have done it" has only its first word."""
    return "?" in text or (bool(INTERROGATIVE.search(text.strip())) and not is_told(text))


def _choice(area: AreaKnowledge, route_id: str) -> Choice:
    return Choice(title=area.routes[route_id].label, value={"kind": ROUTE, "value": route_id})
