"""Sample memories reach each demo user once, through the API."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from local import samples
from local.failure import StackFailure
from local.home import Home
from local.people import Person
from tests.local.api_stub import api_stub

CREATED = (201, {"memory_ids": ["m1"]})


@pytest.fixture(autouse=True)
def three_hundred_memories(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    lines = [json.dumps({"key": f"a-{number:03}", "text": f"Memory {number}"}) for number in range(250)]
    (tmp_path / "alice.jsonl").write_text("\n".join(lines) + "\n", encoding="utf-8")
    monkeypatch.setattr(samples, "FOLDER", tmp_path)


def alice(sub: str = "first") -> Person:
    return Person("alice", sub, "token-of-alice")


def test_they_are_sent_in_batches_that_the_api_takes(home: Home) -> None:
    with api_stub(CREATED) as api:
        assert samples.load(home, api.url, alice()) == 250
        assert [len(body["memories"]) for _, body in api.received] == [100, 100, 50]


def test_the_keys_of_the_evaluation_stay_at_home(home: Home) -> None:
    with api_stub(CREATED) as api:
        samples.load(home, api.url, alice())
        assert api.received[0][1]["memories"][0] == {"text": "Memory 0"}


def test_a_restart_does_not_load_them_again(home: Home) -> None:
    with api_stub(CREATED) as api:
        samples.load(home, api.url, alice())
        assert samples.load(home, api.url, alice()) == 0
        assert len(api.received) == 3


def test_a_load_that_broke_off_goes_on_where_it_stopped(home: Home) -> None:
    with api_stub(CREATED, (503, {})) as api, pytest.raises(StackFailure, match="refused with 503"):
        samples.load(home, api.url, alice())
    with api_stub(CREATED) as api:
        assert samples.load(home, api.url, alice()) == 150
        assert api.received[0][1]["memories"][0] == {"text": "Memory 100"}


def test_a_user_who_was_made_anew_gets_them_too(home: Home) -> None:
    with api_stub(CREATED) as api:
        samples.load(home, api.url, alice("first"))
        assert samples.load(home, api.url, alice("second")) == 250
