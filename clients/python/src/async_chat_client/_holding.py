"""Held requests of the blocking client, which another thread can abort."""

import socket
from collections.abc import Callable, Mapping
from contextlib import suppress
from threading import Lock
from typing import Any

import httpx

from async_chat_client._sansio import Alarm

#: A connection for each request: httpx shows a request its connection only when it is made.
UNSHARED = httpx.Limits(max_keepalive_connections=0)


class Holding:
    """A client for held requests alone, made on first use."""

    def __init__(self, make: Callable[[], httpx.Client]) -> None:
        self._make = make
        self._lock = Lock()
        self._client: httpx.Client | None = None

    def request(self, arguments: Mapping[str, Any], alarm: Alarm) -> httpx.Response:
        """Raises `httpx.RequestError`, also when the alarm rings."""
        with self._lock:
            client = self._client = self._client or self._make()
        connection = _Connection()
        with alarm.calls(connection.cut):
            return client.request(**arguments, extensions={"trace": connection.trace})

    def close(self) -> None:
        if self._client:
            self._client.close()


class _Connection:
    """Of one request. Closing a socket does not wake a thread that reads from it; shutting it down does."""

    def __init__(self) -> None:
        self._socket: socket.socket | None = None
        self._is_cut = False

    def trace(self, event: str, info: Mapping[str, Any]) -> None:
        """See https://www.encode.io/httpcore/extensions/#trace"""
        if event.endswith((".connect_tcp.complete", ".start_tls.complete")):
            self._socket = info["return_value"].get_extra_info("socket")
            if self._is_cut:
                self.cut()

    def cut(self) -> None:
        self._is_cut = True
        if self._socket:
            with suppress(OSError):
                # Not the method of a TLS socket, which drops the state that the reading thread uses.
                socket.socket.shutdown(self._socket, socket.SHUT_RDWR)
