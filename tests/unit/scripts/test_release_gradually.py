"""scripts/release_gradually.py over moto: weights move step by step, and back when an alarm goes off."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError

from scripts import release_gradually
from tests.support.published_workspace import KEYS, REGION, Workspace, empty_aws

Routes = dict[str, tuple[str, dict[str, float]]]
OTHERS = ("worker", "failures", "edits", "reads")


class Watched:
    """A workspace with a new version that is not live, and the time that passes while its release is watched."""

    def __init__(self, folder: Path, keys: tuple[str, ...]) -> None:
        self.workspace = Workspace(folder, keys)
        self.cloudwatch: Any = boto3.client("cloudwatch", region_name=REGION)
        self.alarm("async-chat-prod-turns-failing", "OK")
        self.alarm("async-chat-dev-turns-failing", "ALARM")
        self.publish()
        self.now = 0.0
        #: What has been seen at each look, without repetitions.
        self.seen: list[Routes] = []
        self.happens: dict[float, Callable[[], None]] = {}

    def publish(self) -> None:
        """A version 3 of every function, as Terraform publishes it with `gradual_release`."""
        for key, name in self.workspace.names.items():
            self.workspace.lambda_.update_function_configuration(
                FunctionName=name, Description=f"Async Chat 1.2.0, prod: {key}"
            )
            self.workspace.lambda_.publish_version(FunctionName=name)

    def alarm(self, name: str, state: str) -> None:
        self.cloudwatch.put_metric_alarm(
            AlarmName=name,
            MetricName="Errors",
            Namespace="AWS/Lambda",
            Statistic="Sum",
            Period=300,
            EvaluationPeriods=1,
            Threshold=0,
            ComparisonOperator="GreaterThanThreshold",
        )
        self.cloudwatch.set_alarm_state(AlarmName=name, StateValue=state, StateReason="test")

    def routes(self) -> Routes:
        aliases = {
            key: self.workspace.lambda_.get_alias(FunctionName=name, Name="live")
            for key, name in self.workspace.names.items()
        }
        return {
            key: (alias["FunctionVersion"], (alias.get("RoutingConfig") or {}).get("AdditionalVersionWeights") or {})
            for key, alias in aliases.items()
        }

    def sleep(self, seconds: float) -> None:
        if not self.seen or self.seen[-1] != self.routes():
            self.seen.append(self.routes())
        self.now += seconds
        for moment in [moment for moment in self.happens if moment <= self.now]:
            self.happens.pop(moment)()

    def release(self, *options: str) -> int:
        return release_gradually.main(
            [f"--outputs={self.workspace.outputs}", *options], clock=lambda: self.now, sleep=self.sleep
        )

    def all_at(self, version: str) -> Routes:
        return {key: (version, {}) for key in self.workspace.names}


@pytest.fixture(params=[KEYS, KEYS[:-1]], ids=["dedicated worker", "shared worker"])
def watched(fake_credentials: None, tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Watched]:
    with empty_aws():
        yield Watched(tmp_path, request.param)


def test_the_chat_function_moves_after_all_others_are_released(watched: Watched) -> None:
    assert watched.release("--steps=10,50", "--minutes=1") == 0
    others = [key for key in OTHERS if key in watched.workspace.names]
    old, new = watched.all_at("2"), watched.all_at("3")

    def at(share: float) -> tuple[str, dict[str, float]]:
        return ("2", {"3": share})

    assert watched.seen == [
        {**old, **dict.fromkeys(others, at(0.1))},
        {**old, **dict.fromkeys(others, at(0.5))},
        {**new, "chat": ("2", {})},
        {**new, "chat": at(0.1)},
        {**new, "chat": at(0.5)},
        new,
    ]
    assert watched.routes() == new


def test_each_step_is_watched_for_its_minutes(watched: Watched, capsys: pytest.CaptureFixture[str]) -> None:
    watched.release("--steps=25", "--minutes=10")
    assert watched.now == 4 * 600
    lines = capsys.readouterr().out.splitlines()
    assert "chat: version 2, new: 3" in lines[0] or any("chat: version 2, new: 3" in line for line in lines)
    assert lines[-1] == " 40.0 min  released"
    assert any(line.endswith("chat: 25% of the calls get the new version") for line in lines)


@pytest.mark.parametrize("minute", [0.5, 1.5, 2.5, 3.5, 4.5, 5.5])
def test_an_alarm_takes_every_function_back(
    watched: Watched, minute: float, capsys: pytest.CaptureFixture[str]
) -> None:
    watched.happens[minute * 60] = lambda: watched.alarm("async-chat-prod-turns-failing", "ALARM")
    assert watched.release("--steps=10,50", "--minutes=1") == 1
    assert watched.routes() == watched.all_at("2")
    out = capsys.readouterr().out
    assert "STOPPED. alarm: async-chat-prod-turns-failing" in out
    assert watched.now == pytest.approx(minute * 60)


def test_the_chat_function_goes_back_first(watched: Watched, capsys: pytest.CaptureFixture[str]) -> None:
    watched.happens[330] = lambda: watched.alarm("async-chat-prod-turns-failing", "ALARM")
    watched.release("--steps=10,50", "--minutes=1")
    back = [line for line in capsys.readouterr().out.splitlines() if "back at version 2" in line]
    assert "chat" in back[0]
    assert len(back) == len(watched.workspace.names)


@pytest.mark.parametrize(
    "error", [KeyboardInterrupt(), ClientError({"Error": {"Code": "Throttling"}}, "DescribeAlarms")]
)
def test_an_error_or_ctrl_c_takes_every_function_back(watched: Watched, error: BaseException) -> None:
    def break_off() -> None:
        raise error

    watched.happens[200] = break_off
    assert watched.release("--steps=10,50", "--minutes=1") == 1
    assert watched.routes() == watched.all_at("2")


def test_a_function_that_cannot_be_taken_back_does_not_keep_the_others(
    watched: Watched, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def lose_reads() -> None:
        watched.workspace.lambda_.delete_alias(FunctionName=watched.workspace.names["reads"], Name="live")
        watched.alarm("async-chat-prod-turns-failing", "ALARM")

    watched.happens[90] = lose_reads
    assert watched.release("--steps=10", "--minutes=1") == 1
    watched.workspace.names.pop("reads")
    assert watched.routes() == watched.all_at("2")
    assert "NOT taken back: reads" in capsys.readouterr().out


def test_an_alarm_that_was_there_before_stops_before_anything_moves(
    watched: Watched, capsys: pytest.CaptureFixture[str]
) -> None:
    watched.alarm("async-chat-prod-queue-age", "ALARM")
    assert watched.release() == 1
    assert watched.routes() == watched.all_at("2")
    assert "Nothing was moved: async-chat-prod-queue-age" in capsys.readouterr().err


@pytest.mark.parametrize("name", ["queue-age", "async-chat-prod-queue-age"])
def test_an_ignored_alarm_does_not_stop_the_release(watched: Watched, name: str) -> None:
    watched.alarm("async-chat-prod-queue-age", "ALARM")
    assert watched.release("--minutes=1", f"--ignore={name}") == 0
    assert watched.routes() == watched.all_at("3")


def test_a_workspace_without_alarms_is_refused_unless_it_is_meant(
    watched: Watched, capsys: pytest.CaptureFixture[str]
) -> None:
    watched.cloudwatch.delete_alarms(AlarmNames=["async-chat-prod-turns-failing"])
    assert watched.release() == 1
    assert "no alarms" in capsys.readouterr().err
    assert watched.routes() == watched.all_at("2")
    assert watched.release("--without-alarms", "--minutes=0") == 0
    assert watched.routes() == watched.all_at("3")


def test_only_functions_with_a_newer_version_move(watched: Watched) -> None:
    name = watched.workspace.names["edits"]
    watched.workspace.lambda_.update_alias(FunctionName=name, Name="live", FunctionVersion="3")
    watched.happens[90] = lambda: watched.alarm("async-chat-prod-turns-failing", "ALARM")
    watched.release("--minutes=1")
    assert watched.routes() == {**watched.all_at("2"), "edits": ("3", {})}


def test_nothing_to_release_is_no_error(watched: Watched, capsys: pytest.CaptureFixture[str]) -> None:
    watched.release("--minutes=0")
    assert watched.release() == 0
    assert "Nothing to release" in capsys.readouterr().out


@pytest.mark.parametrize("steps", ["0", "100", "50,10", "10,10", "-5", "ten"])
def test_steps_must_be_rising_percentages(watched: Watched, steps: str) -> None:
    with pytest.raises(SystemExit):
        watched.release(f"--steps={steps}")
    assert watched.routes() == watched.all_at("2")
