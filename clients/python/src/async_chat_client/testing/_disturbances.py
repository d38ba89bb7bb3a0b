"""What can come between a client and the service."""

from collections.abc import Callable, Mapping
from typing import TypeAlias

import httpx

Handler: TypeAlias = Callable[[httpx.Request], httpx.Response]
#: Takes the request and the undisturbed service; returns what the client gets, or raises an `httpx.RequestError`.
Disturbance: TypeAlias = Callable[[httpx.Request, Handler], httpx.Response]


def unreachable(request: httpx.Request, handle: Handler) -> httpx.Response:
    """The service never sees the request."""
    raise httpx.ConnectError("Connection refused", request=request)


def answers_lost(request: httpx.Request, handle: Handler) -> httpx.Response:
    """The service does what it is asked; its answer does not arrive."""
    handle(request)
    raise httpx.ReadTimeout("The read operation timed out", request=request)


def answers(status: int, body: object = None, headers: Mapping[str, str] | None = None) -> Disturbance:
    """Something before the service answers in its place: a gateway's error, a proxy's page."""

    def answer(request: httpx.Request, handle: Handler) -> httpx.Response:
        if isinstance(body, str):
            return httpx.Response(status, headers=headers, text=body)
        return httpx.Response(status, headers=headers, json=body)

    return answer
