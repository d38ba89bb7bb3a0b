"""WorkerInvoker: the event that is sent, and the errors."""

import json
from dataclasses import dataclass, field
from typing import Any, Protocol

import pytest
from botocore.awsrequest import AWSResponse
from botocore.exceptions import ClientError, EndpointConnectionError, ReadTimeoutError

from adapters.aws.lambda_worker_invoker import LambdaWorkerInvoker
from domain.errors import WorkerUnreachable
from domain.ports import WorkerInvoker
from domain.records import WorkerInvocation
from tests.contract.conftest import IN_MEMORY, WORKER_FUNCTION
from tests.fakes.worker_invoker import WaitingWorkerInvoker
from tests.support.aws import Wire, package_clients, refusal
from tests.support.gateway import worker_event

INVOCATION = WorkerInvocation("01KACHAT", "01KATURN", "token-of-the-turn", "request-7")


class Channel(Protocol):
    """An invoker and its receiving end."""

    @property
    def invoker(self) -> WorkerInvoker: ...

    def arrived(self) -> list[dict[str, Any]]: ...

    def cut(self) -> None: ...


@dataclass
class LambdaChannel:
    """LambdaWorkerInvoker over moto; `arrived` are the requests' payloads."""

    wire: Wire = field(default_factory=Wire)

    def __post_init__(self) -> None:
        client = package_clients().lambda_()
        self.wire.tap(client)
        self.invoker = LambdaWorkerInvoker(lambda: client, WORKER_FUNCTION)

    def arrived(self) -> list[dict[str, Any]]:
        return [json.loads(request.body) for request in self.wire.sent]

    def cut(self) -> None:
        self.wire.fail_with(EndpointConnectionError(endpoint_url="https://aws.invalid"))


class InMemoryChannel:
    def __init__(self) -> None:
        self.invoker = WaitingWorkerInvoker()

    def arrived(self) -> list[dict[str, Any]]:
        return [worker_event(invocation) for invocation in self.invoker.waiting]

    def cut(self) -> None:
        self.invoker.unreachable = True


@pytest.fixture
def lambda_channel(worker_function: str) -> LambdaChannel:
    return LambdaChannel()


@pytest.fixture(params=[IN_MEMORY, "lambda"])
def channel(request: pytest.FixtureRequest) -> Channel:
    if request.param == IN_MEMORY:
        return InMemoryChannel()
    found: LambdaChannel = request.getfixturevalue("lambda_channel")
    return found


def test_invocation_arrives_as_the_worker_event(channel: Channel) -> None:
    channel.invoker.invoke(INVOCATION)
    assert channel.arrived() == [
        {
            "_async_worker": True,
            "version": 1,
            "chat_id": "01KACHAT",
            "turn_id": "01KATURN",
            "token": "token-of-the-turn",
            "correlation_id": "request-7",
        }
    ]


def test_each_invocation_sends_its_own_event(channel: Channel) -> None:
    for _ in range(3):
        channel.invoker.invoke(INVOCATION)
    assert len(channel.arrived()) == 3


def test_invocation_without_connection_is_worker_unreachable(channel: Channel) -> None:
    channel.cut()
    with pytest.raises(WorkerUnreachable):
        channel.invoker.invoke(INVOCATION)


# ---- LambdaWorkerInvoker


def test_function_is_invoked_asynchronously(lambda_channel: LambdaChannel) -> None:
    lambda_channel.invoker.invoke(INVOCATION)
    (request,) = lambda_channel.wire.sent
    assert request.url.endswith(f"/2015-03-31/functions/{WORKER_FUNCTION}/invocations")
    assert request.headers["X-Amz-Invocation-Type"] == "Event"
    assert request.reply["StatusCode"] == 202


UNREACHABLE = {
    "throttled": refusal("TooManyRequestsException", 429),
    "not permitted": refusal("AccessDeniedException", 403),
    "no such function": refusal("ResourceNotFoundException", 404),
    "internal error": refusal("ServiceException", 500),
    "function is being updated": refusal("ResourceConflictException", 409),
    "snapshot is not ready": refusal("SnapStartNotReadyException", 409),
    "snapshot timeout": refusal("SnapStartTimeoutException", 408),
    "no capacity": refusal("EC2ThrottledException", 502),
    "no connection": EndpointConnectionError(endpoint_url="https://aws.invalid"),
    "timeout": ReadTimeoutError(endpoint_url="https://aws.invalid"),
}


@pytest.mark.parametrize("error", UNREACHABLE.values(), ids=UNREACHABLE)
def test_rejected_invocation_is_worker_unreachable(
    lambda_channel: LambdaChannel, error: AWSResponse | Exception
) -> None:
    lambda_channel.wire.fail_with(error)
    with pytest.raises(WorkerUnreachable):
        lambda_channel.invoker.invoke(INVOCATION)


def test_invalid_request_raises_client_error(lambda_channel: LambdaChannel) -> None:
    lambda_channel.wire.fail_with(refusal("InvalidParameterValueException"))
    with pytest.raises(ClientError):
        lambda_channel.invoker.invoke(INVOCATION)


def test_no_client_is_made_before_the_first_invocation() -> None:
    made: list[object] = []

    def client() -> Any:
        made.append(client)
        return package_clients().lambda_()

    LambdaWorkerInvoker(client, WORKER_FUNCTION)
    assert made == []
