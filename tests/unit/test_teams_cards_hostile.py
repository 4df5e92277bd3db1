"""Cards of large and hostile replies: words stay words, and no card is larger than Teams takes."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.guidance.reply import Reply, Status
from bot.teams.card_text import JOINER, Piece, clean, clipped, inert, markdown_of, runs_of
from bot.teams.cards import LARGEST_CARD_BYTES, card_of, message_of, summary_of
from tests.card_support import (
    LINKS,
    TEAMS_LIMIT_BYTES,
    faults,
    links_in,
    markdown_words,
    read,
    sent,
    titles,
    walked,
)

HOSTILE = [
    "[click here](https://evil.example/x)",
    "[click][1] [1]: https://evil.example",
    "![x](https://evil.example/a.png)",
    "**bold** and _italic_ and `code` and ~~gone~~",
    "snake_case_name and *",
    "# heading",
    "- a list",
    "1. a numbered list",
    "> quoted",
    "    code by four blanks",
    "<b>bold</b> <at>Everyone</at> <https://evil.example> <!-- x -->",
    "&lt;b&gt; &#42; &copy;",
    "{{DATE(2026-01-01T00:00:00Z,SHORT)}} {{TIME(2026-01-01T00:00:00Z)}}",
    r"\*not\* \[a\](b) \\",
    "a | b",
    "===",
    "${data} {{name}}",
]


def hostile_reply(words: str) -> dict[str, Any]:
    """A reply with these words in every field that is shown."""
    source = {"document": words, "section": words, "paragraph": 1, "opens": words}
    points = [
        {"text": words, "statement_id": f"n/{n}", "label": words if n else "", "sources": [source]} for n in (0, 1)
    ]
    part = {"question": words, "topic": "x", "area": "n", "status": "answered", "lead": words, "points": points}
    return Reply.model_validate(
        {
            "status": "answered",
            "text": words,
            "parts": [
                part,
                {**part, "area": None},
                {**part, "area": "m", "points": [{**points[0], "statement_id": "x"}]},
            ],
            "checklist": [
                {"text": words, "statement_id": p["statement_id"], "state": "unknown", "firmness": "must"}
                for p in points
            ],
            "comparison": {
                "note": words,
                "rows": [{"title": words, "cells": [{"area": "n", "name": words, "lead": words, "points": points}]}],
            },
            "dates": [
                {
                    "label": words,
                    "text": words,
                    "counts_from": "2026-01-01",
                    "event": "e",
                    "unit": "day",
                    "statement_id": "s",
                }
            ],
            "notices": [words],
            "understood": [{"fact": "f", "value": words, "label": words, "payload": "choice:x.1"}],
            "choices": [{"title": words, "payload": "choice:y.1"}],
            "takeaways": [{"kind": "email", "title": words, "to": words, "subject": words, "body": words}],
        }
    ).model_dump(mode="json")


def folded(text: str) -> str:
    return " ".join(text.replace(JOINER, "").split())


@pytest.mark.parametrize("words", HOSTILE)
def test_hostile_words_come_out_literally_in_every_field(words: str):
    made = card_of(hostile_reply(words), links=LINKS)
    assert faults(made) == []
    assert [link for link in links_in(made) if "evil" in link and link not in words] == []
    # Questions 3, leads 3, points in a list 1, facts, notice, date ..., and in what is folded sources and the draft.
    said = folded(read(made, is_unfolded=True))
    assert said.count(folded(words)) >= 20
    used = card_of(hostile_reply(words), links=LINKS, chosen=words)
    assert faults(used) == []
    assert f"You chose: {folded(words)}" in folded(read(used))


@pytest.mark.parametrize("words", HOSTILE)
def test_what_a_person_typed_never_stands_where_markdown_is_read(words: str):
    reply = hostile_reply("Ours.")
    reply["parts"][1]["question"] = words
    reply["understood"][0]["label"] = words
    made = card_of(reply, links=LINKS, chosen=words)
    assert faults(made) == []
    texts = [node["text"] for node in walked(made) if node["type"] == "TextBlock"]
    assert [text for text in texts if words.strip() in text] == []
    runs = ["".join(run["text"] for run in node["inlines"]) for node in walked(made) if node["type"] == "RichTextBlock"]
    assert len([run for run in runs if folded(words) in folded(run)]) == 3


@pytest.mark.parametrize("words", HOSTILE)
def test_the_title_of_a_box_means_the_same_with_and_without_markdown(words: str):
    title = inert(words)
    assert markdown_words(title) == title.strip()
    unjoined = title.replace(JOINER, "").replace("\u2217", "*").replace("\u02cb", "`").replace("\uff3f", "_")
    assert unjoined == words


ANY_TEXT = st.text(
    st.sampled_from("ab 1.*_`~[]()<>&;#-+={}|\\!:/@\n\r\t•“é😀\u2060\ud800\x00") | st.characters(), max_size=60
)


@given(ANY_TEXT)
def test_markdown_never_sees_more_than_we_mean(words: str):
    one = " ".join(clean(words).split())
    made = markdown_of([Piece(one)])
    if made is not None:
        assert markdown_words(made) == one
        assert JOINER in one or JOINER not in made


@given(ANY_TEXT)
def test_runs_put_together_are_the_text(words: str):
    assert "".join(runs_of(words)) == words
    assert [run for run in runs_of(words) if "{{" in run] == []


@given(ANY_TEXT, st.integers(1, 80))
def test_a_clipped_text_is_no_longer_than_it_may_be(words: str, most: int):
    cut = clipped(words, most)
    assert len(cut) <= most
    assert cut == words or words.startswith(cut.removesuffix("…"))


def test_signs_that_cannot_be_sent_are_left_out():
    made = card_of({**hostile_reply("x"), "text": "\ud800a\x00b\x1b\r\nc", "parts": []}, links=LINKS)
    assert "ab\nc" in read(made)
    assert summary_of({"text": "\ud800a\x00b"}) == "ab"


# ---------------------------------------------------------------------- size

NAMES = st.sampled_from(["n", "m", "s/one", "s/two"])
WORDS = st.builds(
    lambda words, times: words * times,
    st.one_of(ANY_TEXT, st.sampled_from(HOSTILE), st.just("The service decides. ")),
    st.sampled_from([1, 1, 1, 1, 30, 500]),
)
SOURCES = st.fixed_dictionaries(
    {"document": WORDS, "section": WORDS, "paragraph": st.integers(1, 99), "opens": st.just("")}
)


def some(of: st.SearchStrategy[Any], most: int = 5) -> st.SearchStrategy[list[Any]]:
    """A few of them, or the same few many times."""
    return st.builds(lambda items, times: items * times, st.lists(of, max_size=most), st.sampled_from([1, 1, 1, 1, 25]))


POINTS = st.fixed_dictionaries({"text": WORDS, "statement_id": NAMES, "label": WORDS, "sources": some(SOURCES, 2)})
VERDICTS = st.sampled_from([None, "yes", "no", "depends"])
PARTS = st.fixed_dictionaries(
    {
        "question": WORDS,
        "area": st.sampled_from([None, "n"]),
        "verdict": VERDICTS,
        "lead": WORDS,
        "points": some(POINTS),
    }
)
CELLS = st.fixed_dictionaries(
    {"area": NAMES, "name": WORDS, "verdict": VERDICTS, "lead": WORDS, "points": some(POINTS, 2)}
)
REPLIES = st.fixed_dictionaries(
    {
        "status": st.sampled_from(list(Status)),
        "text": WORDS,
        "parts": some(PARTS, 3),
        "checklist": st.lists(
            st.fixed_dictionaries(
                {
                    "text": WORDS,
                    "statement_id": NAMES,
                    "state": st.sampled_from(["done", "missing", "unknown"]),
                    "firmness": st.just("must"),
                }
            ),
            max_size=4,
        ),
        "dates": some(
            st.fixed_dictionaries(
                {
                    "label": WORDS,
                    "text": WORDS,
                    "counts_from": st.just("2026-01-01"),
                    "event": st.just("e"),
                    "unit": st.just("day"),
                    "statement_id": NAMES,
                }
            ),
            2,
        ),
        "comparison": st.none()
        | st.fixed_dictionaries(
            {
                "note": WORDS,
                "rows": some(
                    st.fixed_dictionaries(
                        {"title": WORDS, "cells": st.lists(CELLS, max_size=2), "alike": st.lists(NAMES, max_size=2)}
                    ),
                    2,
                ),
            }
        ),
        "notices": some(WORDS, 2),
        "understood": some(
            st.fixed_dictionaries(
                {"fact": NAMES, "value": st.none(), "label": WORDS, "payload": st.sampled_from(["", "choice:a.1"])}
            )
        ),
        "choices": some(st.fixed_dictionaries({"title": WORDS, "payload": st.just("choice:b.1" * 20)})),
        "takeaways": some(
            st.fixed_dictionaries(
                {
                    "kind": st.sampled_from(["email", "print", "case", "calendar"]),
                    "title": WORDS,
                    "to": WORDS,
                    "subject": WORDS,
                    "body": WORDS,
                }
            )
        ),
    }
)


@settings(max_examples=80, deadline=None, suppress_health_check=list(HealthCheck))
@given(REPLIES, st.sampled_from([{}, LINKS, {"print": "https://x.org/" + "y" * 30_000}]), st.one_of(st.just(""), WORDS))
def test_every_card_is_valid_and_fits(reply: dict[str, Any], links: Mapping[str, str], chosen: str):
    whole = Reply.model_validate(reply).model_dump(mode="json")
    made = card_of(whole, links=links, chosen=chosen)
    assert faults(made) == []
    summary = summary_of(whole)
    assert 0 < len(summary) <= 150
    assert "\n" not in summary
    assert len(json.dumps(message_of(made, summary), ensure_ascii=False).encode()) < TEAMS_LIMIT_BYTES - 2_000
    if chosen.strip():
        assert sent(made) == []


def large(lines: int, sources: int = 0, body: str = "", text: str = "x", **more: Any) -> dict[str, Any]:
    """A reply of so many points and sources, with a draft."""
    refs = [
        {"document": "Offer", "section": "A section of the offer " * 3, "paragraph": n, "opens": ""}
        for n in range(sources)
    ]
    points = [{"text": f"Point {n} says something.", "statement_id": f"s/{n}", "sources": []} for n in range(lines)]
    points[0]["sources"] = refs
    draft = {"kind": "email", "title": "", "to": "a@b.org.uk", "subject": "S", "body": body}
    data = {"status": "answered", "text": text, "parts": [{"points": points}], "takeaways": [draft], **more}
    return Reply.model_validate(data).model_dump(mode="json")


def test_things_are_left_out_in_a_fixed_order():
    whole = read(card_of(large(20, 20, "The draft."), links=LINKS), is_unfolded=True)
    assert {"The draft.", "Point 19"} <= {each for each in ("The draft.", "Point 19") if each in whole}
    assert "paragraph 19" in whole

    first = card_of(large(20, 20, "The draft.", text="word " * 6_000), links=LINKS)
    assert len(first["fallbackText"]) <= 400
    assert read(first, is_unfolded=True) == whole

    second = read(card_of(large(20, 20, "word " * 6_000), links=LINKS), is_unfolded=True)
    assert "word word" not in second
    assert "It stands in the file.\nSave as a file (.eml)" in second
    assert {"Point 19", "paragraph 19"} <= {each for each in ("Point 19", "paragraph 19") if each in second}

    third = read(card_of(large(20, 300, "The draft."), links=LINKS), is_unfolded=True)
    assert "paragraph 19" not in third
    assert "The sources stand on the page to print.\nPage to print" in third
    assert "Point 19" in third

    fourth = read(card_of(large(1_000, 300, "The draft."), links=LINKS))
    assert "Point 0" in fourth
    assert "Point 400" in fourth
    assert "Point 999" not in fourth
    assert "Not all of the answer fits here. The whole of it stands on the page to print.\nPage to print" in fourth


def test_as_much_as_fits_is_shown():
    made = card_of(large(1_000), links=LINKS)
    size = len(json.dumps(made, ensure_ascii=False, separators=(",", ":")).encode())
    assert LARGEST_CARD_BYTES - 100 < size <= LARGEST_CARD_BYTES
    assert titles(made, "Action.OpenUrl")[0] == "Page to print"


def test_without_a_page_to_print_a_cut_card_says_so_too():
    said = read(card_of(large(1_000, 300, "word " * 6_000), links={}), is_unfolded=True)
    assert "Please ask about one thing at a time." in said
    assert "The list of sources is too long to show here." in said
    assert "The draft is too long to show here." in said
    assert "Page to print" not in said


def test_one_thing_that_is_larger_than_a_card_is_shown_as_far_as_it_goes():
    choices = [{"title": f"Choice {n}", "payload": "choice:" + "y" * 500} for n in range(100)]
    reply = Reply(status=Status.CLARIFY, text="Which of these? " + "x" * 50_000, choices=choices).model_dump(
        mode="json"
    )
    made = card_of(reply, links=LINKS)
    assert faults(made) == []
    said = read(made)
    assert said.startswith("Which of these?")
    assert "Choice 0" in said
    assert "Not all choices fit here. You can type your answer instead." in said
    assert 20 < len(sent(made)) < 100
    assert sent(card_of(reply, links=LINKS, chosen="Choice 1")) == []
