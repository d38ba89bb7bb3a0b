"""`make agent`: in this process, over the sample memories, with breakpoints of pdb and of a debugger's client."""

from __future__ import annotations

import json
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from local.home import PROJECT, Home

AGENT = """from domain.errors import AgentFailed
from domain.records import Answer

def agent(dependencies):
    async def reason(assignment, progress):
        progress.step("Counting")
        count = len(dependencies.memories.list_all(assignment.user_id))
        if assignment.question == "fail":
            raise AgentFailed(message="I only count.")
        if assignment.question == "stop":
            breakpoint()
        return Answer(f"{assignment.question} {count}")
    return reason
"""
#: The line of AGENT that has the count.
LINE = 7


@pytest.fixture
def lab(tmp_path: Path) -> Path:
    folder = tmp_path / "lab"
    folder.mkdir()
    (folder / "counting.py").write_text(AGENT, encoding="utf-8")
    return folder


def command(home: Home, lab: Path, question: str, *more: str) -> list[str]:
    options = ["--home", str(home.folder), "--set", "agent=counting:agent", "--extra", str(lab), *more]
    return [sys.executable, "-m", "local", "agent", *options, "--", question]


def run(home: Home, lab: Path, question: str, *more: str, typed: str = "") -> subprocess.CompletedProcess[str]:
    command_line = command(home, lab, question, *more)
    return subprocess.run(command_line, cwd=PROJECT, input=typed, capture_output=True, text=True, check=False)


def test_steps_come_before_the_answer_over_a_users_samples(home: Home, lab: Path) -> None:
    done = run(home, lab, "bob has", "--user", "bob")
    assert done.returncode == 0, done.stderr
    over, step, answer = done.stdout.splitlines()
    assert "sample memories of bob" in over
    assert step.endswith("Counting")
    assert answer == "bob has 266"


def test_the_agents_own_sentence_fails_the_command(home: Home, lab: Path) -> None:
    done = run(home, lab, "fail")
    assert (done.returncode, done.stderr) == (1, "I only count. (agent_failed)\n")


def test_unknown_user_is_refused(home: Home, lab: Path) -> None:
    done = run(home, lab, "Where?", "--user", "carol")
    assert (done.returncode, done.stderr) == (1, "There are no sample memories of carol.\n")


def test_a_breakpoint_in_the_agent_stops_in_pdb(home: Home, lab: Path) -> None:
    done = run(home, lab, "stop", typed="p 'count is', count\nc\n")
    assert "('count is', 298)" in done.stdout
    assert done.stdout.endswith("stop 298\n")


class DebuggersClient:
    """The Debug Adapter Protocol: https://microsoft.github.io/debug-adapter-protocol/specification"""

    def __init__(self, connection: socket.socket) -> None:
        self._file = connection.makefile("rwb")
        self._sent = 0

    def send(self, name: str, **arguments: object) -> None:
        self._sent += 1
        body = json.dumps({"seq": self._sent, "type": "request", "command": name, "arguments": arguments}).encode()
        self._file.write(b"Content-Length: %d\r\n\r\n%s" % (len(body), body))
        self._file.flush()

    def wait_for(self, **wanted: str) -> dict[str, Any]:
        while True:
            length = int(self._file.readline().partition(b":")[2])
            self._file.readline()
            message: dict[str, Any] = json.loads(self._file.read(length))
            if wanted.items() <= message.items():
                return message


@contextmanager
def attached(port: int) -> Iterator[DebuggersClient]:
    give_up = time.monotonic() + 30
    while True:
        try:
            connection = socket.create_connection(("127.0.0.1", port), timeout=30)
            break
        except ConnectionRefusedError:
            assert time.monotonic() < give_up
            time.sleep(0.05)
    with connection:
        yield DebuggersClient(connection)


def test_the_agent_waits_for_a_debugger_and_stops_at_its_breakpoint(home: Home, lab: Path) -> None:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    started = command(home, lab, "has", "--debug-port", str(port))
    with subprocess.Popen(started, cwd=PROJECT, stdout=subprocess.PIPE, text=True) as agent, attached(port) as client:
        client.send("initialize", adapterID="test")
        client.send("attach", justMyCode=True)
        client.wait_for(event="initialized")
        source, lines = {"path": str(lab / "counting.py")}, [{"line": LINE}]
        client.send("setBreakpoints", source=source, breakpoints=lines)
        client.send("configurationDone")
        thread = client.wait_for(event="stopped")["body"]["threadId"]
        client.send("stackTrace", threadId=thread)
        top = client.wait_for(command="stackTrace")["body"]["stackFrames"][0]
        client.send("disconnect", terminateDebuggee=False)
        said = agent.communicate(timeout=30)[0]
    assert (top["source"]["path"], top["line"]) == (str(lab / "counting.py"), LINE)
    assert said.endswith("has 298\n")
