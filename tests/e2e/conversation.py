"""Conversations as files: a small format, its model, the checks of one turn. See conversations/README.md."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any, Self

import yaml
from pydantic import BaseModel, ConfigDict, Field, model_validator

CONVERSATIONS = Path(__file__).with_name("conversations")
ADDRESSES = {"suffolk": "@suffolk.gov.uk", "milton-keynes": "@milton-keynes.gov.uk"}
MOST_WORDS = 300  # no reply may be longer; the median and the 95th percentile are measured elsewhere


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Turn(_Strict):
    """A message and what must hold in its reply. Texts are substrings in any case, or /patterns/.

    Exactly one of `say` (typed), `choose` (title of an offered button), `change` (a fact that was understood),
    `payload` (sent as it is) and `body` (the whole request, as JSON or as text) is sent.
    """

    say: str | None = None
    choose: str | None = None
    payload: str | None = None
    change: str | None = None
    body: Any = None
    preset_area: str | None = None
    repeat: int = 1

    says: list[str] = Field(default_factory=list)
    never: list[str] = Field(default_factory=list)
    status: str | list[str] = Field(default_factory=list)
    verdict: str | None = None
    never_verdict: str | None = None
    area: str | None = None
    sources: list[str] = Field(default_factory=list)
    statements: list[str] = Field(default_factory=list)
    not_statements: list[str] = Field(default_factory=list)
    understood: dict[str, Any] = Field(default_factory=dict)
    not_understood: list[str] = Field(default_factory=list)
    choices: list[str] = Field(default_factory=list)
    http: int = 200
    error: str | None = None

    @model_validator(mode="after")
    def _one_message(self) -> Self:
        given = [n for n in ("say", "choose", "change", "payload", "body") if n in self.model_fields_set]
        if len(given) != 1:
            raise ValueError(f"a turn needs exactly one of say, choose, change, payload and body, not {given}")
        return self


class Conversation(_Strict):
    """Some turns of one sender. `expected_failure`: why it fails today although the expectation is right."""

    turns: list[Turn] = Field(min_length=1)
    expected_failure: str | None = None


def conversation_files() -> list[Path]:
    """All files, in order of kind and name. The name is the sentence that the file proves."""
    return sorted(CONVERSATIONS.glob("*/*.yml"))


def read_conversation(file: Path) -> Conversation:
    """The conversation in a file. Raises: pydantic.ValidationError: it is not in the format."""
    return Conversation.model_validate(yaml.safe_load(file.read_text(encoding="utf-8")))


def found(wanted: str, text: str) -> bool:
    """Whether a text holds a substring (case and white space do not count) or matches a /pattern/."""
    flat = " ".join(text.split())
    if len(wanted) > 2 and wanted.startswith("/") and wanted.endswith("/"):
        return re.search(wanted[1:-1], flat, re.IGNORECASE) is not None
    return wanted.casefold() in flat.casefold()


def faults_of(turn: Turn, reply: dict[str, Any]) -> list[str]:
    """What a reply (`custom` of the message) lacks or has too much, one line each; empty if it is right."""
    text = reply["text"]
    points = [point for part in reply["parts"] for point in part["points"]]
    stated = {point["statement_id"] for point in points}
    sections = {source["section"] for point in points for source in point["sources"]}
    facts = {chip["fact"]: chip["value"] for chip in reply["understood"]}
    allowed = [turn.status] if isinstance(turn.status, str) else turn.status
    verdicts = [part["verdict"] for part in reply["parts"]]
    titles = [choice["title"] for choice in reply["choices"]]
    faults = [f"does not say {wanted!r}" for wanted in turn.says if not found(wanted, text)]
    faults += [f"must not say {unwanted!r}" for unwanted in turn.never if found(unwanted, text)]
    if allowed and reply["status"] not in allowed:
        faults.append(f"status {reply['status']}, not {' or '.join(allowed)}")
    if turn.verdict is not None and turn.verdict not in verdicts:
        faults.append(f"verdicts {verdicts}, not {turn.verdict}")
    if turn.never_verdict is not None and turn.never_verdict in verdicts:
        faults.append(f"verdict {turn.never_verdict} is wrong")
    if turn.area is not None and reply["area"] != turn.area:
        faults.append(f"area {reply['area']}, not {turn.area}")
    for section in turn.sources:
        if not any(found(section, shown) for shown in sections):
            faults.append(f"source {section!r} is not among {sorted(sections)}")
    faults += [f"statement {i} is missing" for i in turn.statements if i not in stated]
    faults += [f"statement {i} has no place here" for i in turn.not_statements if i in stated]
    for fact, value in turn.understood.items():
        if fact not in facts or facts[fact] != value:
            faults.append(f"understood {fact}={facts.get(fact)!r}, not {value!r}")
    faults += [f"understood {f}={facts[f]!r}" for f in turn.not_understood if f in facts]
    faults += [f"choice {title!r} is not among {titles}" for title in turn.choices if title not in titles]
    return faults


def faults_of_any(message: dict[str, Any], sender: str) -> list[str]:
    """What must be so in every reply: the contract, sources, one authority's facts only, brevity."""
    reply, text = message["custom"], message["text"]
    points = [point for part in reply["parts"] for point in part["points"]]
    faults = []
    if message["recipient_id"] != sender or text != reply["text"] or not text.strip():
        faults.append("the message is not the REST contract's")
    if message.get("buttons", []) != reply["choices"]:
        faults.append("buttons and choices differ")
    faults += [f"{p['statement_id']} is not in the text" for p in points if p["text"] not in text]
    unsourced = [p["statement_id"] for p in points if not p["sources"] and "/gap/" not in p["statement_id"]]
    faults += [f"{i} has no source" for i in unsourced]
    for area, address in ADDRESSES.items():
        for part in reply["parts"]:
            if part["area"] not in (None, area):
                ids = [p["statement_id"] for p in part["points"] if p["statement_id"].startswith(f"{area}/")]
                faults += [f"{i} is not of {part['area']}" for i in ids]
        if reply["area"] not in (None, area) and address in text:
            faults.append(f"an address of {area} in an answer for {reply['area']}")
    if len(text.split()) > MOST_WORDS:
        faults.append(f"{len(text.split())} words")
    return faults
