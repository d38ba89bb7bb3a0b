"""What all Lambda functions share: a short init, and the same steps around every request.

Each function's module imports this one first: garbage collection is off during init, which saves about a tenth of a
cold start (docs/speed.md). `lambda_function` freezes what init made and turns collection on again.

With SnapStart, Lambda runs init once for each published version, and starts every execution environment from a snapshot
of it (ADR 15). Init then also makes what the first request would make. It opens no connection and draws no random
number that lasts: all copies would share it.
"""

import gc

gc.disable()

import os  # noqa: E402  # imports allocate: they come after the line above
import random  # noqa: E402
from collections.abc import Callable, Mapping  # noqa: E402
from datetime import UTC, datetime, timedelta  # noqa: E402
from typing import Any, Final, Protocol  # noqa: E402

from adapters.aws.sdk import close_connections  # noqa: E402
from adapters.observability.json_logs import IDS  # noqa: E402
from entrypoints.container import Container, check_runtime  # noqa: E402
from entrypoints.http.router import Handler, Router  # noqa: E402


class LambdaContext(Protocol):
    """The part of Lambda's context object that we use."""

    aws_request_id: str

    def get_remaining_time_in_millis(self) -> int:
        """Milliseconds until Lambda's timeout kills this invocation."""


Event = Mapping[str, Any]
LambdaHandler = Callable[[Event, LambdaContext], dict[str, Any] | None]


def lambda_function(
    make_handler: Callable[[Container], LambdaHandler], *, before_snapshot: tuple[str, ...]
) -> LambdaHandler:
    """The handler that Lambda calls, over the real adapters. Ends the init.

    `before_snapshot` names the container's parts that the function's requests need. With SnapStart they are made here;
    without it, each by the first request that needs it, so that a cold start makes no part that it does not use.
    """
    check_runtime()
    services = Container()
    handler = make_handler(services)
    if os.environ.get("AWS_LAMBDA_INITIALIZATION_TYPE") == "snap-start":
        for name in before_snapshot:
            getattr(services, name)()
        close_connections()  # before gc.freeze, which hides objects
        _reseed_after_restore()
    gc.freeze()
    gc.enable()
    return handler


def _reseed_after_restore() -> None:
    # Lambda's Python has this module; elsewhere, awslambdaric brings it.
    from snapshot_restore_py import register_after_restore

    # The jitter of retries comes from `random`. Ids and tokens come from the kernel, which Lambda reseeds itself:
    # https://docs.aws.amazon.com/lambda/latest/dg/snapstart-uniqueness.html
    register_after_restore(random.seed)


def http_function(function: str, handlers: Mapping[str, Handler], services: Container) -> LambdaHandler:
    """A handler of API Gateway's events. `handlers` has one entry for each of the function's routes, by its name."""
    router = Router(function, handlers, services)

    def handle(event: Event, context: LambdaContext) -> dict[str, Any]:
        services.logging()
        request_id = event["requestContext"].get("requestId")
        IDS.set({"request_id": request_id} if request_id else {})
        services.clock().begin(_received_at(event))
        return router(event)

    return handle


def _received_at(event: Event) -> datetime | None:
    millis = event["requestContext"].get("timeEpoch")
    return _EPOCH + timedelta(milliseconds=millis) if isinstance(millis, int) else None


_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
