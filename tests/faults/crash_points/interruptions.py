"""botocore hooks that count the functions' AWS calls and interfere with one of them."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from enum import StrEnum
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from botocore import xform_name
from botocore.awsrequest import AWSResponse
from botocore.compat import HTTPHeaders
from botocore.exceptions import ClientError, ConnectTimeoutError, ReadTimeoutError

from tests.faults.fault_rates import Killed
from tests.support.aws import WRITES, conflict_of, mix, parsed, refusal

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

URL = "https://aws.invalid"
#: A run takes some thirty calls, or four a second until the deadline where polls are held for a dead worker; one that
#: takes this many is in an endless loop.
ENDLESS = 900


class Fault(StrEnum):
    """What happens to one call, or to the process that makes it."""

    KILLED_BEFORE = "killed before the call"
    KILLED_AFTER = "killed after its effect"
    LOST_BEFORE = "call lost"
    LOST_AFTER = "reply lost after its effect"
    REPEATED = "sent again by the client library"
    CONFLICT = "refused once for a conflict"
    THROTTLED = "throttled once"

    def possible_at(self, operation: str) -> bool:
        """Reads meet no conflict, and throttled ones fail as lost ones do."""
        return self not in {Fault.CONFLICT, Fault.THROTTLED} or operation in WRITES


class Endless(BaseException):
    """The service calls AWS without end."""


@dataclass(frozen=True)
class Point:
    """The number of a call, from zero, and what happens there: a fault, or an action before the call.

    A transaction that is refused because of the action is refused by half at first: the action's own transaction still
    holds one of its items.
    """

    call: int
    event: Fault | Callable[[], None]


class Interruptions:
    """`plain` is a client without hooks; `tick` runs before each call; `take_event` stands for Lambda's Invoke."""

    def __init__(self, plain: "DynamoDBClient", tick: Callable[[], None], take_event: Callable[[bytes], None]) -> None:
        self._calls = 0
        self._left = ENDLESS
        self._point: Point | None = None
        self._on_call: Callable[[str], None] = lambda _operation: None
        self._plain = plain
        self._tick = tick
        self._take_event = take_event
        self._counting = False
        self._parameters: dict[str, Any] = {}
        #: The numbers of the calls in progress; calls nest.
        self._under_way: list[int | None] = []

    def tap(self, *clients: Any) -> None:
        for client in clients:
            client.meta.events.register("before-parameter-build", self._note)
            client.meta.events.register("before-call", self._before)
            client.meta.events.register("after-call", self._after)

    @contextmanager
    def counting(self, point: Point | None, on_call: Callable[[str], None]) -> Iterator[None]:
        """Count the calls inside the block, and interfere with the one at `point`; `on_call` is called for each."""
        self._calls, self._point, self._on_call, self._counting = 0, point, on_call, True
        self._left = ENDLESS
        try:
            yield
        finally:
            self._point, self._counting = None, False

    def _note(self, params: dict[str, Any], **_: object) -> None:
        self._parameters = dict(params)

    def _before(self, model: Any, **_: object) -> tuple[AWSResponse, dict[str, Any]] | None:
        parameters = self._parameters
        self._tick()
        self._left -= 1
        if self._left < 0:
            raise Endless
        number = self._number(model.name)
        event = self._point.event if self._point and self._point.call == number else None
        if event is Fault.KILLED_BEFORE:
            raise Killed
        if event is Fault.LOST_BEFORE:
            raise ConnectTimeoutError(endpoint_url=URL)
        if event is Fault.REPEATED:
            self._send(model, parameters)
        elif callable(event):
            self._run_uncounted(event)
        self._under_way.append(number)
        if event in {Fault.CONFLICT, Fault.THROTTLED} and model.name in WRITES:
            return _refused(model, throttled=event is Fault.THROTTLED)
        if model.name == "Invoke":
            return self._send(model, parameters)
        return None

    def _number(self, operation: str) -> int | None:
        """The number of the call that begins now; None for one that does not count."""
        if not self._counting:
            return None
        self._on_call(operation)
        self._calls += 1
        return self._calls - 1

    def _after(self, parsed: dict[str, Any], **_: object) -> None:
        number = self._under_way.pop()
        if self._point is None or self._point.call != number:
            return
        if self._point.event is Fault.KILLED_AFTER:
            raise Killed
        if self._point.event is Fault.LOST_AFTER:
            raise ReadTimeoutError(endpoint_url=URL)
        if callable(self._point.event):
            mix(parsed)

    def _send(self, model: Any, parameters: dict[str, Any]) -> tuple[AWSResponse, dict[str, Any]]:
        if model.name == "Invoke":
            self._take_event(parameters["Payload"])
        else:
            with suppress(ClientError):
                getattr(self._plain, xform_name(model.name))(**parameters)
        return AWSResponse(URL, HTTPStatus.ACCEPTED, HTTPHeaders(), None), {"StatusCode": HTTPStatus.ACCEPTED}

    def _run_uncounted(self, action: Callable[[], None]) -> None:
        """Run a concurrent action; its own calls are neither counted nor disturbed."""
        self._counting = False
        try:
            action()
        finally:
            self._counting = True


def _refused(model: Any, *, throttled: bool) -> tuple[AWSResponse, dict[str, Any]]:
    answer = conflict_of(model.name, "ThrottlingError" if throttled else "TransactionConflict")
    if throttled and model.name != "TransactWriteItems":
        answer = refusal("ThrottlingException")
    return answer, parsed(model, answer)
