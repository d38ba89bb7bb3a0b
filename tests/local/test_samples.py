"""Sample memories reach each demo user once, through the API."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from async_chat_client import RetryBudget
from async_chat_client.testing import FakeService, answers

from local import samples
from local.failure import StackFailure
from local.home import Home
from local.people import Person


@pytest.fixture(autouse=True)
def two_hundred_and_fifty_memories(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    facts = {"occurred_at": "2026-01-28T12:30:00.000Z", "tags": ["work"]}
    lines = [json.dumps({"key": f"a-{number:03}", "text": f"Memory {number}", **facts}) for number in range(250)]
    (tmp_path / "alice.jsonl").write_text("\n".join(lines) + "\n", encoding="utf-8")
    monkeypatch.setattr(samples, "FOLDER", tmp_path)


def load(home: Home, service: FakeService, sub: str = "first") -> int:
    client = service.client("alice", RetryBudget(sending=0))
    return samples.load(home, client, Person("alice", sub, "token-of-alice"))


def test_samples_are_stored_in_batches_without_their_evaluation_keys(home: Home) -> None:
    service = FakeService()
    assert load(home, service) == 250
    batches = [json.loads(request.content)["memories"] for request in service.requests]
    assert [len(batch) for batch in batches] == [100, 100, 50]
    assert batches[0][0] == {"text": "Memory 0", "occurred_at": "2026-01-28T12:30:00+00:00", "tags": ["work"]}


def test_second_start_stores_nothing(home: Home) -> None:
    service = FakeService()
    load(home, service)
    assert load(home, service) == 0
    assert len(service.requests) == 3


def test_interrupted_load_continues_where_it_stopped(home: Home) -> None:
    service = FakeService()
    service.disturb(lambda request, handle: handle(request), answers(503))
    with pytest.raises(StackFailure, match="could not be stored: HTTP status 503"):
        load(home, service)
    assert load(home, service) == 150
    assert json.loads(service.requests[-2].content)["memories"][0]["text"] == "Memory 100"


def test_new_user_with_the_same_name_gets_the_samples(home: Home) -> None:
    service = FakeService()
    load(home, service, "first")
    assert load(home, service, "second") == 250
