"""What a content owner decides about something learnt: the form, read and checked before anything is stored."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from bot.desk.desk import LookThrough
from bot.desk.errors import DeskError
from bot.desk.forms import Form
from bot.desk.phrasings import MOST_CHARS, phrasing, plain, visible
from bot.records.marks import MOST_NOTE, MOST_QUESTIONS, MarkKind, Members

MOST_TEXTS = 30  # of a group that are offered as phrasings
WHAT = ("questions", "reports", "replies")


@dataclass(frozen=True, slots=True)
class Text:
    """A text offered as a phrasing, as it stands in its field. `fault`: name of a sentence, "" for none."""

    text: str
    is_accepted: bool = False
    fault: str = ""


@dataclass(frozen=True, slots=True)
class Decision:
    """A form as it was filled in. `faults`: field -> name of a sentence (words/learning.yml, faults)."""

    what: str
    ids: tuple[int, ...]
    texts: tuple[Text, ...] = ()
    kind: str = ""
    intent: str = ""
    note: str = ""
    faults: Mapping[str, str] = field(default_factory=dict)
    was_masked: bool = False

    @property
    def members(self) -> Members:
        """What it is about."""
        return Members(**{self.what: self.ids})

    @property
    def phrasings(self) -> tuple[str, ...]:
        """The texts that are accepted: each once, none unless it is a phrasing."""
        if self.kind != MarkKind.PHRASING:
            return ()
        return tuple(dict.fromkeys(text.text for text in self.texts if text.is_accepted))

    @property
    def is_good(self) -> bool:
        """Whether nothing is wrong with it."""
        return not self.faults and not any(text.fault for text in self.texts)


def offered(what: str, ids: Sequence[int], texts: Sequence[str], intent: str) -> Decision:
    """An empty form. `intent`: the best guess."""
    return Decision(what, tuple(ids), tuple(Text(text) for text in texts[:MOST_TEXTS]), intent=intent)


def read_decision(form: Form) -> Decision:
    """A form that was sent. Raises: DeskError: it is none of ours."""
    what, ids = form.get("what"), form.get("ids").split(",")
    if what not in WHAT or len(ids) > MOST_QUESTIONS or not all(_is_id(each) for each in ids):
        raise DeskError("bad_form")
    accepted = set(form.all("accept"))
    texts = [
        Text(value, is_accepted=name.removeprefix("text-") in accepted)
        for name, value in form.fields
        if name.startswith("text-")
    ]
    return Decision(
        what=what,
        ids=tuple(dict.fromkeys(int(each) for each in ids)),
        texts=tuple(texts[:MOST_TEXTS]),
        kind=form.get("kind"),
        intent=form.get("intent"),
        note="\n".join(visible(line) for line in form.get("note").strip().splitlines()),
    )


async def checked(
    decision: Decision, intents: Sequence[str], known: Mapping[str, str], look_through: LookThrough
) -> Decision:
    """A decision with its texts masked, and what is wrong with it.

    Args:
        intents: those that may be chosen.
        known: phrasings that are trained with or accepted already (`plain`) -> their intent.
    """
    faults: dict[str, str] = {}
    texts, was_masked = list(decision.texts), False
    if decision.kind not in set(MarkKind):
        faults["kind"] = "kind"
    if decision.kind == MarkKind.PHRASING:
        if decision.intent not in intents:
            faults["intent"] = "intent"
        if not any(text.is_accepted for text in texts):
            faults["texts"] = "texts"
        for place, text in enumerate(texts):
            if text.is_accepted:
                texts[place] = await _checked(text, known, look_through)
                was_masked = was_masked or texts[place].text != phrasing(text.text)
    note = decision.note
    if len(note) > MOST_NOTE:
        faults["note"] = "note"
    elif note:
        note = (await look_through(note)).masked
        was_masked = was_masked or note != decision.note
    return replace(decision, texts=tuple(texts), note=note, faults=faults, was_masked=was_masked)


async def _checked(text: Text, known: Mapping[str, str], look_through: LookThrough) -> Text:
    wanted = phrasing(text.text)
    if not wanted:
        return replace(text, fault="blank")
    if len(wanted) > MOST_CHARS:
        return replace(text, fault="long")
    looked = await look_through(wanted)
    if looked.is_disclosure:
        return replace(text, fault="disclosure")
    masked = phrasing(looked.masked)
    if plain(masked) in known:
        return Text(masked, is_accepted=True, fault="known")
    return Text(masked, is_accepted=True)


def _is_id(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) < 10
