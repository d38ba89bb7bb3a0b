"""Records that cross the services and ports: frozen data without rules."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

from domain.chat import Chat, ChatSummary, Citation, InputRequest, Message, Turn
from domain.failure_codes import FailureCode
from domain.limits import UserLimits
from domain.memory import USAGE_LIMIT, Memory, MemoryUsage
from domain.text import is_storable, is_visible

#: How long an idempotency key is kept.
KEY_TTL: Final = timedelta(hours=24)
#: Limits of what an agent asks, in characters: every poll returns question and choices.
ASKED_LENGTH: Final = 1_000
CHOICE_LENGTH: Final = 100
CHOICES: Final = 10
STATE_BYTES: Final = 64 * 1024
LONGEST_WAIT: Final = timedelta(days=30)


@dataclass(frozen=True, slots=True)
class Ask:
    """A question as it was sent. `key` is the client's idempotency key, `time_zone` an IANA name.

    `answers` is the id of the input request that it answers.
    """

    user_id: str
    question: str
    chat_id: str | None = None
    key: str | None = None
    correlation_id: str = ""
    time_zone: str | None = None
    answers: str | None = None


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
class SavedInput:
    """What an agent asked, with the state that it gets back with the answer; `version` is the state's own."""

    request: InputRequest
    state: bytes = field(default=b"", repr=False)
    version: int = 1


@dataclass(frozen=True, slots=True)
class Assignment:
    """A question for the agent. `history` holds the earlier messages, oldest first.

    `time_zone` is the IANA name of the zone in which the person asks: "today" is a day of it. `asked_at` is in UTC.
    A retry of a question is another turn of the same chat.
    `resumed` is what the agent itself asked, with its state, if `question` is the answer to that.
    """

    user_id: str
    question: str
    history: tuple[Message, ...]
    asked_at: datetime
    answer_by: datetime
    time_zone: str = "UTC"
    chat_id: str = ""
    turn_id: str = ""
    resumed: SavedInput | None = None


@dataclass(frozen=True, slots=True)
class Answer:
    """The agent's answer, and the quotes that support it."""

    text: str
    citations: tuple[Citation, ...] = ()


@dataclass(frozen=True, slots=True)
class NeedsInput:
    """What the agent asks the user, in place of an answer: the turn ends, and the user's answer begins another one.

    That turn's agent gets `state` and `version` back, in `Assignment.resumed`. `choices` are answers to choose from;
    any other text may be sent too. After `expires_in` the question can no longer be answered. Raises `ValueError` for
    what is beyond the limits.
    """

    question: str
    choices: tuple[str, ...] = ()
    expires_in: timedelta = timedelta(days=1)
    state: bytes = field(default=b"", repr=False)
    version: int = 1

    def __post_init__(self) -> None:
        texts = (self.question, *self.choices)
        if not all(is_visible(text) and is_storable(text) for text in texts):
            raise ValueError("question and choices need a visible character, and no NULs or unpaired surrogates")
        if len(self.question) > ASKED_LENGTH or any(len(choice) > CHOICE_LENGTH for choice in self.choices):
            raise ValueError(f"question: at most {ASKED_LENGTH:,} characters; a choice: {CHOICE_LENGTH}")
        if len(self.choices) > CHOICES or len(set(self.choices)) < len(self.choices):
            raise ValueError(f"at most {CHOICES} choices, each once")
        if not timedelta(seconds=1) <= self.expires_in <= LONGEST_WAIT:
            raise ValueError(f"expires_in: from a second to {LONGEST_WAIT.days} days")
        if len(self.state) > STATE_BYTES:
            raise ValueError(f"state: at most {STATE_BYTES:,} bytes")

    @property
    def text(self) -> str:
        """The text of the reply's message, as an answer's."""
        return self.question

    @property
    def citations(self) -> tuple[Citation, ...]:
        """None: an answer has some."""
        return ()


#: What an agent may return.
Reply = Answer | NeedsInput


@dataclass(frozen=True, slots=True)
class Answered:
    """The agent has a reply to the claimed `turn`; it is not stored yet. Its message follows the message `after`."""

    turn: Turn
    reply: Reply
    after: str


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
