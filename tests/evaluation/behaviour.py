"""What the whole of Signpost does with single messages, and in whole conversations, over its REST channel."""

from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path

from tests.evaluation.client import Assistant
from tests.evaluation.intents import Labelled
from tests.evaluation.player import CaseResult, load_cases, play

AREAS = ("suffolk", "milton-keynes")


def statuses(assistant: Assistant, messages: Sequence[Labelled], run: str) -> list[str]:
    """Status of the reply to each message, each from its own sender, from a page of each area in turn."""
    return [
        assistant.status(f"{run}-{number}", message.text, AREAS[number % len(AREAS)])
        for number, message in enumerate(messages)
    ]


def by_kind(messages: Sequence[Labelled], found: Sequence[str]) -> dict[str, Counter[str]]:
    """Kind of message (its intent) -> how often each status came."""
    counted: dict[str, Counter[str]] = {}
    for message, status in zip(messages, found, strict=True):
        counted.setdefault(message.intent, Counter())[status] += 1
    return counted


def play_files(assistant: Assistant, files: Sequence[Path], run: str) -> dict[str, list[CaseResult]]:
    """Play every case of the files; file name -> results."""
    return {file.name: [play(case, assistant.say, f"{run}-{file.stem}") for case in load_cases(file)] for file in files}


def passed(results: Sequence[CaseResult], single_turn: bool = False) -> tuple[int, int]:
    """(passed, played); `single_turn`: only cases of one turn."""
    counted = [r for r in results if not single_turn or len(r.case.turns) == 1]
    return sum(r.passed for r in counted), len(counted)


def words(results: Mapping[str, Sequence[CaseResult]]) -> list[int]:
    """Words of the last reply of each turn."""
    return [turn.words for cases in results.values() for case in cases for turn in case.turns]


def failed_rules(results: Mapping[str, Sequence[CaseResult]]) -> Counter[str]:
    """Kind of rule -> how often it was broken."""
    failures = [f for cases in results.values() for c in cases for t in c.turns for f in t.failures]
    return Counter(failure.partition(":")[0] for failure in failures)
