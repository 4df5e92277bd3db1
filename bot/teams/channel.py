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
from weakref import WeakValueDictionary

from sqlalchemy.exc import SQLAlchemyError

from bot.records.teams import KeptCard
from bot.teams.activity import Incoming, Kind
from bot.teams.cards import card_of, message_of, summary_of
from bot.teams.keeper import Keeper
from bot.teams.outbox import NotSentError, Outbox
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
    documents are found; gives addresses by kind. say: a reply in words of ours. forget raises SQLAlchemyError.
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

    def __init__(self, door: Door, keeper: Keeper, outbox: Outbox, words: Words, secret: str) -> None:
        self._door = door
        self._keeper = keeper
        self._outbox = outbox
        self._words = words
        self._secret = secret
        self._under_way: dict[str, asyncio.Future[bool]] = {}
        self._orders: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()

    async def take(self, incoming: Incoming) -> bool:
        """Do what an activity asks for. Returns: whether it was; else Teams may bring it again."""
        turn = self._turn(incoming)
        if incoming.kind is Kind.OTHER:
            return True
        if incoming.kind is Kind.REMOVED:
            return await self._removed(turn)
        if (first := self._under_way.get(turn.id)) is not None:
            return await asyncio.shield(first)
        done = self._under_way[turn.id] = asyncio.get_running_loop().create_future()
        is_done = False
        try:
            is_done = await self._taken(turn)
        finally:
            del self._under_way[turn.id]
            done.set_result(is_done)
        return is_done

    async def _taken(self, turn: _Turn) -> bool:
        if not await self._keeper.take(turn.id, turn.place, turn.conversation):
            return True
        try:
            await (self._pressed(turn) if turn.incoming.kind is Kind.PRESSED else self._answered(turn))
        except BaseException as error:  # cancelled, too: it must not be lost
            reason = error.reason if isinstance(error, NotSentError) else type(error).__name__
            log.error("an answer was not sent: %s", reason)
            if not await self._keeper.give_back(turn.id):
                await self._forgotten(turn)
                return True
            if isinstance(error, Exception):
                return False
            raise
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
        if not self._door.may_ask(turn.sender):
            return self._door.say("too_fast", "error")
        command = self._words.command_in(turn.incoming.text)
        if command == "start_again":
            return await self._started_again(turn)
        return self._door.say(command) if command else await self._asked(turn, turn.incoming.text)

    async def _asked(self, turn: _Turn, text: str) -> dict[str, Any]:
        return await self._door.answer(turn.sender, text, turn.id)

    async def _started_again(self, turn: _Turn) -> dict[str, Any]:
        try:
            await self._door.forget(turn.conversation)
            await self._keeper.forget(turn.conversation, besides=turn.id)
        except SQLAlchemyError as error:
            log.error("a conversation was not forgotten: %s", type(error).__name__)
            return self._door.say("not_started_again", "error")
        return self._door.say("started_again")

    # ------------------------------------------------------------------ presses

    async def _pressed(self, turn: _Turn) -> None:
        """What was pressed is done once; then the card shows what it was, without its buttons."""
        data, card_id = turn.incoming.data, self._digest("card", turn.incoming.thread, turn.incoming.card)
        card, is_sure = await self._keeper.card(card_id)
        what, payload = data.get("signpost"), data.get("payload")
        is_choice = what == CHOICE and isinstance(payload, str) and len(payload) <= LONGEST_PAYLOAD
        if not is_choice and what != TICKS:
            await self._send(turn, self._door.say("unknown_press", "clarify"))
        elif not self._door.may_ask(turn.sender):
            await self._send(turn, self._door.say("too_fast", "error"))
        elif card is None:
            # Without the database a choice can still be taken: it is signed.
            is_taken = is_choice and not is_sure
            await self._send(turn, await self._asked(turn, str(payload)) if is_taken else self._old_card())
        elif card.conversation != turn.conversation:
            await self._send(turn, self._door.say("not_yours", "clarify"))
        elif is_choice:
            chosen = self._chosen(card.reply, str(payload))
            await self._once(turn, card_id, card, chosen, None, lambda: self._asked(turn, str(payload)))
        else:
            ticked = _ticked_in(data) & {item["statement_id"] for item in card.reply["checklist"]}
            chosen = self._words.ticks(len(ticked))
            await self._once(turn, card_id, card, chosen, ticked, lambda: self._door.after_ticks(card.reply, ticked))

    async def _once(
        self,
        turn: _Turn,
        card_id: str,
        card: KeptCard,
        chosen: str,
        ticked: frozenset[str] | None,
        answer: Callable[[], Awaitable[dict[str, Any]]],
    ) -> None:
        if not await self._keeper.use(card_id, chosen):
            await self._pressed_again(turn, (await self._keeper.card(card_id))[0] or card, chosen)
            return
        try:
            async with self._outbox.typing(turn.incoming.thread, turn.incoming.service_url):
                reply = await answer()
            await self._send(turn, reply)
        except BaseException:
            await self._keeper.free(card_id)
            raise
        is_open = reply["status"] in TRY_AGAIN
        if is_open:
            await self._keeper.free(card_id)
        await self._show(turn, card, "" if is_open else chosen, None if is_open else ticked)

    async def _pressed_again(self, turn: _Turn, card: KeptCard, chosen: str) -> None:
        """A card that was used up already, seen before it was changed: the same press again changes nothing."""
        if chosen != card.chosen:
            await self._send(turn, self._door.say("used_already", "clarify", chosen=card.chosen))
        await self._show(turn, card, card.chosen, None)

    def _old_card(self) -> dict[str, Any]:
        return self._door.say("old_card", "clarify")

    def _chosen(self, reply: Mapping[str, Any], payload: str) -> str:
        titles = {choice["payload"]: choice["title"] for choice in reply["choices"]}
        titles |= {fact["payload"]: self._words.change(fact["label"]) for fact in reply["understood"]}
        return str(titles.get(payload, self._words.something))

    async def _show(self, turn: _Turn, card: KeptCard, chosen: str, ticked: frozenset[str] | None) -> None:
        """Change a card that was sent: what was chosen on it, or, where that is empty, all its buttons."""
        incoming = turn.incoming
        try:
            shown = card_of(card.reply, links=self._door.links(card.reply, card.link), chosen=chosen, ticked=ticked)
            message = message_of(shown, summary_of(card.reply))
            await self._outbox.send(incoming.thread, incoming.service_url, message, card=incoming.card)
        except Exception as error:  # it is answered already: the card looks as before, and pressing it again is told
            log.warning("a card was not changed: %s", type(error).__name__)

    # ------------------------------------------------------------------ sending and keeping

    async def _send(self, turn: _Turn, reply: dict[str, Any]) -> None:
        link, incoming = secrets.token_urlsafe(16), turn.incoming
        message = message_of(card_of(reply, links=self._door.links(reply, link)), summary_of(reply))
        async with self._orders.setdefault(turn.conversation, asyncio.Lock()):  # answers in the order of the questions
            sent = await self._outbox.send(incoming.thread, incoming.service_url, message)
        if not await self._keeper.answered(turn.id, self._digest("card", incoming.thread, sent), link, reply):
            await self._forgotten(turn)

    async def _removed(self, turn: _Turn) -> bool:
        """The app was taken away: so is all that was said at this place. One that fails does not hold up the others."""
        failed = False
        try:
            for conversation in await self._keeper.conversations_at(turn.place):
                try:
                    await self._door.forget(conversation)
                    await self._keeper.forget(conversation)
                except SQLAlchemyError as error:
                    failed = True
                    log.error("a conversation was not forgotten: %s", type(error).__name__)
            if not failed:
                await self._keeper.leave(turn.place, self._added(turn.place))
        except SQLAlchemyError as error:
            failed = True
            log.error("a place was not forgotten: %s", type(error).__name__)
        return not failed

    async def _forgotten(self, turn: _Turn) -> None:
        """A turn whose place or conversation was forgotten while it was under way: what it left goes, too."""
        try:
            await self._door.forget(turn.conversation)
        except SQLAlchemyError as error:
            log.error("a conversation was not forgotten: %s", type(error).__name__)

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
    ticks = (name for name, value in data.items() if name.startswith(TICK) and value == "true")
    return frozenset(name.removeprefix(TICK) for name in ticks)
