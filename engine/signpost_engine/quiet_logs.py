"""Logs of the running server without a word of what people wrote.

Rasa puts users' messages into debug and error records, into the text of exceptions (jsonschema quotes the
whole reply, SQLAlchemy the parameters of a statement) and into warnings. A list of what to hide would never
be complete, so this is a list of what may be shown: fixed templates and known sentences. Of anything else a
record keeps its level, logger and place, of an exception its types and stack.
"""

from __future__ import annotations

import json
import logging
import re
import sys
import traceback
import warnings
from typing import Any

# Beginnings of messages that Rasa and Sanic build from configuration only: ports, paths, names of actions.
SAFE_BEGINNINGS = (
    "Starting Rasa server on",
    "Rasa server is up and running",
    "Loading model ",
    "Starting worker",
    "Stopping worker",
    "Goin' Fast",
    "Server Stopped",
    "Could not load model due to",
    "No valid model found",
    "The model at ",
    "Failed to run custom action",
    "Failed to execute custom action",
    "Encountered an exception while running action",
    "Circuit breaker tripped",
    "Trying to run unknown follow-up action",
    "Couldn't create message for response",
    "Recoverable error when executing action",
    "Error happened when trying to save conversation tracker",
    "Could not create tables",
    "Connector ",
)
# Of these sentences only the beginning is fixed; what follows may quote an error or a reply.
_CUT_AT = re.compile(r"\. |: | as a result|\n")


def install() -> None:
    """From now on every log record and warning of this process is reduced to what may be shown."""
    original = logging.getLogRecordFactory()

    def factory(*args: Any, **kwargs: Any) -> logging.LogRecord:
        record = original(*args, **kwargs)
        record.msg, record.args = shown(record), ()
        record.exc_info, record.exc_text, record.stack_info = None, None, None
        return record

    logging.setLogRecordFactory(factory)
    warnings.showwarning = _show_warning
    sys.excepthook = _show_exception


def shown(record: logging.LogRecord) -> str:
    """The part of a record that may be shown, with its exceptions reduced to types and places."""
    error = record.exc_info[1] if record.exc_info else None
    return "\n".join([_message(record), *(described(error) if error else [])])


def _message(record: logging.LogRecord) -> str:
    template = str(record.msg)
    event = _event_of(template)
    if event is not None:
        return event
    if template.startswith(SAFE_BEGINNINGS):
        return _CUT_AT.split(template, maxsplit=1)[0][:300]
    if record.args:
        # A template with values still apart is a constant of the program; the values are dropped.
        return template.split("\n", 1)[0][:300]
    return f"(text withheld; {record.module}.{record.funcName}, line {record.lineno})"


def _event_of(message: str) -> str | None:
    """Name of a structured record, and the types of its exceptions; None: not structured."""
    if not message.startswith("{"):
        return None
    try:
        fields = json.loads(message)
    except ValueError:
        return None
    event = fields.get("event") if isinstance(fields, dict) else None
    if not isinstance(event, str) or " " in event:
        return None
    exceptions = fields.get("exception")
    kinds = [str(error.get("exc_type")) for error in exceptions] if isinstance(exceptions, list) else []
    frames = [_structured_frame(error) for error in exceptions] if isinstance(exceptions, list) else []
    return " ".join([event, *kinds, *filter(None, frames)])


def _structured_frame(error: Any) -> str:
    frames = error.get("frames") if isinstance(error, dict) else None
    last = frames[-1] if frames else {}
    return f"at {last.get('filename')}:{last.get('lineno')} in {last.get('name')}" if last else ""


def described(error: BaseException) -> list[str]:
    """An exception and its causes: type, then places from the outermost call inwards; never their texts."""
    lines: list[str] = []
    seen: set[int] = set()
    current: BaseException | None = error
    while current is not None and id(current) not in seen:
        seen.add(id(current))
        lines.append(f"{type(current).__module__}.{type(current).__qualname__}")
        frames = traceback.extract_tb(current.__traceback__)[-12:]
        lines.extend(f"  {frame.filename}:{frame.lineno} in {frame.name}" for frame in frames)
        current = current.__cause__ or (None if current.__suppress_context__ else current.__context__)
    return lines


def _show_warning(
    message: Warning | str,
    category: type[Warning],
    filename: str,
    lineno: int,
    file: Any = None,
    line: str | None = None,
) -> None:
    if not issubclass(category, (DeprecationWarning, PendingDeprecationWarning, FutureWarning)):
        sys.stderr.write(f"{category.__name__} ({filename}:{lineno})\n")


def _show_exception(kind: type[BaseException], error: BaseException, trace: Any) -> None:
    sys.stderr.write("\n".join(described(error)) + "\n")
