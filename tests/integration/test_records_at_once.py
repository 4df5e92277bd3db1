"""Several people at once, and a process killed while it saves: nobody is overwritten unknowingly, nothing is lost."""

from __future__ import annotations

import itertools
import multiprocessing
import signal
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import UTC, datetime
from multiprocessing.synchronize import Event

import pytest
from sqlalchemy import event

from bot.records.database import Database
from bot.records.enquiries import Enquiries, Enquiry
from bot.records.errors import ChangedMeanwhileError
from bot.records.locking import lock
from bot.records.replies import Replies
from bot.records.states import EnquiryStatus, ReplyState
from tests.records_support import ADA, BEN, SAM, add_enquiry, add_staff, log_of

SPAWN = multiprocessing.get_context("spawn")
COMPOSED = {"verified": "Use form one.", "voice": "professional", "with_sources": True, "content_version": "abc"}
MEET_SECONDS = 1.0  # PostgreSQL lets only one of two come so far; then the other is not waited for


def clock() -> datetime:
    return datetime.now(UTC)


class Desk:
    """One of several processes, as far as the database can tell: connections of its own."""

    def __init__(self, url: str) -> None:
        self.database = Database(url)
        self.enquiries = Enquiries(self.database, clock)
        self.replies = Replies(self.database, clock)


@pytest.fixture
def desks(database: Database, records_url: str) -> Iterator[list[Desk]]:
    """Two of them, on one database."""
    add_staff(database)
    found = [Desk(records_url), Desk(records_url)]
    yield found
    for desk in found:
        desk.database.close()


@pytest.fixture
def enquiry(desks: list[Desk]) -> Enquiry:
    return add_enquiry(desks[0].enquiries)


def meet_before(desks: list[Desk], *beginnings: str) -> None:
    """Make both wait for each other just before their first statement that begins so."""
    barrier = threading.Barrier(len(desks))
    for desk in desks:
        waited: list[str] = []

        def wait(*arguments: object, waited: list[str] = waited) -> None:
            if str(arguments[2]).startswith(beginnings) and not waited:
                waited.append(str(arguments[2]))
                with suppress(threading.BrokenBarrierError):
                    barrier.wait(MEET_SECONDS)

        event.listen(desk.database.engine, "before_cursor_execute", wait)


def at_once(*attempts: Callable[[], object]) -> list[object]:
    """What each returned, or the refusal that it got."""

    def outcome(attempt: Callable[[], object]) -> object:
        try:
            return attempt()
        except ChangedMeanwhileError as refused:
            return refused

    with ThreadPoolExecutor(len(attempts)) as pool:
        return list(pool.map(outcome, attempts))


def test_of_two_who_change_an_enquiry_at_once_one_wins_and_the_other_is_told(
    desks: list[Desk], enquiry: Enquiry, database: Database
) -> None:
    meet_before(desks, "UPDATE enquiries")
    people = {ADA: "suffolk", BEN: "milton-keynes"}
    outcomes = at_once(
        *(
            lambda desk=desk, by=by, area=area: desk.enquiries.change(enquiry.id, 1, by, area=area)
            for desk, (by, area) in zip(desks, people.items(), strict=True)
        )
    )
    (won,) = [outcome for outcome in outcomes if isinstance(outcome, Enquiry)]
    (refused,) = [outcome for outcome in outcomes if isinstance(outcome, ChangedMeanwhileError)]
    assert won == desks[0].enquiries.get(enquiry.id)
    assert (won.version, won.area) == (2, people[str(won.updated_by)])
    assert (refused.by, refused.at, refused.version) == (won.updated_by, won.updated_at, 2)
    assert [who for action, who, _ in log_of(database) if action == "enquiry_changed"] == [won.updated_by]


@pytest.mark.parametrize("other", ["change", "approve", "send"])
def test_of_two_who_work_on_a_reply_at_once_one_wins_and_the_other_is_told(
    desks: list[Desk], enquiry: Enquiry, database: Database, other: str
) -> None:
    replies = desks[0].replies
    version = replies.compose(enquiry.id, None, by=ADA, **COMPOSED).version
    if other == "approve":
        version = replies.submit(enquiry.id, version, ADA).version
    steps = {
        "change": lambda: desks[1].replies.save_text(enquiry.id, version, "By Ben.", BEN),
        "approve": lambda: desks[1].replies.approve(enquiry.id, version, SAM, text="By Sam."),
        "send": lambda: desks[1].replies.mark_sent(enquiry.id, version, SAM),
    }
    lines = len(log_of(database))
    meet_before(desks, "UPDATE replies")
    outcomes = at_once(lambda: replies.save_text(enquiry.id, version, "By Ada.", ADA), steps[other])
    (refused,) = [outcome for outcome in outcomes if isinstance(outcome, ChangedMeanwhileError)]
    (won,) = [outcome for outcome in outcomes if outcome is not refused]
    assert won == replies.get(enquiry.id)
    assert refused.version == version + 1
    assert len(log_of(database)) == lines + 1
    found = desks[0].enquiries.get(enquiry.id)
    assert found is not None
    assert (found.status is EnquiryStatus.ANSWERED) == (replies.get(enquiry.id).state is ReplyState.SENT)  # type: ignore[union-attr]


def test_of_two_who_compose_the_first_reply_at_once_one_wins_and_the_other_is_told(
    desks: list[Desk], enquiry: Enquiry, database: Database
) -> None:
    meet_before(desks, "INSERT INTO replies")
    outcomes = at_once(
        *(
            lambda desk=desk, by=by: desk.replies.compose(enquiry.id, None, by=by, **COMPOSED)
            for desk, by in zip(desks, (ADA, BEN), strict=True)
        )
    )
    (refused,) = [outcome for outcome in outcomes if isinstance(outcome, ChangedMeanwhileError)]
    (won,) = [outcome for outcome in outcomes if outcome is not refused]
    assert won == desks[0].replies.get(enquiry.id)
    assert refused.by == won.updated_by  # type: ignore[attr-defined]
    assert [action for action, _, _ in log_of(database)].count("reply_composed") == 1


def test_a_status_by_hand_and_a_submission_at_once_leave_both_in_step(desks: list[Desk], enquiry: Enquiry) -> None:
    desks[0].replies.compose(enquiry.id, None, by=ADA, **COMPOSED)
    meet_before(desks, "UPDATE")
    outcomes = at_once(
        lambda: desks[0].replies.submit(enquiry.id, 1, ADA),
        lambda: desks[1].enquiries.change(enquiry.id, 1, BEN, status=EnquiryStatus.ANSWERED),
    )
    found, reply = desks[0].enquiries.get(enquiry.id), desks[0].replies.get(enquiry.id)
    assert found is not None
    assert reply is not None
    assert reply.state is ReplyState.WAITING, "the submission was of the version that was seen"
    assert found.status is EnquiryStatus.WAITING
    assert not isinstance(outcomes[0], ChangedMeanwhileError)


def test_who_reads_again_after_each_refusal_loses_nothing(
    desks: list[Desk], enquiry: Enquiry, database: Database
) -> None:
    def add_topics(desk: Desk, by: str) -> int:
        refusals = 0
        for number in range(8):
            while True:
                seen = desk.enquiries.get(enquiry.id)
                assert seen is not None
                try:
                    desk.enquiries.change(enquiry.id, seen.version, by, topics=[*seen.topics, f"{by}-{number}"])
                    break
                except ChangedMeanwhileError:
                    refusals += 1
        return refusals

    at_once(lambda: add_topics(desks[0], ADA), lambda: add_topics(desks[1], BEN), lambda: add_topics(desks[1], SAM))
    found = desks[0].enquiries.get(enquiry.id)
    assert found is not None
    wanted = {f"{by}-{number}" for by in (ADA, BEN, SAM) for number in range(8)}
    assert set(found.topics) == wanted | {"sensory"}
    assert found.version == len(wanted) + 1
    assert [action for action, _, _ in log_of(database)].count("enquiry_changed") == len(wanted)


def test_many_who_add_at_once_all_get_numbers_of_their_own(desks: list[Desk]) -> None:
    outcomes = at_once(
        *(lambda desk=desk: [add_enquiry(desk.enquiries).number for _ in range(5)] for desk in desks * 3)
    )
    numbers = [number for found in outcomes for number in found]  # type: ignore[attr-defined]
    assert sorted(numbers) == list(range(1, 31))


def test_deleting_and_replying_at_once_leaves_one_of_both_whole(
    desks: list[Desk], enquiry: Enquiry, database: Database
) -> None:
    desks[0].replies.compose(enquiry.id, None, by=ADA, **COMPOSED)
    meet_before(desks, "UPDATE replies", "DELETE FROM enquiries")

    def submit() -> object:
        try:
            return desks[1].replies.submit(enquiry.id, 1, ADA)
        except Exception as refused:
            return refused

    deleted, submitted = at_once(lambda: desks[0].enquiries.delete(enquiry.id, 1, SAM), submit)
    actions = [action for action, _, _ in log_of(database)]
    if isinstance(deleted, ChangedMeanwhileError):
        assert desks[0].replies.get(enquiry.id) == submitted
        assert "enquiry_deleted" not in actions
    else:
        assert type(submitted).__name__ == "GoneError"
        assert desks[0].enquiries.get(enquiry.id) is None
        assert "submitted" not in actions


# ---------------------------------------------------------------------------------------------------- killed


def _submit_and_stop(url: str, enquiry_id: str, stage: str, reached: Event) -> None:
    """Submit a reply, but stand still at a stage for ever."""
    desk = Desk(url)

    def stop() -> None:
        reached.set()
        signal.pause()

    def stop_at_statement(*arguments: object) -> None:
        if str(arguments[2]).startswith(stage):
            stop()

    event.listen(desk.database.engine, "before_cursor_execute", stop_at_statement)
    if stage == "COMMIT":
        event.listen(desk.database.engine, "commit", lambda _: stop())
    desk.replies.submit(enquiry_id, 1, ADA)
    stop()


@pytest.mark.parametrize(
    "stage", ["UPDATE replies", "UPDATE enquiries", "INSERT INTO audit", "COMMIT", "when it is done"]
)
def test_a_process_killed_while_it_saves_leaves_the_old_or_the_new_state_whole(
    desks: list[Desk], enquiry: Enquiry, database: Database, records_url: str, stage: str
) -> None:
    replies, enquiries = desks[0].replies, desks[0].enquiries
    replies.compose(enquiry.id, None, by=ADA, **COMPOSED)
    before = (replies.get(enquiry.id), enquiries.get(enquiry.id), log_of(database))
    reached = SPAWN.Event()
    process = SPAWN.Process(target=_submit_and_stop, args=(records_url, enquiry.id, stage, reached))
    process.start()
    assert reached.wait(90)
    process.kill()
    process.join(30)
    assert process.exitcode == -signal.SIGKILL
    if stage != "when it is done":
        assert (replies.get(enquiry.id), enquiries.get(enquiry.id), log_of(database)) == before
        replies.submit(enquiry.id, 1, ADA)  # nor does anybody wait for the dead
    reply, found = replies.get(enquiry.id), enquiries.get(enquiry.id)
    assert reply is not None
    assert found is not None
    assert (reply.state, reply.version, found.status, found.version) == (
        ReplyState.WAITING,
        2,
        EnquiryStatus.WAITING,
        2,
    )
    assert [action for action, _, _ in log_of(database)] == ["enquiry_added", "reply_composed", "submitted"]


def _save_without_end(url: str, enquiry_id: str, version: int) -> None:
    replies = Replies(Database(url), clock)
    for number in itertools.count(version):
        replies.save_text(enquiry_id, number, f"Text {number + 1}.", BEN)


def test_wherever_a_process_is_killed_text_version_and_log_agree(
    desks: list[Desk], enquiry: Enquiry, database: Database, records_url: str
) -> None:
    replies = desks[0].replies
    version = replies.compose(enquiry.id, None, by=ADA, **COMPOSED).version
    for _ in range(2):
        process = SPAWN.Process(target=_save_without_end, args=(records_url, enquiry.id, version))
        process.start()
        while replies.get(enquiry.id).version < version + 5 and process.is_alive():  # type: ignore[union-attr]
            time.sleep(0.02)
        process.kill()
        process.join(30)
        assert process.exitcode == -signal.SIGKILL
        with database.session() as session:
            lock(session, enquiry.id)  # PostgreSQL may still be busy with the last word of the dead
        reply = replies.get(enquiry.id)
        assert reply is not None
        assert reply.version >= version + 5
        version = reply.version
        assert reply.text == f"Text {version}."
        assert [text.text for text in replies.texts(enquiry.id)][:-1] == [f"Text {n}." for n in range(version, 1, -1)]
        assert [action for action, _, _ in log_of(database)].count("reply_changed") == version - 1
