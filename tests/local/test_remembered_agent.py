"""A start without an agent keeps that of the last one, and says so."""

from __future__ import annotations

from pathlib import Path

import pytest

from local import cli
from local.home import Home
from local.stack import StackOptions


@pytest.fixture
def started(home: Home, monkeypatch: pytest.MonkeyPatch) -> list[StackOptions]:
    """The options of each start, which goes no further."""
    options: list[StackOptions] = []
    monkeypatch.setattr(cli, "run", lambda _home, given: options.append(given))
    return options


def start(home: Home, *options: str) -> None:
    assert cli.main(["run", "--home", str(home.folder), "--set", "recall_delay_seconds=5", *options]) == 0


def test_agent_extras_and_model_are_kept_and_named(
    home: Home, tmp_path: Path, started: list[StackOptions], capsys: pytest.CaptureFixture[str]
) -> None:
    start(home, "--set", "agent=lab:agent", "--extra", str(tmp_path), "--model-url", "http://127.0.0.1:1")
    assert capsys.readouterr().out == ""
    start(home, "--port", "8461")
    assert "lab:agent" in capsys.readouterr().out
    first, second = started
    assert (second.settings, second.extras, second.model_url) == (first.settings, first.extras, first.model_url)
    assert second.extras == (tmp_path,)


def test_another_agent_takes_nothing_of_the_last_one(home: Home, tmp_path: Path, started: list[StackOptions]) -> None:
    start(home, "--set", "agent=lab:agent", "--extra", str(tmp_path))
    start(home, "--set", "agent=other:agent")
    start(home)
    assert [one.settings["agent"] for one in started] == ["lab:agent", "other:agent", "other:agent"]
    assert started[-1].extras == ()


def test_the_built_in_agent_forgets_the_last_one(
    home: Home, tmp_path: Path, started: list[StackOptions], capsys: pytest.CaptureFixture[str]
) -> None:
    start(home, "--set", "agent=lab:agent", "--extra", str(tmp_path))
    start(home, "--set", "agent=recall")
    start(home)
    assert "agent" not in started[-1].settings
    assert capsys.readouterr().out == ""


def test_a_debugger_is_not_remembered(home: Home, started: list[StackOptions]) -> None:
    start(home, "--set", "agent=lab:agent", "--debug-port", "5678")
    start(home)
    assert [one.debug_port for one in started] == [5678, None]
