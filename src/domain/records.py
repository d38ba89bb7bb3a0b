"""Records that cross the services and ports: frozen data without rules."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from domain.chat import Chat, ChatSummary, Citation, Message, Turn
from domain.failure_codes import FailureCode
from domain.limits import UserLimits
from domain.memory import USAGE_LIMIT, Memory, MemoryUsage

#: How long an idempotency key is kept.
KEY_TTL: Final = timedelta(hours=24)


@dataclass(frozen=True, slots=True)
class Ask:
    """A question as it was sent. `key` is the client's idempotency key, `time_zone` an IANA name."""

    user_id: str
    question: str
    chat_id: str | None = None
    key: str | None = None
    correlation_id: str = ""
    time_zone: str | None = None


@dataclass(frozen=True, slots=True)
class AskAccepted:
    """The question is stored and its worker invoked; `replayed` when an earlier ask with the same key did that."""

    chat_id: str
    replayed: bool = False


@dataclass(frozen=True, slots=True)
class IdempotencyKey:
    """A client's key for one request. `fingerprint` is a hash of it, to detect the same key with another body."""

    key: str
    fingerprint: str
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class IdempotencyRecord:
    """What is stored under an idempotency key: the first ask that used it."""

    chat_id: str
    question_id: str
    fingerprint: str


@dataclass(frozen=True, slots=True)
class MemoryTerms:
    """On what terms a request's memories are stored: at what time, below which limit, under which key.

    With `forget_key` the key lasts only until all memories are stored: a repetition of the request continues an
    interrupted one, and is a request of its own after a complete one.
    """

    now: datetime
    key: IdempotencyKey
    forget_key: bool = False
    limit: MemoryUsage = USAGE_LIMIT


@dataclass(frozen=True, slots=True)
class MemoryRecord:
    """What is stored under the idempotency key of a request that stores memories."""

    memory_ids: tuple[str, ...]
    fingerprint: str


@dataclass(frozen=True, slots=True)
class Remembered:
    """The ids of a request's memories; `replayed` when an earlier request with the same key has made them."""

    memory_ids: tuple[str, ...]
    replayed: bool = False


@dataclass(frozen=True, slots=True)
class MemoryPage:
    """A page of memories, newest first. `next` is the `before` of the next page, None at the end."""

    memories: tuple[Memory, ...]
    next: str | None = None


@dataclass(frozen=True, slots=True)
class FoundMemories:
    """The result of a search, best match first. Not `complete` when its time was over before all were searched."""

    memories: tuple[Memory, ...]
    complete: bool = True


@dataclass(frozen=True, slots=True)
class NewQuestion:
    """Everything that one ask writes, atomically. With `new_chat` the chat must not exist, otherwise it must."""

    message: Message
    turn: Turn
    new_chat: bool
    limits: UserLimits
    key: IdempotencyKey | None = None


@dataclass(frozen=True, slots=True)
class PageRequest:
    """At most `limit` messages: newer than the id `after`, or older than `before`, or (neither) the newest."""

    limit: int
    after: str | None = None
    before: str | None = None


@dataclass(frozen=True, slots=True)
class ChatPage:
    """A chat and a page of its messages, oldest first."""

    chat: Chat
    messages: tuple[Message, ...]
    has_older: bool = False
    has_newer: bool = False


@dataclass(frozen=True, slots=True)
class ChatList:
    """A page of a user's chats, newest activity first. `next` is the position of the next page, None at the end."""

    chats: tuple[ChatSummary, ...]
    next: tuple[str, str] | None = None


@dataclass(frozen=True, slots=True)
class WorkerInvocation:
    """What the worker is told. `token` proves that the event is genuine; `correlation_id` joins the log lines."""

    chat_id: str
    turn_id: str
    token: str
    correlation_id: str


@dataclass(frozen=True, slots=True)
class Assignment:
    """A question for the agent. `history` holds the earlier messages, oldest first.

    `time_zone` is the IANA name of the zone in which the person asks: "today" is a day of it. `asked_at` is in UTC.
    A retry of a question is another turn of the same chat.
    """

    user_id: str
    question: str
    history: tuple[Message, ...]
    asked_at: datetime
    answer_by: datetime
    time_zone: str = "UTC"
    chat_id: str = ""
    turn_id: str = ""


@dataclass(frozen=True, slots=True)
class Answer:
    """The agent's answer, and the quotes that support it."""

    text: str
    citations: tuple[Citation, ...] = ()


@dataclass(frozen=True, slots=True)
class Answered:
    """The agent has an answer to the claimed `turn`; it is not stored yet."""

    turn: Turn
    answer: Answer


@dataclass(frozen=True, slots=True)
class Failed:
    """The agent ended without an answer to the claimed `turn`, for the reason `code`, maybe with its own sentence."""

    turn: Turn
    code: FailureCode
    message: str | None = None


@dataclass(frozen=True, slots=True)
class Abandoned:
    """The claimed `turn` ended while the agent was running: there is nothing to store."""

    turn: Turn


#: How the agent's work on a claimed turn ended.
ReasoningOutcome = Answered | Failed | Abandoned
