"""Which events run the worker."""

import json
import logging
import re
from typing import Any

import pytest

from adapters.aws.worker_event import VERSION, NewerEvent
from domain.chat import TurnState
from domain.errors import StoreUnavailable
from domain.records import WorkerInvocation
from tests.support.gateway import http_event, worker_event
from tests.support.service import Service
from tests.support.story import ALICE, PARKING


@pytest.fixture
def invocation(service: Service) -> WorkerInvocation:
    """A question of Alice's that waits for its worker."""
    service.gateway.ask(PARKING)
    return service.invoker.waiting.pop()


def state_of(service: Service, invocation: WorkerInvocation) -> TurnState:
    return service.story.stored(invocation.chat_id).state


def test_direct_event_with_the_flag_runs_the_worker(service: Service, invocation: WorkerInvocation) -> None:
    service.gateway.work(worker_event(invocation))
    assert state_of(service, invocation) is TurnState.ANSWERED


def test_unknown_fields_of_an_event_are_ignored(service: Service, invocation: WorkerInvocation) -> None:
    service.gateway.work(worker_event(invocation, trace="00-4bf92f", priority=3))
    assert state_of(service, invocation) is TurnState.ANSWERED


def test_user_and_question_come_from_the_store_not_from_the_event(
    service: Service, invocation: WorkerInvocation
) -> None:
    service.gateway.work(worker_event(invocation, user_id="bob", question="Where does Alice live?"))
    (assignment,) = service.agent.assignments
    assert (assignment.user_id, assignment.question) == (ALICE, PARKING)


@pytest.mark.parametrize(
    "changes",
    [
        {"version": "1"},
        {"version": "2"},
        {"version": 0},
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
def test_unreadable_or_unmatched_event_is_logged_and_ignored(
    service: Service, invocation: WorkerInvocation, changes: dict[str, object], caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.INFO):
        service.gateway.work(worker_event(invocation, **changes))
    assert state_of(service, invocation) is TurnState.QUEUED
    assert service.agent.assignments == []
    assert any(record.message.startswith("worker") for record in caplog.records)


@pytest.mark.parametrize("missing", ["version", "chat_id", "turn_id", "token"])
def test_event_with_a_missing_field_is_logged_and_ignored(
    service: Service, invocation: WorkerInvocation, missing: str, caplog: pytest.LogCaptureFixture
) -> None:
    event = worker_event(invocation)
    del event[missing]
    service.gateway.work(event)
    assert state_of(service, invocation) is TurnState.QUEUED
    assert "worker event unreadable" in caplog.messages


@pytest.mark.parametrize("version", [2, 3, 2.0, 1.5, 10**30])
@pytest.mark.parametrize("changes", [{}, {"token": None}, {"chat_id": ["several"]}], ids=str)
def test_event_of_a_newer_version_is_an_error_so_that_lambda_reports_it(
    service: Service, invocation: WorkerInvocation, version: float, changes: dict[str, object]
) -> None:
    with pytest.raises(NewerEvent, match=re.escape(f"version {version}; this code reads version {VERSION}")):
        service.gateway.work(worker_event(invocation, version=version, **changes))
    assert state_of(service, invocation) is TurnState.QUEUED
    assert service.agent.assignments == []


# ---- the flag over HTTP is ignored


def flagged(invocation: WorkerInvocation) -> dict[str, object]:
    return {**worker_event(invocation), "question": "Where are my keys?"}


def as_body(invocation: WorkerInvocation) -> dict[str, Any]:
    event = flagged(invocation)
    del event["chat_id"]
    return http_event("POST /memories/chat", body=event)


def as_query(invocation: WorkerInvocation) -> dict[str, Any]:
    query = {name: str(value) for name, value in flagged(invocation).items()}
    return http_event("POST /memories/chat", body={"question": "Where are my keys?"}, query=query)


def as_headers(invocation: WorkerInvocation) -> dict[str, Any]:
    headers = {name: str(value) for name, value in flagged(invocation).items()}
    return http_event("POST /memories/chat", body={"question": "Where are my keys?"}, headers=headers)


def beside_request_context(invocation: WorkerInvocation) -> dict[str, Any]:
    return {**flagged(invocation), **http_event("POST /memories/chat", body={"question": "Where are my keys?"})}


@pytest.mark.parametrize("disguise", [as_body, as_query, as_headers, beside_request_context])
def test_worker_flag_over_http_is_ignored(service: Service, invocation: WorkerInvocation, disguise: Any) -> None:
    answer = service.gateway.call("POST /memories/chat", disguise(invocation))
    assert answer.status == 200
    assert set(answer.body) == {"chat_id", "status"}
    assert answer.body["chat_id"] != invocation.chat_id
    assert state_of(service, invocation) is TurnState.QUEUED
    assert service.agent.assignments == []


@pytest.mark.parametrize("flag", [False, "true", 1, None, [True], {"a": 1}], ids=str)
def test_event_whose_flag_is_not_true_is_refused(service: Service, invocation: WorkerInvocation, flag: object) -> None:
    with pytest.raises(KeyError, match="requestContext"):
        service.gateway.work(worker_event(invocation, _async_worker=flag))
    assert state_of(service, invocation) is TurnState.QUEUED


def test_flag_inside_a_record_is_refused(service: Service, invocation: WorkerInvocation) -> None:
    with pytest.raises(KeyError, match="requestContext"):
        service.gateway.work({"Records": [{"body": json.dumps(worker_event(invocation))}]})
    assert service.agent.assignments == []


# ---- results of the worker


def test_worker_returns_normally_after_storing_a_failure(service: Service, invocation: WorkerInvocation) -> None:
    service.agent.error = ZeroDivisionError()
    service.gateway.work(worker_event(invocation))
    assert service.story.stored(invocation.chat_id).failure == "agent_failed"


def test_agent_must_answer_before_lambdas_timeout(service: Service, invocation: WorkerInvocation) -> None:
    service.gateway.work(worker_event(invocation), remaining=30)
    (assignment,) = service.agent.assignments
    assert (assignment.answer_by - service.clock.now().replace(minute=0, second=0)).total_seconds() == 27


def test_worker_raises_when_the_store_is_unreachable(service: Service, invocation: WorkerInvocation) -> None:
    service.chats.down = True
    with pytest.raises(StoreUnavailable):
        service.gateway.work(worker_event(invocation))
