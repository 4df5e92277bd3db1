"""Conversations in Teams: what is done with a message, a press on a card, the app being added and removed."""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import logging
import secrets
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy.exc import SQLAlchemyError

from bot.records.teams import KeptCard, TeamsTurns
from bot.teams.activity import Incoming, Kind
from bot.teams.cards import card_of, message_of, summary_of
from bot.teams.outbox import NotSentError, Outbox
from bot.teams.recent import Recent
from bot.teams.words import Words

TRY_AGAIN = frozenset({"error", "switched_off"})  # nothing came of what was pressed: it may be pressed again
LONGEST_PAYLOAD = 4000
CHOICE, TICKS, TICK = "choice", "ticks", "tick:"
log = logging.getLogger("signpost.teams")


@dataclass(frozen=True)
class Door:
    """What the front door does for Teams. Replies are JSON of a Reply.

    answer: takes sender, text or payload, and the id of the message. may_ask: whether a sender is not too fast.
    after_ticks: takes a reply and the statement ids ticked by hand. links: takes a reply and the name under which its
    documents are found; gives addresses by kind. say: a reply in words of ours.
    """

    conversation_of: Callable[[str], str]
    may_ask: Callable[[str], bool]
    answer: Callable[[str, str, str], Awaitable[dict[str, Any]]]
    after_ticks: Callable[[dict[str, Any], frozenset[str]], Awaitable[dict[str, Any]]]
    forget: Callable[[str], Awaitable[None]]
    links: Callable[[Mapping[str, Any], str], dict[str, str]]
    say: Callable[..., dict[str, Any]]


@dataclass(frozen=True)
class _Turn:
    """An activity under way. `id`, `place`: digests. `sender`: a person in a thread; `conversation`: the engine's."""

    incoming: Incoming
    id: str
    place: str
    sender: str
    conversation: str


class Channel:
    """Answers activities, each once.

    Args:
        secret: under which Teams' ids are made into digests before anything is kept.
    """

    def __init__(self, door: Door, turns: TeamsTurns, outbox: Outbox, words: Words, secret: str) -> None:
        self._door = door
        self._turns = turns
        self._outbox = outbox
        self._words = words
        self._secret = secret
        self._recent = Recent()

    async def take(self, incoming: Incoming) -> bool:
        """Do what an activity asks for. Returns: whether it was; else Teams may bring it again."""
        turn = self._turn(incoming)
        if incoming.kind is Kind.REMOVED:
            return await self._removed(turn)
        if incoming.kind is Kind.OTHER or not await self._is_first(turn):
            return True
        try:
            if incoming.kind is Kind.PRESSED:
                await self._pressed(turn)
            else:
                await self._answered(turn)
        except NotSentError as error:
            log.error("an answer was not sent: %s", error.reason)
            await self._give_back(turn)
            return False
        return True

    # ------------------------------------------------------------------ messages

    async def _answered(self, turn: _Turn) -> None:
        incoming = turn.incoming
        async with self._outbox.typing(incoming.thread, incoming.service_url):
            reply = await self._reply(turn)
        await self._send(turn, reply)

    async def _reply(self, turn: _Turn) -> dict[str, Any]:
        if turn.incoming.kind is Kind.ADDED:
            return self._door.say("welcome")
        command = self._words.command_in(turn.incoming.text)
        if command == "start_again":
            return await self._started_again(turn)
        if command:
            return self._door.say(command)
        return await self._asked(turn, turn.incoming.text)

    async def _asked(self, turn: _Turn, text: str) -> dict[str, Any]:
        if not self._door.may_ask(turn.sender):
            return self._door.say("too_fast", "error")
        return await self._door.answer(turn.sender, text, turn.id)

    async def _started_again(self, turn: _Turn) -> dict[str, Any]:
        try:
            await self._door.forget(turn.conversation)
            await asyncio.to_thread(self._turns.forget, turn.conversation)
            await asyncio.to_thread(self._turns.take, turn.id, turn.place, turn.conversation)
        except SQLAlchemyError as error:
            log.error("a conversation was not forgotten: %s", type(error).__name__)
            return self._door.say("not_started_again", "error")
        return self._door.say("started_again")

    # ------------------------------------------------------------------ presses

    async def _pressed(self, turn: _Turn) -> None:
        """What was pressed is done once; then the card shows what it was, without its buttons."""
        incoming, data = turn.incoming, turn.incoming.data
        card_id = self._digest("card", incoming.thread, incoming.card)
        card = await self._card(card_id)
        what, payload = data.get("signpost"), data.get("payload")
        is_choice = what == CHOICE and isinstance(payload, str) and len(payload) <= LONGEST_PAYLOAD
        if not is_choice and not (what == TICKS and card and card.reply["checklist"]):
            await self._send(turn, self._door.say("unknown_press", "clarify"))
            return
        if card is not None and card.conversation != turn.conversation:
            await self._send(turn, self._door.say("not_yours", "clarify"))
            return
        ticked = _ticked_in(data)
        chosen = self._chosen(card.reply, str(payload), ticked, is_choice=is_choice) if card else ""
        if card is not None and not await self._use(card_id, chosen):
            await self._pressed_again(turn, await self._card(card_id) or card, chosen)
            return
        try:
            async with self._outbox.typing(incoming.thread, incoming.service_url):
                if is_choice:
                    reply = await self._asked(turn, str(payload))
                else:
                    assert card is not None
                    reply = await self._door.after_ticks(card.reply, ticked)
            await self._send(turn, reply)
        except NotSentError:
            await self._free(card_id)
            raise
        if reply["status"] in TRY_AGAIN:
            await self._free(card_id)
        elif card is not None:
            await self._show_used(turn, card, chosen, None if is_choice else ticked)

    async def _pressed_again(self, turn: _Turn, card: KeptCard, chosen: str) -> None:
        """A card that was used up already, seen before it was changed: the same press again changes nothing."""
        if chosen != card.chosen:
            await self._send(turn, self._door.say("used_already", "clarify", chosen=card.chosen))
        await self._show_used(turn, card, card.chosen, None)

    def _chosen(self, reply: Mapping[str, Any], payload: str, ticked: frozenset[str], *, is_choice: bool) -> str:
        if not is_choice:
            known = {item["statement_id"] for item in reply["checklist"]}
            return self._words.ticks(len(ticked & known))
        titles = {choice["payload"]: choice["title"] for choice in reply["choices"]}
        titles |= {fact["payload"]: self._words.change(fact["label"]) for fact in reply["understood"]}
        return str(titles.get(payload, self._words.something))

    async def _show_used(self, turn: _Turn, card: KeptCard, chosen: str, ticked: frozenset[str] | None) -> None:
        incoming = turn.incoming
        shown = card_of(card.reply, links=self._door.links(card.reply, card.link), chosen=chosen, ticked=ticked)
        message = message_of(shown, summary_of(card.reply))
        try:
            await self._outbox.send(incoming.thread, incoming.service_url, message, card=incoming.card)
        except NotSentError as error:  # the card looks as before, and pressing it again is told
            log.warning("a card was not changed: %s", error.reason)

    # ------------------------------------------------------------------ sending and keeping

    async def _send(self, turn: _Turn, reply: dict[str, Any]) -> None:
        link = secrets.token_urlsafe(16)
        card = card_of(reply, links=self._door.links(reply, link))
        incoming = turn.incoming
        sent = await self._outbox.send(incoming.thread, incoming.service_url, message_of(card, summary_of(reply)))
        card_id = self._digest("card", incoming.thread, sent)
        try:
            await asyncio.to_thread(self._turns.answered, turn.id, card_id, link, reply)
        except SQLAlchemyError as error:  # its buttons work; its documents do not
            log.error("a card was not kept: %s", type(error).__name__)

    async def _removed(self, turn: _Turn) -> bool:
        """The app was taken away: so is all that was said at this place."""
        try:
            for conversation in await asyncio.to_thread(self._turns.conversations_at, turn.place):
                await self._door.forget(conversation)
            await asyncio.to_thread(self._turns.forget_place, turn.place)
        except SQLAlchemyError as error:
            log.error("a place was not forgotten: %s", type(error).__name__)
            return False
        self._recent.discard(self._added(turn.place))
        return True

    async def _is_first(self, turn: _Turn) -> bool:
        """Whether nobody has taken this activity yet. Without the database only this process knows."""
        if not self._recent.add(turn.id):
            return False
        try:
            return await asyncio.to_thread(self._turns.take, turn.id, turn.place, turn.conversation)
        except SQLAlchemyError as error:
            log.error("a message was not noted: %s", type(error).__name__)
            return True

    async def _give_back(self, turn: _Turn) -> None:
        self._recent.discard(turn.id)
        try:
            await asyncio.to_thread(self._turns.give_back, turn.id)
        except SQLAlchemyError as error:
            log.error("a message was not given back: %s", type(error).__name__)

    async def _card(self, card_id: str) -> KeptCard | None:
        try:
            return await asyncio.to_thread(self._turns.card, card_id)
        except SQLAlchemyError as error:
            log.error("a card was not looked up: %s", type(error).__name__)
            return None

    async def _use(self, card_id: str, chosen: str) -> bool:
        try:
            return await asyncio.to_thread(self._turns.use, card_id, chosen)
        except SQLAlchemyError as error:
            log.error("a press was not noted: %s", type(error).__name__)
            return True

    async def _free(self, card_id: str) -> None:
        try:
            await asyncio.to_thread(self._turns.free, card_id)
        except SQLAlchemyError as error:
            log.error("a card was not freed: %s", type(error).__name__)

    def _turn(self, incoming: Incoming) -> _Turn:
        place = self._digest("place", incoming.tenant, incoming.place)
        own = self._digest("turn", place, incoming.thread, incoming.id or secrets.token_hex())
        sender = "teams:" + self._digest("person", incoming.tenant, incoming.thread, incoming.person)
        return _Turn(
            incoming=incoming,
            id=self._added(place) if incoming.kind is Kind.ADDED else own,
            place=place,
            sender=sender,
            conversation=self._door.conversation_of(sender),
        )

    def _added(self, place: str) -> str:
        """That the app was added is told in two activities: it is one thing at one place."""
        return self._digest("added", place)

    def _digest(self, *parts: str) -> str:
        """A name for what Teams names, from which that cannot be found. 64 hex digits."""
        text = "\n".join(("teams", *(f"{len(part)}:{part}" for part in parts)))
        return hmac.new(self._secret.encode(), text.encode("utf-8", "replace"), hashlib.sha256).hexdigest()


def _ticked_in(data: Mapping[str, Any]) -> frozenset[str]:
    """The statement ids whose inputs are ticked."""
    return frozenset(
        name.removeprefix(TICK) for name, value in data.items() if name.startswith(TICK) and value == "true"
    )
