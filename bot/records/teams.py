"""What is kept of conversations in Teams: which messages were taken, and the card that answered each.

Ids come in as digests; replies are masked. All of it goes with its conversation, with the app, or when it is old.
"""

from __future__ import annotations

import json
import zlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import delete, select, update
from sqlalchemy.exc import IntegrityError

from bot.records.database import Database
from bot.records.models import TeamsTurnRow

FORGOTTEN = ""  # in the place of a card
GIVEN_UP_AFTER = timedelta(minutes=2)  # whoever took a message and did not answer it by then is gone


@dataclass(frozen=True, slots=True)
class KeptCard:
    """A card that was sent. `chosen`: what was pressed on it, or empty. `reply`: JSON of the Reply that it shows."""

    conversation: str
    reply: dict[str, Any]
    chosen: str
    link: str


class TeamsTurns:
    """The turns of one installation. Blocking: call it in a thread. Everything raises SQLAlchemyError.

    Args:
        clock: the time now, with a zone.
    """

    def __init__(self, database: Database, clock: Callable[[], datetime] = lambda: datetime.now(UTC)) -> None:
        self._database = database
        self._clock = clock

    def take(self, turn: str, place: str, conversation: str) -> bool:
        """Take a message to answer it; False where somebody has it already, here or in another process."""
        now = self._clock()
        row = TeamsTurnRow(id=turn, place=place, conversation=conversation, at=now, chosen="")
        try:
            with self._database.session() as session:
                session.add(row)
        except IntegrityError:
            given_up = (TeamsTurnRow.card.is_(None), TeamsTurnRow.at < now - GIVEN_UP_AFTER)
            with self._database.session() as session:
                again = update(TeamsTurnRow).where(TeamsTurnRow.id == turn, *given_up).values(at=now)
                return session.connection().execute(again).rowcount == 1
        return True

    def answered(self, turn: str, card: str, link: str, reply: dict[str, Any]) -> bool:
        """Keep the card that answered a message; False, and nothing kept, where the message was forgotten meanwhile."""
        values = {"card": card, "link": link, "reply": zlib.compress(json.dumps(reply).encode())}
        return self._changed(turn, values)

    def give_back(self, turn: str) -> bool:
        """Nothing came of a message: it may be taken again. False where it was forgotten meanwhile."""
        # The row stays: by it the conversation is found when the app is taken away.
        return self._changed(turn, {"at": self._clock() - GIVEN_UP_AFTER - timedelta(seconds=1)})

    def card(self, card: str) -> KeptCard | None:
        """A card that was sent, or None."""
        return self._card(TeamsTurnRow.card == card)

    def card_of_link(self, link: str) -> KeptCard | None:
        """The card in whose addresses a link stands, or None."""
        return self._card(TeamsTurnRow.link == link)

    def use(self, card: str, chosen: str) -> bool:
        """Note what was pressed on a card; False where something was already."""
        unused = update(TeamsTurnRow).where(TeamsTurnRow.card == card, TeamsTurnRow.chosen == "")
        with self._database.session() as session:
            return session.connection().execute(unused.values(chosen=chosen)).rowcount == 1

    def free(self, card: str) -> None:
        """Nothing came of what was pressed on a card: it may be pressed again."""
        with self._database.session() as session:
            session.execute(update(TeamsTurnRow).where(TeamsTurnRow.card == card).values(chosen=""))

    def conversations_at(self, place: str) -> Sequence[str]:
        """The conversations that were held at a place."""
        query = select(TeamsTurnRow.conversation).where(TeamsTurnRow.place == place).distinct()
        with self._database.session() as session:
            return session.scalars(query).all()

    def forget(self, conversation: str, besides: str = "") -> None:
        """Delete what was said in a conversation, but for one turn. That its messages were taken stays known."""
        said = (TeamsTurnRow.conversation == conversation, TeamsTurnRow.id != besides)
        gone = {"card": FORGOTTEN, "link": None, "reply": None, "chosen": ""}
        with self._database.session() as session:
            session.execute(update(TeamsTurnRow).where(*said).values(**gone))
        self._database.empty_log()

    def forget_place(self, place: str) -> None:
        """Delete all that is kept of a place."""
        with self._database.session() as session:
            session.execute(delete(TeamsTurnRow).where(TeamsTurnRow.place == place))
        self._database.empty_log()

    def _card(self, condition: Any) -> KeptCard | None:
        with self._database.session() as session:
            row = session.scalars(select(TeamsTurnRow).where(condition)).first()
        if row is None or row.reply is None:
            return None
        return KeptCard(row.conversation, json.loads(zlib.decompress(row.reply)), row.chosen, row.link or "")

    def _changed(self, turn: str, values: dict[str, Any]) -> bool:
        """Change a turn that is under way; False where it is none any more."""
        under_way = update(TeamsTurnRow).where(TeamsTurnRow.id == turn, TeamsTurnRow.card.is_(None))
        with self._database.session() as session:
            return session.connection().execute(under_way.values(**values)).rowcount == 1
