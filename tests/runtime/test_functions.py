"""The deployed zip under Lambda's runtime client: every function starts, and writes what CloudWatch reads."""

from __future__ import annotations

import json
from collections import Counter
from typing import Any

import pytest

from tests.runtime.aws import Aws
from tests.runtime.conftest import Start, Started, ask
from tests.support.gateway import http_event
from tests.support.lambda_runtime import FunctionBroke

LEVELS = ("DEBUG", "INFO", "WARNING", "ERROR")


def metrics_in(started: Started) -> Counter[str]:
    """How often each metric was written. An EMF line is a JSON object with `_aws` at its top level."""
    directives = [line["_aws"]["CloudWatchMetrics"] for line in started.json_lines() if "_aws" in line]
    return Counter(metric["Name"] for parts in directives for part in parts for metric in part["Metrics"])


def poll(chat_id: str) -> dict[str, Any]:
    return http_event("GET /chats/messages", query={"chat_id": chat_id})


@pytest.mark.parametrize("agent", ["recall", "bedrock"])
def test_chat_function_answers_an_ask_and_its_worker_the_question(start: Start, aws: Aws, agent: str) -> None:
    with start("chat", ASYNC_CHAT_AGENT=agent, ASYNC_CHAT_MODEL_ID="some.model-v1:0") as chat:
        asked = chat.call(ask())
        assert asked["statusCode"] == 200, asked
        if agent == "recall":
            assert chat.call(json.loads(aws.store.invocations[-1])) is None
    with start("reads") as reads:
        page = json.loads(reads.call(poll(json.loads(asked["body"])["chat_id"]))["body"])
    assert page["status"] == ("answered" if agent == "recall" else "thinking")


def test_edits_function_stores_memories(start: Start) -> None:
    with start("edits") as edits:
        stored = edits.call(http_event("POST /memories", body={"text": "The spare key is under the stone."}))
    assert stored["statusCode"] == 201, stored


def test_failures_function_takes_a_batch(start: Start) -> None:
    with start("failures") as failures:
        answer = failures.call({"Records": [{"messageId": "m1", "body": "no JSON"}]})
    assert answer == {"batchItemFailures": []}


@pytest.mark.parametrize("module", ["chat", "reads", "waits", "search", "edits", "failures"])
def test_first_line_of_a_function_names_what_the_runtime_brings(start: Start, module: str) -> None:
    with start(module) as function:
        function.call(ask() if module != "failures" else {"Records": []})
        first = function.json_lines()[0]
    assert first["message"] == "function started"
    assert first["botocore"].count(".") == 2
    assert first["python"].startswith("3.")


def test_missing_settings_are_named(start: Start) -> None:
    with start("reads", ASYNC_CHAT_CHATS_TABLE="") as reads, pytest.raises(FunctionBroke, match="CHATS_TABLE"):
        reads.call(http_event("GET /health"))


@pytest.mark.parametrize("level", LEVELS)
def test_metrics_are_written_at_every_log_level(start: Start, aws: Aws, level: str) -> None:
    with start("chat", ASYNC_CHAT_LOG_LEVEL=level) as chat:
        asked = chat.call(ask())
        chat.call(json.loads(aws.store.invocations[-1]))
        written = metrics_in(chat)
    assert written == {"Asks": 1, "QueueWait": 1, "TurnsAnswered": 1, "ReasoningTime": 1, "TimeToAnswer": 1}
    with start("reads", ASYNC_CHAT_LOG_LEVEL=level) as reads:
        reads.call(poll(json.loads(asked["body"])["chat_id"]))
        assert metrics_in(reads) == {"Polls": 1}


def test_unhandled_error_of_a_worker_reaches_lambda(start: Start) -> None:
    newer = {"_async_worker": True, "version": 2, "chat_id": "c", "turn_id": "t", "token": "k"}
    with start("chat") as chat, pytest.raises(FunctionBroke, match="NewerEvent"):
        chat.call(newer)
