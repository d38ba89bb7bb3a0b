"""The failures function: Lambda's on-failure records, as they come through the queue."""

import json
import logging
from typing import Any

import pytest

from domain.records import WorkerInvocation
from tests.support.gateway import worker_event
from tests.support.service import Service
from tests.support.story import Story


def on_failure_record(dispatch: WorkerInvocation, **changes: Any) -> str:
    """What Lambda sends when a worker ran into its timeout."""
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
            "requestPayload": worker_event(dispatch),
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


@pytest.mark.parametrize("claimed", [False, True], ids=["never started", "killed at work"])
def test_the_turn_of_a_lost_worker_fails(service: Service, story: Story, claimed: bool) -> None:
    dispatch = asked(service)
    if claimed:
        story.claims(story.stored(dispatch.chat_id))
    assert service.gateway.fail(on_failure_record(dispatch)) == []
    assert story.stored(dispatch.chat_id).failure == "worker_died"
    assert service.gateway.poll(dispatch.chat_id).body["status"] == "failed"


def test_the_next_question_in_the_chat_works(service: Service) -> None:
    dispatch = asked(service)
    service.gateway.fail(on_failure_record(dispatch))
    assert service.gateway.ask("Again?", dispatch.chat_id).status == 200


def test_a_record_that_comes_twice_changes_nothing_the_second_time(service: Service, story: Story) -> None:
    dispatch = asked(service)
    record = on_failure_record(dispatch)
    service.gateway.fail(record)
    failed = story.stored(dispatch.chat_id)
    assert service.gateway.fail(record) == []
    assert story.stored(dispatch.chat_id) == failed


def test_a_turn_that_was_answered_after_all_stays_answered(service: Service, story: Story) -> None:
    dispatch = asked(service)
    answered = story.answers(story.stored(dispatch.chat_id))
    assert service.gateway.fail(on_failure_record(dispatch)) == []
    assert story.stored(dispatch.chat_id) == answered


def test_a_record_without_the_turns_token_fails_nothing(service: Service, story: Story) -> None:
    dispatch = asked(service)
    forged = on_failure_record(dispatch, requestPayload=worker_event(dispatch, token="guessed"))
    assert service.gateway.fail(forged) == []
    assert story.stored(dispatch.chat_id).thinking


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
def test_a_record_that_nobody_can_read_is_logged_and_not_asked_for_again(
    service: Service, body: str, caplog: pytest.LogCaptureFixture
) -> None:
    assert service.gateway.fail(body) == []
    assert "failure record unreadable" in caplog.messages


def test_a_record_whose_context_is_odd_still_fails_its_turn(service: Service, story: Story) -> None:
    contexts: tuple[object, ...] = (None, {}, "odd")
    for context in contexts:
        dispatch = asked(service)
        assert service.gateway.fail(on_failure_record(dispatch, requestContext=context)) == []
        assert story.stored(dispatch.chat_id).failure == "worker_died"


def test_records_that_could_not_be_stored_come_again_and_only_those(service: Service, story: Story) -> None:
    dispatch = asked(service)
    service.chats.down = True
    assert service.gateway.fail("no JSON", on_failure_record(dispatch)) == ["record-1"]
    service.chats.down = False
    assert service.gateway.fail(on_failure_record(dispatch)) == []
    assert story.stored(dispatch.chat_id).failure == "worker_died"


def test_a_lost_worker_is_told_in_the_log_with_ids_to_join_by(
    service: Service, caplog: pytest.LogCaptureFixture
) -> None:
    dispatch = asked(service)
    with caplog.at_level(logging.INFO):
        service.gateway.fail(on_failure_record(dispatch))
    (record,) = [record for record in caplog.records if record.message == "worker lost"]
    told = vars(record)
    assert (told["chat_id"], told["turn_id"]) == (dispatch.chat_id, dispatch.turn_id)
    assert (told["correlation_id"], told["condition"], told["settled"]) == ("request-7", "RetriesExhausted", True)
