"""One message out of whatever the engine sent for a turn. Pure functions.

Rasa sends text, custom and a form's prompt separately, and splits texts at blank lines.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from pydantic import ValidationError

from bot.door.choices import Choice, choice_of
from bot.door.words import reply_of
from bot.guidance.reply import CHANGE, Reply

_LISTS = ("parts", "checklist", "dates", "notices", "understood", "takeaways")


def merge_messages(messages: Sequence[Mapping[str, Any]]) -> dict[str, Any] | None:
    """The reply of a turn, its choices still as the engine offered them; None if nothing usable was sent.

    A `custom` that is a `Reply` wins. More than one are joined in order, under the status of the first; the
    choices are those of the last that offers any. A plain text beside a `Reply` is kept unless the reply says
    it already: a form's prompt must not be lost.
    """
    replies = [reply for message in messages if (reply := _reply_in(message)) is not None]
    texts = [text for message in messages if (text := _text_of(message))]
    buttons = [button for message in messages for button in _objects(message.get("buttons"))]
    if not replies:
        if not texts:
            return None
        merged = reply_of("clarify" if buttons else "small_talk", "\n\n".join(texts))
    else:
        merged = _joined(replies)
        said = _squeezed(merged["text"])
        merged["notices"] += (unsaid := [text for text in texts if _squeezed(text) not in said])
        merged["text"] = "\n\n".join([merged["text"], *unsaid])
    merged["choices"] = merged["choices"] or buttons
    return merged


def with_notice(reply: Mapping[str, Any], notice: str) -> dict[str, Any]:
    """The reply with one more notice, said once, also at the end of its text."""
    if notice in reply["notices"]:
        return dict(reply)
    return {**reply, "notices": [*reply["notices"], notice], "text": f"{reply['text']}\n\n{notice}"}


def with_signed_choices(reply: Mapping[str, Any], sign: Callable[[Choice], str]) -> dict[str, Any]:
    """The reply with its offers as {"title", "payload"} and a payload to change each fact that was understood.

    Offers without title or value are left out.
    """
    signed = []
    for offer in _objects(reply["choices"]):
        choice = choice_of(offer)
        title = offer.get("title")
        if choice is not None and isinstance(title, str) and title.strip():
            signed.append({"title": title, "payload": sign(choice)})
    understood = [
        {**fact, "payload": sign(Choice(CHANGE, fact["fact"]))} for fact in reply["understood"] if fact.get("fact")
    ]
    return {**reply, "choices": signed, "understood": understood}


def kinds_offered(reply: Mapping[str, Any]) -> frozenset[str]:
    """What the choices of a reply fill, as the engine offered them."""
    choices = (choice_of(offer) for offer in _objects(reply["choices"]))
    return frozenset(choice.kind for choice in choices if choice is not None)


def as_rest_message(sender: str, reply: Mapping[str, Any]) -> dict[str, Any]:
    """The reply as one message of Rasa's REST channel."""
    message: dict[str, Any] = {"recipient_id": sender, "text": reply["text"]}
    if reply["choices"]:
        message["buttons"] = reply["choices"]
    message["custom"] = reply
    return message


def _reply_in(message: Mapping[str, Any]) -> dict[str, Any] | None:
    try:
        reply = Reply.model_validate(message.get("custom"))
    except ValidationError:
        return None
    return reply.model_dump(mode="json") if reply.text.strip() else None


def _joined(replies: Sequence[dict[str, Any]]) -> dict[str, Any]:
    merged = dict(replies[0])
    for name in _LISTS:
        merged[name] = [item for reply in replies for item in reply[name]]
    merged["choices"] = next((reply["choices"] for reply in reversed(replies) if reply["choices"]), [])
    merged["text"] = "\n\n".join(dict.fromkeys(reply["text"].strip() for reply in replies))
    return merged


def _text_of(message: Mapping[str, Any]) -> str:
    text = message.get("text")
    return text.strip() if isinstance(text, str) else ""


def _objects(value: object) -> list[Mapping[str, Any]]:
    return [item for item in value if isinstance(item, Mapping)] if isinstance(value, list) else []


def _squeezed(text: str) -> str:
    return " ".join(text.split())
