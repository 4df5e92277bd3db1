"""One message out of whatever the engine sent."""

from typing import Any

from bot.door.merging import as_rest_message, merge_messages, with_notice, with_signed_choices
from bot.door.words import reply_of
from bot.guidance.reply import Reply


def merged(*messages: dict[str, Any]) -> dict[str, Any]:
    reply = merge_messages(messages)
    assert reply is not None
    return reply


def test_a_reply_wins_and_says_its_own_text() -> None:
    reply = merged({"text": "Send the form."}, {"custom": reply_of("answered", "First: Send  the\nform. Then wait.")})
    assert reply["status"] == "answered"
    assert reply["text"] == "First: Send  the\nform. Then wait."
    assert reply["notices"] == []


def test_a_prompt_beside_a_reply_is_not_lost() -> None:
    reply = merged({"custom": reply_of("answered", "Yes.")}, {"text": "Has the pupil an EHCP?"})
    assert reply["text"] == "Yes.\n\nHas the pupil an EHCP?"
    assert reply["notices"] == ["Has the pupil an EHCP?"]


def test_texts_split_at_blank_lines_are_one_again_and_buttons_make_it_a_question() -> None:
    assert merged({"text": "Hello."}, {"text": "Ask me."})["text"] == "Hello.\n\nAsk me."
    assert merged({"text": "Hello."})["status"] == "small_talk"
    asked = merged({"text": "Shall I?", "buttons": [{"title": "Yes", "payload": "/affirm"}]})
    assert asked["status"] == "clarify"
    assert asked["choices"] == [{"title": "Yes", "payload": "/affirm"}]


def test_two_replies_are_joined_in_order_with_the_last_choices() -> None:
    first = {**reply_of("answered", "One."), "choices": [{"title": "old"}], "notices": ["n1"]}
    second = {**reply_of("clarify", "Two?"), "choices": [{"title": "new"}], "notices": ["n2"]}
    reply = merged({"custom": first}, {"custom": second})
    assert (reply["status"], reply["text"]) == ("answered", "One.\n\nTwo?")
    assert reply["notices"] == ["n1", "n2"]
    assert reply["choices"] == [{"title": "new", "value": {}, "payload": ""}]


def test_merging_leaves_what_the_engine_sent_unchanged() -> None:
    sent = {"custom": reply_of("answered", "One.")}
    merge_messages([sent, {"text": "Two."}])
    assert sent == {"custom": reply_of("answered", "One.")}


def test_nothing_usable_is_no_reply() -> None:
    broken: list[dict[str, Any]] = [
        {},
        {"text": None},
        {"text": "  "},
        {"custom": 3},
        {"custom": {"status": "answered"}},
        {"custom": {"status": "unheard_of", "text": "x"}},
        {"custom": {"status": ["answered"], "text": "x"}},
        {"image": "x.png"},
    ]
    assert merge_messages(broken) is None
    assert merge_messages([]) is None


def test_a_notice_is_said_once() -> None:
    reply = with_notice(with_notice(reply_of("answered", "Yes."), "No names."), "No names.")
    assert reply["text"] == "Yes.\n\nNo names."
    assert reply["notices"] == ["No names."]


def test_choices_are_signed_and_those_that_cannot_be_taken_are_left_out() -> None:
    offers = [
        {"title": "Yes", "value": {"kind": "ehcp", "value": True}},
        {"title": " ", "payload": "/x"},
        {"title": "No"},
    ]
    signed = with_signed_choices(
        {**reply_of("clarify", "?"), "choices": offers}, lambda choice: f"signed {choice.kind}"
    )
    assert signed["choices"] == [{"title": "Yes", "payload": "signed ehcp"}]
    Reply.model_validate(signed)
    message = as_rest_message("ann", signed)
    assert message["buttons"] == message["custom"]["choices"]
    assert "buttons" not in as_rest_message("ann", reply_of("answered", "Yes."))
