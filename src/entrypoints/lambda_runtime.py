"""What all Lambda functions share: a short init, and the same steps around every request.

Each function's module imports this one first: garbage collection is off during init, which saves about a tenth of a
cold start (docs/speed.md). `lambda_function` freezes what init made and turns collection on again.
"""

import gc

gc.disable()

from collections.abc import Callable, Mapping  # noqa: E402  # imports allocate: they come after the line above
from datetime import UTC, datetime, timedelta  # noqa: E402
from typing import Any, Final, Protocol  # noqa: E402

from adapters.observability.json_logs import REQUEST_ID  # noqa: E402
from entrypoints.container import Container  # noqa: E402
from entrypoints.http.router import Handler, Router  # noqa: E402


class LambdaContext(Protocol):
    """The part of Lambda's context object that we use."""

    aws_request_id: str

    def get_remaining_time_in_millis(self) -> int:
        """Milliseconds until Lambda's timeout kills this invocation."""


Event = Mapping[str, Any]
LambdaHandler = Callable[[Event, LambdaContext], dict[str, Any] | None]


def lambda_function(make_handler: Callable[[Container], LambdaHandler]) -> LambdaHandler:
    """The handler that Lambda calls, over the real adapters. Ends the init."""
    handler = make_handler(Container())
    gc.freeze()
    gc.enable()
    return handler


def http_function(function: str, handlers: Mapping[str, Handler], services: Container) -> LambdaHandler:
    """A handler of API Gateway's events. `handlers` has one entry for each of the function's routes, by its name."""
    router = Router(function, handlers, services)

    def handle(event: Event, context: LambdaContext) -> dict[str, Any]:
        services.logging()
        REQUEST_ID.set(event["requestContext"].get("requestId"))
        services.clock().begin(_received_at(event))
        return router(event)

    return handle


def _received_at(event: Event) -> datetime | None:
    millis = event["requestContext"].get("timeEpoch")
    return _EPOCH + timedelta(milliseconds=millis) if isinstance(millis, int) else None


_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
