"""One turn of a conversation, from the cleaned message to the reply."""

import asyncio
import hashlib
import logging
import time
from collections.abc import Callable, Collection
from dataclasses import dataclass
from typing import Any

from bot.door.choices import conversation_id, engine_text, looks_like_choice, open_choice, sign_choice
from bot.door.cleaning import as_plain_text, says_something
from bot.door.engine import EngineClient, EngineError
from bot.door.guard import Guard
from bot.door.incoming import Message
from bot.door.merging import merge_messages, with_notice, with_signed_choices
from bot.door.queueing import Conversation, Conversations, Turn
from bot.door.sealing import mark_of, sealed
from bot.door.words import Words

MAX_WAITING = 8
"""Messages of one conversation under way or waiting; more are told to wait."""
DOUBLE_WINDOW_SECONDS = 2.0
log = logging.getLogger("signpost.door")


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a turn came to. `said`: the masked message, or None where nothing of it is kept."""

    reply: dict[str, Any]
    masked_kinds: tuple[str, ...] = ()
    said: str | None = None


@dataclass(frozen=True, slots=True)
class TurnLimits:
    """`seconds`: longest time from arrival to reply, waiting in the queue included."""

    seconds: float
    max_message_chars: int


class Turns:
    """Takes turns one after the other in each conversation, side by side across conversations."""

    def __init__(
        self,
        *,
        secret: str,
        limits: TurnLimits,
        engine: EngineClient,
        guard: Guard,
        words: Words,
        authorities: Callable[[], Collection[str]],
        conversations: Conversations,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._secret = secret
        self._limits = limits
        self._engine = engine
        self._guard = guard
        self._words = words
        self._authorities = authorities
        self._conversations = conversations
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
        if reply["status"] == "error":
            return False  # asked again after a failure: try again
        if is_same_id:
            return True
        # The same word twice can answer two questions in a row ("no", "no"); a choice names its question.
        is_next_answer = reply["status"] == "clarify" and not looks_like_choice(message.text)
        is_recent = turn.answered_at is None or self._clock() - turn.answered_at <= DOUBLE_WINDOW_SECONDS
        return is_recent and not is_next_answer

    async def _take(
        self, key: str, conversation: Conversation, place: asyncio.Future[None], message: Message
    ) -> Outcome:
        area = self.known_area(message.area)
        try:
            async with asyncio.timeout(self._limits.seconds):
                return await self._outcome(key, place, message, area)
        except EngineError as failure:
            log.error("the engine failed: %s", failure.cause)
        except TimeoutError:
            log.error("the time of a turn ran out")
        except Exception as error:  # its text may hold what the person typed
            log.error("a turn broke: %s", type(error).__name__)
        finally:
            conversation.turnstile.leave(place)
        return Outcome(self._words.reply("error", "error", area))

    async def _outcome(self, key: str, place: asyncio.Future[None], message: Message, area: str | None) -> Outcome:
        said: str | None = None
        kinds: tuple[str, ...] = ()
        if len(message.text) > self._limits.max_message_chars:
            return Outcome(self._words.reply("too_long", "too_long", area))
        if looks_like_choice(message.text):
            choice = open_choice(self._secret, key, message.text)
            if choice is None:
                return Outcome(self._words.reply("stale_choice", "clarify", area))
            text = engine_text(choice)
        elif not says_something(message.text):
            return Outcome(self._words.reply("empty", "empty", area), said=message.text)
        else:
            inspected = await self._guard.inspect(message.text)
            if inspected.is_disclosure:
                return Outcome(self._words.reply("safeguarding", "safeguarding", area))
            said, kinds = inspected.text, inspected.masked_kinds
            text = as_plain_text(inspected.corrected)
            if not says_something(text):
                empty = self._words.reply("empty", "empty", area)
                return Outcome(self._noticed(empty, kinds), kinds, said)
        await place
        metadata: dict[str, Any] = {"masked": list(kinds)}
        if area is not None:
            metadata["area"] = area
        merged = merge_messages(await self._engine.send(key, text, metadata))
        if merged is None:
            raise EngineError("no reply among its messages")
        signed = with_signed_choices(merged, lambda choice: sign_choice(self._secret, key, choice))
        reply = {**self._noticed(signed, kinds), "mark": mark_of(self._secret, key)}
        return Outcome(sealed(self._secret, reply), kinds, said)

    def _noticed(self, reply: dict[str, Any], kinds: tuple[str, ...]) -> dict[str, Any]:
        return with_notice(reply, self._words.notice("masked")) if kinds else reply


def _identity(message: Message) -> bytes:
    # A digest, so that nothing that was typed is kept.
    return hashlib.sha256(f"{message.area}\n{message.text}".encode()).digest()
