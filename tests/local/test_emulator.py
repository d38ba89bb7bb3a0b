"""The embedded AWS as a process: start, kept state, and a complete stop."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import boto3
import pytest
from botocore.config import Config

from local import emulator
from local.emulator import Emulator
from local.failure import StackFailure
from local.home import Home
from tests.local.processes import eventually, group_is_empty


@pytest.fixture
def listener() -> Iterator[socket.socket]:
    """Another program that uses a port."""
    with socket.socket() as busy:
        busy.bind(("127.0.0.1", 0))
        busy.listen()
        yield busy


def start(home: Home) -> Emulator:
    return emulator.start(home, emulator.choose_port(home, 0))


def tables(running: Emulator) -> Any:
    session = boto3.session.Session("test", "test", region_name="eu-central-1")
    return session.client("dynamodb", endpoint_url=running.endpoint, config=Config(proxies={}))


def create_table(running: Emulator) -> None:
    tables(running).create_table(
        TableName="kept",
        BillingMode="PAY_PER_REQUEST",
        AttributeDefinitions=[{"AttributeName": "pk", "AttributeType": "S"}],
        KeySchema=[{"AttributeName": "pk", "KeyType": "HASH"}],
    )


def test_busy_port_is_rejected(home: Home, listener: socket.socket) -> None:
    port = listener.getsockname()[1]
    with pytest.raises(StackFailure, match=f"Port {port} is in use by another program"):
        emulator.choose_port(home, port)


def test_port_0_finds_a_free_port(home: Home, listener: socket.socket) -> None:
    home.emulator.mkdir()
    last = listener.getsockname()[1]
    (home.emulator / "process.json").write_text(json.dumps({"pid": 1, "group": 1, "port": last}))
    assert emulator.choose_port(home, 0) not in {0, last}


def test_state_and_port_survive_a_restart(home: Home) -> None:
    first = start(home)
    create_table(first)
    assert emulator.stop(home)
    second = start(home)
    assert second.port == first.port
    assert tables(second).list_tables()["TableNames"] == ["kept"]


def test_stop_ends_every_process_it_started(home: Home) -> None:
    running = start(home)
    emulator.stop(home)
    assert emulator.running(home) is None
    assert eventually(lambda: group_is_empty(running.group))


def test_stacks_in_two_folders_are_independent(home: Home, tmp_path: Path) -> None:
    other = Home(tmp_path / "other")
    first, second = start(home), start(other)
    try:
        create_table(first)
        assert tables(second).list_tables()["TableNames"] == []
    finally:
        emulator.stop(other)
    assert emulator.running(home) == first


def test_stale_process_file_kills_no_other_process(home: Home) -> None:
    with subprocess.Popen(["sleep", "60"], start_new_session=True) as stranger:
        home.emulator.mkdir()
        (home.emulator / "lock").touch()
        (home.emulator / "process.json").write_text(json.dumps({"pid": stranger.pid, "group": stranger.pid, "port": 1}))
        stopped = emulator.stop(home)
        survived = stranger.poll() is None
        stranger.kill()
    assert not stopped
    assert survived


def test_killed_emulator_counts_as_not_running(home: Home) -> None:
    os.killpg(start(home).group, signal.SIGKILL)
    assert eventually(lambda: emulator.running(home) is None)


def test_failed_start_names_the_log(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(emulator, "PYTHON", Path("/bin/false"))
    with pytest.raises(StackFailure, match=rf"^The embedded AWS did not start; its log is {home.emulator_log}$"):
        start(home)


def test_the_users_environment_does_not_reach_the_functions(
    home: Home, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_PROFILE", "production")
    shows_its_environment = tmp_path / "python"
    shows_its_environment.write_text("#!/bin/sh\nenv\n")
    shows_its_environment.chmod(0o755)
    monkeypatch.setattr(emulator, "PYTHON", shows_its_environment)
    with pytest.raises(StackFailure):
        start(home)
    environment = home.emulator_log.read_text()
    assert "AUTH=true" in environment
    assert "AWS_" not in environment


def test_nothing_below_the_home_is_readable_by_others(home: Home) -> None:
    home.folder.chmod(0o755)
    create_table(start(home))
    emulator.stop(home)
    found = [home.folder, *home.folder.rglob("*")]
    assert any(file.is_file() for file in found if "state" in file.parts), "it has saved its state"
    assert [file for file in found if file.stat().st_mode & 0o077] == []
