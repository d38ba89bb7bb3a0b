"""The service over fakes, behind a real HTTP server: for programs that take a URL."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler
from threading import Event, Lock
from urllib.parse import parse_qsl, urlsplit

from tests.fakes.loopback import loopback_server
from tests.support.gateway import HttpApi, http_event
from tests.support.service import Service


@contextmanager
def service_over_http() -> Iterator[tuple[str, Service]]:
    """Its URL, and the service. The bearer token is the user; a worker runs as soon as its question is stored."""
    service, api, one_at_a_time = Service(), HttpApi(), Lock()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self._answer("GET")

        def do_POST(self) -> None:
            self._answer("POST")

        def _answer(self, method: str) -> None:
            url = urlsplit(self.path)
            body = self.rfile.read(int(self.headers.get("Content-Length", "0"))).decode()
            event = http_event(
                f"{method} {url.path}",
                user=self.headers["Authorization"].removeprefix("Bearer "),
                query=dict(parse_qsl(url.query)),
                headers=dict(self.headers.items()),
                raw_body=body,
            )
            route = api.select(method, url.path)
            with one_at_a_time:  # the fakes are not made for threads
                answer = service.gateway.call(route, {**event, "routeKey": route})
                service.run_worker()
            self.send_response(answer.status)
            for name, value in answer.headers.items():
                self.send_header(name, value)
            data = (answer.text or "").encode()
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)

        def log_message(self, *_: object) -> None:
            pass

    with loopback_server(Handler, Event()) as url:
        yield url, service
