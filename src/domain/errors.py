"""Errors of the domain and of its ports.

    AsyncChatError
    ├── Refused                 the caller's request cannot be fulfilled
    │   ├── QuestionMissing
    │   ├── QuestionTooLong
    │   ├── MemoryTooLong
    │   ├── UnreadableText
    │   ├── ChatNotFound
    │   ├── ChatForbidden
    │   ├── AnswerNotFound
    │   ├── ChatBusy
    │   ├── NothingToRetry
    │   ├── AlreadyAnswered
    │   ├── InputExpired
    │   ├── InputNotFound
    │   ├── TooManyTurns
    │   ├── AtCapacity
    │   ├── BudgetUsedUp
    │   │   ├── TooManyAsks
    │   │   └── WorkspaceBudgetUsedUp
    │   ├── IdempotencyKeyReused
    │   ├── MemoriesFull
    │   └── MemoryNotFound
    ├── TryAgain                a dependency is unreachable; the same call may succeed later
    │   ├── StoreUnavailable
    │   ├── WorkerUnreachable
    │   └── EventsNotSent
    ├── OutOfOrder              a message's id is not greater than the chat's last one
    ├── TransitionRefused       the state machine does not allow the transition
    ├── TurnOver                the turn has ended, or another worker holds its lease
    └── AgentFailed             the agent ended without an answer, with a failure code

Errors carry facts. The sentences for users are in the entrypoints.
"""

from dataclasses import dataclass

from domain.failure_codes import FailureCode


class AsyncChatError(Exception):
    """Base class. Any other exception is a defect."""


class Refused(AsyncChatError):
    """The request cannot be fulfilled; repeating it unchanged does not help by itself."""


class QuestionMissing(Refused):
    """The question is missing or has no visible character."""


@dataclass
class QuestionTooLong(Refused):
    """The question has `length` characters; at most `limit` are allowed."""

    length: int
    limit: int


@dataclass
class MemoryTooLong(Refused):
    """A memory has `length` characters; at most `limit` are allowed. `index` is its place among several, from 0."""

    length: int
    limit: int
    index: int | None = None


@dataclass
class UnreadableText(Refused):
    """`field` holds characters that cannot be stored or shown: unpaired surrogates or NULs.

    `field` is a path such as `text` or `tags/2`; `index` is the place of its memory among several, from 0.
    """

    field: str
    index: int | None = None


class ChatNotFound(Refused):
    """The chat does not exist or is deleted."""


class ChatForbidden(Refused):
    """The chat belongs to another user."""


class AnswerNotFound(Refused):
    """The chat has no such answer."""


@dataclass
class ChatBusy(Refused):
    """A turn of this chat is thinking; its deadline is in `retry_after` seconds."""

    retry_after: float


class NothingToRetry(Refused):
    """The chat's last turn neither failed nor was cancelled."""


class AlreadyAnswered(Refused):
    """The chat's current turn answers the same question of the agent."""


class InputExpired(Refused):
    """The agent's question was not answered in time."""


class InputNotFound(Refused):
    """The chat's agent has not asked this, or another question has taken its place."""


@dataclass
class TooManyTurns(Refused):
    """`limit` turns of the user hold slots: they think, or their workers are at work; the first is free within
    `retry_after` seconds.
    """

    limit: int
    retry_after: float


@dataclass
class AtCapacity(Refused):
    """All workers are busy; the first turn ends within `retry_after` seconds."""

    retry_after: float


@dataclass
class BudgetUsedUp(Refused):
    """The user has asked or retried `limit` times on this day (UTC); the next begins in `retry_after` seconds."""

    limit: int
    retry_after: float


class TooManyAsks(BudgetUsedUp):
    """The user has asked or retried `limit` times in this minute."""


class WorkspaceBudgetUsedUp(BudgetUsedUp):
    """All users together have asked or retried `limit` times on this day (UTC), or nearly: the count is sharded."""


class IdempotencyKeyReused(Refused):
    """The idempotency key was used before, and has not expired, with another body."""


@dataclass
class MemoriesFull(Refused):
    """The user has `memories` of `size` bytes; with those of the request they would be more than a limit."""

    memories: int
    size: int
    memory_limit: int
    size_limit: int


class MemoryNotFound(Refused):
    """The user has no such memory."""


class TryAgain(AsyncChatError):
    """A dependency is unreachable; the same call may succeed later."""


class StoreUnavailable(TryAgain):
    """The store did not answer, throttled the call or denied access."""


class WorkerUnreachable(TryAgain):
    """The invocation of the worker failed, or its outcome is unknown."""


class EventsNotSent(TryAgain):
    """The bus did not take an event, or all of them; some may be sent."""


@dataclass
class OutOfOrder(AsyncChatError):
    """A message's id is not greater than `last_message_id`, because clocks differ. Retry with an id after it."""

    last_message_id: str


class TransitionRefused(AsyncChatError):
    """The state machine, the lease or the deadline forbids the transition."""


class TurnOver(AsyncChatError):
    """The turn has ended, or another worker holds its lease: stop, and write nothing."""


@dataclass
class AgentFailed(AsyncChatError):
    """The agent ended without an answer. A `code` that is not a `FailureCode` is shown as `agent_failed`.

    `message` is the agent's own sentence for the user, in place of the code's. It is cut at 500 characters; one without
    a visible character counts as none.
    """

    code: FailureCode | str = FailureCode.AGENT_FAILED
    message: str | None = None
