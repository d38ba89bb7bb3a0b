"""What the service tells, as plain values. Times are aware datetimes."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

Status = Literal["thinking", "answered", "failed", "cancelled"]
Phase = Literal["queued", "running", "done"]
Role = Literal["user", "assistant"]


@dataclass(frozen=True, slots=True)
class Citation:
    """The words of a memory that an answer rests on."""

    memory_id: str
    quote: str


@dataclass(frozen=True, slots=True)
class Message:
    """One thing that was said; as text it is its content."""

    message_id: str
    role: Role
    content: str
    created_at: datetime
    citations: tuple[Citation, ...] = ()

    def __str__(self) -> str:
        return self.content


@dataclass(frozen=True, slots=True)
class Step:
    """Something that the agent did while it was thinking."""

    at: datetime
    text: str


@dataclass(frozen=True, slots=True)
class Failure:
    """Why a turn failed: a stable code, and a sentence for a person."""

    code: str
    message: str


@dataclass(frozen=True, slots=True)
class TurnState:
    """Where a chat's latest turn stands."""

    phase: Phase
    asked_at: datetime
    deadline: datetime
    started_at: datetime | None = None
    ended_at: datetime | None = None
    progress: tuple[Step, ...] = ()
    draft: str | None = None
    error: Failure | None = None


@dataclass(frozen=True, slots=True)
class Page:
    """One poll: a page of a chat's messages, oldest first, and its latest turn.

    `after` is the cursor for what comes next, `before` for the page of older messages, None at the beginning.
    """

    chat_id: str
    status: Status
    messages: tuple[Message, ...]
    turn: TurnState
    after: str
    before: str | None
    poll_after_ms: float | None


@dataclass(frozen=True, slots=True)
class ChatSummary:
    """A chat as the list shows it; the last message's content is only its start."""

    chat_id: str
    title: str
    status: Status
    last_message: Message
    unread: bool


@dataclass(frozen=True, slots=True)
class Memory:
    """Something that the user asked to be remembered."""

    memory_id: str
    text: str
    occurred_at: datetime
    tags: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class NewMemory:
    """A memory that the service does not have yet; without `occurred_at` it happened now."""

    text: str
    occurred_at: datetime | None = None
    tags: Sequence[str] = ()

    def __post_init__(self) -> None:
        if self.occurred_at is not None and self.occurred_at.tzinfo is None:
            raise ValueError("occurred_at needs a time zone")


@dataclass(frozen=True, slots=True)
class Health:
    """Which version answers in which workspace."""

    version: str
    workspace: str
