"""`make logs`: for a person, for jq, of one chat, and followed."""

from __future__ import annotations

import itertools
import json
import time
from typing import Any

import pytest

from local import logs
from local.emulator import Emulator
from local.logs import Line, LogReader

CHAT, OTHER = "01M8C74K52BQ8X0WD443YHG249", "01M8C74K52BQ8X0WD443YHG24A"


def logged(message: str, second: int = 13, **fields: object) -> str:
    every = {"timestamp": f"2026-11-26T15:21:{second}.657+00:00", "level": "INFO", "logger": "l", "message": message}
    return json.dumps({**every, "workspace": "local", "version": "0.1.0", "request_id": "r", **fields})


def line(text: str) -> Line:
    return Line.read(1_795_706_475_000, "/aws/lambda/async-chat-local-chat", text)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        (logged("turn failed", chat_id=CHAT, failure="timed_out"), f"turn failed chat_id={CHAT} failure=timed_out"),
        (logged("request", route="GET /chats", status=200, took_ms=67.1, user="0c75"), "GET /chats 200 67.1 ms"),
        (
            logged("agent broke", level="ERROR", traceback="Traceback:\n  a"),
            "ERROR agent broke\n    Traceback:\n      a",
        ),
        (
            logged("turn queued", _aws={"CloudWatchMetrics": [{"Metrics": [{"Name": "Asks"}]}]}, Workspace="l", Asks=1),
            "turn queued",
        ),
    ],
)
def test_a_person_reads_time_function_and_what_matters(text: str, shown: str) -> None:
    assert line(text).for_people() == f"15:21:13 chat     {shown}"


def test_a_line_that_is_no_json_is_shown_as_it_is() -> None:
    assert line("[1] plain text").for_people() == "15:21:15 chat     [1] plain text"


@pytest.mark.parametrize("text", [logged("turn queued", chat_id=CHAT), "plain text", "[1, 2]"])
def test_each_line_is_an_object_for_programs(text: str) -> None:
    found = json.loads(line(text).for_programs())
    assert found["function"] == "chat"
    assert found["message"] in {"turn queued", text}


class Logs:
    """CloudWatch Logs of one function: each round adds invocations, which the emulator stores as streams."""

    def __init__(self, *rounds: dict[str, list[str]]) -> None:
        self._rounds = list(rounds)
        self._events: list[dict[str, Any]] = []

    def describe_log_groups(self, **_: str) -> dict[str, Any]:
        return {"logGroups": [{"logGroupName": "/aws/lambda/async-chat-local-chat"}]}

    def filter_log_events(self, startTime: int, **_: str) -> dict[str, Any]:  # noqa: N803  # boto3's name
        now = int(time.time() * 1000)
        for stream, texts in (self._rounds.pop(0) if self._rounds else {}).items():
            self._events += [{"timestamp": now, "logStreamName": stream, "message": text} for text in texts]
        return {"events": [event for event in self._events if event["timestamp"] >= startTime]}


@pytest.fixture
def emulator(monkeypatch: pytest.MonkeyPatch) -> Emulator:
    monkeypatch.setattr(logs, "PAUSE_SECONDS", 0.01)
    return Emulator(1, 1, 1)


def reads(client: Logs, monkeypatch: pytest.MonkeyPatch) -> None:
    class Session:
        def client(self, *_: object, **__: object) -> Logs:
            return client

    monkeypatch.setattr(logs, "session", lambda _: Session())


def test_a_chats_lines_are_those_of_the_invocations_that_name_it(
    emulator: Emulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    mine = ["printed by the agent", logged("turn answered", 14, chat_id=CHAT)]
    reads(Logs({"one": mine, "two": ["of another", logged("turn answered", chat_id=OTHER)]}), monkeypatch)
    found = LogReader(emulator, "eu-central-1", 0, CHAT).new_lines()
    assert [one.text for one in found if not one.is_of_lambda] == [mine[1], mine[0]]


def test_following_goes_on_with_new_lines_and_repeats_none(emulator: Emulator, monkeypatch: pytest.MonkeyPatch) -> None:
    reads(Logs({"one": ["first"]}, {}, {"two": ["second"]}, {"three": ["third"]}), monkeypatch)
    found = LogReader(emulator, "eu-central-1", 0).follow()
    assert [one.text for one in itertools.islice(found, 3)] == ["first", "second", "third"]
