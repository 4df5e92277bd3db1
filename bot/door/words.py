"""The door's own words and the replies it gives by itself (wording.yml)."""

from collections.abc import Mapping, Sequence
from functools import cached_property
from pathlib import Path
from typing import Any

import yaml

from bot.door.offers import Offer
from bot.guidance.reply import Reply, Status

WORDING_FILE = Path(__file__).with_name("wording.yml")


class Words:
    """Words by section and name; unknown names raise KeyError, so that no reply is ever without words."""

    def __init__(self, wording: Mapping[str, Mapping[str, Any]], values: Mapping[str, object]) -> None:
        self._wording = wording
        self._values = values

    @classmethod
    def load(cls, values: Mapping[str, object], path: Path = WORDING_FILE) -> "Words":
        """Read the wording; `values` fill its placeholders."""
        return cls(yaml.safe_load(path.read_text(encoding="utf-8")), values)

    def error(self, code: str) -> str:
        """The message of an HTTP error."""
        return str(self._filled(self._wording["errors"][code]))

    def notice(self, name: str) -> str:
        """A notice that is added to a reply."""
        return str(self._filled(self._wording["notices"][name]))

    def reply(self, name: str, status: str, area: str | None = None) -> dict[str, Any]:
        """A whole reply in the door's own words."""
        return reply_of(status, self._filled(self._wording["replies"][name]), area)

    def switched_off(self, offers: Sequence[Offer], section: str = "replies") -> str:
        """That Signpost is switched off for some areas, and where to write instead; for none: altogether.

        Args:
            section: replies, or errors where a document or a link was asked for.
        """
        if not offers:
            return str(self._filled(self._wording[section]["switched_off"]))
        said = self._wording[section]["switched_off_area"].format(areas=" and ".join(o.name for o in offers))
        address = self._wording["replies"]["switched_off_address"]
        return " ".join([said, *(address.format(area=o.name, address=o.address) for o in offers if o.address)])

    @cached_property
    def page(self) -> dict[str, Any]:
        """All words of the chat page."""
        return {name: self._filled(words) for name, words in self._wording["page"].items()}

    @cached_property
    def documents(self) -> dict[str, str]:
        """Words of documents and case links; their own placeholders are filled by whoever uses them."""
        return {name: str(words) for name, words in self._wording["documents"].items()}

    def _filled(self, words: Any) -> Any:
        if isinstance(words, Sequence) and not isinstance(words, str):
            return [self._filled(item) for item in words]
        for name, value in self._values.items():
            words = words.replace("{" + name + "}", str(value))
        return words


def reply_of(status: str, text: str, area: str | None = None) -> dict[str, Any]:
    """A reply of words only, with every field of `Reply`."""
    return Reply(status=Status(status), area=area, text=text).model_dump(mode="json")
