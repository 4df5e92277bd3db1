"""Who may send how much: per address before a body is read, per sender after."""

import ipaddress

from starlette.requests import Request

from bot.door.incoming import RefusedError
from bot.door.ratelimit import RateLimit


class Limits:
    """Raises RefusedError (429) for whoever sends too much. `exempts_loopback`: this machine itself may."""

    def __init__(self, by_address: RateLimit, by_sender: RateLimit, exempts_loopback: bool) -> None:
        self._by_address = by_address
        self._by_sender = by_sender
        self._exempts_loopback = exempts_loopback

    def check_address(self, request: Request) -> None:
        """Take one request from the caller's address."""
        if not self._is_exempt(request):
            _refuse_if(self._by_address.wait_seconds(_address(request)))

    def check_sender(self, request: Request, sender: str) -> None:
        """Take one message from a sender."""
        if not self._is_exempt(request):
            _refuse_if(self._by_sender.wait_seconds(sender))

    def allows_sender(self, sender: str) -> bool:
        """Take one message from a sender whose address says nothing: all of Teams comes from the same ones."""
        return self._by_sender.wait_seconds(sender) <= 0

    def _is_exempt(self, request: Request) -> bool:
        return self._exempts_loopback and is_loopback(_address(request))


def is_loopback(address: str) -> bool:
    """Whether an address is this machine's own; False for what is no address."""
    try:
        return ipaddress.ip_address(address).is_loopback
    except ValueError:
        return False


def _address(request: Request) -> str:
    return request.client.host if request.client else ""


def _refuse_if(wait_seconds: float) -> None:
    if wait_seconds > 0:
        raise RefusedError(429, "rate_limited", wait_seconds)
