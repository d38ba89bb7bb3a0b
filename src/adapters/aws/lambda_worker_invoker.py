"""The worker, started by an asynchronous invocation of a Lambda function: as a rule, our own."""

import json
from collections.abc import Callable
from typing import TYPE_CHECKING, Final

from adapters.aws.errors import raising
from domain.errors import WorkerUnreachable
from domain.ports import WorkerInvoker
from domain.records import WorkerInvocation

if TYPE_CHECKING:
    from mypy_boto3_lambda import LambdaClient

#: Changes when a worker of the version before could not read the event any more.
EVENT_VERSION: Final = 1


class LambdaWorkerInvoker(WorkerInvoker):
    """`client` is called at the first invocation: only one of our functions ever invokes."""

    def __init__(self, client: "Callable[[], LambdaClient]", function: str) -> None:
        self._client = client
        self._function = function

    def invoke(self, dispatch: WorkerInvocation) -> None:
        event = {
            "_async_worker": True,
            "version": EVENT_VERSION,
            "chat_id": dispatch.chat_id,
            "turn_id": dispatch.turn_id,
            "token": dispatch.token,
            "correlation_id": dispatch.correlation_id,
        }
        with raising(WorkerUnreachable):
            self._client().invoke(
                FunctionName=self._function, InvocationType="Event", Payload=json.dumps(event).encode()
            )
