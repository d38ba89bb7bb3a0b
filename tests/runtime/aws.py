"""The keyed store over HTTP, for functions in processes of their own: DynamoDB, Lambda's Invoke, and credentials."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Lock, Thread
from typing import Final

from tests.fakes.dynamodb.wire import KeyedStore

#: Where Lambda serves a role's credentials to functions with SnapStart, which get none by environment variables.
CREDENTIALS: Final = "/credentials"
#: botocore renews credentials that are valid for less than ten more minutes.
SHORT: Final = timedelta(minutes=1)


@dataclass
class Aws:
    """`keys` holds the access key of each signed request, in their order."""

    store: KeyedStore
    url: str = ""
    keys: list[str] = field(default_factory=list)
    handed_out: int = 0

    def new_credentials(self) -> dict[str, str]:
        """The first are nearly expired, as those of an old snapshot are."""
        self.handed_out += 1
        valid = SHORT if self.handed_out == 1 else timedelta(hours=6)
        return {
            "AccessKeyId": f"KEY{self.handed_out}",
            "SecretAccessKey": "secret",
            "Token": "token",
            "Expiration": (datetime.now(UTC) + valid).strftime("%Y-%m-%dT%H:%M:%SZ"),
        }


@contextmanager
def serving(store: KeyedStore) -> Iterator[Aws]:
    """The store on a free port, until the block ends."""
    aws, turn = Aws(store), Lock()

    class Answering(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            assert self.path == CREDENTIALS
            with turn:
                self._send(200, json.dumps(aws.new_credentials()).encode())

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            # DynamoDB names the operation in a header; Lambda has it in the path.
            operation = self.headers.get("X-Amz-Target", "Lambda.Invoke").rsplit(".", 1)[-1]
            with turn:
                aws.keys.append(self.headers["Authorization"].partition("Credential=")[2].partition("/")[0])
                self._send(*store.answer(operation, body))

        def _send(self, status: int, body: bytes) -> None:
            self.send_response(status)
            self.send_header("Content-Type", "application/x-amz-json-1.0")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """Silent."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Answering)
    server.daemon_threads = True
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    aws.url = f"http://127.0.0.1:{server.server_port}"
    try:
        yield aws
    finally:
        server.shutdown()
        server.server_close()
