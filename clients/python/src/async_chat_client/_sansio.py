"""Sans-I/O core: generators yield requests and waits, and receive responses.

A flow yields a `Request` and is sent a `Reply` or `Lost`; it yields a `Wait` and is resumed after that time; a stream
also yields `Emit`, a value for the caller. `_runners.py` does the I/O, blocking and asynchronous, so that every
decision is written and tested once.
"""

from collections.abc import Callable, Generator, Mapping
from dataclasses import dataclass, field
from random import random
from time import monotonic
from typing import Generic, Literal, TypeAlias, TypeVar

T = TypeVar("T")
T_co = TypeVar("T_co", covariant=True)


@dataclass(frozen=True, slots=True)
class Request:
    """One call of the service.

    `repeatable`: sending it twice has the effect of sending it once. `waits_while_busy`: 409 `chat_busy` passes.
    `done_if`: codes that, after an attempt whose fate is unknown, say that it took effect. `timeout` in seconds.
    """

    method: Literal["GET", "POST", "DELETE"]
    path: str
    query: Mapping[str, str] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)
    body: object = None
    repeatable: bool = True
    waits_while_busy: bool = False
    done_if: frozenset[str] = frozenset()
    timeout: float = 10.0


@dataclass(frozen=True, slots=True)
class Reply:
    """What the service answered. Names of headers are in lower case."""

    status: int
    headers: Mapping[str, str]
    content: bytes


@dataclass(frozen=True, slots=True)
class Lost:
    """No answer came. `sent` is False when the service cannot have seen the request."""

    reason: str
    sent: bool


@dataclass(frozen=True, slots=True)
class Wait:
    """Nothing is to be done for so long."""

    seconds: float


@dataclass(frozen=True, slots=True)
class Emit(Generic[T_co]):
    """A value for the caller of a stream."""

    value: T_co


Outcome: TypeAlias = Reply | Lost
Flow: TypeAlias = Generator[Request | Wait, Outcome | None, T]
Stream: TypeAlias = Generator[Request | Wait | Emit[T], Outcome | None, None]


@dataclass(frozen=True, slots=True)
class Timing:
    """A monotonic clock in seconds, and random numbers from 0 to 1. The wall clock may be wrong and decides nothing."""

    now: Callable[[], float] = monotonic
    rng: Callable[[], float] = random


@dataclass(frozen=True, slots=True)
class RetryBudget:
    """How long, in seconds, the client tries before it gives up.

    `sending`: one request over and over, while the service is out of reach, overloaded or the chat is busy.
    `outage`: polls that fail in a row. `grace`: after the turn's own deadline, for the poll that shows its end.
    """

    sending: float = 30.0
    outage: float = 60.0
    grace: float = 5.0


def send_once(request: Request) -> Flow[Outcome]:
    """One attempt."""
    outcome = yield request
    assert outcome is not None, "a runner answers every request"
    return outcome
