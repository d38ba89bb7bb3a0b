"""The page on this machine to which the sign-in sends the browser back."""

import time
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import ClassVar
from urllib.parse import parse_qs, urlsplit

PATIENCE_SECONDS = 300.0


class _Callback(BaseHTTPRequestHandler):
    """Keeps the query of a call of `/callback`."""

    query: ClassVar[dict[str, list[str]] | None] = None
    timeout = 2  # browsers open connections that they may never use

    def do_GET(self) -> None:
        address = urlsplit(self.path)
        if address.path != "/callback":
            self.send_error(404)
            return
        type(self).query = parse_qs(address.query)
        self.send_response(200)
        self.send_header("Content-Type", "text/plain; charset=utf-8")
        self.end_headers()
        self.wfile.write(b"That is all: go back to the terminal.\n")

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002  # named so by http.server
        """The query holds a code that nobody else should read."""


def wait_for_code(port: int, state: str, ready: Callable[[], None]) -> str:
    """The code that the sign-in page hands over; calls `ready` when it can come. Raises `ValueError`, `OSError`."""
    callback: type[_Callback] = type("Callback", (_Callback,), {"query": None})
    give_up = time.monotonic() + PATIENCE_SECONDS
    with HTTPServer(("127.0.0.1", port), callback) as server:
        server.timeout = 1.0
        ready()
        while callback.query is None:
            if time.monotonic() > give_up:
                raise ValueError("Nobody signed in within five minutes.")
            server.handle_request()
    return _code(callback.query, state)


def _code(query: dict[str, list[str]], state: str) -> str:
    if query.get("state") != [state]:
        raise ValueError("The browser came back from another sign-in than ours: try again.")
    if "code" not in query:
        raise ValueError(f"The sign-in page refused: {' '.join(query.get('error_description', ['no reason given']))}")
    return query["code"][0]
