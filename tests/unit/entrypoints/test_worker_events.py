"""What makes an event the worker's, and what does not."""

import json
import logging
from typing import Any

import pytest

from domain.chat import TurnState
from domain.errors import StoreUnavailable
from domain.records import WorkerInvocation
from tests.support.gateway import http_event, worker_event
from tests.support.service import Service
from tests.support.story import ALICE, PARKING, Story


@pytest.fixture
def dispatch(service: Service) -> WorkerInvocation:
    """A question of Alice's waits for its worker."""
    service.gateway.ask(PARKING)
    return service.invoker.waiting.pop()


def state_of(service: Service, dispatch: WorkerInvocation) -> TurnState:
    return service.story.stored(dispatch.chat_id).state


def test_a_direct_event_with_the_flag_is_the_workers(service: Service, dispatch: WorkerInvocation) -> None:
    service.gateway.work(worker_event(dispatch))
    assert state_of(service, dispatch) is TurnState.ANSWERED


def test_an_event_of_a_later_minor_version_may_hold_more(service: Service, dispatch: WorkerInvocation) -> None:
    service.gateway.work(worker_event(dispatch, trace="00-4bf92f", priority=3))
    assert state_of(service, dispatch) is TurnState.ANSWERED


def test_the_event_does_not_say_who_asks_or_what(service: Service, dispatch: WorkerInvocation) -> None:
    service.gateway.work(worker_event(dispatch, user_id="bob", question="Where does Alice live?"))
    (assignment,) = service.agent.assignments
    assert (assignment.user_id, assignment.question) == (ALICE, PARKING)


@pytest.mark.parametrize(
    "changes",
    [
        {"version": 2},
        {"version": "1"},
        {"version": None},
        {"chat_id": 7},
        {"turn_id": None},
        {"token": ["token"]},
        {"token": ""},
        {"chat_id": "user#alice"},
        {"turn_id": "\ud800"},
    ],
    ids=str,
)
def test_an_event_that_cannot_be_read_or_names_nothing_is_a_logged_no_op(
    service: Service, dispatch: WorkerInvocation, changes: dict[str, object], caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.INFO):
        service.gateway.work(worker_event(dispatch, **changes))
    assert state_of(service, dispatch) is TurnState.QUEUED
    assert service.agent.assignments == []
    assert any(record.message.startswith("worker") for record in caplog.records)


@pytest.mark.parametrize("missing", ["version", "chat_id", "turn_id", "token"])
def test_an_event_that_lacks_a_part_is_a_logged_no_op(
    service: Service, dispatch: WorkerInvocation, missing: str, caplog: pytest.LogCaptureFixture
) -> None:
    event = worker_event(dispatch)
    del event[missing]
    service.gateway.work(event)
    assert state_of(service, dispatch) is TurnState.QUEUED
    assert "worker event unreadable" in caplog.messages


# ---- over HTTP the flag is ordinary, ignored input


def flagged(dispatch: WorkerInvocation) -> dict[str, object]:
    return {**worker_event(dispatch), "question": "Where are my keys?"}


def as_body(dispatch: WorkerInvocation) -> dict[str, Any]:
    event = flagged(dispatch)
    del event["chat_id"]
    return http_event("POST /memories/chat", body=event)


def as_query(dispatch: WorkerInvocation) -> dict[str, Any]:
    query = {name: str(value) for name, value in flagged(dispatch).items()}
    return http_event("POST /memories/chat", body={"question": "Where are my keys?"}, query=query)


def as_headers(dispatch: WorkerInvocation) -> dict[str, Any]:
    headers = {name: str(value) for name, value in flagged(dispatch).items()}
    return http_event("POST /memories/chat", body={"question": "Where are my keys?"}, headers=headers)


def beside_the_context(dispatch: WorkerInvocation) -> dict[str, Any]:
    return {**flagged(dispatch), **http_event("POST /memories/chat", body={"question": "Where are my keys?"})}


@pytest.mark.parametrize("disguise", [as_body, as_query, as_headers, beside_the_context])
def test_over_http_the_flag_changes_nothing(service: Service, dispatch: WorkerInvocation, disguise: Any) -> None:
    answer = service.gateway.call("POST /memories/chat", disguise(dispatch))
    assert answer.status == 200
    assert set(answer.body) == {"chat_id", "status"}
    assert answer.body["chat_id"] != dispatch.chat_id
    assert state_of(service, dispatch) is TurnState.QUEUED
    assert service.agent.assignments == []


@pytest.mark.parametrize("flag", [False, "true", 1, None, [True], {"a": 1}], ids=str)
def test_only_true_is_the_flag(service: Service, dispatch: WorkerInvocation, flag: object) -> None:
    """Such an event is nobody's: Lambda records the failure of whoever invoked so."""
    with pytest.raises(KeyError, match="requestContext"):
        service.gateway.work(worker_event(dispatch, _async_worker=flag))
    assert state_of(service, dispatch) is TurnState.QUEUED


def test_the_flag_inside_of_a_record_means_nothing(service: Service, dispatch: WorkerInvocation) -> None:
    with pytest.raises(KeyError, match="requestContext"):
        service.gateway.work({"Records": [{"body": json.dumps(worker_event(dispatch))}]})
    assert service.agent.assignments == []


# ---- how the worker ends


def test_the_worker_returns_normally_after_it_has_stored_a_failure(
    service: Service, dispatch: WorkerInvocation
) -> None:
    service.agent.error = ZeroDivisionError()
    service.gateway.work(worker_event(dispatch))
    assert service.story.stored(dispatch.chat_id).failure == "agent_failed"


def test_the_worker_stops_the_agent_in_time_for_lambdas_own_timeout(
    service: Service, dispatch: WorkerInvocation
) -> None:
    service.gateway.work(worker_event(dispatch), remaining=30)
    (assignment,) = service.agent.assignments
    assert (assignment.answer_by - service.clock.now().replace(minute=0, second=0)).total_seconds() == 27


def test_a_worker_that_cannot_reach_the_store_lets_lambda_know(service: Service, dispatch: WorkerInvocation) -> None:
    service.chats.down = True
    with pytest.raises(StoreUnavailable):
        service.gateway.work(worker_event(dispatch))


def test_the_failure_record_of_a_killed_worker_fails_its_turn(
    service: Service, dispatch: WorkerInvocation, story: Story
) -> None:
    story.claims(story.stored(dispatch.chat_id))
    assert service.gateway.fail(json.dumps({"requestPayload": worker_event(dispatch)})) == []
    assert story.stored(dispatch.chat_id).failure == "worker_died"
