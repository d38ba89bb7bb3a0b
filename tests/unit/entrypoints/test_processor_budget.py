"""What a request or a turn computes, as a count of calls of Python functions: time would depend on the machine.

`make bench OPTIONS="--only turns overhead"` measures the seconds, also of the Bedrock agent. A budget is what was counted
when it was written, and a tenth more: whoever needs more measures first.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from types import FrameType
from typing import Any

import pytest
from dependency_injector import providers

from tests.fakes.clock import NOON
from tests.support.aws import package_clients
from tests.support.gateway import http_event
from tests.support.keyed_service import SETTINGS, KeyedService, fill_memories
from tests.support.story import ALICE, PARKING

MEMORIES = 500


def calls_of(run: Callable[[], object]) -> int:
    """Calls of Python functions, without those of the fake DynamoDB."""
    calls = 0

    def count(frame: FrameType, event: str, _argument: object) -> None:
        nonlocal calls
        calls += event == "call" and "/tests/fakes/" not in frame.f_code.co_filename

    sys.setprofile(count)
    try:
        run()
    finally:
        sys.setprofile(None)
    return calls


def service_with(agent: str) -> KeyedService:
    """A service over the package's clients, and a user with memories."""
    service = KeyedService(settings=SETTINGS.model_copy(update={"agent": agent}))
    clients = package_clients()
    for part, client in (("dynamodb", clients.dynamodb()), ("lambda_", clients.lambda_())):
        service.store.answer_for(client)
        getattr(service.container, part).override(providers.Object(client))
    fill_memories(service, ALICE, MEMORIES, NOON)
    return service


def ask(service: KeyedService) -> Any:
    return json.loads(
        service.call("chat", http_event("POST /memories/chat", body={"question": PARKING}, user=ALICE))["body"]
    )


def test_warm_ask_stays_within_its_budget(fake_credentials: None) -> None:
    service = service_with("recall")
    ask(service)
    assert calls_of(lambda: ask(service)) <= 3_950


def test_warm_poll_stays_within_its_budget(fake_credentials: None) -> None:
    service = service_with("recall")
    event = http_event("GET /chats/messages", query={"chat_id": ask(service)["chat_id"]}, user=ALICE)
    service.call("reads", event)
    assert calls_of(lambda: service.call("reads", event)) <= 1_850


@pytest.mark.parametrize(("agent", "budget"), [("recall", 16_650), ("tests.support.custom_agents:counting", 13_250)])
def test_warm_turn_with_500_memories_stays_within_its_budget(agent: str, budget: int, fake_credentials: None) -> None:
    service = service_with(agent)
    ask(service)
    service.work()
    ask(service)
    assert calls_of(service.work) <= budget
