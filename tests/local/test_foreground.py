"""`make run` and Ctrl-C."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from typing import IO

import pytest

from local import emulator
from local.home import PROJECT, Home
from tests.local.processes import eventually, group_is_empty


def read_until(lines: IO[str], text: str) -> None:
    for line in lines:
        if text in line:
            return
    pytest.fail(f"it ended without saying {text!r}")


@pytest.mark.parametrize("ended_by", [signal.SIGINT, signal.SIGTERM])
def test_ctrl_c_during_the_apply_leaves_nothing_running(home: Home, ended_by: signal.Signals) -> None:
    # A background job of a script starts with SIGINT ignored.
    command = [
        "sh",
        "-c",
        'trap "" INT; exec "$@"',
        "sh",
        sys.executable,
        "-m",
        "local",
        "run",
        "--port",
        "0",
        "--home",
        str(home.folder),
    ]
    with subprocess.Popen(command, cwd=PROJECT, stdout=subprocess.PIPE, text=True, start_new_session=True) as run:
        assert run.stdout
        read_until(run.stdout, "to add")
        embedded_aws = json.loads((home.emulator / "process.json").read_text(encoding="utf-8"))
        os.killpg(run.pid, ended_by)
        code = run.wait(timeout=180)
    assert code == 0
    assert emulator.running(home) is None
    assert eventually(lambda: group_is_empty(embedded_aws["group"]))
    assert not (home.terraform / "terraform.tfstate.d" / "local" / ".terraform.tfstate.lock.info").exists()


def test_run_is_rejected_while_the_stack_runs_in_the_background(home: Home) -> None:
    emulator.start(home, emulator.choose_port(home, 0))
    command = [sys.executable, "-m", "local", "run", "--home", str(home.folder)]
    refused = subprocess.run(command, cwd=PROJECT, capture_output=True, text=True, check=False)
    assert refused.returncode == 1
    assert refused.stderr == "The stack is already running in the background: use it, or stop it with `make down`.\n"
    assert emulator.running(home)


def test_busy_port_is_reported_before_anything_starts(home: Home, tmp_path_factory: pytest.TempPathFactory) -> None:
    other = Home(tmp_path_factory.mktemp("other"))
    busy = emulator.start(home, emulator.choose_port(home, 0))
    command = [sys.executable, "-m", "local", "up", "--port", str(busy.port), "--home", str(other.folder)]
    refused = subprocess.run(command, cwd=PROJECT, capture_output=True, text=True, check=False)
    assert refused.returncode == 1
    assert refused.stderr == f"Port {busy.port} is in use by another program: choose a free one with PORT=...\n"
    assert emulator.running(other) is None
