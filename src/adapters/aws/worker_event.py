"""The worker's event: written by the dispatcher, read by the worker and by the failures function.

It names the turn; what was asked is read from the table. The contract has its shape under "The worker's event".
"""

from collections.abc import Mapping
from typing import Any, Final, Literal

from pydantic import BaseModel, ConfigDict

from domain.records import WorkerInvocation

FLAG: Final = "_async_worker"
#: Changes when a worker of the version before could not read the event any more.
VERSION: Final = 1


def worker_event(invocation: WorkerInvocation) -> dict[str, object]:
    """The event that asks for `invocation`."""
    return {
        FLAG: True,
        "version": VERSION,
        "chat_id": invocation.chat_id,
        "turn_id": invocation.turn_id,
        "token": invocation.token,
        "correlation_id": invocation.correlation_id,
    }


def is_worker_event(event: Mapping[str, Any]) -> bool:
    """Whether this is a direct invocation that means the worker. An event that came over HTTP has a request context."""
    return event.get(FLAG) is True and "requestContext" not in event


def read_worker_event(event: object) -> WorkerInvocation:
    """What the event asks for. Raises pydantic's `ValidationError`."""
    read = _WorkerEvent.model_validate(event)
    return WorkerInvocation(read.chat_id, read.turn_id, read.token, read.correlation_id)


class _WorkerEvent(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore", strict=True, defer_build=True)

    version: Literal[1]
    chat_id: str
    turn_id: str
    token: str
    correlation_id: str = ""
