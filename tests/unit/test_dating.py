"""A day that was said is counted from where a shown statement has something to count, and gives facts about how long ago."""

from __future__ import annotations

from datetime import date

import pytest

from bot.guidance.area import Knowledge
from bot.guidance.conditions import holds
from bot.guidance.conversation import Conversations
from bot.guidance.dating import Dater
from bot.guidance.reply import Reply, Status
from bot.guidance.turn import Memory, Turn
from bot.knowledge.model import Condition, Statement, Value
from tests.guidance_support import all_statements, changed_area, conversations, embedder, knowledge, said, turn

TODAY = date(2026, 6, 10)


@pytest.fixture(scope="module", autouse=True)
def loaded_beforehand() -> None:
    """Load the offers once, outside the time limit of a single test."""
    conversations()


def dater() -> Dater:
    wording = knowledge().common.wording
    assert wording is not None
    return Dater(knowledge(), wording)


def play(*turns: Turn, today: date = TODAY) -> Reply:
    """The last reply of a conversation."""
    memory, reply = Memory(), None
    for each in turns:
        reply, memory = conversations().reply(each, memory, today)
    assert reply is not None
    return reply


def test_the_review_of_an_agreed_plan_is_four_to_twelve_weeks_later() -> None:
    reply = play(turn("Bespoke support in Suffolk, review was agreed on 3 March. When is the review?", "review"))
    (item,) = reply.dates
    assert (item.start, item.end, item.counts_from) == (date(2026, 3, 31), date(2026, 5, 26), date(2026, 3, 3))
    assert (item.statement_id, item.unit, item.sure) == ("suffolk/bespoke/review", "week", True)
    point = next(p.text for part in reply.parts for p in part.points if p.statement_id == item.statement_id)
    lines = reply.text.splitlines()
    below = next(n for n, line in enumerate(lines) if point in line) + 1
    assert lines[below].startswith("Counted from 3 March 2026")
    assert lines[below].endswith("31 March to 26 May 2026.")


def test_an_unrequested_offer_is_open_until_the_tenth_working_day() -> None:
    asked = "SES in Suffolk offered us help on 20 May that we did not ask for, when must we answer?"
    (item,) = play(turn(asked, "unrequested_offer")).dates
    assert (item.start, item.end) == (None, date(2026, 6, 4))  # over the spring bank holiday
    assert "bank holidays" in item.assumption


def test_school_weeks_without_term_dates_say_what_is_assumed() -> None:
    asked = "A pupil left our Suffolk school on 13 February and has not started at the new one, new referral?"
    reply = play(turn(asked, "moving_school"))
    found = {d.statement_id: d for d in reply.dates}
    assert found["suffolk/pupil/move"].start == date(2026, 3, 28)
    assert found["suffolk/pupil/move-short-gap"].end == date(2026, 3, 27)
    assert "no Suffolk term dates" in found["suffolk/pupil/move"].assumption
    assert reply.text.count("no Suffolk term dates") == 1  # said once, though true of both


def test_a_day_that_does_not_exist_is_told_kindly_and_not_counted_from() -> None:
    reply = play(turn("The Section F plan in Suffolk was agreed on 31 February, when is the review?", "review"))
    assert reply.dates == []
    assert any("no 31 February" in n for n in reply.notices)
    assert "no 31 February" in reply.text
    assert reply.status is Status.ANSWERED


def test_a_day_of_another_event_is_not_counted_from() -> None:
    reply = play(turn("He left on 3 March. When is the review of bespoke support in Suffolk?", "review"))
    assert [p.statement_id for part in reply.parts for p in part.points][0] == "suffolk/bespoke/review"
    assert reply.dates == []


def test_a_day_on_which_nothing_is_said_to_have_happened_is_counted_from_with_an_if() -> None:
    reply = play(turn("3 March was a Tuesday. When is the review of bespoke support in Suffolk?", "review"))
    assert [d.sure for d in reply.dates] == [False]
    assert "If 3 March 2026 was the day the inclusion plan was agreed: 31 March to 26 May 2026." in reply.text


def test_of_two_days_the_one_beside_the_event_is_counted_from() -> None:
    asked = "Is a review in Suffolk on 10 July fine if the bespoke plan was agreed on 3 March 2026?"
    reply = play(turn(asked, "review"))
    assert [d.counts_from for d in reply.dates] == [date(2026, 3, 3)]


def test_what_a_service_aims_to_do_is_not_promised() -> None:
    asked = "The case was allocated on 27 May in Milton Keynes. When is the consultation offered?"
    reply = play(turn(asked, "timescale"))
    assert "by 24 June 2026" in reply.text
    assert "at the latest" not in reply.text


def test_the_bare_word_today_is_no_day_to_count_from() -> None:
    assert play(turn("I need to know today. When is the review of bespoke support in Suffolk?", "review")).dates == []


def test_no_dates_are_shown_where_nothing_shown_is_countable() -> None:
    assert play(turn("We agreed on 3 March. Is consent needed in Suffolk?", "consent")).dates == []


def test_a_day_said_after_the_answer_is_counted_from() -> None:
    reply = play(
        turn("When is the review of bespoke support in Suffolk?", "review"), said("It was agreed on 3 March", "inform")
    )
    assert [d.end for d in reply.dates] == [date(2026, 5, 26)]


def test_a_day_said_before_the_area_was_asked_for_is_counted_from() -> None:
    first = turn("When is the review of bespoke support? The plan was agreed on 3 March.", "review")
    reply = play(first, said("Suffolk", "inform"))
    assert [d.end for d in reply.dates] == [date(2026, 5, 26)]


def test_equal_lines_of_several_points_stand_once() -> None:
    reply = play(turn("The plan was agreed on 3 March 2026. When are reviews in Suffolk?", "review"))
    four_to_twelve = [d for d in reply.dates if d.end == date(2026, 5, 26)]
    assert len(four_to_twelve) >= 2
    assert reply.text.count("31 March to 26 May 2026") == 1


# ---------------------------------------------------------------------- driven by the data


def test_another_figure_in_the_content_gives_another_window() -> None:
    area = knowledge().areas["suffolk"]

    def changed(statement: Statement) -> Statement:
        if statement.id != "suffolk/bespoke/review":
            return statement
        value = Value.model_validate({"exactly": 2, "unit": "month", "counts_from": "inclusion-plan-agreed"})
        return statement.model_copy(update={"value": value})

    other = changed_area(area.content, [changed(s) for s in area.content.statements])
    talk = Conversations(Knowledge("test", knowledge().common, {"suffolk": other}), embedder().embed)
    asked = turn("Bespoke support in Suffolk, plan agreed on 3 March. When is the review?", "review")
    reply, _ = talk.reply(asked, Memory(), TODAY)
    assert [(d.start, d.end) for d in reply.dates] == [(date(2026, 5, 3), date(2026, 5, 3))]
    assert ": 3 May 2026." in reply.text


def test_every_event_that_a_value_counts_from_has_words() -> None:
    named = {s.value.counts_from for s in all_statements() if s.value and s.value.counts_from}
    events = [*knowledge().common.events, *(e for a in knowledge().areas.values() for e in a.content.events)]
    assert sorted(named - {e.id for e in events if e.patterns}) == []


@pytest.mark.parametrize(
    ("text", "event"),
    [
        ("the inclusion plan was agreed on 3 March", "inclusion-plan-agreed"),
        ("we set a review date on 3 March", "inclusion-plan-agreed"),
        ("3 March is when the plan got written", None),
        ("the case was allocated on 3 March", "allocation"),
        ("SENCo observation on 12 October", "observation"),
        ("the STT observed him on 3 March", None),
        ("their offer came on 3 March", "offer-received"),
        ("he left on 3 March", "pupil-left"),
        ("we sent the referral in on 3 March", "referral-received"),
        ("STT last came in on 3 March", "stt-last-involved"),
        ("We referred him in May. His plan was agreed on 3 March", "inclusion-plan-agreed"),
        ("birthday party on 3 March", None),
    ],
)
def test_the_sentence_says_what_happened_on_a_day(text: str, event: str | None) -> None:
    (found,) = dater().dated(text, TODAY)
    if event is not None or found.event not in (None, "inclusion-plan-agreed"):
        assert found.event == event


# ---------------------------------------------------------------------- facts


@pytest.mark.parametrize(
    ("text", "fact", "limit", "expected"),
    [
        ("observed him 3 weeks ago", "observation_age", (6, "week"), True),
        ("I observed her six weeks ago", "observation_age", (6, "week"), True),
        ("I observed her more than six weeks ago", "observation_age", (6, "week"), False),
        ("I last watched the pupil in class 3 months ago", "observation_age", (6, "week"), False),
        ("my observation was on 12 May", "observation_age", (6, "week"), True),
        ("my observation on 12 April", "observation_age", (6, "week"), False),
        ("STT last involved 7 months ago", "stt_last_involved", (6, "month"), False),
        ("STT came in on 10 December", "stt_last_involved", (6, "month"), True),
        ("STT came in on 9 December", "stt_last_involved", (6, "month"), False),
    ],
)
def test_how_long_ago_decides_a_condition(text: str, fact: str, limit: tuple[int, str], expected: bool) -> None:
    within = Condition.model_validate({"fact": fact, "within": {"at_most": limit[0], "unit": limit[1]}})
    facts = dater().facts(text, TODAY)
    assert holds(within, facts) is expected, facts


@pytest.mark.parametrize(
    "text",
    ["I will observe him tomorrow", "observed him on 31 February", "observed for 3 weeks", "he left 3 weeks ago"],
)
def test_no_age_follows_from_a_day_to_come_or_none_or_another_event(text: str) -> None:
    assert dater().facts(text, TODAY) == {}


def test_the_age_is_remembered_and_shown_in_words() -> None:
    reply = play(
        turn("I observed him 3 weeks ago. What else is needed in Milton Keynes for direct involvement?", "requirements")
    )
    assert "Age of the SENCo's observation: 3 weeks" in [u.label for u in reply.understood]
