"""Every conversation in conversations/, played through door, engine, actions and knowledge as they run."""

from __future__ import annotations

import json
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from bot.guidance.reply import Reply
from tests.e2e.conversation import (
    CONVERSATIONS,
    Conversation,
    Turn,
    conversation_files,
    faults_of,
    faults_of_any,
    read_conversation,
)

WEBHOOK = "/webhooks/rest/webhook"
FEWEST = 150


def _cases() -> Iterator[Any]:
    for file in conversation_files():
        conversation = read_conversation(file)
        why = conversation.expected_failure
        marks = [pytest.mark.xfail(reason=why, strict=False)] if why else []
        name = str(file.relative_to(CONVERSATIONS).with_suffix(""))
        yield pytest.param(conversation, id=name, marks=marks)


@pytest.fixture(scope="module")
def door(running_signpost: str) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=running_signpost, timeout=30, trust_env=False) as client:
        yield client


@pytest.mark.parametrize("conversation", list(_cases()))
def test_conversation(door: httpx.Client, conversation: Conversation) -> None:
    sender = uuid.uuid4().hex
    last: dict[str, Any] | None = None
    said: list[str] = []
    for number, turn in enumerate(conversation.turns, start=1):
        response = door.post(WEBHOOK, **_request(turn, sender, last))
        said.append(f"> {turn.say or turn.choose or turn.change or turn.payload or turn.body}\n{response.text[:3000]}")
        assert response.status_code == turn.http, "\n".join(said)
        if turn.http != httpx.codes.OK:
            assert response.json()["error"]["code"] == (turn.error or response.json()["error"]["code"])
            continue
        (message,) = response.json()
        last = Reply.model_validate(message["custom"]).model_dump(mode="json")
        faults = faults_of_any(message, sender) + faults_of(turn, last)
        said[-1] = f"> {turn.say or turn.choose or turn.payload or turn.body}\n{message['text']}"
        assert not faults, f"turn {number}: " + "; ".join(faults) + "\n\n" + "\n\n".join(said)


def test_there_are_enough_conversations_and_no_file_lies_beside_them() -> None:
    files = conversation_files()
    assert len(files) >= FEWEST
    beside = [f for f in CONVERSATIONS.rglob("*") if f.is_file() and f not in files and f.name != "README.md"]
    assert beside == []


def _request(turn: Turn, sender: str, last: dict[str, Any] | None) -> dict[str, Any]:
    """Arguments of the post. A body that is text goes out as it is; `SENDER` in it stands for the sender."""
    if "body" in turn.model_fields_set:
        raw = turn.body if isinstance(turn.body, str) else json.dumps(turn.body)
        content = raw.replace("SENDER", sender).encode("utf-8", "surrogatepass")
        return {"content": content, "headers": {"content-type": "application/json"}}
    text = turn.say if turn.say is not None else turn.payload
    if turn.choose is not None:
        offered = {choice["title"]: choice["payload"] for choice in (last or {"choices": []})["choices"]}
        assert turn.choose in offered, f"{turn.choose!r} was not offered, but {sorted(offered)}"
        text = offered[turn.choose]
    if turn.change is not None:
        chips = {chip["fact"]: chip["payload"] for chip in (last or {"understood": []})["understood"]}
        assert turn.change in chips, f"{turn.change!r} was not understood, but {sorted(chips)}"
        text = chips[turn.change]
    body: dict[str, Any] = {"sender": sender, "message": (text or "") * turn.repeat}
    if turn.preset_area is not None:
        body["metadata"] = {"area": turn.preset_area}
    return {"json": body}


def test_a_file_with_an_unknown_key_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "broken.yml"
    file.write_text("turns: [{say: hello, sais: [hello]}]", encoding="utf-8")
    with pytest.raises(ValueError, match="sais"):
        read_conversation(file)
