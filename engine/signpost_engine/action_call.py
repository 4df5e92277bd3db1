"""The call of the action server: without the past of the conversation, over a connection that is kept.

Rasa sends every event of the session with each call (a turn of a long conversation took 200 ms and more) and
opens a connection for each. Our action reads the latest message and the slots.
"""

from __future__ import annotations

from typing import Any

# Below the 5 s after which the action server may close an idle connection: else a call can meet a closing one.
KEPT_SECONDS = 2.0


def action_call_format(self: Any, tracker: Any, domain: Any) -> dict[str, Any]:
    """The body of a call, `events` empty; `self` is Rasa's RemoteAction."""
    import rasa
    from rasa.shared.core.trackers import EventVerbosity

    wants_domain = domain.does_custom_action_explicitly_need_domain(self.name())
    return {
        "next_action": self._name,
        "sender_id": tracker.sender_id,
        "tracker": {**tracker.current_state(EventVerbosity.NONE), "events": []},
        "version": rasa.__version__,
        # rasa-sdk 3.21 refuses a call without any; Rasa 3.6 would leave it out.
        "domain": domain.as_dict() if wants_domain or not self._is_selective_domain_enabled() else {},
    }


def session(self: Any) -> Any:
    """A client session on the connections kept for this endpoint; `self` is Rasa's EndpointConfig."""
    import asyncio

    import aiohttp
    from rasa.core.constants import DEFAULT_REQUEST_TIMEOUT

    loop = asyncio.get_running_loop()
    known, connector = getattr(self, "_signpost_connector", (None, None))
    if connector is None or known is not loop or connector.closed:
        connector = aiohttp.TCPConnector(keepalive_timeout=KEPT_SECONDS)
        self._signpost_connector = loop, connector
    login = self.basic_auth
    return aiohttp.ClientSession(
        headers=self.headers,
        auth=aiohttp.BasicAuth(login["username"], login["password"]) if login else None,
        timeout=aiohttp.ClientTimeout(total=DEFAULT_REQUEST_TIMEOUT),
        connector=connector,
        connector_owner=False,
    )


def install() -> None:
    """Put both in the place of Rasa's own."""
    from rasa.core.actions.action import RemoteAction
    from rasa.utils.endpoints import EndpointConfig

    RemoteAction._action_call_format = action_call_format
    EndpointConfig.session = session
