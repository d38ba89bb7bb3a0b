"""What goes in and out of the services and through the ports: frozen records without rules of their own."""

from dataclasses import dataclass
from datetime import datetime

from domain.chat import Chat, ChatSummary, Citation, Message, Turn
from domain.failure_codes import FailureCode


@dataclass(frozen=True, slots=True)
class Ask:
    """What a user asks, as it came in."""

    user_id: str
    question: str
    chat_id: str | None = None
    key: str | None = None
    correlation_id: str = ""


@dataclass(frozen=True, slots=True)
class AskAccepted:
    """The question is stored and its worker has been invoked; `replayed` when an earlier ask did it."""

    chat_id: str
    replayed: bool = False


@dataclass(frozen=True, slots=True)
class IdempotencyKey:
    """A client's name for one ask. `fingerprint` tells whether the same name came with another body."""

    key: str
    fingerprint: str
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class IdempotencyRecord:
    """What an idempotency key stands for: the ask that came first with it."""

    chat_id: str
    question_id: str
    fingerprint: str


@dataclass(frozen=True, slots=True)
class NewQuestion:
    """All that one ask writes, in one piece. `new_chat` says whether the chat must not, or must, exist."""

    message: Message
    turn: Turn
    new_chat: bool
    turn_limit: int
    key: IdempotencyKey | None = None


@dataclass(frozen=True, slots=True)
class PageRequest:
    """Which messages: newer than `after`, or older than `before`, or (neither) the newest. At most `limit`."""

    limit: int
    after: str | None = None
    before: str | None = None


@dataclass(frozen=True, slots=True)
class ChatPage:
    """A chat and some of its messages, oldest first; whether there are older or newer ones beyond the page."""

    chat: Chat
    messages: tuple[Message, ...]
    has_older: bool = False
    has_newer: bool = False


@dataclass(frozen=True, slots=True)
class ChatList:
    """Some of a user's chats, newest activity first. `next` is the place to go on from, None at the end."""

    chats: tuple[ChatSummary, ...]
    next: tuple[str, str] | None = None


@dataclass(frozen=True, slots=True)
class WorkerInvocation:
    """What the worker is told: ids, the token that proves the event is ours, and an id to join logs by."""

    chat_id: str
    turn_id: str
    token: str
    correlation_id: str


@dataclass(frozen=True, slots=True)
class Assignment:
    """A question to reason about: whose it is, what was said before (oldest first), and by when to be done."""

    user_id: str
    question: str
    history: tuple[Message, ...]
    asked_at: datetime
    answer_by: datetime


@dataclass(frozen=True, slots=True)
class Answer:
    """What the agent says, and the memories that it rests on."""

    text: str
    citations: tuple[Citation, ...] = ()


@dataclass(frozen=True, slots=True)
class Answered:
    """The agent has an answer to the claimed `turn`; it is not stored yet."""

    turn: Turn
    answer: Answer


@dataclass(frozen=True, slots=True)
class Failed:
    """The agent ended without an answer to the claimed `turn`, for the reason `code`."""

    turn: Turn
    code: FailureCode


@dataclass(frozen=True, slots=True)
class Abandoned:
    """The claimed `turn` had ended while the agent was at work: there is nothing to store."""

    turn: Turn


#: How the agent's work on a claimed turn ended.
ReasoningOutcome = Answered | Failed | Abandoned
