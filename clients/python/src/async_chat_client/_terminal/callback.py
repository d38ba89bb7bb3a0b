"""The local web page to which the sign-in redirects the browser."""

import time
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, HTTPServer
from secrets import compare_digest
from urllib.parse import parse_qs, urlsplit

PATIENCE_SECONDS = 300.0

Query = dict[str, list[str]]


class _Server(HTTPServer):
    """Keeps the query of the first request for `/callback` that the sign-in itself has sent."""

    def __init__(self, port: int, state: str) -> None:
        super().__init__(("127.0.0.1", port), _Callback)
        self.timeout = 1.0
        self.state = state
        self.query: Query | None = None


class _Callback(BaseHTTPRequestHandler):
    server: _Server
    timeout = 2  # browsers open spare connections without sending a request

    def do_GET(self) -> None:
        """Any page can send requests to this port: one that does not know the state changes nothing."""
        address = urlsplit(self.path)
        query = parse_qs(address.query)
        if self.headers.get_all("Host") != [f"localhost:{self.server.server_port}"]:
            self.send_error(400)
        elif address.path != "/callback":
            self.send_error(404)
        elif not _is_answer(query, self.server.state):
            self._say(400, "This is not the sign-in that the terminal waits for. Go back and try again.")
        else:
            self.server.query = query
            self._say(200, "Signed in. Return to the terminal." if "code" in query else "Not signed in.")

    def _say(self, status: int, text: str) -> None:
        self.send_response(status)
        self.send_header("Content-Type", "text/plain; charset=utf-8")
        self.end_headers()
        self.wfile.write(f"{text}\n".encode())

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002  # named so by http.server
        """No log: the query holds the authorization code."""


def wait_for_code(port: int, state: str, ready: Callable[[], None]) -> str:
    """The authorization code. Calls `ready` once the server listens. Raises `ValueError`, `OSError`."""
    give_up = time.monotonic() + PATIENCE_SECONDS
    with _Server(port, state) as server:
        ready()
        while server.query is None:
            if time.monotonic() > give_up:
                raise ValueError("No sign-in within five minutes.")
            server.handle_request()
    if "code" not in server.query:
        reason = " ".join(server.query.get("error_description", ["no reason given"]))
        raise ValueError(f"The sign-in page refused: {reason}")
    return server.query["code"][0]


def _is_answer(query: Query, state: str) -> bool:
    states = query.get("state", [])
    ended = len(query.get("code", [])) == 1 or "error" in query
    return ended and len(states) == 1 and compare_digest(states[0].encode(), state.encode())
