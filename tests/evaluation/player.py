"""Plays conversations against an assistant and judges what a person would read: every text and button title.

A case file is a YAML list of cases; a case has `id`, `turns` and, where they matter, `area` (of the person),
`persona`, `tags`, `answers` (regex of a question -> what the person says to it). A turn has `say`, `must`
(each regex matches), `any` (of each group one matches), `must_not` (none matches). Case and white space do
not count, nor do curly quotes and long dashes. A reply that asks back before the rules are met is answered,
at most four times a turn: from `answers`, or with the area's name where it names two areas. A turn without
`must` and `any` is never answered for. The last reply may have 250 words, 450 if the message has over 60.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

MAX_ANSWERS = 4
WORDS, WORDS_TO_A_LONG_MESSAGE, LONG_MESSAGE = 250, 450, 60

Message = Mapping[str, Any]
Say = Callable[[str, str], Sequence[Message]]
"""Sender and text -> the messages that come back."""

_PLAIN = str.maketrans("‘’“”–—‑\u00a0\u202f", "''\"\"---  ")
_MARKS = re.compile(r"[*`]+|(?<!\w)_+|_+(?!\w)")
_ENDS_ASKING = re.compile(r"\?[\s\"')\]]*$")
_ABOUT_AREA = re.compile(r"suffolk|milton|\bMK\b|area|authorit|council", re.IGNORECASE)


@dataclass(frozen=True)
class Area:
    """An area as people name it, and what tells its addresses."""

    name: str
    named: re.Pattern[str]
    address: re.Pattern[str]


AREAS = {
    "suffolk": Area("Suffolk", re.compile(r"\bsuffolk\b", re.IGNORECASE), re.compile(r"@suffolk\.gov", re.IGNORECASE)),
    "milton-keynes": Area(
        "Milton Keynes",
        re.compile(r"\bmilton\s+keynes\b|\bMK\b", re.IGNORECASE),
        re.compile(r"@milton-keynes\.gov", re.IGNORECASE),
    ),
}


class CaseError(ValueError):
    """A case file is not in the format; the text says which case and why."""


@dataclass(frozen=True)
class Rule:
    """A regular expression, tried on the text as it stands and on its plain form."""

    pattern: re.Pattern[str]

    def holds(self, text: str) -> bool:
        """Whether it matches somewhere in `text`."""
        return bool(self.pattern.search(text) or self.pattern.search(plain(text)))


@dataclass(frozen=True)
class Turn:
    """What is said, and what must be true of all that comes back."""

    say: str
    must: tuple[Rule, ...] = ()
    any_of: tuple[tuple[Rule, ...], ...] = ()
    must_not: tuple[Rule, ...] = ()
    answers: tuple[tuple[Rule, str], ...] = ()
    max_words: int = 0

    @property
    def word_limit(self) -> int:
        """Most words of the last reply: the turn's own `max_words`, else by the message's length."""
        if self.max_words:
            return self.max_words
        return WORDS_TO_A_LONG_MESSAGE if len(self.say.split()) > LONG_MESSAGE else WORDS


@dataclass(frozen=True)
class Case:
    """One conversation. `area` is "" where nobody knows it."""

    id: str
    file: str
    turns: tuple[Turn, ...]
    area: str = ""
    persona: str = ""
    tags: tuple[str, ...] = ()
    answers: tuple[tuple[Rule, str], ...] = ()

    @property
    def is_about_one_area(self) -> bool:
        """Whether an address of another authority would be wrong: so in the files of a single authority."""
        return bool(self.area) and self.area in self.file


@dataclass
class TurnResult:
    """How a turn went. `failures` are words for a person; `words` counts the last reply only."""

    said: str
    heard: str = ""
    words: int = 0
    answered: int = 0
    failures: list[str] = field(default_factory=list)
    exchanges: list[tuple[str, str]] = field(default_factory=list)


@dataclass
class CaseResult:
    """How a case went."""

    case: Case
    turns: list[TurnResult]

    @property
    def passed(self) -> bool:
        """Whether no turn failed."""
        return not any(turn.failures for turn in self.turns)

    @property
    def gave_wrong_authority(self) -> bool:
        """Whether a case of one authority was given an address of another one."""
        others = [area.address for name, area in AREAS.items() if name != self.case.area]
        return self.case.is_about_one_area and any(o.search(t.heard) for o in others for t in self.turns)


def folded(text: str) -> str:
    """Text with its white space folded to single blanks."""
    return " ".join(text.split())


def plain(text: str) -> str:
    """Text with plain quotes and dashes, without the marks of Markdown."""
    return folded(_MARKS.sub("", text.translate(_PLAIN)))


def titles(message: Message) -> list[str]:
    """Titles of a message's buttons."""
    return [str(button["title"]) for button in message.get("buttons") or () if button.get("title")]


def readable(messages: Sequence[Message]) -> str:
    """All that a person reads of some messages, as one line."""
    return folded(" ".join(" ".join([str(m.get("text") or ""), *titles(m)]) for m in messages))


def question_in(messages: Sequence[Message]) -> str:
    """The question that the messages end with, and what is offered; "" where nothing is asked."""
    for message in reversed(messages):
        text, offered = plain(str(message.get("text") or "")), titles(message)
        if offered or _ENDS_ASKING.search(text):
            sentences = re.findall(r"[^.?!]*\?", text)
            return folded(" ".join([sentences[-1] if sentences else text, *offered]))
    return ""


def failures_of(turn: Turn, text: str) -> list[str]:
    """The rules of a turn that `text` breaks, in words."""
    broken = [f"must: {r.pattern.pattern}" for r in turn.must if not r.holds(text)]
    broken += [
        "any: " + " | ".join(r.pattern.pattern for r in group)
        for group in turn.any_of
        if not any(r.holds(text) for r in group)
    ]
    return broken + [f"must_not: {r.pattern.pattern}" for r in turn.must_not if r.holds(text)]


def is_met(turn: Turn, text: str) -> bool:
    """Whether all that must be said has been said."""
    return all(failure.startswith("must_not") for failure in failures_of(turn, text))


def answer_to(case: Case, turn: Turn, messages: Sequence[Message], used: set[Rule]) -> str | None:
    """What the person says to the question in `messages`; None: nothing. Adds its rule to `used`."""
    question, whole = question_in(messages), readable(messages)
    if not question:
        return None
    known = [*turn.answers, *case.answers]
    # Where the area is asked for, an answer about something else must not be taken for one.
    about_area = all(area.named.search(question) for area in AREAS.values())

    def look(text: str) -> str | None:
        hits = [(rule, say) for rule, say in known if rule.holds(text)]
        if about_area:
            hits = [hit for hit in hits if _ABOUT_AREA.search(hit[0].pattern.pattern)]
        for rule, say in [*(h for h in hits if h[0] not in used), *hits]:
            used.add(rule)
            return say
        return None

    found = look(question)
    if found is None and case.area in AREAS and all(a.named.search(whole) for a in AREAS.values()):
        return AREAS[case.area].name
    return found if found is not None else look(whole)


def play(case: Case, say: Say, run: str = "play") -> CaseResult:
    """Play one case as a sender of its own (`run` tells one run from another)."""
    return CaseResult(case, [_take(case, turn, say, f"{run}-{case.id}") for turn in case.turns])


def _take(case: Case, turn: Turn, say: Say, sender: str) -> TurnResult:
    result = TurnResult(turn.say)
    heard: list[Message] = []
    used: set[Rule] = set()
    text: str | None = turn.say
    while text is not None:
        messages = say(sender, text)
        heard += messages
        result.heard = readable(heard)
        result.exchanges.append((text, readable(messages)))
        result.words = sum(len(str(m.get("text") or "").split()) for m in messages)
        if result.answered == MAX_ANSWERS or is_met(turn, result.heard):
            break
        text = answer_to(case, turn, messages, used)
        result.answered += text is not None
    result.failures = failures_of(turn, result.heard)
    if result.words > turn.word_limit:
        result.failures.append(f"length: {result.words} words, at most {turn.word_limit}")
    return result


def load_cases(path: Path) -> list[Case]:
    """The cases of a file. Raises: CaseError: not in the format, a regex that is none, an id used twice."""
    raw = yaml.safe_load(path.read_text(encoding="utf-8"))
    if not isinstance(raw, list):
        raise CaseError(f"{path.name}: not a list of cases")
    cases = [_case(entry, path.name) for entry in raw]
    ids = [case.id for case in cases]
    if twice := sorted({i for i in ids if ids.count(i) > 1}):
        raise CaseError(f"{path.name}: used twice: {', '.join(twice)}")
    return cases


def _case(entry: Any, file: str) -> Case:
    if not isinstance(entry, dict) or not entry.get("id") or not entry.get("turns"):
        raise CaseError(f"{file}: a case needs an id and turns: {str(entry)[:60]}")
    name = f"{file}: {entry['id']}"
    area = str(entry.get("area") or "")
    return Case(
        id=str(entry["id"]),
        file=file,
        turns=tuple(_turn(turn, name) for turn in entry["turns"]),
        area="" if area == "none" else area,
        persona=str(entry.get("persona") or ""),
        tags=tuple(str(tag) for tag in entry.get("tags") or ()),
        answers=_answers(entry, name),
    )


def _turn(entry: Mapping[str, Any], name: str) -> Turn:
    groups = entry.get("any") or []
    if groups and not isinstance(groups[0], list):
        groups = [groups]
    return Turn(
        say=_text(entry.get("say")),
        must=_rules(entry.get("must"), name),
        any_of=tuple(_rules(group, name) for group in groups),
        must_not=_rules(entry.get("must_not"), name),
        answers=_answers(entry, name),
        max_words=int(entry.get("max_words") or 0),
    )


def _rules(patterns: Any, name: str) -> tuple[Rule, ...]:
    if patterns is None:
        return ()
    return tuple(_rule(p, name) for p in (patterns if isinstance(patterns, list) else [patterns]))


def _answers(entry: Mapping[str, Any], name: str) -> tuple[tuple[Rule, str], ...]:
    return tuple((_rule(p, name), _text(say)) for p, say in (entry.get("answers") or {}).items())


def _rule(pattern: Any, name: str) -> Rule:
    try:
        return Rule(re.compile(_text(pattern), re.IGNORECASE | re.DOTALL))
    except re.error as error:
        raise CaseError(f"{name}: bad regex {pattern!r}: {error}") from error


def _text(value: Any) -> str:
    if isinstance(value, bool):  # YAML's reading of a bare yes or no
        return "yes" if value else "no"
    return "" if value is None else str(value)
