"""The failures function with Lambda's on-failure records from the queue."""

import json
import logging
from typing import Any

import pytest
from pydantic import ValidationError

from domain.records import WorkerInvocation
from tests.support.gateway import worker_event
from tests.support.service import Service
from tests.support.story import Story


def on_failure_record(invocation: WorkerInvocation, **changes: Any) -> str:
    """Lambda's record of a worker that timed out."""
    return json.dumps(
        {
            "version": "1.0",
            "timestamp": "2026-11-23T12:01:30.123Z",
            "requestContext": {
                "requestId": "6f1c2b7e-0d3a-4c55-9a3e-5a1f8f0f2f11",
                "functionArn": "arn:aws:lambda:eu-central-1:123456789012:function:async-chat-dev-chat:$LATEST",
                "condition": "RetriesExhausted",
                "approximateInvokeCount": 1,
            },
            "requestPayload": worker_event(invocation),
            "responseContext": {"statusCode": 200, "executedVersion": "$LATEST", "functionError": "Unhandled"},
            "responsePayload": {
                "errorType": "Sandbox.Timedout",
                "errorMessage": "RequestId: 6f1c2b7e-0d3a-4c55-9a3e-5a1f8f0f2f11 Error: Task timed out after 90.00 seconds",
            },
            **changes,
        }
    )


def asked(service: Service) -> WorkerInvocation:
    service.gateway.ask("Where did I park?")
    return service.invoker.waiting.pop()


@pytest.mark.parametrize("claimed", [False, True], ids=["queued", "running"])
def test_turn_of_a_lost_worker_fails(service: Service, story: Story, claimed: bool) -> None:
    invocation = asked(service)
    if claimed:
        story.claims(story.stored(invocation.chat_id))
    assert service.gateway.fail(on_failure_record(invocation)) == []
    assert story.stored(invocation.chat_id).failure == "worker_died"
    assert service.gateway.poll(invocation.chat_id).body["status"] == "failed"


def test_chat_accepts_a_question_after_its_worker_was_lost(service: Service) -> None:
    invocation = asked(service)
    service.gateway.fail(on_failure_record(invocation))
    assert service.gateway.ask("Again?", invocation.chat_id).status == 200


def test_repeated_record_changes_nothing(service: Service, story: Story) -> None:
    invocation = asked(service)
    record = on_failure_record(invocation)
    service.gateway.fail(record)
    failed = story.stored(invocation.chat_id)
    assert service.gateway.fail(record) == []
    assert story.stored(invocation.chat_id) == failed


def test_answered_turn_stays_answered(service: Service, story: Story) -> None:
    invocation = asked(service)
    answered = story.answers(story.stored(invocation.chat_id))
    assert service.gateway.fail(on_failure_record(invocation)) == []
    assert story.stored(invocation.chat_id) == answered


def test_record_with_a_wrong_token_changes_nothing(service: Service, story: Story) -> None:
    invocation = asked(service)
    forged = on_failure_record(invocation, requestPayload=worker_event(invocation, token="guessed"))
    assert service.gateway.fail(forged) == []
    assert story.stored(invocation.chat_id).thinking


@pytest.mark.parametrize(
    "body",
    [
        "",
        "no JSON",
        "[]",
        "null",
        "7",
        "{}",
        '{"requestPayload": null}',
        '{"requestPayload": {}}',
        '{"requestPayload": "x"}',
    ],
)
def test_unreadable_record_is_logged_and_not_retried(
    service: Service, body: str, caplog: pytest.LogCaptureFixture
) -> None:
    assert service.gateway.fail(body) == []
    assert "failure record unreadable" in caplog.messages


def test_record_with_an_unexpected_context_fails_its_turn(service: Service, story: Story) -> None:
    contexts: tuple[object, ...] = (None, {}, "odd")
    for context in contexts:
        invocation = asked(service)
        assert service.gateway.fail(on_failure_record(invocation, requestContext=context)) == []
        assert story.stored(invocation.chat_id).failure == "worker_died"


@pytest.mark.parametrize("version", [0, 2, 3, 2.0, "2", None])
def test_turn_of_an_event_of_any_version_fails(service: Service, story: Story, version: object) -> None:
    invocation = asked(service)
    payload = worker_event(invocation, version=version, attachments=[{"memory_id": "m1"}])
    assert service.gateway.fail(on_failure_record(invocation, requestPayload=payload)) == []
    assert story.stored(invocation.chat_id).failure == "worker_died"


@pytest.mark.parametrize("changes", [{"token": None}, {"turn_id": 7}, {"chat_id": {"id": "c1"}}], ids=str)
def test_unreadable_event_of_a_newer_version_waits_for_the_newer_failures_function(
    service: Service, story: Story, changes: dict[str, object]
) -> None:
    invocation = asked(service)
    newer, same = (worker_event(invocation, version=version, **changes) for version in (2, 1))
    records = [on_failure_record(invocation, requestPayload=payload) for payload in (newer, same)]
    assert service.gateway.fail(*records) == ["record-0"]
    assert story.stored(invocation.chat_id).thinking


def test_only_records_that_could_not_be_stored_are_retried(service: Service, story: Story) -> None:
    invocation = asked(service)
    service.chats.down = True
    assert service.gateway.fail("no JSON", on_failure_record(invocation)) == ["record-1"]
    service.chats.down = False
    assert service.gateway.fail(on_failure_record(invocation)) == []
    assert story.stored(invocation.chat_id).failure == "worker_died"


def test_lost_worker_is_logged_with_its_ids(service: Service, caplog: pytest.LogCaptureFixture) -> None:
    invocation = asked(service)
    with caplog.at_level(logging.INFO):
        service.gateway.fail(on_failure_record(invocation))
    (record,) = [record for record in caplog.records if record.message == "worker lost"]
    logged = vars(record)
    assert (logged["chat_id"], logged["turn_id"]) == (invocation.chat_id, invocation.turn_id)
    assert (logged["correlation_id"], logged["condition"], logged["settled"]) == ("request-7", "RetriesExhausted", True)


# ---- an operator stops a turn


@pytest.mark.parametrize("claimed", [False, True], ids=["queued", "running"])
def test_a_stopped_turn_is_cancelled_and_the_app_shows_why(service: Service, story: Story, claimed: bool) -> None:
    turn = story.asks()
    if claimed:
        story.claims(turn)
    reason = "Maintenance. Ask again in ten minutes."
    assert service.gateway.stop(turn.chat_id, turn.turn_id, f" {reason} ") == {"status": "cancelled"}
    shown = service.gateway.poll(turn.chat_id).body
    assert (shown["status"], shown["turn"]["error"], shown["turn"]["cancel_reason"]) == ("cancelled", None, reason)
    assert [turn.state for turn in service.observer.turns] == ["cancelled"]


def test_the_reason_goes_with_the_turn(service: Service, story: Story) -> None:
    turn = story.asks()
    service.gateway.stop(turn.chat_id, turn.turn_id, "Maintenance.")
    service.gateway.call("POST /chats/{chat_id}/retry", path={"chat_id": turn.chat_id})
    service.gateway.call("POST /chats/{chat_id}/cancel", path={"chat_id": turn.chat_id})
    assert service.gateway.poll(turn.chat_id).body["turn"]["cancel_reason"] is None


def test_stopping_another_turn_than_the_latest_changes_nothing(service: Service, story: Story) -> None:
    turn = story.asks()
    assert service.gateway.stop(turn.chat_id, turn.question_id, "Maintenance.") == {"status": None}
    assert story.stored(turn.chat_id) == turn


@pytest.mark.parametrize("reason", ["", "  ", "\u200b", "\ud800", "x" * 201])
def test_a_reason_that_no_app_can_show_is_refused(service: Service, story: Story, reason: str) -> None:
    turn = story.asks()
    with pytest.raises(ValidationError):
        service.gateway.stop(turn.chat_id, turn.turn_id, reason)
    assert story.stored(turn.chat_id) == turn
