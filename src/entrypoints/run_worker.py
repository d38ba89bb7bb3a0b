"""The worker: runs the agent for an event that the dispatcher sent to its own function."""

import logging
from datetime import timedelta
from typing import Final

from pydantic import ValidationError

from adapters.aws.worker_event import read_worker_event
from adapters.observability.json_logs import IDS
from entrypoints.container import Container
from entrypoints.lambda_runtime import Event, LambdaContext

log: Final = logging.getLogger(__name__)


def run_worker(event: Event, context: LambdaContext, services: Container) -> None:
    """Reason about the event's turn and persist the outcome.

    Returns normally once the end is stored or nothing is to be done, so that Lambda does not deliver the event again.
    Raises `NewerEvent` for an event of a newer dispatcher, and, once in each process, what the agent needs of the
    runtime and does not find: Lambda then sends the event to the failures queue, and its turn ends within seconds
    instead of at its deadline.
    """
    services.logging()
    IDS.set({"request_id": context.aws_request_id})
    services.clock().begin(None)
    try:
        invocation = read_worker_event(event)
    except ValidationError as error:
        log.error("worker event unreadable", extra={"faults": error.error_count()})
        return
    # On every line from here on, also those of the agent and its libraries.
    ids = {"chat_id": invocation.chat_id, "turn_id": invocation.turn_id, "correlation_id": invocation.correlation_id}
    IDS.set({"request_id": context.aws_request_id, **ids})
    services.checked_agent()
    service = services.chat_service()
    until = services.clock().now() + timedelta(milliseconds=context.get_remaining_time_in_millis())
    outcome = service.reason(invocation, until)
    if outcome is None:
        log.info("worker has nothing to do")
        return
    ended = service.persist(outcome)
    log.info("worker done", extra={"state": ended.state.value if ended else "ended before"})
