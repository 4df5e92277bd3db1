"""An activity of Teams as the channel needs it: what it is, where, from whom. Pure; nothing else of it is read."""

from __future__ import annotations

import html
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError

SOMEBODY = "[name]"  # what masking puts in the place of a name
LONGEST_TEXT = 60_000  # characters that are looked at: far more than is ever read
MOST_MENTIONS = 50
TEAM_DELETED = frozenset({"teamDeleted", "teamHardDeleted"})
_TAG = re.compile(r"<at\b[^<>]*>[^<]*</at>", re.IGNORECASE)
_THREAD = ";messageid="
_ONE_STEP = re.compile(r"[^/\\?#%\s\x00-\x1f\x7f\ud800-\udfff]{1,1000}")


class Kind(StrEnum):
    """What an activity is to us."""

    MESSAGE = "message"
    PRESSED = "pressed"
    ADDED = "added"
    REMOVED = "removed"
    OTHER = "other"


class NotAnActivityError(Exception):
    """What came is not an activity: a field is missing or of the wrong type."""


@dataclass(frozen=True, slots=True)
class Incoming:
    """One activity.

    `place`: where the app was added: a chat, or a team. `thread`: the conversation in it. `person`: who wrote.
    `text`: of a message, without mentions. `data`: of what was pressed on the card whose message is `card`.
    """

    kind: Kind
    id: str
    service_url: str
    tenant: str
    place: str
    thread: str
    person: str
    text: str = ""
    data: Mapping[str, Any] = field(default_factory=dict)
    card: str = ""


class _Read(BaseModel):
    model_config = ConfigDict(strict=True, extra="ignore")


class _Account(_Read):
    id: str = Field(min_length=1, max_length=1000)


def _fits_a_path(name: str) -> str:
    # The library puts it into an address as it is: it must stay one step of the path.
    if (name and not _ONE_STEP.fullmatch(name)) or set(name) == {"."}:
        raise ValueError("not an id")
    return name


class _Conversation(_Read):
    id: Annotated[str, Field(min_length=1), AfterValidator(_fits_a_path)]
    conversationType: str | None = None  # noqa: N815 - Teams' name
    isGroup: bool | None = None  # noqa: N815
    tenantId: str | None = None  # noqa: N815


class _Named(_Read):
    id: str | None = None


class _ChannelData(_Read):
    tenant: _Named | None = None
    team: _Named | None = None
    eventType: str | None = None  # noqa: N815


class _Entity(_Read):
    type: str | None = None
    mentioned: _Named | None = None
    text: str | None = None


class _Activity(_Read):
    type: str
    id: str | None = Field(None, max_length=1000)
    serviceUrl: str  # noqa: N815
    from_: _Account | None = Field(None, alias="from")
    recipient: _Account
    conversation: _Conversation
    channelData: _ChannelData | None = None  # noqa: N815
    text: str | None = None
    value: Any = None
    replyToId: Annotated[str, AfterValidator(_fits_a_path)] | None = None  # noqa: N815
    action: str | None = None
    entities: list[_Entity] | None = None
    membersAdded: list[_Account] | None = None  # noqa: N815
    membersRemoved: list[_Account] | None = None  # noqa: N815


def read_activity(data: Mapping[str, Any]) -> Incoming:
    """Read an activity. Raises: NotAnActivityError; its text names the field, never what stands in it."""
    try:
        activity = _Activity.model_validate(data)
    except ValidationError as error:
        first = error.errors(include_input=False, include_url=False)[0]
        raise NotAnActivityError(".".join(map(str, first["loc"]))) from None
    channel, conversation = activity.channelData or _ChannelData(), activity.conversation
    tenant = (channel.tenant.id if channel.tenant else None) or conversation.tenantId or ""
    team = channel.team.id if channel.team else None
    kind = _kind(activity)
    if activity.from_ is None and kind in (Kind.MESSAGE, Kind.PRESSED):
        raise NotAnActivityError("from")
    return Incoming(
        kind=kind,
        id=activity.id or "",
        service_url=activity.serviceUrl,
        tenant=tenant.lower(),
        place=team or conversation.id.partition(_THREAD)[0],
        thread=conversation.id,
        person=activity.from_.id if activity.from_ else "",
        text=_words(activity) if kind is Kind.MESSAGE else "",
        data=activity.value if kind is Kind.PRESSED else {},
        card=activity.replyToId or "",
    )


def _kind(activity: _Activity) -> Kind:
    bot = activity.recipient.id
    if activity.type == "message":
        # A button of another app may come with words; one of ours never does.
        if isinstance(activity.value, dict) and activity.value and ("signpost" in activity.value or not activity.text):
            return Kind.PRESSED
        conversation = activity.conversation
        is_alone = conversation.conversationType in (None, "personal") and not conversation.isGroup
        return Kind.MESSAGE if is_alone or any(_is_mention(e, bot) for e in activity.entities or []) else Kind.OTHER
    if activity.type == "installationUpdate":
        return {"add": Kind.ADDED, "remove": Kind.REMOVED}.get(activity.action or "", Kind.OTHER)
    if activity.type == "conversationUpdate":
        if any(member.id == bot for member in activity.membersAdded or []):
            return Kind.ADDED
        is_gone = activity.channelData is not None and activity.channelData.eventType in TEAM_DELETED
        if is_gone or any(member.id == bot for member in activity.membersRemoved or []):
            return Kind.REMOVED
    return Kind.OTHER


def _is_mention(entity: _Entity, of: str | None = None) -> bool:
    return entity.type == "mention" and entity.mentioned is not None and of in (None, entity.mentioned.id)


def _words(activity: _Activity) -> str:
    """What was written to us: our own mention is gone, that of somebody else is no name any more."""
    text, bot = (activity.text or "")[:LONGEST_TEXT], activity.recipient.id
    mentions = [entity for entity in activity.entities or [] if _is_mention(entity)][:MOST_MENTIONS]
    own = {entity.text for entity in mentions if _is_mention(entity, bot)}
    named = {entity.text for entity in mentions if entity.text}
    if named:  # in one pass, the longest first: what was put in is not looked at again
        pattern = "|".join(re.escape(each) for each in sorted(named, key=len, reverse=True))
        text = re.sub(pattern, lambda found: " " if found.group() in own else SOMEBODY, text)
    if None in own:  # which tag is ours is not said: it stands first, as where one begins with it
        text = _TAG.sub(" ", text, count=1)
    return html.unescape(_TAG.sub(SOMEBODY, text)).replace("\xa0", " ").strip()
