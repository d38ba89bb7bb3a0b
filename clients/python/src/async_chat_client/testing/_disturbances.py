"""Faults between a client and the service."""

from collections.abc import Callable, Mapping
from typing import TypeAlias

import httpx

Handler: TypeAlias = Callable[[httpx.Request], httpx.Response]
#: Takes the request and the handler of the service; returns the client's response, or raises `httpx.RequestError`.
Disturbance: TypeAlias = Callable[[httpx.Request, Handler], httpx.Response]


def unreachable(request: httpx.Request, handle: Handler) -> httpx.Response:
    """The request does not reach the service."""
    raise httpx.ConnectError("Connection refused", request=request)


def answers_lost(request: httpx.Request, handle: Handler) -> httpx.Response:
    """The service handles the request, but its response is lost."""
    handle(request)
    raise httpx.ReadTimeout("The read operation timed out", request=request)


def answers(status: int, body: object = None, headers: Mapping[str, str] | None = None) -> Disturbance:
    """A gateway or proxy in front of the service answers instead of it."""

    def answer(request: httpx.Request, handle: Handler) -> httpx.Response:
        if isinstance(body, str):
            return httpx.Response(status, headers=headers, text=body)
        return httpx.Response(status, headers=headers, json=body)

    return answer
