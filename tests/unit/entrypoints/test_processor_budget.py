"""What a request or a turn computes, as a count of calls of Python functions: time would depend on the machine.

`make bench OPTIONS="--only turns overhead"` measures the seconds, also of the Bedrock agent. A budget is what was counted
when it was written, and a tenth more: whoever needs more measures first.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from types import FrameType
from typing import Any

import pytest
from dependency_injector import providers

from local.home import PROJECT
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


def counts() -> dict[str, int]:
    """Of a warm ask, a warm poll, and warm turns of two agents."""
    service = service_with("recall")
    event = http_event("GET /chats/messages", query={"chat_id": ask(service)["chat_id"]}, user=ALICE)
    service.call("reads", event)
    return {
        "poll": calls_of(lambda: service.call("reads", event)),
        "ask": calls_of(lambda: ask(service)),
        **{agent: _of_a_turn(agent) for agent in ("recall", "tests.support.custom_agents:counting")},
    }


def _of_a_turn(agent: str) -> int:
    service = service_with(agent)
    ask(service)
    service.work()
    ask(service)
    return calls_of(service.work)


@pytest.fixture(scope="module")
def counted() -> dict[str, int]:
    """In a process of its own: moto, which other tests import, adds calls of its own to each of botocore's."""
    keys = {"AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test", "AWS_DEFAULT_REGION": "eu-central-1"}
    path = os.pathsep.join([str(PROJECT / "src"), str(PROJECT)])
    done = subprocess.run(
        [sys.executable, __file__],
        env={**os.environ, **keys, "PYTHONPATH": path},
        cwd=PROJECT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    found: dict[str, int] = json.loads(done.stdout.splitlines()[-1])
    return found


@pytest.mark.parametrize(
    ("what", "budget"),
    [("ask", 3_950), ("poll", 1_850), ("recall", 16_650), ("tests.support.custom_agents:counting", 13_250)],
)
def test_what_is_computed_stays_within_its_budget(counted: dict[str, int], what: str, budget: int) -> None:
    """Turns are over 500 memories."""
    assert counted[what] <= budget


if __name__ == "__main__":
    sys.stdout.write(json.dumps(counts()) + "\n")
