"""What a person gives away by mistake is in no file afterwards, and a cleared chat leaves nothing behind."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from bot.records.database import Database
from bot.records.reports import Reports
from tests.e2e.talking import Talk
from tests.support import RunningSignpost

# All invented: the NHS number is a published example, the phone number one that is kept for drama.
PLANTED = {
    "a pupil's name": (
        "Which form for Wilhelmetta Crankshawe, Y4, no EHCP, Suffolk?",
        ["Wilhelmetta", "Crankshawe"],
    ),
    "a parent's name": ("Mrs Brackenthwaite wants to stop SES, we are in Suffolk", ["Brackenthwaite"]),
    "an NHS number": ("NHS number 943 476 5919, deaf, Suffolk, which form?", ["943 476 5919", "9434765919"]),
    "a phone number": ("call me on 07700 900461 about the Suffolk form", ["07700 900461", "07700900461"]),
    "an e-mail address": (
        "write to bartleby.snodgrass-77@example.org about the deaf form in Suffolk",
        ["bartleby", "snodgrass-77"],
    ),
    "a date of birth": ("dob 23/11/2014, no EHCP, Suffolk, which form", ["23/11/2014"]),
    "a post address": ("she lives at 27 Thistlewhip Lane in Ipswich, which form?", ["Thistlewhip"]),
    "a UPN": ("UPN H801200001001, Y4, no EHCP, Suffolk: form?", ["H801200001001"]),
    "a name in lower case": ("wilfredonius' mum has signed, suffolk, where to send it", ["wilfredonius"]),
    "a disclosure": (
        "Y6 girl says her stepdad zonkwhacked and hits her with a belt",
        ["zonkwhacked"],
    ),
    "a name in a command": ('/inform{"area": "Peregrinda Voss"}', ["Peregrinda"]),
}
HARMLESS = "flibbertigibbet"


@pytest.mark.parametrize("what", PLANTED)
def test_nothing_planted_is_in_any_file(signpost_processes: RunningSignpost, talk: Talk, what: str) -> None:
    message, planted = PLANTED[what]
    reply = talk.say(message)
    assert reply["status"] != "error"
    assert not [word for word in planted if word.lower() in str(reply).lower()]
    assert leaks(signpost_processes.var_dir, planted) == []


def test_the_search_would_find_what_is_stored(signpost_processes: RunningSignpost, talk: Talk) -> None:
    talk.say(f"is a {HARMLESS} a form in Suffolk?")
    assert any("tracker.db" in line for line in leaks(signpost_processes.var_dir, [HARMLESS]))


def test_clear_this_chat_removes_the_rows_of_this_conversation_only(
    signpost_processes: RunningSignpost, running_signpost: str, talk: Talk
) -> None:
    before = conversations_in(signpost_processes.var_dir)
    other = Talk(running_signpost)
    other.say("hello, a question about Suffolk please: who is SES for?")
    others = conversations_in(signpost_processes.var_dir) - before
    talk.say("which form for a Y4 with no EHCP in Suffolk?")
    mine = conversations_in(signpost_processes.var_dir) - before - others
    assert len(mine) == len(others) == 1
    assert talk.sender not in str(mine), "the sender's id is stored as it is"
    talk.clear()
    left = conversations_in(signpost_processes.var_dir)
    assert not mine & left
    assert others <= left
    assert talk.say("what form do I need then?")["understood"] == []
    other.close()


def test_a_cleared_chat_leaves_no_byte_in_the_store(signpost_processes: RunningSignpost, talk: Talk) -> None:
    word = "gobbledygookery"
    talk.say(f"is a {word} a form in Suffolk?")
    assert any("tracker.db" in line for line in leaks(signpost_processes.var_dir, [word]))
    talk.clear()
    # Masked words of a question that was hardly answered are kept elsewhere, soon after, as the privacy page says.
    left = [line for line in leaks(signpost_processes.var_dir, [word]) if not line.startswith("records.db")]
    assert left == []


def test_that_is_wrong_is_kept_masked_with_what_was_shown(signpost_processes: RunningSignpost, talk: Talk) -> None:
    talk.say("how many reviews does Section F support in Suffolk have?")
    reply = talk.say("that's wrong, Wilhelmetta Crankshawe had three reviews and her mum Mrs Brackenthwaite says so")
    assert "noted" in reply["text"]
    with closing(Database(f"sqlite:///{signpost_processes.var_dir}/records.db")) as records:
        (report,) = Reports(records, keep_days=30).all()[:1]
    assert "three reviews" in report.said
    assert report.statements
    assert all(statement.startswith("suffolk/") for statement in report.statements)
    assert leaks(signpost_processes.var_dir, ["Wilhelmetta", "Crankshawe", "Brackenthwaite"]) == []


def leaks(folder: Path, words: list[str]) -> list[str]:
    """Files below a folder (databases, logs, all read as bytes) that hold one of the words in any case."""
    found = []
    for file in sorted(f for f in folder.rglob("*") if f.is_file()):
        content = file.read_bytes().lower()
        found += [f"{file.name} holds {word!r}" for word in words if word.lower().encode() in content]
    return found


def conversations_in(folder: Path) -> set[str]:
    """Ids of the conversations that the engine has stored."""
    with closing(sqlite3.connect(folder / "tracker.db", timeout=5)) as store:
        return {row[0] for row in store.execute("SELECT DISTINCT sender_id FROM events")}
