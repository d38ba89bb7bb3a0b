"""Invalid bodies are refused with the contract's codes; nothing is saved or invoked."""

import base64
import json
from typing import Any

import pytest

from tests.support.gateway import Answer, http_event
from tests.support.service import Service
from tests.support.story import ALICE, PARKING, UNKNOWN_CHAT

SURROGATE = '{"question": "Where \\ud800?"}'
DEEP = "[" * 100_000


def ask_raw(service: Service, body: str | None, **parts: Any) -> Answer:
    return service.gateway.call("POST /memories/chat", raw_body=body, **parts)


def assert_nothing_happened(service: Service) -> None:
    assert (service.chats.chats, service.chats.keys, service.invoker.waiting) == ({}, {}, [])
    assert service.memories.list_all(ALICE) == ()


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        (None, 400, "invalid_request"),
        ("", 400, "invalid_request"),
        ("{", 400, "invalid_request"),
        ('{"question": "Where?"', 400, "invalid_request"),
        ("question=Where", 400, "invalid_request"),
        (DEEP[:90_000], 400, "invalid_request"),
        ("[]", 400, "invalid_request"),
        ("null", 400, "invalid_request"),
        ("7", 400, "invalid_request"),
        ('"Where?"', 400, "invalid_request"),
        ("NaN", 400, "invalid_request"),
        ("9" * 5_000, 400, "invalid_request"),
        ("\ufeff{}", 400, "question_missing"),
        ("{}", 400, "question_missing"),
        ('{"chat_id": null}', 400, "question_missing"),
        ('{"question": null}', 400, "question_missing"),
        ('{"question": 7}', 400, "question_missing"),
        ('{"question": true}', 400, "question_missing"),
        ('{"question": ["Where?"]}', 400, "question_missing"),
        ('{"question": {"text": "Where?"}}', 400, "question_missing"),
        ('{"question": ""}', 400, "question_missing"),
        ('{"question": " \\n\\t\\u00a0\\u200b"}', 400, "question_missing"),
        ('{"question": "\\u0000"}', 400, "question_missing"),
        ('{"Question": "Where?"}', 400, "question_missing"),
        ('{"question": "Where\\u0000?"}', 400, "invalid_request"),
        (SURROGATE, 400, "invalid_request"),
        ('{"question": "Where?", "chat_id": 7}', 400, "invalid_request"),
        ('{"question": "Where?", "chat_id": 1e999}', 400, "invalid_request"),
        ('{"question": "Where?", "chat_id": ""}', 400, "invalid_request"),
        ('{"question": "Where?", "chat_id": []}', 400, "invalid_request"),
        ('{"question": "Where?", "chat_id": "\\ud800"}', 400, "invalid_request"),
        ('{"question": "Where?", "chat_id": "user#alice"}', 400, "invalid_request"),
        (json.dumps({"question": "Where?", "chat_id": UNKNOWN_CHAT + "\n"}), 400, "invalid_request"),
        (json.dumps({"question": "Where?", "chat_id": UNKNOWN_CHAT.lower()}), 400, "invalid_request"),
        (json.dumps({"question": "Where?", "chat_id": UNKNOWN_CHAT * 1_000}), 400, "invalid_request"),
        (json.dumps({"question": "Where?", "chat_id": UNKNOWN_CHAT}), 404, "chat_not_found"),
        ('{"question": "Where?", "time_zone": ""}', 400, "invalid_request"),
        ('{"question": "Where?", "time_zone": 1}', 400, "invalid_request"),
        ('{"question": "Where?", "time_zone": "\\ud800"}', 400, "invalid_request"),
        ('{"question": "Where?", "time_zone": "../../etc/passwd"}', 400, "invalid_request"),
        (json.dumps({"question": "Where?", "time_zone": "Europe/" * 10_000}), 400, "invalid_request"),
        (json.dumps({"question": "x" * 8_001}), 413, "question_too_long"),
        (json.dumps({"question": "x" * 1_000_000}), 413, "body_too_large"),
        (json.dumps({"question": "Where?", "padding": "x" * 1_000_000}), 413, "body_too_large"),
    ],
    ids=lambda value: str(value)[:60],
)
def test_invalid_ask_is_refused(service: Service, body: str | None, status: int, code: str) -> None:
    answer = ask_raw(service, body)
    assert (answer.status, answer.code) == (status, code)
    assert_nothing_happened(service)


@pytest.mark.parametrize(
    "question",
    [
        "\u0623\u064a\u0646 \u0633\u064a\u0627\u0631\u062a\u064a\u061f",
        "\U0001f697\U0001f469\u200d\U0001f469\u200d\U0001f467",
        "\u202eevil\u202c",
        "Z\u0351\u036b\u0343algo",
        "<script>alert(1)</script>",
        "'; DROP TABLE chats; --",
        '{"_async_worker": true}',
        "\\ud800 in words",
        "\U000e0041\ufffe",
        "\U0001f697" * 8_000,
    ],
    ids=lambda value: ascii(value)[:40],
)
@pytest.mark.parametrize("escaped", [True, False], ids=["escaped", "unescaped"])
def test_any_text_is_stored_unchanged(service: Service, question: str, escaped: bool) -> None:
    answer = ask_raw(service, json.dumps({"question": question}, ensure_ascii=escaped))
    assert answer.status == 200
    (message,) = service.gateway.poll(answer.body["chat_id"]).body["messages"]
    assert message["content"] == question


@pytest.mark.parametrize(
    ("media_type", "status"),
    [
        ("application/json", 200),
        ("application/json; charset=utf-8", 200),
        ("APPLICATION/JSON", 200),
        ("text/plain", 415),
        ("application/x-www-form-urlencoded", 415),
        ("application/jsonp", 415),
        ("", 415),
        (";", 415),
    ],
)
def test_only_json_media_types_are_accepted(service: Service, media_type: str, status: int) -> None:
    answer = service.gateway.ask(PARKING, headers={"Content-Type": media_type})
    assert answer.status == status
    if status == 415:
        assert answer.code == "unsupported_media_type"
        assert_nothing_happened(service)


def test_body_without_headers_is_read_as_json(service: Service) -> None:
    event = http_event("POST /memories/chat", body={"question": PARKING})
    del event["headers"]
    assert service.gateway.call("POST /memories/chat", event).status == 200


@pytest.mark.parametrize("key", ["", " ", "tap 1", "\u00e9", "x" * 256, "tap\n1", "tap\x7f"], ids=ascii)
def test_idempotency_key_that_is_not_visible_ascii_is_refused(service: Service, key: str) -> None:
    answer = service.gateway.ask(PARKING, headers={"Idempotency-Key": key})
    assert (answer.status, answer.code) == (400, "invalid_request")
    assert_nothing_happened(service)


@pytest.mark.parametrize("key", ["x", "x" * 255, "!~\"'{},;=", "tap-1,tap-2"])
def test_any_visible_ascii_is_accepted_as_an_idempotency_key(service: Service, key: str) -> None:
    assert service.gateway.ask(PARKING, headers={"IDEMPOTENCY-key": key}).status == 200
    assert "Idempotency-Replayed" in service.gateway.ask(PARKING, headers={"Idempotency-Key": key}).headers


# ---- bodies that API Gateway sends in base64


def test_a_body_in_base64_is_read(service: Service) -> None:
    sent = base64.b64encode(json.dumps({"question": PARKING}).encode()).decode()
    assert ask_raw(service, sent, base64=True).status == 200


@pytest.mark.parametrize("body", ["{}", "a", "%%%%", "\u00e9", base64.b64encode(b"\xff\xfe{").decode(), "====", "AAAA"])
def test_body_that_is_not_base64_of_json_is_refused(service: Service, body: str) -> None:
    answer = ask_raw(service, body, base64=True)
    assert (answer.status, answer.code) == (400, "invalid_request")
    assert_nothing_happened(service)


def test_body_with_an_unpaired_surrogate_is_refused(service: Service) -> None:
    answer = ask_raw(service, '{"question": "Where \ud800?"}')
    assert (answer.status, answer.code) == (400, "invalid_request")


# ---- memories


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        ({}, 400, "invalid_request"),
        ({"text": 7}, 400, "invalid_request"),
        ({"text": " "}, 400, "invalid_request"),
        ({"text": "a\x00b"}, 400, "invalid_request"),
        ({"text": "Half of a \ud83d letter"}, 400, "invalid_request"),
        ([{"text": "x"}], 400, "invalid_request"),
        ({"text": "x" * 4_001}, 413, "memory_too_long"),
        ({"text": "x", "tags": "car"}, 400, "invalid_request"),
        ({"text": "x", "tags": [1]}, 400, "invalid_request"),
        ({"text": "x", "tags": [""]}, 400, "invalid_request"),
        ({"text": "x", "tags": ["x" * 65]}, 400, "invalid_request"),
        ({"text": "x", "tags": ["x"] * 21}, 400, "invalid_request"),
        ({"text": "x", "occurred_at": 5}, 400, "invalid_request"),
        ({"text": "x", "occurred_at": "5"}, 400, "invalid_request"),
        ({"text": "x", "occurred_at": True}, 400, "invalid_request"),
        ({"text": "x", "occurred_at": "yesterday"}, 400, "invalid_request"),
        ({"text": "x", "occurred_at": "2026-02-30"}, 400, "invalid_request"),
        ({"text": "x", "occurred_at": "2026-11-23 "}, 400, "invalid_request"),
        ({"text": "x", "time_zone": "Mars/Olympus"}, 400, "invalid_request"),
        ({"memories": [{"text": "x"}, {"text": "x", "time_zone": 1}]}, 400, "invalid_request"),
        ({"text": "x", "occurred_at": "2026-11-23T12:00:00"}, 400, "invalid_request"),
        ({"text": "x", "occurred_at": "2026-02-30T12:00:00Z"}, 400, "invalid_request"),
        ({"text": "x", "occurred_at": "0001-01-01T00:00:00+14:00"}, 400, "invalid_request"),
        ({"text": "x", "occurred_at": "9999-12-31T23:59:59-14:00"}, 400, "invalid_request"),
        ({"memories": []}, 400, "invalid_request"),
        ({"memories": {}}, 400, "invalid_request"),
        ({"memories": None}, 400, "invalid_request"),
        ({"memories": [{"text": "x"}] * 101}, 400, "invalid_request"),
        ({"memories": [{"text": "x"}, {"text": 7}]}, 400, "invalid_request"),
        ({"memories": [{"text": "x"}, {"text": "x" * 4_001}]}, 413, "memory_too_long"),
        ({"text": "x", "padding": "x" * 5_000_000}, 413, "body_too_large"),
    ],
    ids=lambda value: str(value)[:60],
)
def test_invalid_memory_is_refused(service: Service, body: object, status: int, code: str) -> None:
    answer = service.gateway.call("POST /memories", body=body)
    assert (answer.status, answer.code) == (status, code)
    assert_nothing_happened(service)


def test_refusal_of_a_time_zone_names_the_field(service: Service) -> None:
    ask = service.gateway.call("POST /memories/chat", body={"question": "Where?", "time_zone": "Berlin"})
    memory = service.gateway.call("POST /memories", body={"text": "x", "time_zone": "Berlin"})
    assert ask.body["detail"] == "`time_zone`: A time zone is an IANA name such as Europe/Berlin."
    assert memory.body["detail"] == "`time_zone`: A time zone is an IANA name such as Europe/Berlin."


@pytest.mark.parametrize(
    ("body", "pointers"),
    [
        ({"text": "x", "tags": ["a"] * 21}, ["#/tags"]),
        ({"text": "x", "tags": [1, "b", ""]}, ["#/tags/0", "#/tags/2"]),
        ({"text": "x", "tags": ["a", "\x00"]}, ["#/tags/1"]),
        ({"tags": 7}, ["#/text", "#/tags"]),
        ({"text": " "}, ["#/text"]),
        ({"text": "x" * 4_001}, ["#/text"]),
        ({"memories": [{"text": "x"}, {"text": " "}]}, ["#/memories/1/text"]),
        ({"memories": [{"text": "x" * 4_001}]}, ["#/memories/0/text"]),
        ({"memories": [{"text": "x"}, {"text": "x", "occurred_at": 1}]}, ["#/memories/1/occurred_at"]),
        ({"memories": [{"text": "x"}] * 101}, ["#/memories"]),
        ([], ["#"]),
    ],
    ids=lambda value: str(value)[:60],
)
def test_refusal_points_to_each_part_at_fault(service: Service, body: object, pointers: list[str]) -> None:
    refused = service.gateway.call("POST /memories", body=body)
    assert refused.status in {400, 413}
    assert [fault["pointer"] for fault in refused.body["errors"]] == pointers
    assert refused.body["detail"] == refused.body["errors"][0]["detail"]


def test_largest_batch_is_accepted_when_escaped(service: Service) -> None:
    memory = {"text": "\U0001f697" * 4_000, "tags": ["\U0001f697" * 64]}
    answer = service.gateway.call("POST /memories", body={"memories": [memory] * 100})
    assert answer.status == 201
