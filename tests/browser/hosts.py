"""Web sites that embed Signpost: small real servers on ports of their own, so other origins than the door's.

They are called `localhost`, the door `127.0.0.1`: to a browser these are two sites, as a school's and ours are.
"""

from __future__ import annotations

import contextlib
import html
import socket
import threading
from collections.abc import Iterator, Mapping
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

SITE_NAME = "localhost"
TEXT = "Our school's page. " * 40


class Host:
    """One site. `serve` puts a page on it; `asked` are the paths that were asked for."""

    def __init__(self, origin: str) -> None:
        self.origin = origin
        self.asked: list[str] = []
        self.pages: dict[str, tuple[str, dict[str, str]]] = {}

    def serve(self, path: str, document: str, headers: Mapping[str, str] | None = None) -> str:
        """Address at which this document is now to be had, with these headers."""
        self.pages[path] = (document, dict(headers or {}))
        return self.origin + path

    def serve_embedding(self, door: str, path: str = "/", *, policy: str = "", head: str = "", **data: str) -> str:
        """Address of an ordinary page whose body ends with Signpost's tag; `data`: its `data-` attributes."""
        document = host_page(tag(door, **data), head=head)
        return self.serve(path, document, {"Content-Security-Policy": policy} if policy else {})

    def clear(self) -> None:
        """Take all pages down."""
        self.pages.clear()
        self.asked.clear()


def tag(door: str, **data: str) -> str:
    """The script tag that a site puts on its page: `tag(door, area="suffolk", keep="")`."""
    options = "".join(f' data-{name}="{html.escape(value)}"' for name, value in data.items())
    return f'<script src="{door}/signpost.js"{options}></script>'


def host_page(body_end: str = "", *, head: str = "") -> str:
    """A page of a site with a link and enough text to scroll; `body_end` and `head` are HTML."""
    return (
        f'<!doctype html><html lang="en-GB"><head><meta charset="utf-8"><title>A school</title>'
        f'<meta name="viewport" content="width=device-width, initial-scale=1">{head}</head>'
        f'<body><main><h1>A school</h1><p><a href="/" id="first">Home</a></p>'
        f"<p>{TEXT}</p><p>{TEXT}</p><p>{TEXT}</p></main>{body_end}</body></html>"
    )


def strict_policy(door: str) -> str:
    """The strictest policy of a site under which Signpost has to work."""
    return (
        f"default-src 'none'; script-src {door}; frame-src {door}; style-src 'none'; base-uri 'none'; "
        "form-action 'none'; require-trusted-types-for 'script'; trusted-types 'none'"
    )


def reserved_socket() -> socket.socket:
    """A socket bound to a free port of 127.0.0.1; nobody else gets the port as long as it is open."""
    reserved = socket.socket()
    reserved.bind(("127.0.0.1", 0))
    return reserved


def origin_of_socket(reserved: socket.socket) -> str:
    """The origin of the site that will listen there."""
    return f"http://{SITE_NAME}:{reserved.getsockname()[1]}"


@contextlib.contextmanager
def open_host(reserved: socket.socket) -> Iterator[Host]:
    """A site that listens on this socket until the block ends."""
    host = Host(origin_of_socket(reserved))

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            path = self.path.partition("?")[0]
            if path == "/favicon.ico":  # browsers ask for it by themselves
                self.send_response(204)
                self.end_headers()
                return
            host.asked.append(self.path)
            document, headers = host.pages.get(path, ("not here", {}))
            self.send_response(200 if path in host.pages else 404)
            for name, value in {"Content-Type": "text/html; charset=utf-8", **headers}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(document.encode())

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the name is the base class's
            pass

    server = ThreadingHTTPServer(reserved.getsockname(), Handler, bind_and_activate=False)
    server.socket.close()
    server.socket = reserved
    server.server_activate()
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    try:
        yield host
    finally:
        server.shutdown()
        thread.join(timeout=5)
        server.server_close()
