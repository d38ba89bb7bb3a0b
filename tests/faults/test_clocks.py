"""P3 with wrong clocks: a request's time is between API Gateway's time and 29 seconds later."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from dependency_injector import providers

from adapters.clocks import LONGEST_REQUEST, RequestClock
from domain.chat import Turn
from domain.records import WorkerInvocation
from tests.fakes.clock import NOON, FakeClock
from tests.support.gateway import http_event, worker_event
from tests.support.service import Service

SECOND = timedelta(seconds=1)


@pytest.mark.parametrize(
    ("machine", "then"),
    [
        (NOON - 9 * SECOND, NOON),
        (NOON, NOON),
        (NOON + 9 * SECOND, NOON + 9 * SECOND),
        (NOON + 3600 * SECOND, NOON + LONGEST_REQUEST),
    ],
    ids=["behind", "right", "a little ahead, or slow", "an hour ahead"],
)
def test_request_time_is_between_arrival_and_api_gateway_timeout(machine: datetime, then: datetime) -> None:
    clock = RequestClock(FakeClock(machine))
    clock.begin(NOON)
    assert clock.now() == then


def test_without_a_request_the_machine_clock_counts() -> None:
    assert RequestClock(FakeClock(NOON - SECOND)).now() == NOON - SECOND


@pytest.fixture
def stopped_clock() -> Service:
    """A service whose machine's clock stands still at noon."""
    service = Service()
    service.container.system_clock.override(providers.Object(FakeClock()))
    service.container.chat_service.reset()
    return service


def test_reader_whose_clock_is_behind_shows_the_end_at_the_deadline(stopped_clock: Service) -> None:
    turn = stopped_clock.story.asks()
    thinking, failed = (
        stopped_clock.gateway.call("GET /chats/messages", _poll_of(turn, at)).body["status"]
        for at in (turn.deadline - SECOND, turn.deadline)
    )
    assert (thinking, failed) == ("thinking", "failed")


def test_worker_does_not_use_the_time_of_the_request_before_it(stopped_clock: Service) -> None:
    turn = stopped_clock.story.asks()
    stopped_clock.gateway.call("POST /chats/{chat_id}/retry", _retry_of(turn, NOON + 60 * SECOND))
    stopped_clock.gateway.work(worker_event(WorkerInvocation(turn.chat_id, turn.turn_id, turn.dispatch_token, "")))
    assert stopped_clock.story.stored(turn.chat_id).started_at == NOON


def _poll_of(turn: Turn, at: datetime) -> dict[str, Any]:
    return _received(http_event("GET /chats/messages", query={"chat_id": turn.chat_id}), at)


def _retry_of(turn: Turn, at: datetime) -> dict[str, Any]:
    return _received(http_event("POST /chats/{chat_id}/retry", path={"chat_id": turn.chat_id}), at)


def _received(event: dict[str, Any], at: datetime) -> dict[str, Any]:
    event["requestContext"]["timeEpoch"] = round(at.timestamp() * 1000)
    return event
