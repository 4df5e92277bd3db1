"""What is kept of conversations in Teams, from the event loop. Without the database messages are still answered."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Sequence
from typing import Any

from sqlalchemy.exc import SQLAlchemyError

from bot.records.teams import KeptCard, TeamsTurns
from bot.teams.recent import Recent

log = logging.getLogger("signpost.teams")


class Keeper:
    """The turns in threads. What fails is logged by its kind."""

    def __init__(self, turns: TeamsTurns) -> None:
        self._turns = turns
        self._recent = Recent()  # the messages that this process took, for when the database is away
        self._unnoted = Recent()  # those that it took while it was

    async def take(self, turn: str, place: str, conversation: str) -> bool:
        """Take a message to answer it; False where somebody has it already."""
        taken = await self._tried("a message was not noted", None, self._turns.take, turn, place, conversation)
        if taken is None:
            self._unnoted.add(turn)
            return self._recent.add(turn)
        if taken:
            self._recent.add(turn)
        return bool(taken)

    async def give_back(self, turn: str) -> bool:
        """Nothing came of a message. Returns: whether it may be taken again: it was not forgotten meanwhile."""
        self._recent.discard(turn)
        is_there = await self._tried("a message was not given back", True, self._turns.give_back, turn)
        return bool(is_there) or turn in self._unnoted

    async def answered(self, turn: str, card: str, link: str, reply: dict[str, Any]) -> bool:
        """Keep the card that answered a message. Returns: whether the message was not forgotten meanwhile."""
        is_there = await self._tried("a card was not kept", True, self._turns.answered, turn, card, link, reply)
        return bool(is_there) or turn in self._unnoted

    async def card(self, card: str) -> tuple[KeptCard | None, bool]:
        """A card that was sent, or None; and whether that is sure."""
        found = await self._tried("a card was not looked up", False, self._turns.card, card)
        return (None, False) if found is False else (found, True)

    async def use(self, card: str, chosen: str) -> bool:
        """Note what was pressed on a card; False where something was already."""
        return bool(await self._tried("a press was not noted", True, self._turns.use, card, chosen))

    async def free(self, card: str) -> None:
        """Nothing came of what was pressed on a card: it may be pressed again."""
        await self._tried("a card was not freed", None, self._turns.free, card)

    async def conversations_at(self, place: str) -> Sequence[str]:
        """The conversations that were held at a place. Raises: SQLAlchemyError."""
        return await asyncio.to_thread(self._turns.conversations_at, place)

    async def forget(self, conversation: str, besides: str = "") -> None:
        """Delete what was said in a conversation, but for one turn. Raises: SQLAlchemyError."""
        await asyncio.to_thread(self._turns.forget, conversation, besides)

    async def leave(self, place: str, added: str) -> None:
        """Delete all that is kept of a place, and that the app was added there. Raises: SQLAlchemyError."""
        await asyncio.to_thread(self._turns.forget_place, place)
        self._recent.discard(added)

    async def _tried(self, failed: str, instead: Any, work: Callable[..., Any], *arguments: Any) -> Any:
        try:
            return await asyncio.to_thread(work, *arguments)
        except SQLAlchemyError as error:
            log.error("%s: %s", failed, type(error).__name__)
            return instead
