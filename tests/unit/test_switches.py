"""The rule of the off switch, and what the door knows of it when the database is slow or gone."""

import logging
import threading
import time
from collections.abc import Sequence
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.door.switch import SwitchBoard, areas_in
from bot.guidance.reply import Answer, Cell, ChecklistItem, Comparison, Point, Reply, Row, Status
from bot.records.switches import ALL, CHANNELS, Switch, is_off

AREAS = ("suffolk", "milton-keynes")
AT = datetime(2026, 11, 2, 9, tzinfo=UTC)


def switch(area: str, channel: str, off: bool = True, number: int = 1) -> Switch:
    return Switch(number, area, channel, off, "a reason", None, "Ada Adviser", AT)


@pytest.mark.parametrize(
    ("area", "channel", "hit"),
    [
        ("suffolk", "web", {("suffolk", "web")}),
        ("suffolk", ALL, {("suffolk", "web"), ("suffolk", "teams")}),
        (ALL, "web", {("suffolk", "web"), ("milton-keynes", "web"), (None, "web")}),
        (
            ALL,
            ALL,
            {(a, c) for a in ("suffolk", "milton-keynes", None) for c in ("web", "teams")},
        ),
    ],
)
def test_a_switch_reaches_its_area_and_channel_and_nothing_else(
    area: str, channel: str, hit: set[tuple[str | None, str]]
) -> None:
    asked = [(a, c) for a in ("suffolk", "milton-keynes", None) for c in ("web", "teams")]
    assert {pair for pair in asked if is_off([switch(area, channel)], *pair)} == hit
    assert not any(is_off([switch(area, channel, off=False)], *pair) for pair in asked)


def test_off_for_all_is_off_though_the_area_itself_is_on() -> None:
    switches = [switch(ALL, "web", number=1), switch("suffolk", "web", off=False, number=2)]
    assert is_off(switches, "suffolk", "web")
    assert not is_off(switches, "suffolk", "teams")


def test_the_newest_turn_counts_in_whatever_order_they_come() -> None:
    off, on = switch("suffolk", "web", number=1), switch("suffolk", "web", off=False, number=2)
    assert not is_off([off, on], "suffolk", "web")
    assert not is_off([on, off], "suffolk", "web")
    assert is_off([on, switch("suffolk", "web", number=3), off], "suffolk", "web")


TURNED = st.tuples(st.sampled_from([*AREAS, ALL]), st.sampled_from([*CHANNELS, ALL]), st.booleans())


@given(st.lists(TURNED, max_size=12), st.sampled_from([*AREAS, None]), st.sampled_from(CHANNELS))
def test_it_is_off_exactly_when_a_switch_over_it_was_last_turned_off(
    turned: list[tuple[str, str, bool]], area: str | None, channel: str
) -> None:
    state: dict[tuple[str, str], bool] = {}
    for a, c, off in turned:
        state[(a, c)] = off
    over = [off for (a, c), off in state.items() if a in (ALL, area) and c in (ALL, channel)]
    switches = [switch(a, c, off, number) for number, (a, c, off) in enumerate(turned)]
    assert is_off(switches, area, channel) == any(over)


# ---------------------------------------------------------------------- the board


class Shelf:
    """Gives switches, or fails, or hangs, as a database does."""

    def __init__(self) -> None:
        self.switches: Sequence[Switch] = ()
        self.is_down = False
        self.goes_on = threading.Event()
        self.goes_on.set()

    def load(self) -> Sequence[Switch]:
        self.goes_on.wait(10)
        if self.is_down:
            raise RuntimeError("zigzag")
        return self.switches


def until(is_so: object, seconds: float = 5.0) -> bool:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if is_so():  # type: ignore[operator]
            return True
        time.sleep(0.01)
    return False


def test_what_is_switched_is_seen_by_itself_both_ways() -> None:
    shelf = Shelf()
    board = SwitchBoard(shelf.load, every_seconds=0.02)
    board.start()
    assert not board.is_off("suffolk", "web")
    assert not board.has_any_off
    shelf.switches = [switch("suffolk", "web")]
    assert until(lambda: board.is_off("suffolk", "web"))
    assert board.has_any_off
    assert board.off_among(["milton-keynes", "suffolk"], "web") == ["suffolk"]
    shelf.switches = [switch("suffolk", "web", off=False, number=2)]
    assert until(lambda: not board.is_off("suffolk", "web"))
    assert not board.has_any_off
    board.close()


def test_the_last_known_state_holds_while_the_switches_cannot_be_read(caplog: pytest.LogCaptureFixture) -> None:
    shelf = Shelf()
    shelf.switches = [switch("suffolk", "web")]
    board = SwitchBoard(shelf.load)
    board.look()
    shelf.is_down = True
    with caplog.at_level(logging.WARNING, "signpost"):
        board.look()
        board.look()
    assert board.is_off("suffolk", "web")
    assert [r.getMessage() for r in caplog.records] == [
        "the switches cannot be read, the last known state holds: RuntimeError"
    ]
    shelf.is_down, shelf.switches = False, []
    board.look()
    assert not board.is_off("suffolk", "web")


def test_a_database_that_hangs_holds_up_neither_the_start_nor_a_question_nor_the_end() -> None:
    shelf = Shelf()
    shelf.goes_on.clear()
    board = SwitchBoard(shelf.load, every_seconds=0.02)
    began = time.monotonic()
    board.start(longest_seconds=0.05)
    assert not board.is_off("suffolk", "web")
    board.close()
    assert time.monotonic() - began < 2
    shelf.goes_on.set()


# ---------------------------------------------------------------------- what a reply tells of


def tells_of(**fields: object) -> list[str]:
    reply = Reply.model_validate({"status": Status.ANSWERED, "text": "x", **fields})
    return areas_in(reply.model_dump(mode="json"), {"Suffolk": "suffolk"})


def test_every_place_where_a_reply_tells_of_an_area_is_seen() -> None:
    point = Point(text="Write.", statement_id="suffolk/contact/address")
    cell = Cell(area="suffolk", name="Suffolk")
    item = ChecklistItem(text="Sign.", statement_id="suffolk/consent/sign", state="missing", firmness="must")
    term = Point(text="A map.", statement_id="term/smif", label="Suffolk")
    places: list[dict[str, object]] = [
        {"area": "suffolk"},
        {"parts": [Answer(lead="None."), Answer(area="suffolk", lead="Yes.")]},
        {"parts": [Answer(points=[point])]},
        {"comparison": Comparison(rows=[Row(title="Who", cells=[cell])])},
        {"checklist": [item]},
    ]
    assert [tells_of(**place) for place in places] == [["suffolk"]] * len(places)
    assert "suffolk" in tells_of(parts=[Answer(points=[term])])
    assert tells_of() == []
    assert tells_of(parts=[Answer(lead="Suffolk")]) == []
