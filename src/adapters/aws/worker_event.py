"""The worker's event: written by the dispatcher, read by the worker and by the failures function.

It names the turn; the worker reads the question from the table. During a release a worker can get an event of a newer
dispatcher. It cannot know what a newer event asks for, but it knows whose turn it is: every version keeps `chat_id`,
`turn_id` and `token`, so that any version of the failures function can end the turn.
"""

from collections.abc import Mapping
from typing import Any, Final, Literal

from pydantic import BaseModel, ConfigDict

from domain.records import WorkerInvocation

FLAG: Final = "_async_worker"
#: Incremented when a worker of the previous version could not read the event any more.
VERSION: Final = 1


def worker_event(invocation: WorkerInvocation) -> dict[str, object]:
    """The event that carries `invocation`."""
    return {
        FLAG: True,
        "version": VERSION,
        "chat_id": invocation.chat_id,
        "turn_id": invocation.turn_id,
        "token": invocation.token,
        "correlation_id": invocation.correlation_id,
    }


def is_worker_event(event: Mapping[str, Any]) -> bool:
    """Whether a direct invocation asks for the worker. Events from API Gateway have a `requestContext`."""
    return event.get(FLAG) is True and "requestContext" not in event


class NewerEvent(Exception):
    """The event is of a newer version than this code can read."""


def read_worker_event(event: object) -> WorkerInvocation:
    """The invocation that the event carries. Raises pydantic's `ValidationError`, or `NewerEvent`."""
    if is_newer(event):
        raise NewerEvent(f"worker event of version {_version(event)}; this code reads version {VERSION}")
    return _WorkerEvent.model_validate(event).invocation


def read_turn(event: object) -> WorkerInvocation:
    """The turn that the event names, whatever its version, to end it. Raises pydantic's `ValidationError`."""
    return _EventOfAnyVersion.model_validate(event).invocation


def is_newer(event: object) -> bool:
    """Whether the event is of a newer version than this code can read."""
    version = _version(event)
    return isinstance(version, (int, float)) and version > VERSION


def _version(event: object) -> object:
    return event.get("version") if isinstance(event, Mapping) else None


class _EventOfAnyVersion(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore", strict=True, defer_build=True)

    chat_id: str
    turn_id: str
    token: str
    correlation_id: str = ""

    @property
    def invocation(self) -> WorkerInvocation:
        return WorkerInvocation(self.chat_id, self.turn_id, self.token, self.correlation_id)


class _WorkerEvent(_EventOfAnyVersion):
    version: Literal[1]
