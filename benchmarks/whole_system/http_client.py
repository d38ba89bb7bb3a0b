"""HTTP/1.1 over keep-alive connections, with as little overhead as possible around the measured time."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from tests.support.http_messages import take_message


@dataclass(frozen=True)
class Reply:
    """`took` is seconds from the first byte sent to the last one read."""

    status: int
    text: bytes
    took: float

    @property
    def body(self) -> Any:
        return json.loads(self.text)


class HttpClient:
    """Calls one server, with as many connections as there are concurrent calls."""

    def __init__(self, url: str) -> None:
        parts = urlsplit(url)
        assert parts.hostname
        assert parts.port
        self._host, self._port, self._base = parts.hostname, parts.port, parts.path.rstrip("/")
        self._idle: list[tuple[asyncio.StreamReader, asyncio.StreamWriter]] = []

    async def call(
        self, method: str, path: str, body: object = None, headers: Mapping[str, str] | None = None
    ) -> Reply:
        """One request. A connection that the server has closed meanwhile is reopened."""
        content = b"" if body is None else json.dumps(body).encode()
        lines = [
            f"{method} {self._base}{path} HTTP/1.1",
            f"Host: {self._host}:{self._port}",
            "Content-Type: application/json",
            f"Content-Length: {len(content)}",
            *(f"{name}: {value}" for name, value in (headers or {}).items()),
        ]
        message = "\r\n".join(lines).encode() + b"\r\n\r\n" + content
        while True:
            fresh = not self._idle
            reader, writer = await asyncio.open_connection(self._host, self._port) if fresh else self._idle.pop()
            try:
                return await self._exchange(reader, writer, message)
            except ConnectionError:
                writer.close()
                if fresh:
                    raise

    def close(self) -> None:
        while self._idle:
            self._idle.pop()[1].close()

    async def _exchange(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, message: bytes) -> Reply:
        began = time.perf_counter()
        writer.write(message)
        received = bytearray()
        while (answer := take_message(received)) is None:
            data = await reader.read(65536)
            if not data:
                raise ConnectionResetError("the server closed the connection")
            received += data
        took = time.perf_counter() - began
        if answer.headers.get("connection", "").lower() == "close":
            writer.close()
        else:
            self._idle.append((reader, writer))
        return Reply(int(answer.path_or_status), answer.body, took)
