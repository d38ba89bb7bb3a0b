"""The failures function: ends turns whose worker failed, from Lambda's on-failure destination (an SQS queue).

An operator invokes it to stop a turn, so that this end too is logged and counted, and needs no right to the table.
"""

# First: see there.
from entrypoints.lambda_runtime import Event, LambdaContext, LambdaHandler, lambda_function

# isort: split
import json
import logging
from typing import Any, Final

from pydantic import ValidationError

from adapters.aws.worker_event import is_newer, read_turn
from adapters.observability.json_logs import IDS
from domain.errors import ChatNotFound
from domain.failure_codes import FailureCode
from entrypoints.container import Container
from entrypoints.schemas.fields import status_of
from entrypoints.schemas.stop import STOP, StopTurn

log: Final = logging.getLogger(__name__)


def make_handler(services: Container) -> LambdaHandler:
    """The function's handler over the container's adapters: takes SQS messages, returns those to deliver again; or
    takes `StopTurn` under `STOP`, and returns the turn's status, None when the chat's latest turn is another one.
    """

    def handle(event: Event, context: LambdaContext) -> dict[str, Any]:
        services.logging()
        IDS.set({"request_id": context.aws_request_id})
        if STOP in event:
            return {"status": _stopped(StopTurn.model_validate(event[STOP]), services)}
        undone = [record["messageId"] for record in event["Records"] if not _settled(record["body"], services)]
        return {"batchItemFailures": [{"itemIdentifier": message_id} for message_id in undone]}

    return handle


def _settled(body: str, services: Container) -> bool:
    """Whether the record is done and needs no second delivery."""
    event: object = None
    try:
        record = json.loads(body)
        event = record["requestPayload"]
        invocation = read_turn(event)
    except (ValueError, KeyError, TypeError, ValidationError):
        log.error("failure record unreadable")
        # The next version of this function may read it; if none does, the dead-letter queue keeps it for a person.
        return not is_newer(event)
    log_fields = {
        "chat_id": invocation.chat_id,
        "turn_id": invocation.turn_id,
        "correlation_id": invocation.correlation_id,
        "condition": _condition(record.get("requestContext")),
    }
    try:
        ended = services.chat_service().fail(invocation, FailureCode.WORKER_DIED)
    except Exception as error:  # noqa: BLE001  # one bad record must not block the others
        log.error("failure not stored", extra={**log_fields, "error": type(error).__name__})
        return False
    log.warning("worker lost", extra={**log_fields, "settled": ended is not None})
    return True


def _stopped(wanted: StopTurn, services: Container) -> str | None:
    try:
        return status_of(services.chat_service().stop(wanted.chat_id, wanted.turn_id, wanted.reason).state)
    except ChatNotFound:
        return None


def _condition(context: object) -> object:
    """Why Lambda gave up. Only logged: a record without it ends its turn too."""
    return context.get("condition") if isinstance(context, dict) else None


handler = lambda_function(make_handler, before_snapshot=("chat_service",))
