"""The slow path's entrance: an event that the function got from itself, not from API Gateway."""

import logging
from collections.abc import Mapping
from datetime import timedelta
from typing import Any, Literal, Protocol

from pydantic import BaseModel, ConfigDict, ValidationError

from domain.chat_service import ChatService
from domain.ports import Clock
from domain.records import WorkerInvocation

log = logging.getLogger(__name__)

FLAG = "_async_worker"


class LambdaContext(Protocol):
    """The part of Lambda's context that we use."""

    aws_request_id: str

    def get_remaining_time_in_millis(self) -> int:
        """Until Lambda ends this invocation by force."""


class WorkerEvent(BaseModel):
    """The worker's event, version 1. It names the turn; what was asked is read from the table."""

    model_config = ConfigDict(frozen=True, extra="ignore", strict=True, defer_build=True)

    version: Literal[1]
    chat_id: str
    turn_id: str
    token: str
    correlation_id: str = ""

    def to_domain(self) -> WorkerInvocation:
        """As the domain takes it."""
        return WorkerInvocation(self.chat_id, self.turn_id, self.token, self.correlation_id)


def is_worker_event(event: Mapping[str, Any]) -> bool:
    """Whether this came by a direct invocation that means the worker. Whatever came over HTTP has a context."""
    return event.get(FLAG) is True and "requestContext" not in event


def run_worker(service: ChatService, clock: Clock, event: Mapping[str, Any], context: LambdaContext) -> None:
    """Reason about the turn that the event names, and persist how it ends.

    Returns normally once an end is stored, or when there is nothing to do: Lambda then has nothing to deliver again.
    """
    try:
        dispatch = WorkerEvent.model_validate(event).to_domain()
    except ValidationError as error:
        log.error(
            "worker event unreadable", extra={"faults": error.error_count(), "request_id": context.aws_request_id}
        )
        return
    about = {
        "request_id": context.aws_request_id,
        "correlation_id": dispatch.correlation_id,
        "chat_id": dispatch.chat_id,
        "turn_id": dispatch.turn_id,
    }
    until = clock.now() + timedelta(milliseconds=context.get_remaining_time_in_millis())
    reasoned = service.reason(dispatch, until)
    if reasoned is None:
        log.info("worker has nothing to do", extra=about)
        return
    ended = service.persist(reasoned)
    log.info("worker done", extra={**about, "state": ended.state.value if ended else "ended before"})
