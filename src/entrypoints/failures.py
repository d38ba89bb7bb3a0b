"""The failures function: tells the user about turns whose worker Lambda has given up on."""

import json
import logging
from collections.abc import Callable, Mapping
from typing import Any

from pydantic import ValidationError

from domain.failure_codes import FailureCode
from entrypoints import ready
from entrypoints.container import Container
from entrypoints.run_worker import LambdaContext, WorkerEvent

log = logging.getLogger(__name__)

Handler = Callable[[Mapping[str, Any], LambdaContext], dict[str, Any]]


def make_handler(container: Container) -> Handler:
    """The function's handler over the container's adapters."""

    def handle(event: Mapping[str, Any], context: LambdaContext) -> dict[str, Any]:
        container.logging()
        undone = [record["messageId"] for record in event["Records"] if not _settled(container, record["body"])]
        return {"batchItemFailures": [{"itemIdentifier": message_id} for message_id in undone]}

    return handle


def _settled(container: Container, body: str) -> bool:
    """Whether the record needs no second delivery."""
    try:
        record = json.loads(body)
        dispatch = WorkerEvent.model_validate(record["requestPayload"]).to_domain()
    except (ValueError, KeyError, TypeError, ValidationError):
        log.error("failure record unreadable")
        return True
    about = {
        "chat_id": dispatch.chat_id,
        "turn_id": dispatch.turn_id,
        "correlation_id": dispatch.correlation_id,
        "condition": _condition(record.get("requestContext")),
    }
    try:
        ended = container.chat_service().fail(dispatch, FailureCode.WORKER_DIED)
    except Exception as error:  # noqa: BLE001  # one bad record must not hold up the others
        log.error("failure not stored", extra={**about, "error": type(error).__name__})
        return False
    log.warning("worker lost", extra={**about, "settled": ended is not None})
    return True


def _condition(context: object) -> object:
    """Why Lambda gave up: only for the log, so that a record without it fails its turn all the same."""
    return context.get("condition") if isinstance(context, dict) else None


_handle = make_handler(Container())
ready()


def handler(event: Mapping[str, Any], context: LambdaContext) -> dict[str, Any]:
    """What Lambda calls."""
    return _handle(event, context)
