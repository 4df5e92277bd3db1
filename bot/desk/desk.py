"""The parts of the desk, joined once for each app."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Any

from jinja2 import Environment
from sqlalchemy.exc import SQLAlchemyError

from bot.desk.provider import Provider
from bot.guidance.area import Knowledge
from bot.guidance.zone import london
from bot.records.database import Database
from bot.records.switches import Switch, Switches
from bot.settings import Settings

if TYPE_CHECKING:
    from bot.guidance.drafting import Drafting


log = logging.getLogger("signpost.desk")


@dataclass(frozen=True, slots=True)
class Looked:
    """A text after the guard looked it through: masked, spelt right, what was masked and how often."""

    masked: str
    corrected: str
    counts: dict[str, int]
    is_disclosure: bool = False


LookThrough = Callable[[str], Awaitable[Looked]]
Parse = Callable[[str], Awaitable[dict[str, Any]]]


@dataclass(frozen=True)
class Desk:
    """What the desk's pages use.

    Args:
        look_through: masks a text and puts misspellings right; whatever it raises, the text must not go on.
        look_through_read: the same for a text that an adviser has read: it tells of no danger, whatever it sounds like.
        parse: what the engine makes of a masked text (`latest_message`). Raises: EngineDownError.
        provider: the council's identity provider; None: not set up.
        drafting: the guidance for drafts, of the newest loaded version. Raises: StoreEmptyError, SQLAlchemyError.
    """

    settings: Settings
    database: Database
    templates: Environment
    words: dict[str, Any]
    look_through: LookThrough
    look_through_read: LookThrough
    parse: Parse
    drafting: Callable[[], Drafting]
    clock: Callable[[], datetime] = lambda: datetime.now(UTC)
    provider: Provider | None = None

    def knowledge(self) -> Knowledge:
        """Everything that is loaded."""
        return self.drafting().knowledge

    def area_names(self) -> dict[str, str]:
        """Names of the areas by id; none where the offers cannot be read, whatever is wrong with them."""
        try:
            return {area.id: area.name for area in self.knowledge().areas.values()}
        except Exception as error:  # the off switch must work then, too
            log.error("the names of the areas cannot be read: %s", type(error).__name__)
            return {}

    def area_name(self, area_id: str) -> str:
        """What an area is called; its id where the offers do not tell."""
        return self.area_names().get(area_id, area_id)

    def switched_off(self) -> tuple[Switch, ...]:
        """What is switched off now. Nothing while the records cannot be read: a page that says so must not fail."""
        try:
            return tuple(switch for switch in Switches(self.database).current() if switch.is_off)
        except SQLAlchemyError:
            return ()

    def today(self) -> date:
        """The date in England."""
        return self.clock().astimezone(london()).date()
