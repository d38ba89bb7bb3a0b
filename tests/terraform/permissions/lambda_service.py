"""What the Lambda service does with a function's role, done by the test with that role's credentials.

The embedded AWS polls queues and delivers to destinations without checking these permissions; AWS checks them.
"""

from __future__ import annotations

import json
from typing import Any

import boto3
from botocore.config import Config

from tests.e2e.running_stack import RunningStack


class FunctionRole:
    """A function's role, assumed by the test: the embedded AWS allows its administrator to do so."""

    def __init__(self, stack: RunningStack, function: str) -> None:
        self._stack = stack
        self._name: str = stack.outputs["role_names"][function]

    def send_failure(self) -> None:
        """Lambda sends a failed event to the queue. This one names no turn, so that its consumer drops it."""
        body = json.dumps({"requestPayload": None})
        self._client("sqs").send_message(QueueUrl=self._queue, MessageBody=body)

    def receive_failure(self) -> None:
        """Lambda's poller reads the queue's attributes, receives messages, and deletes the processed ones."""
        sqs = self._client("sqs")
        sqs.get_queue_attributes(QueueUrl=self._queue, AttributeNames=["ApproximateNumberOfMessages"])
        sqs.receive_message(QueueUrl=self._queue, VisibilityTimeout=0)
        try:
            sqs.delete_message(QueueUrl=self._queue, ReceiptHandle="of-nothing")
        except sqs.exceptions.ReceiptHandleIsInvalid:
            return  # checked after the permission to delete

    @property
    def _queue(self) -> str:
        return str(self._stack.outputs["failures_queue_url"])

    def _client(self, service: str) -> Any:
        return client_as(self._stack, self._name, service)


def client_as(stack: RunningStack, role: str, service: str) -> Any:
    """A client with the credentials of the role of this name."""
    arn = stack.client("iam").get_role(RoleName=role)["Role"]["Arn"]
    keys = stack.client("sts").assume_role(RoleArn=arn, RoleSessionName="permissions")["Credentials"]
    session = boto3.session.Session(
        keys["AccessKeyId"], keys["SecretAccessKey"], keys["SessionToken"], region_name=stack.region
    )
    config = Config(proxies={}, retries={"total_max_attempts": 1})
    return session.client(service, endpoint_url=stack.endpoint, config=config)  # type: ignore[call-overload]
