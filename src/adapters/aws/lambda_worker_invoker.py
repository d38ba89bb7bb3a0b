"""Starts the worker: an asynchronous invocation of a Lambda function, usually the dispatcher's own."""

import json
from collections.abc import Callable
from typing import TYPE_CHECKING

from adapters.aws.errors import translate_aws_errors
from adapters.aws.worker_event import worker_event
from domain.errors import WorkerUnreachable
from domain.ports import WorkerInvoker
from domain.records import WorkerInvocation

if TYPE_CHECKING:
    from mypy_boto3_lambda import LambdaClient


class LambdaWorkerInvoker(WorkerInvoker):
    """`client` makes the client on first use: of the four functions only one invokes."""

    def __init__(self, client: "Callable[[], LambdaClient]", function: str) -> None:
        self._client = client
        self._function = function

    def invoke(self, invocation: WorkerInvocation) -> None:
        with translate_aws_errors(WorkerUnreachable):
            self._client().invoke(
                FunctionName=self._function,
                InvocationType="Event",
                Payload=json.dumps(worker_event(invocation)).encode(),
            )
