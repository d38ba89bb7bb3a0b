"""The worker's event: written by the dispatcher, read by the worker and by the failures function.

It names the turn; the worker reads the question from the table.
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


def read_worker_event(event: object) -> WorkerInvocation:
    """The invocation that the event carries. Raises pydantic's `ValidationError`."""
    read = _WorkerEvent.model_validate(event)
    return WorkerInvocation(read.chat_id, read.turn_id, read.token, read.correlation_id)


class _WorkerEvent(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore", strict=True, defer_build=True)

    version: Literal[1]
    chat_id: str
    turn_id: str
    token: str
    correlation_id: str = ""
