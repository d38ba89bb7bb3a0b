"""Checks between this terminal and the service."""

import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from statistics import median

import httpx

from async_chat_client._client import ChatClient
from async_chat_client._gate import made, reason
from async_chat_client._replies import date_of
from async_chat_client._runners import http_settings
from async_chat_client._sansio import Reply, RetryBudget
from async_chat_client._terminal.connection import Connection, claims
from async_chat_client._terminal.exits import EXPECTED
from async_chat_client.errors import AsyncChatError

TRIES = 5
#: `Date` has whole seconds and is older by the transfer.
IN_STEP = timedelta(seconds=2)
WRONG_BY = timedelta(seconds=30)
NO_RETRIES = RetryBudget(sending=0.0)


@dataclass(frozen=True, slots=True)
class Finding:
    """The result of one check."""

    check: str
    ok: bool
    text: str


def examine(found: Connection) -> Iterator[Finding]:
    """Endpoint, clock, token and latency, in this order; stops when the endpoint does not answer."""
    yield _good("service", f"{found.url}, as {found.origin}")
    with ChatClient(found.url, found.token, retry_budget=NO_RETRIES) as client:
        try:
            health = client.health()
        except AsyncChatError as error:
            yield _bad("endpoint", str(error))
            return
        yield _good("endpoint", f"version {health.version}, workspace {health.workspace}")
        yield _clock(found.url)
        yield _token(found, client)
        yield _latency(client)


def _good(check: str, text: str) -> Finding:
    return Finding(check, ok=True, text=text)


def _bad(check: str, text: str) -> Finding:
    return Finding(check, ok=False, text=text)


def _clock(url: str) -> Finding:
    try:
        with made(httpx.Client, **http_settings(url)) as http:
            answer = http.get("/health")
    except httpx.RequestError as error:
        return _bad("clock", reason(error))
    now, date = datetime.now(UTC), date_of(Reply(answer.status_code, {"date": answer.headers.get("date", "")}, b""))
    if date is None:
        return _good("clock", "the service sends no date to compare with")
    wrong_by = now - date
    if abs(wrong_by) < IN_STEP:
        return _good("clock", "in step with the service")
    text = f"{abs(wrong_by).total_seconds():.0f} s {'ahead of' if wrong_by > timedelta(0) else 'behind'} the service"
    return Finding("clock", abs(wrong_by) < WRONG_BY, text)


def _token(found: Connection, client: ChatClient) -> Finding:
    try:
        next(client.chats(), None)
        token = found.token() if callable(found.token) else found.token
    except EXPECTED as error:
        return _bad("token", str(error))
    except Exception as error:  # noqa: BLE001  # whatever prevents a valid token is the finding
        return _bad("token", f"it could not be had ({type(error).__name__})")
    return _good("token", f"accepted{_expiry(token)}")


def _expiry(token: str) -> str:
    """When the token expires; nothing for a token that is not a JWT."""
    try:
        expires = datetime.fromtimestamp(claims(token)["exp"], UTC)
    except (ValueError, LookupError, TypeError, OverflowError):
        return ""
    return f", valid until {expires.astimezone():%Y-%m-%d %H:%M}"


def _latency(client: ChatClient) -> Finding:
    took = []
    try:
        for _ in range(TRIES):
            began = time.perf_counter()
            client.health()
            took.append((time.perf_counter() - began) * 1000)
    except AsyncChatError as error:
        return _bad("latency", str(error))
    text = f"median {median(took):.0f} ms, maximum {max(took):.0f} ms of {TRIES}"
    return _good("latency", text)
