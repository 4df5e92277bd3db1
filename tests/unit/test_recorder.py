"""What is noted of a turn, and that nothing waits for it or breaks with it."""

import logging
import threading
import time
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.door.recorder import COUNTED_ONLY, LOW_CONFIDENCE, MOST_WAITING, NOT_ANSWERED, Recorder, asked_in
from bot.door.turns import Outcome
from bot.guidance.reply import Answer, Point, Reply, Status
from bot.records.turns import Asked

AT = datetime(2026, 11, 2, 9, tzinfo=UTC)
WORDS = "which form for the pupil"


def outcome(
    status: str = "answered",
    *parts: Answer,
    question: str = WORDS,
    offered: Sequence[str] = (),
    area: str | None = "suffolk",
) -> Outcome:
    reply = Reply(status=Status(status), text="x", area=area, parts=list(parts), content_version="1a2b")
    return Outcome(reply.model_dump(mode="json"), said=question, question=question, offered=frozenset(offered))


def part(topic: str = "contact", status: str = "answered", *ids: str, **fields: Any) -> Answer:
    points = [Point(text="Write.", statement_id=i) for i in ids]
    return Answer(topic=topic, status=Status(status), area="suffolk", lead="Here:", points=points, **fields)


def noted(turn: Outcome) -> list[Asked]:
    return [asked for asked, _ in asked_in(turn, AT, "web", 120)]


def test_an_answered_question_is_counted_without_its_words() -> None:
    (asked,) = noted(outcome("answered", part(confidence=0.95)))
    assert asked == Asked(AT, "web", "suffolk", "contact", "answered", 120, None, 0.95, "", "1a2b")


@pytest.mark.parametrize("status", sorted(Status))
def test_words_are_kept_of_what_was_not_answered_and_of_nothing_else(status: str) -> None:
    (asked,) = noted(outcome(status))
    assert asked.status == status
    assert asked.question == (WORDS if status in NOT_ANSWERED else "")
    assert not NOT_ANSWERED & COUNTED_ONLY


@pytest.mark.parametrize("status", sorted(COUNTED_ONLY))
def test_of_a_turn_that_is_only_counted_no_words_are_kept_whatever_its_parts_say(status: str) -> None:
    for asked in noted(outcome(status, part("contact", "not_stated"), part("cost", "answered", confidence=0.1))):
        assert asked.question == ""
    (asked,) = noted(outcome("partly_answered", part("contact", status)))
    assert asked.question == ""


@pytest.mark.parametrize(("confidence", "kept"), [(LOW_CONFIDENCE - 0.01, WORDS), (LOW_CONFIDENCE, ""), (None, "")])
def test_an_answer_that_is_hardly_sure_is_kept_like_none(confidence: float | None, kept: str) -> None:
    (asked,) = noted(outcome("answered", part(confidence=confidence)))
    assert asked.question == kept


@pytest.mark.parametrize(("offered", "kept"), [(["topic"], WORDS), ([], WORDS), (["area"], ""), (["year", "skip"], "")])
def test_a_question_back_for_a_fact_is_no_miss_but_one_for_what_was_meant_is(offered: list[str], kept: str) -> None:
    (asked,) = noted(outcome("clarify", Answer(status=Status.CLARIFY, lead="Which?"), offered=offered))
    assert (asked.status, asked.question) == ("clarify", kept)


def test_each_question_of_a_message_is_counted_and_the_words_are_kept_once() -> None:
    found = noted(
        outcome(
            "partly_answered",
            Answer(lead="This rests on Year 4."),
            part("contact", "answered", confidence=1.0),
            part("", "not_stated"),
            part("cost", "not_stated"),
        )
    )
    assert [(a.topic, a.status) for a in found] == [("contact", "answered"), ("", "not_stated"), ("cost", "not_stated")]
    assert [a.question for a in found] == ["", WORDS, ""]


def test_the_blocks_of_a_checklist_are_one_question() -> None:
    found = asked_in(
        outcome("answered", part("requirements"), part("", "answered", "suffolk/a"), part("", "answered", "suffolk/b")),
        AT,
        "web",
        1,
    )
    assert [asked.topic for asked, _ in found] == ["requirements"]
    ((_, statements),) = asked_in(outcome("answered", part("", "answered", "suffolk/a")), AT, "web", 1)
    assert statements == ["suffolk/a"]


def test_where_a_choice_was_taken_the_heading_is_kept_if_nothing_else_is_known() -> None:
    (asked,) = noted(outcome("not_stated", part("cost", "not_stated", question="Cost:"), question=""))
    assert asked.question == "Cost:"


PARTS = st.builds(
    lambda topic, status, sure: part(topic, status, confidence=sure),
    st.sampled_from(["", "contact", "cost"]),
    st.sampled_from(sorted(Status)),
    st.none() | st.floats(0, 1),
)


@given(st.sampled_from(sorted(Status)), st.lists(PARTS, max_size=5), st.lists(st.sampled_from(["area", "topic"])))
def test_there_is_always_a_question_and_words_only_of_what_was_missed(
    status: str, parts: list[Answer], offered: list[str]
) -> None:
    found = noted(outcome(status, *parts, offered=offered))
    assert found
    assert sum(bool(asked.question) for asked in found) <= 1
    for asked in found:
        is_low = asked.confidence is not None and asked.confidence < LOW_CONFIDENCE
        assert not asked.question or asked.status in NOT_ANSWERED or is_low
        assert not asked.question or status not in COUNTED_ONLY


# ---------------------------------------------------------------------- the thread


class Paper:
    """Where the recorder writes: keeps, fails, or makes it wait."""

    def __init__(self) -> None:
        self.kept: list[Asked] = []
        self.batches = 0
        self.is_down = False
        self.goes_on = threading.Event()
        self.goes_on.set()

    def write(self, asked: Sequence[Asked]) -> None:
        self.goes_on.wait(10)
        if self.is_down:
            raise RuntimeError(asked[0].question)
        self.batches += 1
        self.kept += asked


def recorder(paper: Paper) -> Recorder:
    return Recorder(paper.write, is_gap=lambda statement_id: statement_id.endswith("/silent"))


def test_turns_are_written_together_with_the_first_gap_and_the_area_of_the_page() -> None:
    paper = Paper()
    made = recorder(paper)
    made.start()
    made.note("web", "milton-keynes", outcome("not_stated", area=None), 0.1234)
    made.note("teams", None, outcome("answered", part("a", "answered", "s/fact", "s/silent", "s/2/silent")), 1)
    made.settle()
    made.close()
    assert [(a.channel, a.area, a.gap, a.milliseconds) for a in paper.kept] == [
        ("web", "milton-keynes", None, 123),
        ("teams", "suffolk", "s/silent", 1000),
    ]
    assert paper.batches == 1


def test_what_waits_is_written_at_the_end() -> None:
    paper = Paper()
    made = recorder(paper)
    made.start()
    for _ in range(20):
        made.note("web", None, outcome(), 0.1)
    made.close()
    assert len(paper.kept) == 20


def test_what_cannot_be_written_is_dropped_with_a_count_and_the_next_is_written(
    caplog: pytest.LogCaptureFixture,
) -> None:
    paper = Paper()
    paper.is_down = True
    made = recorder(paper)
    made.start()
    with caplog.at_level(logging.ERROR, "signpost"):
        made.note("web", None, outcome("not_stated"), 0.1)
        made.note("web", None, outcome("not_stated"), 0.1)
        made.settle()
    assert [r.getMessage() for r in caplog.records] == ["2 turns were not noted: RuntimeError"]
    paper.is_down = False
    made.note("web", None, outcome("answered"), 0.1)
    made.close()
    assert [asked.status for asked in paper.kept] == ["answered"]


def test_while_writing_hangs_noting_does_not_wait_and_what_is_too_much_is_counted(
    caplog: pytest.LogCaptureFixture,
) -> None:
    paper = Paper()
    paper.goes_on.clear()
    made = recorder(paper)
    made.start()
    turn = outcome()
    made.note("web", None, turn, 0.1)
    time.sleep(0.6)  # it is now being written
    began = time.monotonic()
    for _ in range(MOST_WAITING + 7):
        made.note("web", None, turn, 0.1)
    assert time.monotonic() - began < 2
    with caplog.at_level(logging.ERROR, "signpost"):
        paper.goes_on.set()
        made.settle()
        made.close()
    assert len(paper.kept) == MOST_WAITING + 1
    assert [r.getMessage() for r in caplog.records] == ["7 turns were not noted: too many waited"]


def test_the_end_does_not_wait_for_ever() -> None:
    paper = Paper()
    paper.goes_on.clear()
    made = recorder(paper)
    made.start()
    made.note("web", None, outcome(), 0.1)
    began = time.monotonic()
    made.close(longest_seconds=0.2)
    assert time.monotonic() - began < 2
    paper.goes_on.set()
