"""Runners of the flows in `_sansio.py`, blocking and asynchronous. They do I/O and decide nothing."""

import inspect
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import contextmanager, nullcontext
from functools import partial
from ipaddress import ip_address
from threading import Event
from typing import Any, TypeVar

import anyio
import httpx

from async_chat_client._gate import authorization, check, lost
from async_chat_client._holding import Holding
from async_chat_client._sansio import Alarm, Emit, Flow, Lost, Outcome, Reply, Request, Stream, Wait

T = TypeVar("T")
#: Seconds.
SLICE = 0.5
Token = str | Callable[[], str] | None
AsyncToken = str | Callable[[], str] | Callable[[], Awaitable[str]] | None


class Runner:
    """Runs flows over a blocking client. An alarm ends the sleep of another thread, but not a caller's own `sleep`."""

    def __init__(
        self, http: httpx.Client, holding: Holding, token: Token, sleep: Callable[[float], None] | None
    ) -> None:
        self._http = http
        self._holding = holding
        self._token = token
        self._sleep = sleep

    def run(self, flow: Flow[T]) -> T:
        outcome: Outcome | None = None
        while True:
            try:
                step = flow.send(outcome)
            except StopIteration as done:
                result: T = done.value
                return result
            outcome = self._perform(step)

    def stream(self, stream: Stream[T]) -> Iterator[T]:
        """Yield the values that the stream emits."""
        outcome: Outcome | None = None
        while True:
            try:
                step = stream.send(outcome)
            except StopIteration:
                return
            if isinstance(step, Emit):
                outcome = None
                yield step.value
            else:
                outcome = self._perform(step)

    def _perform(self, step: Request | Wait) -> Outcome | None:
        if isinstance(step, Wait):
            (self._sleep or partial(_sleep, step.alarm))(step.seconds)
            return None
        token = self._token() if callable(self._token) else self._token
        arguments = _arguments(step, token)
        try:
            if step.alarm:
                return _reply(self._holding.request(arguments, step.alarm))
            return _reply(self._http.request(**arguments))
        except httpx.RequestError as error:
            return lost(error)


class AsyncRunner:
    """Runs flows over an asynchronous client."""

    def __init__(self, http: httpx.AsyncClient, token: AsyncToken, sleep: Callable[[float], Awaitable[object]]) -> None:
        self._http = http
        self._token = token
        self._sleep = sleep

    async def run(self, flow: Flow[T]) -> T:
        outcome: Outcome | None = None
        while True:
            try:
                step = flow.send(outcome)
            except StopIteration as done:
                result: T = done.value
                return result
            outcome = await self._perform(step)

    async def stream(self, stream: Stream[T]) -> AsyncIterator[T]:
        """Yield the values that the stream emits."""
        outcome: Outcome | None = None
        while True:
            try:
                step = stream.send(outcome)
            except StopIteration:
                return
            if isinstance(step, Emit):
                outcome = None
                yield step.value
            else:
                outcome = await self._perform(step)

    async def _perform(self, step: Request | Wait) -> Outcome | None:
        if isinstance(step, Wait):
            with _until(step.alarm):
                await self._sleep(step.seconds)
            return None
        token = self._token() if callable(self._token) else self._token
        if inspect.isawaitable(token):
            token = await token
        try:
            with _until(step.alarm):
                return _reply(await self._http.request(**_arguments(step, token)))
        except httpx.RequestError as error:
            return lost(error)
        return Lost("aborted", sent=True)


def _sleep(alarm: Alarm | None, seconds: float) -> None:
    woken, end = Event(), time.monotonic() + seconds
    with alarm.calls(woken.set) if alarm else nullcontext():
        # In slices, since Ctrl-C does not interrupt it on Windows.
        while (left := end - time.monotonic()) > 0 and not woken.wait(min(left, SLICE)):
            pass


@contextmanager
def _until(alarm: Alarm | None) -> Iterator[None]:
    """Leaves its block when the alarm rings: anyio's scopes do so in every event loop that httpx knows."""
    with anyio.CancelScope() as scope, alarm.calls(scope.cancel) if alarm else nullcontext():
        yield


def http_settings(base_url: str) -> dict[str, Any]:
    """Arguments for an httpx client of the service at `base_url`. Raises `ValueError` for an invalid URL."""
    try:
        url = httpx.URL(base_url)
    except (httpx.InvalidURL, UnicodeError):
        raise ValueError("not the URL of a service") from None
    if url.scheme not in {"http", "https"} or not url.host:
        raise ValueError(f"not the URL of a service: {base_url!r}")
    require_private(url)
    return {
        "base_url": url,
        "headers": {"Accept": "application/json", "User-Agent": "async-chat-client"},
        # The environment's proxy cannot reach a service on this machine.
        "trust_env": not _loopback(url.host),
    }


def require_private(url: httpx.URL) -> None:
    """Raises `ValueError` when a token sent to `url` could be read on its way."""
    if url.scheme != "https" and not _loopback(url.host):
        raise ValueError(f"{url} is not encrypted: tokens are sent over https only, or to this machine")


def _loopback(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost" or host.endswith(".localhost")


def _arguments(request: Request, token: str | None) -> dict[str, Any]:
    check(request)
    return {
        "method": request.method,
        "url": request.path,
        "params": request.query or None,
        "headers": {**request.headers, **authorization(token)},
        "json": request.body,
        "timeout": request.timeout,
    }


def _reply(response: httpx.Response) -> Reply:
    headers = {name.lower(): value for name, value in response.headers.items()}
    return Reply(response.status_code, headers, response.content)
