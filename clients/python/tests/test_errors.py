"""Every refusal of the contract has its own class; an unknown code gets the class of its status."""

import re
from pathlib import Path

import httpx
import pytest

from async_chat_client import ChatClient, errors
from async_chat_client.errors import Fault, ServiceError
from async_chat_client.testing import FakeService, Handler, answers

SERVICES_OWN_TABLE = Path(__file__).parents[3] / "src" / "entrypoints" / "http" / "problems.py"


def refused(service: FakeService, alice: ChatClient, status: int, body: object = None, **headers: str) -> ServiceError:
    """The error raised for a refused poll."""
    service.disturb(answers(status, body, headers))
    with pytest.raises(ServiceError) as error:
        alice.chat("01J").page()
    return error.value


@pytest.mark.parametrize(("code", "kind"), sorted(ServiceError.by_code.items()))
def test_known_code_becomes_its_class(
    service: FakeService, alice: ChatClient, code: str, kind: type[ServiceError]
) -> None:
    error = refused(service, alice, 418, {"code": code, "detail": "So it is."})
    assert type(error) is kind
    assert (error.code, str(error)) == (code, "So it is.")


def test_every_code_of_the_service_has_its_class() -> None:
    codes = set(re.findall(r'\d{3},\s*"(\w+)"', SERVICES_OWN_TABLE.read_text(encoding="utf-8")))
    assert len(codes) > 10
    assert codes == set(ServiceError.by_code)


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        (401, errors.Unauthorized),
        (403, errors.Forbidden),
        (404, errors.NotFound),
        (409, errors.Conflict),
        (418, ServiceError),
        (451, ServiceError),
    ],
)
def test_unknown_code_becomes_the_class_of_its_status(
    service: FakeService, alice: ChatClient, status: int, kind: type[ServiceError]
) -> None:
    error = refused(service, alice, status, {"code": "too_late_at_night"})
    assert type(error) is kind
    assert error.code == "too_late_at_night"


def test_api_gateway_error_has_its_status_as_code(service: FakeService, alice: ChatClient) -> None:
    error = refused(service, alice, 401, {"message": "Unauthorized"}, **{"apigw-requestid": "abc="})
    assert (error.code, str(error), error.request_id) == ("http_401", "Unauthorized", "abc=")


@pytest.mark.parametrize("body", ["<html>", "[1]", '"text"', "", "{", "[" * 100_000])
def test_error_body_that_is_no_problem_becomes_an_error(service: FakeService, alice: ChatClient, body: str) -> None:
    assert (
        str(refused(service, alice, 400, body)) == "HTTP status 400, and no word of the service's own: is this its URL?"
    )


def test_error_keeps_the_request_id(service: FakeService, alice: ChatClient) -> None:
    error = refused(service, alice, 400, {"code": "invalid_request", "request_id": "r-1"})
    assert error.request_id == "r-1"


@pytest.mark.parametrize(
    ("found", "faults"),
    [
        (None, ()),
        ("odd", ()),
        ([{"detail": "Too long.", "pointer": "#/text"}, 7], (Fault("Too long.", pointer="#/text"),)),
        ([{"detail": "Odd.", "param": "limit"}, {}], (Fault("Odd.", param="limit"), Fault(""))),
    ],
)
def test_error_names_the_parts_at_fault(
    service: FakeService, alice: ChatClient, found: object, faults: tuple[Fault, ...]
) -> None:
    assert refused(service, alice, 400, {"code": "invalid_request", "errors": found}).faults == faults


def test_still_thinking_is_a_timeout_error() -> None:
    assert issubclass(errors.StillThinking, TimeoutError)


def test_errors_do_not_contain_the_token(service: FakeService, alice: ChatClient) -> None:
    def refuse(request: httpx.Request, handle: Handler) -> httpx.Response:
        raise httpx.ConnectError("Connection refused", request=request)

    service.disturb(*[refuse] * 99)
    with pytest.raises(errors.Unreachable) as error:
        alice.chat("01J").page()
    assert "alice" not in repr(error.value)
