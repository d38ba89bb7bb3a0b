"""WorkerInvoker: what goes over, and what a failure is called."""

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

DISPATCH = WorkerInvocation("01KACHAT", "01KATURN", "token-of-the-turn", "request-7")


class Hop(Protocol):
    """An invoker, and what has come out at its other end."""

    @property
    def invoker(self) -> WorkerInvoker: ...

    def arrived(self) -> list[dict[str, Any]]: ...

    def cut(self) -> None: ...


@dataclass
class LambdaHop:
    """Lambda's own, over moto: events as they went over the wire."""

    wire: Wire = field(default_factory=Wire)

    def __post_init__(self) -> None:
        client = package_clients().lambda_()
        self.wire.tap(client)
        self.invoker = LambdaWorkerInvoker(lambda: client, WORKER_FUNCTION)

    def arrived(self) -> list[dict[str, Any]]:
        return [json.loads(request.body) for request in self.wire.sent]

    def cut(self) -> None:
        self.trouble(EndpointConnectionError(endpoint_url="https://aws.invalid"))

    def trouble(self, trouble: AWSResponse | Exception) -> None:
        def interfere(_operation: str) -> AWSResponse:
            if isinstance(trouble, Exception):
                raise trouble
            return trouble

        self.wire.interfere = interfere


class WaitingHop:
    """The fake."""

    def __init__(self) -> None:
        self.invoker = WaitingWorkerInvoker()

    def arrived(self) -> list[dict[str, Any]]:
        return [worker_event(dispatch) for dispatch in self.invoker.waiting]

    def cut(self) -> None:
        self.invoker.unreachable = True


@pytest.fixture
def lambda_hop(worker_function: str) -> LambdaHop:
    return LambdaHop()


@pytest.fixture(params=[IN_MEMORY, "lambda"])
def hop(request: pytest.FixtureRequest) -> Hop:
    if request.param == IN_MEMORY:
        return WaitingHop()
    found: LambdaHop = request.getfixturevalue("lambda_hop")
    return found


def test_a_dispatch_arrives_as_the_workers_event(hop: Hop) -> None:
    hop.invoker.invoke(DISPATCH)
    assert hop.arrived() == [
        {
            "_async_worker": True,
            "version": 1,
            "chat_id": "01KACHAT",
            "turn_id": "01KATURN",
            "token": "token-of-the-turn",
            "correlation_id": "request-7",
        }
    ]


def test_every_invocation_goes_over_by_itself(hop: Hop) -> None:
    for _ in range(3):
        hop.invoker.invoke(DISPATCH)
    assert len(hop.arrived()) == 3


def test_an_invocation_that_is_not_accepted_is_called_unreachable(hop: Hop) -> None:
    hop.cut()
    with pytest.raises(WorkerUnreachable):
        hop.invoker.invoke(DISPATCH)


# ---- Lambda's own


def test_the_function_is_invoked_without_waiting_for_it(lambda_hop: LambdaHop) -> None:
    lambda_hop.invoker.invoke(DISPATCH)
    (request,) = lambda_hop.wire.sent
    assert request.url.endswith(f"/2015-03-31/functions/{WORKER_FUNCTION}/invocations")
    assert request.headers["X-Amz-Invocation-Type"] == "Event"
    assert request.reply["StatusCode"] == 202


UNREACHABLE = {
    "throttled": refusal("TooManyRequestsException", 429),
    "not permitted": refusal("AccessDeniedException", 403),
    "no such function": refusal("ResourceNotFoundException", 404),
    "their fault": refusal("ServiceException", 500),
    "being changed": refusal("ResourceConflictException", 409),
    "being restored": refusal("SnapStartNotReadyException", 409),
    "restored too slowly": refusal("SnapStartTimeoutException", 408),
    "no capacity": refusal("EC2ThrottledException", 502),
    "no way there": EndpointConnectionError(endpoint_url="https://aws.invalid"),
    "nobody knows": ReadTimeoutError(endpoint_url="https://aws.invalid"),
}


@pytest.mark.parametrize("trouble", UNREACHABLE.values(), ids=UNREACHABLE)
def test_rejected_invocation_is_worker_unreachable(lambda_hop: LambdaHop, trouble: AWSResponse | Exception) -> None:
    lambda_hop.trouble(trouble)
    with pytest.raises(WorkerUnreachable):
        lambda_hop.invoker.invoke(DISPATCH)


def test_an_invocation_that_we_built_wrongly_is_a_defect(lambda_hop: LambdaHop) -> None:
    lambda_hop.trouble(refusal("InvalidParameterValueException"))
    with pytest.raises(ClientError):
        lambda_hop.invoker.invoke(DISPATCH)


def test_no_client_is_made_before_the_first_invocation() -> None:
    made: list[object] = []

    def client() -> Any:
        made.append(client)
        return package_clients().lambda_()

    LambdaWorkerInvoker(client, WORKER_FUNCTION)
    assert made == []
