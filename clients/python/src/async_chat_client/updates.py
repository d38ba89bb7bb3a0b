"""What a turn's watcher is told, in the order in which it happens. The last one is always an end."""

from dataclasses import dataclass
from typing import Literal, TypeAlias

from async_chat_client._models import Message, Step
from async_chat_client.errors import AsyncChatError


@dataclass(frozen=True, slots=True)
class Thinking:
    """The turn waits for a worker (`queued`), or one has it (`running`)."""

    phase: Literal["queued", "running"]


@dataclass(frozen=True, slots=True)
class Draft:
    """The answer so far, whole; empty when the agent has thrown it away."""

    text: str


@dataclass(frozen=True, slots=True)
class PollFailed:
    """A poll failed, which says nothing about the turn: another follows in `again_in` seconds."""

    error: AsyncChatError
    again_in: float


@dataclass(frozen=True, slots=True)
class Answered:
    """The end: here is the answer."""

    message: Message


@dataclass(frozen=True, slots=True)
class Failed:
    """The end: no answer. `code` is stable, `message` is for a person."""

    code: str
    message: str


@dataclass(frozen=True, slots=True)
class Cancelled:
    """The end: the turn was stopped."""


End: TypeAlias = Answered | Failed | Cancelled
Update: TypeAlias = Thinking | Step | Draft | PollFailed | Answered | Failed | Cancelled
