"""One turn of a conversation, from the cleaned message to the reply."""

import asyncio
import hashlib
import logging
import time
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, replace
from typing import Any, NamedTuple

from bot.door.choices import conversation_id, engine_text, looks_like_choice, open_choice, sign_choice
from bot.door.cleaning import as_plain_text, says_something
from bot.door.engine import EngineClient, EngineError
from bot.door.guard import Guard
from bot.door.incoming import Message
from bot.door.merging import kinds_offered, merge_messages, with_notice, with_signed_choices
from bot.door.offers import Offer
from bot.door.queueing import Conversation, Conversations, Turn
from bot.door.sealing import mark_of, sealed
from bot.door.switch import SwitchBoard, areas_in
from bot.door.words import Words, reply_of

MAX_WAITING = 8
"""Messages of one conversation under way or waiting; more are told to wait."""
DOUBLE_WINDOW_SECONDS = 2.0
ANSWERS_A_QUESTION_BACK = 4  # words that a typed answer to a question of ours has at most; more ask something new
TRY_AGAIN = frozenset({"error", "switched_off"})  # nothing came of the message, which may be sent again
_CAME_TO_NOTHING = TRY_AGAIN | {"empty", "too_long"}
MOST_ASKED_CHARS = 500
log = logging.getLogger("signpost.door")


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a turn came to. `said`: the masked message, or None where nothing of it is kept.

    `question`: the masked question that it is about: what was said, or what was asked before something was asked back.
    `offered`: kinds of the choices of a question back.
    """

    reply: dict[str, Any]
    masked_kinds: tuple[str, ...] = ()
    said: str | None = None
    question: str = ""
    offered: frozenset[str] = frozenset()


Note = Callable[[str, str | None, Outcome, float], None]
"""Takes channel, area (that of the page, or None), outcome and seconds of a turn."""


class _Heard(NamedTuple):
    """What was taken in of a message: what the engine gets, what is kept; `outcome`: where that answers it already."""

    text: str = ""
    kinds: tuple[str, ...] = ()
    said: str | None = None
    outcome: Outcome | None = None


@dataclass(frozen=True, slots=True)
class TurnLimits:
    """`seconds`: longest time from arrival to reply, waiting in the queue included."""

    seconds: float
    max_message_chars: int


class Turns:
    """Takes turns one after the other in each conversation, side by side across conversations.

    Args:
        offers: the offers by area; reads files.
        note: is told of each turn; it must neither wait nor raise.
    """

    def __init__(
        self,
        *,
        secret: str,
        limits: TurnLimits,
        engine: EngineClient,
        guard: Guard,
        words: Words,
        authorities: Callable[[], Collection[str]],
        offers: Callable[[], Mapping[str, Offer]],
        conversations: Conversations,
        board: SwitchBoard,
        note: Note,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._secret = secret
        self._limits = limits
        self._engine = engine
        self._guard = guard
        self._words = words
        self._authorities = authorities
        self._offers = offers
        self._conversations = conversations
        self._board = board
        self._note = note
        self._clock = clock

    def conversation_of(self, sender: str) -> str:
        """The engine's id of a sender's conversation."""
        return conversation_id(self._secret, sender)

    def known_area(self, area: str | None) -> str | None:
        """`area` if it is the id of an authority, else None."""
        return area if area is not None and area in self._authorities() else None

    async def answer(self, message: Message) -> Outcome:
        """The reply to a message. A doubled message gets the reply of the first; a broken engine, an apology.

        The turn goes on when the caller goes away, so that a retry finds its reply.
        """
        key = self.conversation_of(message.sender)
        conversation = self._conversations.get(key)
        identity = _identity(message)
        for turn in conversation.turns:
            if self._is_double(turn, identity, message):
                outcome: Outcome = await asyncio.shield(turn.task)
                return outcome
        if len(conversation.turnstile) >= MAX_WAITING:
            return Outcome(self._words.reply("busy", "error"))
        place = conversation.turnstile.enter()
        task = asyncio.create_task(self._take(key, conversation, place, message))
        turn = Turn(identity, message.message_id, task)
        conversation.turns.append(turn)
        task.add_done_callback(lambda _: setattr(turn, "answered_at", self._clock()))
        return await asyncio.shield(task)

    def _is_double(self, turn: Turn, identity: bytes, message: Message) -> bool:
        message_id = message.message_id
        if message_id is not None and turn.message_id is not None and message_id != turn.message_id:
            return False
        is_same_id = message_id is not None and message_id == turn.message_id
        if not (is_same_id or turn.identity == identity):
            return False
        if not turn.task.done():
            return True
        reply = turn.task.result().reply
        if reply["status"] in TRY_AGAIN or self._is_off(message.channel, areas_in(reply)):
            return False
        if is_same_id:
            return True
        # The same word twice can answer two questions in a row ("no", "no"); a choice names its question.
        is_next_answer = reply["status"] == "clarify" and not looks_like_choice(message.text)
        is_recent = turn.answered_at is None or self._clock() - turn.answered_at <= DOUBLE_WINDOW_SECONDS
        return is_recent and not is_next_answer

    async def _take(
        self, key: str, conversation: Conversation, place: asyncio.Future[None], message: Message
    ) -> Outcome:
        began, message = self._clock(), replace(message, area=self.known_area(message.area))
        outcome = _with_question(await self._outcome(key, conversation, place, message), message, conversation)
        self._note(message.channel, message.area, outcome, self._clock() - began)
        return outcome

    async def _outcome(
        self, key: str, conversation: Conversation, place: asyncio.Future[None], message: Message
    ) -> Outcome:
        heard, area = _Heard(), message.area
        try:
            async with asyncio.timeout(self._limits.seconds):
                is_off = self._is_off(message.channel, [area] if area else [])
                heard = await (self._refused(message) if is_off else self._heard(key, message))
                if heard.outcome is not None:
                    return heard.outcome
                await place
                return await self._asked(key, heard, message)
        except EngineError as failure:
            log.error("the engine failed: %s", failure.cause)
        except TimeoutError:
            log.error("the time of a turn ran out")
        except Exception as error:  # its text may hold what the person typed
            log.error("a turn broke: %s", type(error).__name__)
        finally:
            conversation.turnstile.leave(place)
        return Outcome(self._words.reply("error", "error", area), heard.kinds, heard.said)

    async def _heard(self, key: str, message: Message) -> _Heard:
        area = message.area
        if len(message.text) > self._limits.max_message_chars:
            return _Heard(outcome=Outcome(self._words.reply("too_long", "too_long", area)))
        if looks_like_choice(message.text):
            choice = open_choice(self._secret, key, message.text)
            if choice is None:
                return _Heard(outcome=Outcome(self._words.reply("stale_choice", "clarify", area)))
            return _Heard(engine_text(choice))
        empty = self._words.reply("empty", "empty", area)
        if not says_something(message.text):
            return _Heard(outcome=Outcome(empty, said=message.text))
        inspected = await self._guard.inspect(message.text)
        if inspected.is_disclosure:
            return _Heard(outcome=self._safeguarding(area))
        kinds = inspected.masked_kinds
        text = as_plain_text(inspected.corrected)
        if not says_something(text):
            return _Heard(outcome=Outcome(self._noticed(empty, kinds), kinds, inspected.text))
        return _Heard(text, kinds, inspected.text)

    async def _asked(self, key: str, heard: _Heard, message: Message) -> Outcome:
        metadata: dict[str, Any] = {"masked": list(heard.kinds)}
        if message.area is not None:
            metadata["area"] = message.area
        merged = merge_messages(await self._engine.send(key, heard.text, metadata))
        if merged is None:
            raise EngineError("no reply among its messages")
        if self._board.has_any_off and merged["status"] != "safeguarding":
            by_name = {offer.name: offer.area for offer in (await asyncio.to_thread(self._offers)).values()}
            areas = areas_in(merged, by_name)
            if self._is_off(message.channel, areas):
                return await self._switched_off(message, areas, heard)
        signed = with_signed_choices(merged, lambda choice: sign_choice(self._secret, key, choice))
        reply = {**self._noticed(signed, heard.kinds), "mark": mark_of(self._secret, key)}
        return Outcome(sealed(self._secret, reply), heard.kinds, heard.said, offered=kinds_offered(merged))

    # ------------------------------------------------------------------ switched off

    def _is_off(self, channel: str, areas: Collection[str]) -> bool:
        """Whether a channel is off altogether, or for any of some areas."""
        return self._board.is_off(None, channel) or bool(self._board.off_among(areas, channel))

    async def _refused(self, message: Message) -> _Heard:
        """What is said to a message while Signpost is off. A disclosure is still told whom to turn to."""
        heard = _Heard()
        is_typed = says_something(message.text) and not looks_like_choice(message.text)
        if is_typed and len(message.text) <= self._limits.max_message_chars:
            try:
                async with asyncio.timeout(self._limits.seconds / 4):
                    inspected = await self._guard.inspect(message.text)
            except Exception as error:  # the guard may be why it was switched off: nothing of the message is kept then
                log.error("a message was not looked through: %s", type(error).__name__)
            else:
                if inspected.is_disclosure:
                    return _Heard(outcome=self._safeguarding(message.area))
                heard = _Heard(kinds=inspected.masked_kinds, said=inspected.text)
        areas = [message.area] if message.area else []
        return heard._replace(outcome=await self._switched_off(message, areas, heard))

    async def _switched_off(self, message: Message, areas: Collection[str], heard: _Heard) -> Outcome:
        offers: list[Offer] = []
        if not self._board.is_off(None, message.channel):
            known = await asyncio.to_thread(self._offers)
            offers = [known[each] for each in self._board.off_among(areas, message.channel) if each in known]
        area = offers[0].area if len(offers) == 1 else message.area
        reply = reply_of("switched_off", self._words.switched_off(offers), area)
        return Outcome(self._noticed(reply, heard.kinds), heard.kinds, heard.said)

    def _safeguarding(self, area: str | None) -> Outcome:
        return Outcome(self._words.reply("safeguarding", "safeguarding", area))

    def _noticed(self, reply: dict[str, Any], kinds: tuple[str, ...]) -> dict[str, Any]:
        return with_notice(reply, self._words.notice("masked")) if kinds else reply


def _with_question(outcome: Outcome, message: Message, conversation: Conversation) -> Outcome:
    """The outcome with the question that it is about, which waits in the conversation while something is asked back."""
    waiting, said, status = conversation.asked, outcome.said or "", outcome.reply["status"]
    if looks_like_choice(message.text):
        question = waiting
    elif waiting and len(said.split()) <= ANSWERS_A_QUESTION_BACK:
        question = f"{waiting} {said}".strip()[:MOST_ASKED_CHARS]
    else:
        question = said[:MOST_ASKED_CHARS]
    if status == "clarify":
        conversation.asked = question
    elif status not in _CAME_TO_NOTHING:
        conversation.asked = ""
    return replace(outcome, question=question)


def _identity(message: Message) -> bytes:
    # A digest, so that nothing that was typed is kept.
    return hashlib.sha256(f"{message.area}\n{message.text}".encode()).digest()
