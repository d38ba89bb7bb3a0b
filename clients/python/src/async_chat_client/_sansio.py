"""Sans-I/O core: generators yield requests and waits, and receive responses.

A flow yields a `Request` and is sent a `Reply` or `Lost`; it yields a `Wait` and is resumed after that time; a stream
also yields `Emit`, a value for the caller. `_runners.py` does the I/O, blocking and asynchronous, so that every
decision is written and tested once.
"""

from collections.abc import Callable, Generator, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from random import random
from threading import Lock
from time import monotonic
from typing import Generic, Literal, TypeAlias, TypeVar

T = TypeVar("T")
T_co = TypeVar("T_co", covariant=True)


class Alarm:
    """Ends a wait early. `ring` may come from another thread; it holds until `clear`."""

    def __init__(self) -> None:
        self.rung = False
        self._lock = Lock()
        self._wakers: list[Callable[[], object]] = []

    def ring(self) -> None:
        with self._lock:
            self.rung = True
            wakers = [*self._wakers]
        for wake in wakers:
            wake()

    def clear(self) -> None:
        self.rung = False

    @contextmanager
    def calls(self, wake: Callable[[], object]) -> Iterator[None]:
        """Within this context, a ring calls `wake`; at once if the alarm has rung already."""
        with self._lock:
            self._wakers.append(wake)
            rung = self.rung
        try:
            if rung:
                wake()
            yield
        finally:
            with self._lock:
                self._wakers.remove(wake)


@dataclass(frozen=True, slots=True)
class Request:
    """One call of the service.

    `repeatable`: idempotent, so safe to send again. `waits_while_busy`: retry on 409 `chat_busy`.
    `done_if`: codes that, after a lost response, mean that the first attempt took effect. `timeout` in seconds.
    `alarm` aborts a held request: its outcome is then `Lost`.
    """

    method: Literal["GET", "POST", "PUT", "DELETE"]
    path: str
    query: Mapping[str, str] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)
    body: object = None
    repeatable: bool = True
    waits_while_busy: bool = False
    done_if: frozenset[str] = frozenset()
    timeout: float = 10.0
    alarm: Alarm | None = None


@dataclass(frozen=True, slots=True)
class Reply:
    """A response. Header names are in lower case."""

    status: int
    headers: Mapping[str, str]
    content: bytes


@dataclass(frozen=True, slots=True)
class Lost:
    """No response came. `sent` is False when the service cannot have received the request."""

    reason: str
    sent: bool


@dataclass(frozen=True, slots=True)
class Wait:
    """Sleep for `seconds`, or until the alarm rings."""

    seconds: float
    alarm: Alarm | None = None


@dataclass(frozen=True, slots=True)
class Emit(Generic[T_co]):
    """A value for the caller of a stream."""

    value: T_co


Outcome: TypeAlias = Reply | Lost
Flow: TypeAlias = Generator[Request | Wait, Outcome | None, T]
Stream: TypeAlias = Generator[Request | Wait | Emit[T], Outcome | None, None]


@dataclass(frozen=True, slots=True)
class Timing:
    """A monotonic clock in seconds, and random numbers from 0 to 1. The wall clock is not used: it may be wrong."""

    now: Callable[[], float] = monotonic
    rng: Callable[[], float] = random


@dataclass(frozen=True, slots=True)
class RetryBudget:
    """For how many seconds the client retries.

    `sending`: for one request, while the service is unreachable or overloaded or the chat is busy.
    `outage`: for polls that fail in a row. `grace`: beyond the turn's deadline, for the poll that shows its end.
    """

    sending: float = 30.0
    outage: float = 60.0
    grace: float = 5.0


def send_once(request: Request) -> Flow[Outcome]:
    outcome = yield request
    assert outcome is not None, "a runner answers every request"
    return outcome
