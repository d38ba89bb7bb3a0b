"""Everything that the domain refuses or that its ports may fail with.

    AsyncChatError
    ├── Refused                 the caller asked for something that cannot be had
    │   ├── QuestionMissing
    │   ├── QuestionTooLong
    │   ├── MemoryTooLong
    │   ├── UnreadableText
    │   ├── ChatNotFound
    │   ├── ChatForbidden
    │   ├── ChatBusy
    │   ├── NothingToRetry
    │   ├── TooManyTurns
    │   ├── AtCapacity
    │   ├── IdempotencyKeyReused
    │   └── MemoryNotFound
    ├── TryAgain                something that we depend on cannot be reached now
    │   ├── StoreUnavailable
    │   └── WorkerUnreachable
    ├── OutOfOrder              a message's id does not follow the chat's last one
    ├── TransitionRefused       a turn may not go from its state to that one
    ├── TurnOver                the turn that is being worked on has ended, or was never ours
    └── AgentFailed             the agent ended without an answer, for a reason with a name

Errors carry facts, never sentences for a person: the entrypoints choose the words.
"""

from dataclasses import dataclass

from domain.failure_codes import FailureCode


class AsyncChatError(Exception):
    """The root: whatever is not one of these is a defect."""


class Refused(AsyncChatError):
    """The caller asked for something that cannot be had; asking the same again changes nothing by itself."""


class QuestionMissing(Refused):
    """No question, or nothing visible in it."""


@dataclass
class QuestionTooLong(Refused):
    """The question has `length` characters; `limit` are allowed."""

    length: int
    limit: int


@dataclass
class MemoryTooLong(Refused):
    """A memory has `length` characters; `limit` are allowed."""

    length: int
    limit: int


@dataclass
class UnreadableText(Refused):
    """`field` holds characters that cannot be stored or shown: unpaired surrogates or NULs."""

    field: str


class ChatNotFound(Refused):
    """No such chat, or it has been deleted."""


class ChatForbidden(Refused):
    """The chat is another user's."""


@dataclass
class ChatBusy(Refused):
    """A turn of this chat is still thinking; try again in about `retry_after` seconds."""

    retry_after: float


class NothingToRetry(Refused):
    """The chat's last turn neither failed nor was cancelled."""


@dataclass
class TooManyTurns(Refused):
    """The user has `limit` turns thinking; the first of them ends within `retry_after` seconds."""

    limit: int
    retry_after: float


@dataclass
class AtCapacity(Refused):
    """As many turns think as the service has workers for; the first ends within `retry_after` seconds."""

    retry_after: float


class IdempotencyKeyReused(Refused):
    """The key came before, within its life, with another question or chat."""


class MemoryNotFound(Refused):
    """The user has no such memory."""


class TryAgain(AsyncChatError):
    """Something that we depend on cannot be reached now; the same call may succeed later."""


class StoreUnavailable(TryAgain):
    """The store did not answer, or refused for reasons of its own: throttled, timed out, not permitted."""


class WorkerUnreachable(TryAgain):
    """The worker could not be invoked, or it is not known whether it was."""


@dataclass
class OutOfOrder(AsyncChatError):
    """A message's id does not follow the chat's `last_message_id`: clocks differ. Take an id after it."""

    last_message_id: str


class TransitionRefused(AsyncChatError):
    """A turn may not go from its state to that one, or not by this holder, or not any more."""


class TurnOver(AsyncChatError):
    """The turn that is being worked on has ended, or another worker holds it: stop, and write nothing."""


@dataclass
class AgentFailed(AsyncChatError):
    """The agent ended without an answer. A `code` that is not one of `FailureCode` is shown as `agent_failed`."""

    code: FailureCode | str
