"""Starts the worker: an asynchronous invocation of a Lambda function, usually the dispatcher's own."""

import json
from collections.abc import Callable
from typing import TYPE_CHECKING, Final

from botocore.exceptions import ClientError

from adapters.aws.errors import code_of
from adapters.aws.worker_event import worker_event
from domain.errors import WorkerUnreachable
from domain.ports import WorkerInvoker
from domain.records import WorkerInvocation

if TYPE_CHECKING:
    from mypy_boto3_lambda import LambdaClient

#: Invoke's errors about the request itself, which are defects of ours. All its other errors are about the function, its
#: configuration or the service: Lambda adds to them, so they are not listed.
#: https://docs.aws.amazon.com/lambda/latest/api/API_Invoke.html#API_Invoke_Errors
OWN_FAULTS: Final = frozenset(
    {
        "InvalidParameterValueException",
        "InvalidRequestContentException",
        "RequestTooLargeException",
        "SerializedRequestEntityTooLargeException",
        "UnsupportedMediaTypeException",
    }
)


class LambdaWorkerInvoker(WorkerInvoker):
    """`client` makes the client on first use: of all functions only one invokes."""

    def __init__(self, client: "Callable[[], LambdaClient]", function: str) -> None:
        self._client = client
        self._function = function

    def invoke(self, invocation: WorkerInvocation) -> None:
        payload = json.dumps(worker_event(invocation)).encode()
        try:
            self._client().invoke(FunctionName=self._function, InvocationType="Event", Payload=payload)
        except ClientError as error:
            if code_of(error) in OWN_FAULTS:
                raise
            raise WorkerUnreachable(code_of(error)) from error
        except Exception as error:
            # No common class: botocore's parser, credentials and connection pool raise exceptions of their own.
            raise WorkerUnreachable(type(error).__name__) from error
