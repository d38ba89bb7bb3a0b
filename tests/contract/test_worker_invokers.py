"""WorkerInvoker: the event that is sent, and the errors."""

import json
from dataclasses import dataclass, field
from typing import Any, Protocol

import pytest
from botocore.awsrequest import AWSResponse
from botocore.compat import HTTPHeaders
from botocore.exceptions import (
    ClientError,
    ConnectionClosedError,
    ConnectTimeoutError,
    EndpointConnectionError,
    NoCredentialsError,
    ReadTimeoutError,
    SSLError,
)
from botocore.parsers import ResponseParserError
from botocore.session import Session
from dependency_injector import providers

from adapters.aws.lambda_worker_invoker import OWN_FAULTS, LambdaWorkerInvoker
from domain.chat import TurnState
from domain.errors import WorkerUnreachable
from domain.failure_codes import FailureCode
from domain.ports import WorkerInvoker
from domain.records import WorkerInvocation
from tests.contract.conftest import IN_MEMORY, WORKER_FUNCTION
from tests.fakes.dynamodb.wire import RawBody
from tests.fakes.worker_invoker import WaitingWorkerInvoker
from tests.support.aws import Wire, package_clients, refusal
from tests.support.gateway import worker_event
from tests.support.service import Service

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


def errors_of_invoke() -> dict[str, int]:
    """The errors that botocore's full model lists for Invoke, with their HTTP statuses."""
    shapes = Session().get_service_model("lambda").operation_model("Invoke").error_shapes
    return {shape.name: shape.metadata["error"]["httpStatusCode"] for shape in shapes}


#: Errors that Lambda's model does not list: https://docs.aws.amazon.com/lambda/latest/api/CommonErrors.html
COMMON_ERRORS = {
    "AccessDeniedException": 403,
    "ExpiredTokenException": 403,
    "IncompleteSignature": 400,
    "InternalFailure": 500,
    "InvalidClientTokenId": 403,
    "NotAuthorized": 400,
    "OptInRequired": 403,
    "RequestExpired": 400,
    "ServiceUnavailable": 503,
    "ThrottlingException": 400,
    "UnrecognizedClientException": 403,
    "ValidationError": 400,
    "an error that Lambda adds later": 418,
}
REFUSALS = {**COMMON_ERRORS, **errors_of_invoke()}
UNREACHABLE: dict[str, AWSResponse | Exception] = {
    **{code: refusal(code, status) for code, status in REFUSALS.items() if code not in OWN_FAULTS},
    "a proxy's page": AWSResponse("https://aws.invalid", 502, HTTPHeaders(), RawBody(b"<html>Bad gateway</html>")),
    "no connection": EndpointConnectionError(endpoint_url="https://aws.invalid"),
    "connection closed": ConnectionClosedError(endpoint_url="https://aws.invalid"),
    "connect timeout": ConnectTimeoutError(endpoint_url="https://aws.invalid"),
    "read timeout": ReadTimeoutError(endpoint_url="https://aws.invalid"),
    "no certificate": SSLError(endpoint_url="https://aws.invalid", error=ValueError("self-signed")),
    "no credentials": NoCredentialsError(),
    "an unreadable reply": ResponseParserError("no JSON"),
    "a socket error": OSError("no route to host"),
}


@pytest.mark.parametrize("error", UNREACHABLE.values(), ids=UNREACHABLE)
def test_rejected_invocation_is_worker_unreachable(
    lambda_channel: LambdaChannel, error: AWSResponse | Exception
) -> None:
    lambda_channel.wire.fail_with(error)
    with pytest.raises(WorkerUnreachable):
        lambda_channel.invoker.invoke(INVOCATION)


@pytest.mark.parametrize("code", sorted(OWN_FAULTS))
def test_invalid_request_raises_client_error(lambda_channel: LambdaChannel, code: str) -> None:
    lambda_channel.wire.fail_with(refusal(code, errors_of_invoke()[code]))
    with pytest.raises(ClientError):
        lambda_channel.invoker.invoke(INVOCATION)


@pytest.mark.parametrize("code", sorted(REFUSALS))
def test_turn_ends_as_not_started_after_any_error_of_invoke(lambda_channel: LambdaChannel, code: str) -> None:
    service = Service()
    service.container.worker.override(providers.Object(lambda_channel.invoker))
    lambda_channel.wire.fail_with(refusal(code, REFUSALS[code]))
    answer = service.gateway.ask("Where did I park?")
    assert (answer.status, answer.code) == ((500, "internal_error") if code in OWN_FAULTS else (503, "try_again"))
    (chat,) = service.chats.chats.values()
    assert (chat.turn.state, chat.turn.failure) == (TurnState.FAILED, FailureCode.NOT_STARTED)


def test_no_client_is_made_before_the_first_invocation() -> None:
    made: list[object] = []

    def client() -> Any:
        made.append(client)
        return package_clients().lambda_()

    LambdaWorkerInvoker(client, WORKER_FUNCTION)
    assert made == []
