"""Imitates a REST API of API Gateway in front of the blocking function: it returns a 504 after 29 seconds.

    python examples/blocking/gateway.py [--port 8480] [--seconds 29]

As on AWS, the function runs to its end, and its answer is lost.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from concurrent.futures import TimeoutError as TooLate
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from types import SimpleNamespace
from typing import Any

sys.path.insert(0, str(Path(__file__).parent / "before" / "function"))

from app import handler

FUNCTION_SECONDS = 900


class Gateway(ThreadingHTTPServer):
    """Passes each POST to the function, and waits for `seconds`."""

    def __init__(self, port: int, seconds: float) -> None:
        super().__init__(("127.0.0.1", port), Call)
        self.seconds = seconds
        self.functions = ThreadPoolExecutor(thread_name_prefix="function")


class Call(BaseHTTPRequestHandler):
    """One request."""

    server: Gateway

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", 0))).decode()
        until = time.monotonic() + FUNCTION_SECONDS
        context = SimpleNamespace(get_remaining_time_in_millis=lambda: int((until - time.monotonic()) * 1000))
        try:
            response = self.server.functions.submit(handler, {"body": body}, context).result(self.server.seconds)
        except TooLate:
            response = {"statusCode": 504, "body": json.dumps({"message": "Endpoint request timed out"})}
        self._answer(response)

    def _answer(self, response: dict[str, Any]) -> None:
        body = response["body"].encode()
        self.send_response(response["statusCode"])
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *arguments: object) -> None:
        """No access log."""


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--port", type=int, default=8480)
    parser.add_argument("--seconds", type=float, default=29)
    given = parser.parse_args()
    gateway = Gateway(given.port, given.seconds)
    print(f"http://127.0.0.1:{gateway.server_port}/ask", flush=True)  # noqa: T201
    gateway.serve_forever()
