"""Replies of every kind for tests of the Teams cards, from the real conversation code wherever it gives one."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cache
from typing import Any

from bot.door.words import Words
from bot.guidance.reply import Reply
from bot.guidance.turn import Clause, Memory, Turn
from tests.card_support import signed
from tests.guidance_support import SURE, TODAY, conversations

type Said = tuple[str, str]  # a clause, and its intent; of topics without "ask_"
WHOLE = ("inform", "compare", "check_readiness", "find_route", "greet", "start_again", "for_parents")


def reply_to(*clauses: Said, after: Sequence[Said] = ()) -> Reply:
    """The reply to a message of these clauses; `after`: what was said before it, a message each."""
    memory = Memory()
    for said in [*([each] for each in after), clauses]:
        parts = tuple(_clause(*each) for each in said)
        text = " ".join(part.text for part in parts)
        turn = Turn(text=text, clauses=parts, intent=parts[0].intent, ranking=dict(parts[0].ranking))
        reply, memory = conversations().reply(turn, memory, TODAY)
    return reply


def _clause(text: str, topic: str) -> Clause:
    intent = topic if topic in WHOLE or topic.startswith("out_of_scope") else f"ask_{topic}"
    return Clause(text, intent, SURE, SURE, {intent: SURE})


def _real(*clauses: Said, after: Sequence[Said] = ()) -> Callable[[], dict[str, Any]]:
    return lambda: signed(reply_to(*clauses, after=after))


def _door(name: str, status: str) -> Callable[[], dict[str, Any]]:
    values = {"max_chars": 2000, "covers": "Suffolk and Milton Keynes", "areas": "", "area": "", "address": ""}
    return lambda: Words.load(values).reply(name, status)


REFERRAL = ("Suffolk: which form is it for a child in Year 3 who has no EHCP", "referral_form")
REPLIES: dict[str, Callable[[], dict[str, Any]]] = {
    "an answer": _real(REFERRAL),
    "yes or no": _real(("Milton Keynes, a boy with SEMH: would the specialist teachers take him", "eligibility")),
    "several questions": _real(
        ("Suffolk: who signs for a bespoke review", "review"),
        ("and what does it all cost us", "cost"),
        ("how soon do they reply", "response_time"),
    ),
    "several pupils": _real(
        ("In Suffolk a girl in Y1 with an EHCP, and another in Y6 without, which form is whose", "referral_form")
    ),
    "checklist": _real(("Suffolk, Y4, no EHCP, the parents signed: may we refer now", "check_readiness")),
    "long checklist": _real(("Milton Keynes: may we ask for direct involvement now", "check_readiness")),
    "comparison": _real(("how do Suffolk and Milton Keynes differ over who can refer", "compare")),
    "dates": _real(("Suffolk bespoke support was agreed on 3 March 2026, when is its review", "review")),
    "question back": _real(("and which form would that be", "referral_form")),
    "not understood": _real(("Suffolk: hm the thing with the thing", "inform")),
    "not stated": _real(("Suffolk: what is the telephone number of SES", "contact")),
    "out of scope": _real(("Suffolk: the bus did not come", "out_of_scope_transport")),
    "greeting": _real(("hello there", "greet")),
    "for parents": _real(("how do I put that to his mum", "for_parents"), after=[REFERRAL]),
    "safeguarding": _door("safeguarding", "safeguarding"),
    "error": _door("error", "error"),
    "switched off": _door("switched_off", "switched_off"),
    "too long": _door("too_long", "too_long"),
    "empty": _door("empty", "empty"),
}


@cache
def sample(name: str) -> dict[str, Any]:
    """The reply of this kind, as it leaves the front door. Do not change it."""
    return REPLIES[name]()
