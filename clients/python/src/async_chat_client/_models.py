"""The service's data as values. Times are aware datetimes."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal

Status = Literal["thinking", "answered", "needs_input", "failed", "cancelled"]
Phase = Literal["queued", "running", "done"]
Role = Literal["user", "assistant"]
Rating = Literal[1, -1]


@dataclass(frozen=True, slots=True)
class Citation:
    """A quote from a memory that supports an answer."""

    memory_id: str
    quote: str


@dataclass(frozen=True, slots=True)
class Usage:
    """What an answer used of a language model. `cached_tokens` are a part of `input_tokens`."""

    model: str
    requests: int
    input_tokens: int
    cached_tokens: int
    output_tokens: int


@dataclass(frozen=True, slots=True)
class Feedback:
    """What the user said of an answer: a `rating`, 1 for good or -1 for bad, and perhaps a `reason`."""

    rating: Rating
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class Message:
    """A question or an answer. `str()` gives its content.

    `usage` is None where no model was used, `feedback` where none was given.
    """

    message_id: str
    role: Role
    content: str
    created_at: datetime
    citations: tuple[Citation, ...] = ()
    usage: Usage | None = None
    feedback: Feedback | None = None

    def __str__(self) -> str:
        return self.content


@dataclass(frozen=True, slots=True)
class Step:
    """A progress step of the agent."""

    at: datetime
    text: str


@dataclass(frozen=True, slots=True)
class Failure:
    """Why a turn failed: a stable `code`, and a sentence for a person."""

    code: str
    message: str


@dataclass(frozen=True, slots=True)
class InputRequest:
    """What the agent asks before it can go on: answer it by `chat.ask(text, answers=input_id)`.

    `choices` are answers to choose from, often none; any other text may be sent too.
    """

    input_id: str
    question: str
    choices: tuple[str, ...]
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class TurnState:
    """The state of a chat's latest turn. `cancel_reason` is why the service's operator stopped it, if one did.

    `input` is what the agent asks, if the status is `needs_input`.
    """

    phase: Phase
    asked_at: datetime
    deadline: datetime
    started_at: datetime | None = None
    ended_at: datetime | None = None
    progress: tuple[Step, ...] = ()
    draft: str | None = None
    error: Failure | None = None
    usage: Usage | None = None
    cancel_reason: str | None = None
    input: InputRequest | None = None


@dataclass(frozen=True, slots=True)
class Page:
    """A poll's result: a page of messages, oldest first, and the latest turn.

    `after` is the cursor for newer messages; `before` the one for the page of older messages, None at the beginning.
    `wait`: for how many seconds the next poll may be held, None for a plain one.
    """

    chat_id: str
    status: Status
    messages: tuple[Message, ...]
    turn: TurnState
    after: str
    before: str | None
    poll_after_ms: float | None
    wait: int | None = None


@dataclass(frozen=True, slots=True)
class ChatSummary:
    """A chat in the list of chats. `last_message` holds only the start of the content."""

    chat_id: str
    title: str
    status: Status
    last_message: Message
    unread: bool


@dataclass(frozen=True, slots=True)
class Memory:
    """A stored memory. Of one without a time, `day` is its day in every zone, and `occurred_at` noon UTC of it.

    `time_zone` is the IANA name of the zone whose day it happened on, if it was stored with one.
    """

    memory_id: str
    text: str
    occurred_at: datetime
    tags: tuple[str, ...] = ()
    day: date | None = None
    time_zone: str | None = None


@dataclass(frozen=True, slots=True)
class NewMemory:
    """A memory to store. `occurred_at` is by default the time of the request; a date is that day in every zone.

    `time_zone`: the IANA name of the zone whose day it happened on, by default the client's.
    """

    text: str
    occurred_at: datetime | date | None = None
    tags: Sequence[str] = ()
    time_zone: str | None = None

    def __post_init__(self) -> None:
        if isinstance(self.tags, str):  # a sequence too, of its letters
            raise TypeError("tags must be several strings, such as ['car']")
        if not isinstance(self.occurred_at, date | None):  # a datetime is a date
            raise TypeError("occurred_at must be a datetime or a date")
        if isinstance(self.occurred_at, datetime) and self.occurred_at.tzinfo is None:
            raise ValueError("occurred_at needs a time zone")


@dataclass(frozen=True, slots=True)
class Health:
    version: str
    workspace: str
