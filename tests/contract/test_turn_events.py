"""TurnEvents: what is sent, in which order, and what happens when the bus does not take it."""

import json
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any

import pytest
from botocore.exceptions import ClientError, EndpointConnectionError

from adapters.aws.event_bridge_turn_events import LARGEST_BATCH, EventBridgeTurnEvents
from domain.chat import Turn, Usage
from domain.errors import EventsNotSent
from domain.failure_codes import FailureCode
from domain.ports import TurnEvents
from tests.fakes.turn_events import RecordingTurnEvents
from tests.support.aws import package_clients
from tests.support.story import Story


@dataclass
class Bus:
    """EventBridge's client: keeps the entries, or does what `fault` says."""

    entries: list[dict[str, Any]] = field(default_factory=list)
    fault: Callable[[], int] = lambda: 0

    def put_events(self, *, Entries: list[dict[str, Any]]) -> dict[str, Any]:  # noqa: N803  # AWS's name
        assert 1 <= len(Entries) <= LARGEST_BATCH
        failed = self.fault()
        self.entries += Entries[failed:]
        return {"FailedEntryCount": failed}


def hashed(user_id: str) -> str:
    return f"hash of {user_id}"


def adapter(bus: Bus) -> EventBridgeTurnEvents:
    return EventBridgeTurnEvents(bus, "prod-turns", hashed)


def ended(story: Story, count: int = 1) -> list[Turn]:
    return [story.turn().failed(FailureCode.NOT_STARTED, story.clock.now()) for _ in range(count)]


@pytest.mark.parametrize("events", [RecordingTurnEvents(), adapter(Bus())], ids=["recording", "event-bridge"])
def test_publishing_any_number_of_turns_succeeds(events: TurnEvents, dynamodb_story: Story) -> None:
    for count in (0, 1, LARGEST_BATCH + 1):
        events.publish(ended(dynamodb_story, count))


def refuse_one() -> int:
    return 1


def throttled() -> int:
    raise ClientError({"Error": {"Code": "ThrottlingException", "Message": "slow down"}}, "PutEvents")


def unreachable() -> int:
    raise EndpointConnectionError(endpoint_url="https://aws.invalid")


@pytest.mark.parametrize("fault", [refuse_one, throttled, unreachable])
def test_what_is_not_sent_is_reported(fault: Callable[[], int], dynamodb_story: Story) -> None:
    for events in (adapter(Bus(fault=fault)), RecordingTurnEvents(failures=1)):
        with pytest.raises(EventsNotSent):
            events.publish(ended(dynamodb_story))


def test_an_event_has_ids_and_numbers_and_no_text(dynamodb_story: Story) -> None:
    bus, story = Bus(), dynamodb_story
    running = story.turn().claimed("lease", story.clock.now())
    story.clock.sleep(timedelta(seconds=56))
    usage = Usage("some.model-v1:0", 3, 6000, 4100, 250)
    turn = replace(running.answered("lease", story.clock.now()), draft="hunter2", usage=usage)
    adapter(bus).publish([turn])
    (entry,) = bus.entries
    assert (entry["EventBusName"], entry["Source"], entry["DetailType"]) == ("prod-turns", "async-chat", "turn.ended")
    assert entry["Time"] == turn.ended_at
    assert json.loads(entry["Detail"]) == {
        "id": f"{turn.turn_id}.answered",
        "chat_id": turn.chat_id,
        "turn_id": turn.turn_id,
        "user_hash": hashed(turn.user_id),
        "status": "answered",
        "code": None,
        "took_ms": 56_000,
        "usage": {
            "model": "some.model-v1:0",
            "requests": 3,
            "input_tokens": 6000,
            "cached_tokens": 4100,
            "output_tokens": 250,
        },
    }


def test_a_failed_turn_has_its_code(dynamodb_story: Story) -> None:
    bus = Bus()
    adapter(bus).publish(ended(dynamodb_story))
    detail = json.loads(bus.entries[0]["Detail"])
    assert (detail["status"], detail["code"], detail["usage"]) == ("failed", "not_started", None)


def test_many_turns_are_sent_in_their_order(dynamodb_story: Story) -> None:
    bus, turns = Bus(), ended(dynamodb_story, 2 * LARGEST_BATCH + 1)
    adapter(bus).publish(turns)
    assert [json.loads(entry["Detail"])["turn_id"] for entry in bus.entries] == [turn.turn_id for turn in turns]


def test_the_packages_client_can_send_events(fake_credentials: None, monkeypatch: pytest.MonkeyPatch) -> None:
    """Over its trimmed service models."""
    monkeypatch.setenv("AWS_DEFAULT_REGION", "eu-central-1")
    client = package_clients().events()
    assert client.meta.service_model.operation_names == ["PutEvents"]
