"""The one place where the Teams library is imported: quietly, and without letting it read files or settings of ours."""

from __future__ import annotations

import logging
import os
import warnings

# Else the library loads the `.env` of the working folder into the environment of the whole process.
_before = os.environ.get("PYTHON_DOTENV_DISABLED")
os.environ["PYTHON_DOTENV_DISABLED"] = "1"
try:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of previews in it that are not used here
        from microsoft_teams.api.activities import ActivityTypeAdapter
        from microsoft_teams.api.activities.message.message import MessageActivityInput
        from microsoft_teams.api.activities.typing import TypingActivityInput
        from microsoft_teams.api.auth.cloud_environment import PUBLIC, CloudEnvironment, with_overrides
        from microsoft_teams.api.auth.credentials import BasicTokenProvider
        from microsoft_teams.api.models.invoke_response import InvokeResponse
        from microsoft_teams.apps import App
        from microsoft_teams.apps.events import ActivityEvent
        from microsoft_teams.apps.http.adapter import HttpRequest, HttpRouteHandler
        from microsoft_teams.common import ClientOptions
finally:
    if _before is None:
        del os.environ["PYTHON_DOTENV_DISABLED"]
    else:
        os.environ["PYTHON_DOTENV_DISABLED"] = _before

__all__ = [
    "PUBLIC",
    "ActivityEvent",
    "ActivityTypeAdapter",
    "App",
    "BasicTokenProvider",
    "ClientOptions",
    "CloudEnvironment",
    "HttpRequest",
    "HttpRouteHandler",
    "InvokeResponse",
    "MessageActivityInput",
    "TypingActivityInput",
    "quieten",
    "with_overrides",
]


def quieten() -> None:
    """Let neither the library nor its HTTP client log: their lines hold ids of people and what they wrote."""
    logging.getLogger("microsoft_teams").setLevel(logging.CRITICAL + 1)
    # A filter, since the library sets the level of this log anew with each message.
    logging.getLogger("httpx").addFilter(_is_a_warning)
    logging.getLogger("msal").setLevel(logging.ERROR)


def _is_a_warning(record: logging.LogRecord) -> bool:
    return record.levelno >= logging.WARNING
