"""A turn's updates, in the order in which they happen. The last one is always an end."""

from dataclasses import dataclass
from typing import Literal, TypeAlias

from async_chat_client._models import InputRequest, Message, Step
from async_chat_client.errors import AsyncChatError

__all__ = ["Answered", "Cancelled", "Draft", "End", "Failed", "NeedsInput", "PollFailed", "Step", "Thinking", "Update"]


@dataclass(frozen=True, slots=True)
class Thinking:
    """The turn waits for a worker (`queued`) or has one (`running`)."""

    phase: Literal["queued", "running"]


@dataclass(frozen=True, slots=True)
class Draft:
    """The whole draft of the answer so far; empty when the agent has discarded it."""

    text: str


@dataclass(frozen=True, slots=True)
class PollFailed:
    """A poll failed; the turn is not affected. The next poll follows in `again_in` seconds."""

    error: AsyncChatError
    again_in: float


@dataclass(frozen=True, slots=True)
class Answered:
    """End: the answer."""

    message: Message


@dataclass(frozen=True, slots=True)
class Failed:
    """End: no answer. `code` is stable, `message` is for a person."""

    code: str
    message: str


@dataclass(frozen=True, slots=True)
class Cancelled:
    """End: the turn was stopped, by its user or, for a `reason` in words for a person, by the service's operator."""

    reason: str | None = None


@dataclass(frozen=True, slots=True)
class NeedsInput:
    """End: the agent asks the user, and a new turn about the answer goes on. `message` asks it in the chat."""

    request: InputRequest
    message: Message


End: TypeAlias = Answered | NeedsInput | Failed | Cancelled
Update: TypeAlias = Thinking | Step | Draft | PollFailed | Answered | NeedsInput | Failed | Cancelled
