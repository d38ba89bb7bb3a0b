"""The fake service on a real socket, in real time, with network faults."""

import socket
import struct
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Literal

import httpx

from async_chat_client.testing import FakeService, FakeTime

Fault = Literal["cut", "reset", "half", "garbage", "slow", "closed afterwards"]
SLOW_SECONDS = 3.0


class RealTime(FakeTime):
    """The wall clock. One request at a time is handled, but others while one is held."""

    def __init__(self) -> None:
        super().__init__()
        self.one_at_a_time = threading.Lock()

    def hold(self, seconds: float) -> None:
        self.one_at_a_time.release()
        time.sleep(seconds)
        self.one_at_a_time.acquire()

    def date(self) -> datetime:
        return datetime.now(UTC)


class Loopback(FakeService):
    """A fake service at `url`. `faults` apply to the next polls, one each."""

    def __init__(self) -> None:
        clock = RealTime()
        super().__init__(clock)
        self.hint(200, first_seconds=0)
        self.url = ""
        self.faults: list[Fault] = []
        self.one_at_a_time = clock.one_at_a_time


@contextmanager
def serving() -> Iterator[Loopback]:
    """A service on a free port."""
    service = Loopback()

    class Handler(_Handler):
        loopback = service

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        server.daemon_threads = True
        service.url = f"http://127.0.0.1:{server.server_port}"
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        try:
            yield service
        finally:
            server.shutdown()
            thread.join()


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    loopback: Loopback

    def do_GET(self) -> None:
        length = int(self.headers.get("Content-Length", 0))
        request = httpx.Request(
            self.command, self.loopback.url + self.path, headers=dict(self.headers), content=self.rfile.read(length)
        )
        with self.loopback.one_at_a_time:
            fault = self.loopback.faults.pop(0) if "/chats/messages" in self.path and self.loopback.faults else None
            try:
                response = self.loopback.handle(request)
            except httpx.RequestError:  # a disturbance: no response comes
                self.close_connection = True
                return
        self._answer(response, fault)

    do_POST = do_PUT = do_DELETE = do_GET  # noqa: N815  # named so by http.server

    def _answer(self, response: httpx.Response, fault: Fault | None) -> None:
        self.close_connection = fault is not None
        if fault == "slow":
            time.sleep(SLOW_SECONDS)
        elif fault == "cut":
            return
        elif fault == "reset":
            # Linger 0 makes close() send a reset.
            self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            self.connection.close()
            return
        elif fault == "garbage":
            self.wfile.write(b"\x00\xff SSH-2.0 or something\r\n\r\n")
            return
        self._send(response, len(response.content) // 2 if fault == "half" else len(response.content))

    def _send(self, response: httpx.Response, length: int) -> None:
        self.send_response_only(response.status_code)
        for name, value in response.headers.items():
            if name.lower() != "content-length":
                self.send_header(name, value)
        if response.status_code not in {204, 304}:
            self.send_header("Content-Length", str(len(response.content)))
        self.end_headers()
        self.wfile.write(response.content[:length])

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002  # named so by http.server
        """No log."""

    def handle(self) -> None:
        try:
            super().handle()
        except OSError:  # the client disconnected, or the fault closed the connection
            self.close_connection = True

    def finish(self) -> None:
        try:
            super().finish()
        except (OSError, ValueError):
            self.close_connection = True
