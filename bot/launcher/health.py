"""Questions asked from outside: is a port free, does an address answer."""

import asyncio
import errno
import socket
from collections.abc import Iterable

import httpx

from bot.launcher.parts import Part


def busy_ports(parts: Iterable[Part]) -> list[str]:
    """One line for each part whose port cannot be used, with reason and remedy; empty when all are free."""
    lines = []
    for part in parts:
        family = socket.AF_INET6 if ":" in part.host else socket.AF_INET
        with socket.socket(family, socket.SOCK_STREAM) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((part.host, part.port))
            except OSError as error:
                lines.append(_port_line(part, error))
    return lines


def _port_line(part: Part, error: OSError) -> str:
    if error.errno == errno.EADDRINUSE:
        return (
            f"Port {part.port} ({part.name}) is in use by another program: "
            f"stop that program or set {part.port_setting} to another port."
        )
    return f"Port {part.port} ({part.name}) cannot be used on {part.host}: {error.strerror}."


async def answers(client: httpx.AsyncClient, url: str) -> bool:
    """Whether a GET of `url` is answered with 2xx within the client's time limit."""
    try:
        response = await client.get(url)
    except httpx.HTTPError:
        return False
    return response.is_success


async def wait_until_answering(
    client: httpx.AsyncClient, url: str, timeout_seconds: float, pause_seconds: float
) -> bool:
    """Ask until `url` answers; False when it has not within `timeout_seconds`."""
    try:
        async with asyncio.timeout(timeout_seconds):
            while not await answers(client, url):
                await asyncio.sleep(pause_seconds)
    except TimeoutError:
        return False
    return True
