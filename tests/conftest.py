"""What holds for every test: no network but the loopback, no skipping in CI; a whole Signpost to talk to."""

import os
import socket
import sys
from collections.abc import Generator, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.browser.hosts import origin_of_socket, reserved_socket
from tests.support import RunningSignpost, run_signpost

LOOPBACK = ("127.", "::1", "localhost", "0.0.0.0")
IN_CI = os.environ.get("CI", "").lower() == "true"


class NetworkRefusedError(RuntimeError):
    """A test wanted to reach another machine."""


def _refuse_network(event: str, arguments: tuple[Any, ...]) -> None:
    if event in ("socket.connect", "socket.sendto"):
        address = arguments[1]
        host = address[0] if isinstance(address, tuple) else None  # a Unix socket stays on this machine
    elif event == "socket.getaddrinfo":
        host = arguments[0]
    else:
        return
    name = host.decode() if isinstance(host, bytes) else host
    if name and not str(name).startswith(LOOPBACK):
        raise NetworkRefusedError(f"tests reach this machine only, not {name} ({event})")


# An audit hook sees every way to a socket, in whatever library; it stays for as long as the process lives.
sys.addaudithook(_refuse_network)


def _fail_instead_of_skip(report: pytest.TestReport | pytest.CollectReport) -> None:
    if IN_CI and report.skipped and not hasattr(report, "wasxfail"):
        reason = report.longrepr[2] if isinstance(report.longrepr, tuple) else report.longrepr
        report.outcome = "failed"
        report.longrepr = f"in CI nothing may be skipped: {reason}"


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport() -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """A skipped test fails in CI."""
    report = yield
    _fail_instead_of_skip(report)
    return report


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report() -> Generator[None, pytest.CollectReport, pytest.CollectReport]:
    """A skipped module fails in CI."""
    report = yield
    _fail_instead_of_skip(report)
    return report


@pytest.fixture(scope="session")
def host_socket() -> Iterator[socket.socket]:
    """Keeps a port for the site that embeds Signpost in tests, since the door must know its origin at the start."""
    with reserved_socket() as reserved:
        yield reserved


@pytest.fixture(scope="session")
def host_origin(host_socket: socket.socket) -> str:
    """Origin of the one site that may show the running Signpost in a frame."""
    return origin_of_socket(host_socket)


@pytest.fixture(scope="session")
def signpost_processes(tmp_path_factory: pytest.TempPathFactory, host_origin: str) -> Iterator[RunningSignpost]:
    """The whole of Signpost, started as `make run` starts it, on free ports with a var folder of its own.

    The model is the one in `.var/models`, trained first if it is out of date. Give back what you change.
    """
    settings = {
        "SIGNPOST_FRAME_ANCESTORS": f"'self' {host_origin}",
        "SIGNPOST_DESK_DANGEROUSLY_ALLOW_DEVELOPMENT_SIGN_IN": "true",
    }
    with run_signpost(tmp_path_factory.mktemp("signpost"), settings) as running:
        yield running


@pytest.fixture(scope="session")
def running_signpost(signpost_processes: RunningSignpost) -> str:
    """Address of the front door of a running Signpost, without a slash at the end."""
    return signpost_processes.base_url


@pytest.fixture(scope="session")
def project_root() -> Path:
    """Folder of the repository."""
    return Path(__file__).resolve().parents[1]
