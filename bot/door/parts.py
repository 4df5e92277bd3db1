"""The parts of the door, joined once for each app."""

import asyncio
import logging
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

import httpx
from sqlalchemy.exc import SQLAlchemyError

from bot.brands import Brand, brands_in
from bot.desk.chores import counted, purge_records
from bot.door.choices import looks_like_choice
from bot.door.engine import EngineClient, answers
from bot.door.guard import Correct, Guard, IsDisclosure, Mask
from bot.door.incoming import Message
from bot.door.limits import Limits
from bot.door.offers import authority_ids, offers_in
from bot.door.queueing import Conversations
from bot.door.ratelimit import RateLimit
from bot.door.recorder import Recorder
from bot.door.shelf import Shelf
from bot.door.switch import SwitchBoard
from bot.door.telemetry import Telemetry
from bot.door.tracker_store import TrackerStore
from bot.door.transcripts import Transcripts, title_of_choice
from bot.door.turns import Outcome, TurnLimits, Turns
from bot.door.words import Words
from bot.knowledge.model import Kind
from bot.knowledge.store import Store, StoreEmptyError
from bot.records.database import Database
from bot.records.switches import Switch, Switches
from bot.records.teams import TeamsTurns
from bot.records.turns import TurnLog
from bot.settings import Settings

PURGE_EVERY_SECONDS = 15 * 60
log = logging.getLogger("signpost.door")


@dataclass(frozen=True, slots=True)
class Parts:
    """What the routes use."""

    settings: Settings
    words: Words
    turns: Turns
    engine: EngineClient
    guard: Guard
    store: TrackerStore
    conversations: Conversations
    transcripts: Transcripts
    limits: Limits
    telemetry: Telemetry
    probe: httpx.AsyncClient
    shelf: Shelf
    brands: dict[str, Brand]
    records: Database
    board: SwitchBoard
    recorder: Recorder
    teams: TeamsTurns

    @classmethod
    def join(
        cls,
        settings: Settings,
        mask: Mask,
        is_disclosure: IsDisclosure,
        correct: Correct,
        words: Words,
        records: Database,
    ) -> "Parts":
        """Build and join all parts. Opens no connection."""
        shelf = Shelf(lambda: Store(settings.knowledge_url))
        board = SwitchBoard(_switches_in(records))
        recorder = Recorder(TurnLog(records).add_many, _gaps_on(shelf))
        engine = EngineClient(settings.engine_url, settings.engine_timeout_seconds)
        guard, conversations = Guard(mask, is_disclosure, correct), Conversations()
        turns = Turns(
            secret=settings.secret.get_secret_value(),
            limits=TurnLimits(settings.engine_timeout_seconds, settings.max_message_chars),
            engine=engine,
            guard=guard,
            words=words,
            authorities=lambda: authority_ids(settings.content_dir),
            offers=lambda: offers_in(settings.content_dir),
            conversations=conversations,
            board=board,
            note=recorder.note,
        )
        limits = Limits(
            _per_minute(settings.messages_per_minute_per_address),
            _per_minute(settings.messages_per_minute_per_sender),
            settings.rate_limit_exempts_loopback,
        )
        return cls(
            settings=settings,
            words=words,
            turns=turns,
            engine=engine,
            guard=guard,
            store=TrackerStore(f"sqlite:///{settings.tracker_db}"),
            conversations=conversations,
            transcripts=Transcripts(),
            limits=limits,
            telemetry=Telemetry(),
            probe=httpx.AsyncClient(trust_env=False),
            shelf=shelf,
            brands=brands_in(settings.brands),
            records=records,
            board=board,
            recorder=recorder,
            teams=TeamsTurns(records),
        )

    async def open(self) -> None:
        """Bring the records up to date, look at the switches, begin to note turns.

        Without the database nothing is known to be off and nothing is noted, until it is there.
        """
        await asyncio.to_thread(self.board.start)
        self.recorder.start()

    async def missing_parts(self) -> list[str]:
        """Names of the servers behind the door that do not answer."""
        health = f"{self.settings.actions_url}/health"
        are_up = await asyncio.gather(self.engine.is_up(), answers(self.probe, health, timeout_seconds=2.0))
        return [name for name, is_up in zip(("engine", "actions"), are_up, strict=True) if not is_up]

    async def clear(self, sender: str) -> None:
        """Delete a conversation: what the engine stored and what is held here.

        A turn under way is waited for, else it would store its events afterwards.
        Raises: SQLAlchemyError: the store could not be reached or is locked.
        """
        await self.clear_conversation(self.turns.conversation_of(sender))

    async def clear_conversation(self, key: str) -> None:
        """Delete a conversation by the engine's id. Raises: SQLAlchemyError."""
        turnstile = self.conversations.get(key).turnstile
        place = turnstile.enter()
        try:
            await place
            await asyncio.to_thread(self.store.delete_conversation, key)
        finally:
            turnstile.leave(place)
        self.conversations.forget(key)
        self.transcripts.forget(key)

    def note(self, message: Message, outcome: Outcome) -> None:
        """Note a turn for showing it again."""
        key = self.turns.conversation_of(message.sender)
        said = outcome.said
        if looks_like_choice(message.text):
            said = title_of_choice(self.transcripts.entries(key), message.text)
        self.transcripts.add(key, message.message_id or "", said, outcome.reply)

    async def purge_conversations(self) -> None:
        """Delete conversations idle for longer than the setting says. Raises: SQLAlchemyError."""
        seconds = self.settings.retention_hours * 3600
        self.conversations.forget_idle(seconds)
        for key in self.transcripts.names():
            if key not in self.conversations:
                self.transcripts.forget(key)
        deleted = await asyncio.to_thread(self.store.delete_idle_since, time.time() - seconds)
        if deleted:
            log.info("purged %d stored events of idle conversations", deleted)

    async def purge_records(self, now: datetime) -> None:
        """Delete records that are older than the settings say. Raises: SQLAlchemyError."""
        deleted = await asyncio.to_thread(purge_records, self.records, self.settings, now)
        if deleted:
            log.info("purged of the records: %s", counted(deleted))

    async def purge_for_ever(self, clock: Callable[[], datetime]) -> None:
        """Purge now and every quarter of an hour.

        A failure is logged by its kind, does not hold up the other purge, and is tried again then.

        Args:
            clock: the time now by which records are old; it is the desk's, which dates them.
        """
        while True:
            for purge in (self.purge_conversations, lambda: self.purge_records(clock())):
                try:
                    await purge()
                except Exception as error:  # of whatever database: the next time it must be tried again
                    log.error("the purge failed: %s", type(error).__name__)
            await asyncio.sleep(PURGE_EVERY_SECONDS)

    async def close(self) -> None:
        """Close connections and threads. What was not noted yet is written."""
        self.board.close()
        await asyncio.to_thread(self.recorder.close)
        await self.engine.close()
        await self.probe.aclose()
        self.guard.close()
        self.store.close()
        self.records.close()


def _switches_in(records: Database) -> Callable[[], Sequence[Switch]]:
    """What reads the switches; the first time it brings the tables up to date, whenever the database is there."""
    switches, is_upgraded = Switches(records), False

    def read() -> Sequence[Switch]:
        nonlocal is_upgraded
        if not is_upgraded:
            records.upgrade()
            is_upgraded = True
        return switches.current()

    return read


def _gaps_on(shelf: Shelf) -> Callable[[str], bool]:
    """What tells whether a statement is a gap or a conflict, by the offers as loaded; where they cannot be read: no."""

    def is_gap(statement_id: str) -> bool:
        try:
            area = shelf.knowledge().areas.get(statement_id.partition("/")[0])
        except (StoreEmptyError, SQLAlchemyError):
            return False
        statement = area.statements.get(statement_id) if area else None
        return statement is not None and statement.kind in (Kind.GAP, Kind.CONFLICT)

    return is_gap


def _per_minute(number: int) -> RateLimit:
    return RateLimit(per_minute=number, burst=number)
