"""How sure an answer is: told with it, of no weight in it."""

from dataclasses import replace

import pytest

from bot.door.sealing import is_sealed, sealed
from bot.guidance.answer_parts import Outcome
from bot.guidance.answering import _surely
from bot.guidance.outcomes import repeats
from bot.guidance.reply import Answer, Point, Reply, Status
from bot.guidance.turn import Memory
from tests.guidance_support import TODAY, ask, conversations, said

POINT = Point(text="Write.", statement_id="suffolk/contact/referrals-address")


@pytest.fixture(scope="module", autouse=True)
def _loaded() -> None:
    """Loads the offers, outside the time limit of a single test."""
    conversations()


@pytest.mark.parametrize(
    ("score", "confidence"), [(-0.2, 0.0), (0.0, 0.0), (0.456, 0.46), (0.999, 1.0), (1.0, 1.0), (9.0, 1.0)]
)
def test_it_is_the_score_between_nothing_and_one_in_two_decimals(score: float, confidence: float) -> None:
    assert _surely(Outcome(Answer(points=[POINT]), score, 0.0)).confidence == confidence


def test_where_nothing_is_told_there_is_none() -> None:
    assert _surely(Outcome(Answer(status=Status.OUT_OF_SCOPE, lead="Not ours."), 1.0, 0.0)).confidence is None


def test_an_answer_says_again_what_another_says_however_sure_either_is() -> None:
    one, other = (Answer(points=[POINT], confidence=sure) for sure in (0.5, 1.0))
    assert repeats(one, other)
    assert repeats(other, one)


def test_an_answered_question_has_one_and_a_question_back_has_none() -> None:
    answered, _ = ask("which form for a Y4 with no EHCP in Suffolk?", "referral_form")
    assert answered.status is Status.ANSWERED
    (sure,) = [part.confidence for part in answered.parts]
    assert sure is not None
    assert 0.7 < sure <= 1.0
    back, _ = ask("which form?", "referral_form")
    assert back.status is Status.CLARIFY
    assert [part.confidence for part in back.parts] == [None]


def test_each_part_and_each_side_of_a_comparison_has_its_own_and_the_text_has_none() -> None:
    turn = said("compare the costs in Suffolk and Milton Keynes", "compare")
    turn = replace(turn, ranking={"compare": 0.9, "ask_cost": 0.9})
    reply, _ = conversations().reply(turn, Memory(), TODAY)
    told = [part for part in reply.parts if part.points]
    assert {part.area for part in told} == {"suffolk", "milton-keynes"}
    assert all(part.confidence is not None for part in told)
    bare = [part.model_copy(update={"confidence": None}) for part in reply.parts]
    assert reply.model_copy(update={"parts": bare}).text == reply.text


@pytest.mark.parametrize("confidence", [None, 0.0, 0.07, 0.9, 1.0])
def test_a_reply_with_it_is_known_again_by_its_seal_after_a_browser_had_it(confidence: float | None) -> None:
    reply = Reply(status=Status.ANSWERED, text="x", parts=[Answer(points=[POINT], confidence=confidence)])
    sent = sealed("secret", reply.model_dump(mode="json"))
    assert is_sealed("secret", sent)
    whole = {**sent, "parts": [{**sent["parts"][0], "confidence": 0.5}]}
    assert not is_sealed("secret", whole)
    assert Reply.model_validate(sent).parts[0].confidence == confidence
