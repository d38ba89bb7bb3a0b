"""The local web page to which the sign-in redirects the browser."""

import time
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import ClassVar
from urllib.parse import parse_qs, urlsplit

PATIENCE_SECONDS = 300.0


class _Callback(BaseHTTPRequestHandler):
    """Keeps the query of a request for `/callback`."""

    query: ClassVar[dict[str, list[str]] | None] = None
    timeout = 2  # browsers open spare connections without sending a request

    def do_GET(self) -> None:
        address = urlsplit(self.path)
        if address.path != "/callback":
            self.send_error(404)
            return
        type(self).query = parse_qs(address.query)
        self.send_response(200)
        self.send_header("Content-Type", "text/plain; charset=utf-8")
        self.end_headers()
        self.wfile.write(b"Signed in. Return to the terminal.\n")

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002  # named so by http.server
        """No log: the query holds the authorization code."""


def wait_for_code(port: int, state: str, ready: Callable[[], None]) -> str:
    """The authorization code. Calls `ready` once the server listens. Raises `ValueError`, `OSError`."""
    callback: type[_Callback] = type("Callback", (_Callback,), {"query": None})
    give_up = time.monotonic() + PATIENCE_SECONDS
    with HTTPServer(("127.0.0.1", port), callback) as server:
        server.timeout = 1.0
        ready()
        while callback.query is None:
            if time.monotonic() > give_up:
                raise ValueError("No sign-in within five minutes.")
            server.handle_request()
    return _code(callback.query, state)


def _code(query: dict[str, list[str]], state: str) -> str:
    if query.get("state") != [state]:
        raise ValueError("The browser returned from a different sign-in. Try again.")
    if "code" not in query:
        raise ValueError(f"The sign-in page refused: {' '.join(query.get('error_description', ['no reason given']))}")
    return query["code"][0]
