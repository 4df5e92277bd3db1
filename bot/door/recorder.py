"""Notes how each question went, beside the turns: none waits for the database, and none breaks with it."""

from __future__ import annotations

import logging
import queue
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

from bot.door.turns import Outcome
from bot.records.turns import Asked

# Below which an answer is looked at as if there had been none. Of 261 answers to questions of the evaluation 35 lie
# below, among them 11 of the 33 that were wrong.
LOW_CONFIDENCE = 0.85
MOST_WAITING = 1000  # turns; further ones are dropped until some are written
GATHER_SECONDS = 0.3  # for which turns are gathered before they are written together
COUNTED_ONLY = frozenset({"small_talk", "safeguarding", "too_long", "empty", "switched_off"})
NOT_ANSWERED = frozenset({"not_stated", "out_of_scope", "clarify", "error"})
UNSURE = "topic"  # kind of the choices of a reply that does not know what was asked
log = logging.getLogger("signpost.door")


@dataclass(frozen=True, slots=True)
class _Turn:
    at: datetime
    channel: str
    area: str
    outcome: Outcome
    seconds: float


class Recorder:
    """Takes turns in and writes them in batches, in a thread of its own.

    Args:
        write: keeps questions (TurnLog.add_many); whatever it raises, they are dropped and the next ones tried.
        is_gap: whether a statement tells that the offer does not say something, or contradicts itself.
    """

    def __init__(
        self,
        write: Callable[[Sequence[Asked]], None],
        is_gap: Callable[[str], bool],
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._write = write
        self._is_gap = is_gap
        self._clock = clock
        self._waiting: queue.Queue[_Turn | None] = queue.Queue(MOST_WAITING)
        self._ends = threading.Event()
        self._dropped = 0
        self._thread = threading.Thread(target=self._work, name="recorder", daemon=True)

    def start(self) -> None:
        """Begin to write."""
        self._thread.start()

    def note(self, channel: str, area: str | None, outcome: Outcome, seconds: float) -> None:
        """Take a turn in. Neither waits nor raises; where too many wait already, it is dropped and counted.

        Args:
            area: that of the page it came from, which counts where the reply has none.
        """
        try:
            self._waiting.put_nowait(_Turn(self._clock(), channel, area or "", outcome, seconds))
        except queue.Full:
            self._dropped += 1

    def settle(self) -> None:
        """Wait until all that was taken in so far is written or dropped."""
        self._waiting.join()

    def close(self, longest_seconds: float = 5.0) -> None:
        """Write what waits and stop, but wait no longer than that."""
        self._ends.set()
        if self._thread.is_alive():
            try:
                self._waiting.put(None, timeout=longest_seconds)
            except queue.Full:
                return
            self._thread.join(longest_seconds)

    def _work(self) -> None:
        is_last = False
        while not is_last:
            taken = [self._waiting.get()]
            self._ends.wait(GATHER_SECONDS)
            while not self._waiting.empty():
                taken.append(self._waiting.get_nowait())
            turns = [turn for turn in taken if turn is not None]
            is_last = len(turns) < len(taken)
            if turns:
                self._keep(turns)
            for _ in taken:
                self._waiting.task_done()

    def _keep(self, turns: Sequence[_Turn]) -> None:
        if self._dropped:
            log.error("%d turns were not noted: too many waited", self._dropped)
            self._dropped = 0
        try:
            self._write([asked for turn in turns for asked in self._asked(turn)])
        except Exception as error:  # its text may hold what was to be kept
            log.error("%d turns were not noted: %s", len(turns), type(error).__name__)

    def _asked(self, turn: _Turn) -> list[Asked]:
        found = asked_in(turn.outcome, turn.at, turn.channel, round(turn.seconds * 1000))
        return [
            replace(
                asked,
                area=asked.area or turn.area,
                gap=next((each for each in statements if self._is_gap(each)), None),
            )
            for asked, statements in found
        ]


def asked_in(outcome: Outcome, at: datetime, channel: str, milliseconds: int) -> list[tuple[Asked, Sequence[str]]]:
    """The questions of a turn, each with the statements that were told to it. Pure.

    Words are kept of a question that was not answered, or hardly, each of them once in a turn.
    """
    reply = outcome.reply
    found: list[tuple[Asked, Sequence[str]]] = []
    kept: set[tuple[str, str]] = set()
    for answer in _answers(reply):
        area, status, confidence = answer["area"] or reply["area"] or "", answer["status"], answer["confidence"]
        question = outcome.question or answer["question"]
        if (area, question) in kept or not _is_missed(reply["status"], status, confidence, outcome):
            question = ""
        kept.add((area, question))
        asked = Asked(
            at=at,
            channel=channel,
            area=area,
            topic=answer["topic"],
            status=status,
            milliseconds=milliseconds,
            confidence=confidence,
            question=question,
            content_version=reply["content_version"],
        )
        found.append((asked, [point["statement_id"] for point in answer["points"]]))
    return found


def _answers(reply: dict[str, Any]) -> list[dict[str, Any]]:
    """The parts that answer a question each; leads, notes and the blocks of a checklist belong to one of them.

    A reply without such a part is one answer.
    """
    own = [part for part in reply["parts"] if part["topic"] or part["status"] != "answered"]
    whole = {
        "area": reply["area"],
        "topic": "",
        "status": reply["status"],
        "question": "",
        "confidence": None,
        "points": [point for part in reply["parts"] for point in part["points"]],
    }
    return own or [whole]


def _is_missed(of_reply: str, status: str, confidence: float | None, outcome: Outcome) -> bool:
    """Whether a question was not answered, or hardly. A question back for a fact, such as the area, is no miss."""
    if COUNTED_ONLY & {of_reply, status}:
        return False
    if status == "clarify":
        return not outcome.offered or UNSURE in outcome.offered
    return status in NOT_ANSWERED or (confidence is not None and confidence < LOW_CONFIDENCE)
