"""scripts/turns over the lines that the functions really log, in log groups of the test."""

from __future__ import annotations

import io
import json
import logging
import re
import time
from collections.abc import Callable, Iterator
from contextlib import redirect_stderr
from datetime import UTC, datetime, timedelta
from typing import Any, Final

import pytest
from moto import mock_aws

from adapters.dynamodb.chat_repository import DynamoDbChatRepository
from adapters.observability.emf_metrics import METRICS_LOG
from adapters.observability.json_logs import start_logging
from adapters.observability.redaction import UserHash
from adapters.observability.turn_observer import LoggingTurnObserver
from domain.limits import WorkspaceLimits
from scripts.turns.__main__ import Turns, as_text, main
from scripts.turns.log_search import line_of
from scripts.turns.slots import asked_at, holders
from scripts.turns.story import Moment, Story, moment_of
from scripts.turns.timeline import page
from tests.fakes.clock import FakeClock
from tests.support.aws import dynamodb_client, make_tables
from tests.support.gateway import worker_event
from tests.support.service import Service
from tests.support.story import Story as Chats

NOW: Final = datetime(2026, 11, 26, 12, tzinfo=UTC)
SECRET: Final = "hunter2"
GROUPS: Final = {key: f"/aws/lambda/prod-{key}" for key in ("chat", "worker", "reads", "edits", "failures")}


class LogGroups:
    """boto3's client of CloudWatch Logs, over lines by group. As on the embedded AWS, a query's filter is ignored."""

    def __init__(self, lines: dict[str, list[tuple[int, str]]]) -> None:
        self._lines = lines
        self.calls: list[str] = []

    def get_paginator(self, operation: str) -> LogGroups:
        assert operation == "filter_log_events"
        return self

    def paginate(self, *, logGroupName: str, startTime: int, endTime: int, filterPattern: str) -> Any:  # noqa: N803  # AWS's names
        self.calls.append(logGroupName)
        wanted = filterPattern.strip('"')
        yield {"events": []}  # "Partially full or empty pages don't necessarily mean that pagination is finished."
        yield {
            "events": [
                {"timestamp": at, "message": text}
                for at, text in self._lines.get(logGroupName, ())
                if startTime <= at <= endTime and wanted in text
            ]
        }

    def start_query(self, **_query: object) -> Any:
        return {"queryId": "1"}

    def get_query_results(self, *, queryId: str) -> Any:  # noqa: N803  # AWS's names
        rows = [(at, f"123456789012:{group}", text) for group, lines in self._lines.items() for at, text in lines]
        return {"status": "Complete", "results": [_row(*row) for row in sorted(rows, reverse=True)]}


def _row(at: int, group: str, text: str) -> Any:
    time = datetime.fromtimestamp(at / 1000, UTC).strftime("%Y-%m-%d %H:%M:%S.%f")[:-3]
    return [
        {"field": name, "value": value} for name, value in (("@timestamp", time), ("@log", group), ("@message", text))
    ]


class Workspace:
    """What `Deployed` gives: outputs and clients."""

    def __init__(self, logs: LogGroups, dynamodb: Any = None, turns: int = 0) -> None:
        self._clients = {"logs": logs, "dynamodb": dynamodb}
        self._outputs = {
            "deadline_seconds": 70,
            "log_group_names": GROUPS,
            "max_concurrent_turns": turns,
            "table_names": {"chats": "chats"},
        }

    def __getitem__(self, name: str) -> Any:
        return self._outputs[name]

    def client(self, service: str) -> Any:
        return self._clients[service]


class Deaf:
    """A table that nobody may read."""

    def get_item(self, **_request: object) -> Any:
        from botocore.exceptions import ClientError

        raise ClientError({"Error": {"Code": "AccessDeniedException", "Message": "no"}}, "GetItem")


@pytest.fixture
def service() -> Service:
    """With the observer that logs, and ids of the hour in which the lines are written."""
    service = Service()
    service.clock.move_to(datetime.now(UTC).replace(microsecond=0))
    service.container.observer.override(LoggingTurnObserver("test", UserHash("k")))
    service.container.ids.reset_override()
    service.container.chat_service.reset()
    return service


Logged = Callable[[str], None]


@pytest.fixture
def lines() -> Iterator[tuple[dict[str, list[tuple[int, str]]], Logged]]:
    """Lines by group, and what takes those written since into the group of a function."""
    loggers = (logging.getLogger(), METRICS_LOG)
    before = [(logger.handlers[:], logger.level, logger.propagate) for logger in loggers]
    written, groups = io.StringIO(), {name: [] for name in GROUPS.values()}  # type: ignore[var-annotated]

    def taken(function: str) -> None:
        now = round(datetime.now(UTC).timestamp() * 1000)
        groups[GROUPS[function]] += [(now, line) for line in written.getvalue().splitlines()]
        time.sleep(0.005)  # the order of lines is by the millisecond
        written.seek(0)
        written.truncate()

    with redirect_stderr(written):
        start_logging("INFO", "test", "1.2.3")
    yield groups, taken
    for logger, (handlers, level, propagates) in zip(loggers, before, strict=True):
        logger.handlers[:], logger.propagate = handlers, propagates
        logger.setLevel(level)


def killed_turn(service: Service, taken: Logged) -> tuple[str, str]:
    """A question whose worker dies; returns chat and turn."""
    chat_id = str(service.gateway.ask(f"Where is {SECRET}?").body["chat_id"])
    taken("chat")
    invocation = service.invoker.waiting[-1]
    service.agent.error = SystemExit(SECRET)  # as a kill: nothing catches it
    with pytest.raises(SystemExit):
        service.run_worker()
    logging.getLogger("a.library").warning("the person asks for %s", SECRET)
    taken("worker")
    service.gateway.poll(chat_id)
    taken("reads")
    service.gateway.fail(
        json.dumps({"requestPayload": worker_event(invocation), "requestContext": {"condition": "RetriesExhausted"}})
    )
    taken("failures")
    service.gateway.poll(chat_id)
    taken("reads")
    return chat_id, invocation.turn_id


def test_the_story_of_a_killed_turn_is_told_in_order(service: Service, lines: Any) -> None:
    groups, taken = lines
    chat_id, turn_id = killed_turn(service, taken)
    for id_ in (turn_id, chat_id, "request-7"):
        story = Turns(Workspace(LogGroups(groups), Deaf())).story(id_, 24)  # type: ignore[arg-type]
        assert story
        assert story.title == f"Turn {turn_id} of chat {chat_id}"
        told = [moment.what for moment in story.moments]
        expected = ("queued", "claimed by a worker", "step 1", "poll saw thinking", "failed", "poll saw failed")
        assert [what for what in told if what in expected] == list(expected), told
        assert "POST /memories/chat" in told
        (end,) = (moment for moment in story.moments if moment.what == "failed")
        assert "worker_died" in end.detail
        assert story.notes == ["You may not read the chats table: this is what the logs say."]


def test_no_text_of_a_person_is_told(service: Service, lines: Any) -> None:
    groups, taken = lines
    _, turn_id = killed_turn(service, taken)
    assert SECRET in json.dumps(groups)
    turns = Turns(Workspace(LogGroups(groups), Deaf()))  # type: ignore[arg-type]
    story = turns.story(turn_id, 24)
    assert story
    assert SECRET not in as_text(story) + page(story)
    assert "WARN a.library" in as_text(story)
    with_texts = turns.story(turn_id, 24, with_texts=True)
    assert with_texts
    assert SECRET in as_text(with_texts)


def test_a_turn_is_found_without_a_query(service: Service, lines: Any) -> None:
    groups, taken = lines
    _, turn_id = killed_turn(service, taken)
    logs = LogGroups(groups)
    logs.start_query = None  # type: ignore[method-assign, assignment]
    assert Turns(Workspace(logs, Deaf())).story(turn_id, 24)  # type: ignore[arg-type]
    # AWS allows five calls a second.
    assert len(logs.calls) <= 10


def test_an_unknown_id_has_no_story(lines: Any) -> None:
    groups, _ = lines
    assert Turns(Workspace(LogGroups(groups), Deaf())).story("no-such-request", 24) is None  # type: ignore[arg-type]


def test_a_request_without_a_turn_tells_its_own_lines(service: Service, lines: Any) -> None:
    groups, taken = lines
    service.gateway.ask("")
    taken("chat")
    story = Turns(Workspace(LogGroups(groups), Deaf())).story("request-7", 24)  # type: ignore[arg-type]
    assert story
    assert "question_missing" in as_text(story)


# ---- single lines


def test_lambdas_own_lines_are_told_as_aws_and_the_embedded_aws_write_them() -> None:
    record = {"requestId": "r", "status": "timeout", "metrics": {"durationMs": 90000.0, "maxMemoryUsedMB": 120}}
    aws = json.dumps({"time": "2026-11-26T12:01:30.000Z", "type": "platform.report", "record": record})
    embedded = "REPORT RequestId: r\tDuration: 5565 ms\tMemory Size: 512 MB"
    for text, lasted, word in ((aws, 90, "timeout"), (embedded, 5.565, "512 MB")):
        moment = moment_of(line_of("worker", text, NOW))
        assert moment
        assert (moment.what, moment.lasted) == ("Lambda ran worker", timedelta(seconds=lasted))
        assert word in moment.detail


def test_a_model_request_is_told_with_time_and_tokens() -> None:
    fields = {
        "message": "model request",
        "model": "m",
        "number": 2,
        "took_ms": 812,
        "input_tokens": 6100,
        "output_tokens": 40,
    }
    moment = moment_of(line_of("worker", json.dumps(fields), NOW))
    assert moment
    assert (moment.what, moment.lasted) == ("model request 2", timedelta(milliseconds=812))
    assert moment.detail == "model m, took_ms 812, input tokens 6,100, output tokens 40"


def test_an_access_line_tells_no_address() -> None:
    fields = {
        "request_id": "r",
        "route": "POST /memories/chat",
        "status": "200",
        "source_ip": "192.0.2.7",
        "latency_ms": "31",
    }
    moment = moment_of(line_of("api", json.dumps(fields), NOW))
    assert moment
    assert "192.0.2.7" not in f"{moment}"
    assert "latency_ms 31" in moment.detail


# ---- the page


def test_the_page_escapes_everything_and_loads_nothing() -> None:
    hostile = "<script>alert(1)</script>\"'&"
    story = Story(hostile, [Moment(NOW, "turn", hostile, hostile)], [hostile], [(hostile, hostile)])
    html = page(story)
    assert "<script" not in html
    assert html.count("&lt;script&gt;") == 9
    assert "default-src 'none'" in html
    assert not re.search(r"\b(src|href|onclick)=", html)


def test_every_mark_is_within_the_picture() -> None:
    moments = [
        Moment(NOW, "turn", "queued"),
        Moment(NOW + timedelta(seconds=3), "model", "model request 1", lasted=timedelta(seconds=2)),
        Moment(NOW + timedelta(seconds=4), "poll", "poll saw answered"),
    ]
    places = re.findall(r"left:([\d.]+)%;width:([\d.]+)%", page(Story("t", moments)))
    assert places == [("0.00", "0.00"), ("25.00", "50.00"), ("99.50", "0.00")]


def test_a_story_of_one_moment_has_a_page() -> None:
    assert "queued" in page(Story("t", [Moment(NOW, "turn", "queued")]))


# ---- the slots


@pytest.mark.parametrize("limit", [0, 45])
def test_turns_that_hold_slots_are_listed_once(fake_credentials: None, limit: int) -> None:
    with mock_aws():
        dynamodb = dynamodb_client()
        table = make_tables(dynamodb).chats
        chats = Chats(DynamoDbChatRepository(dynamodb, table, FakeClock(), WorkspaceLimits(limit)))
        asked = [chats.asks(user=f"user {number}") for number in range(30)]
        chats.fails(asked[7])
        found = holders(dynamodb, table, limit)
    assert {holder.turn_id for holder in found} == {turn.turn_id for turn in asked} - {asked[7].turn_id}
    assert {holder.deadline for holder in found} == {asked[0].deadline}


def test_the_time_of_a_turn_is_in_its_id() -> None:
    assert asked_at("01KAR5V6ZJ9M2C6T1H4G8B0RKA").year == 2025


# ---- the command


@pytest.mark.parametrize("arguments", [["show", "x' | stats"], ["show", "short"], ["stop", "not-a-turn", "--reason=x"]])
def test_what_is_no_id_is_refused_before_anything_is_read(
    arguments: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as refused:
        main(arguments)
    assert refused.value.code == 2
    assert "the id of a turn" in capsys.readouterr().err
