"""What the door holds to show a chat again."""

import json
import random

from bot.door.transcripts import MOST_ENTRIES, Transcripts, title_of_choice
from bot.door.words import reply_of

REPLY = reply_of("answered", "Text")


def test_a_turn_is_noted_once_though_it_is_sent_twice():
    kept = Transcripts()
    kept.add("a", "m1", "Which form?", REPLY)
    kept.add("a", "m1", "Which form?", REPLY)
    kept.add("a", "", "no id", REPLY)
    kept.add("a", "", "no id", REPLY)
    assert [e["said"] for e in kept.entries("a")] == ["Which form?", "no id", "no id"]
    assert kept.entry("a", "m1") == {"message_id": "m1", "said": "Which form?", "reply": REPLY}
    assert kept.entry("a", "m2") is None
    assert kept.entries("b") == []


def test_the_oldest_entries_and_conversations_go_first():
    kept = Transcripts(most_conversations=2)
    for number in range(MOST_ENTRIES + 5):
        kept.add("a", str(number), str(number), REPLY)
    assert [e["said"] for e in kept.entries("a")][:2] == ["5", "6"]
    kept.add("b", "1", "b", REPLY)
    kept.add("a", "last", "last", REPLY)
    kept.add("c", "1", "c", REPLY)
    assert kept.names() == ["a", "c"]
    kept.forget("a")
    kept.forget("never there")
    assert "a" not in kept
    assert "c" in kept


def test_a_choice_is_named_by_the_words_it_was_offered_with():
    offered = {**REPLY, "choices": [{"title": "Suffolk", "payload": "p1"}]}
    understood = [{"label": "Year 4", "payload": "p2"}, {"label": "EHCP"}]
    transcript = [{"reply": offered}, {"reply": {**REPLY, "understood": understood}}]
    assert title_of_choice(transcript, "p1") == "Suffolk"
    assert title_of_choice(transcript, "p2") == "Year 4"
    assert title_of_choice(transcript, "p3") is None


def incompressible(number: int) -> str:
    return random.Random(number).randbytes(4000).hex()


def test_memory_is_bounded_also_where_nothing_can_be_packed():
    kept = Transcripts(most_bytes=100_000)
    for number in range(60):
        kept.add(f"c{number}", "m", incompressible(number), REPLY)
    size = sum(len(json.dumps(kept.entries(name))) for name in kept.names())
    assert 100_000 < size < 250_000  # hex packs to half its size
    assert kept.names()[-1] == "c59"
    assert kept.entries("c59")[0]["said"] == incompressible(59)


def test_what_is_dropped_is_not_counted_any_more():
    kept = Transcripts(most_bytes=100_000)
    for number in range(300):
        kept.add("a", str(number), incompressible(number), REPLY)
        kept.add("b", "m", "Which form?", REPLY)
        kept.forget("b")
    assert "a" in kept
    kept.forget("a")
    kept.add("a", "m", "x", REPLY)
    kept.add("b", "m", "x", REPLY)
    assert kept.names() == ["a", "b"]
