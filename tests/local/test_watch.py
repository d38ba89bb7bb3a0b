"""A saved file of an agent of one's own: live for the next turn, without harm to a turn that runs."""

from __future__ import annotations

import base64
import json
import time
import zipfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import boto3
import pytest
from botocore.config import Config

from local import emulator, package
from local.agent import OwnAgent
from local.home import Home
from local.watch import Watcher

AGENT = """import time

def agent(dependencies):
    def reason(assignment, progress):
        time.sleep({seconds})
        return {version}
    return reason
"""
#: In place of the service: it runs the agent as the worker does, in a process of the emulator.
HANDLER = b"""from lab import agent

def handler(event, context):
    return agent(None)(None, None)
"""


@pytest.fixture
def lab(tmp_path: Path) -> Path:
    folder = tmp_path / "lab"
    folder.mkdir()
    return folder


def save(lab: Path, version: int, seconds: float = 0) -> None:
    (lab / "lab.py").write_text(AGENT.format(version=version, seconds=seconds), encoding="utf-8")


class Deployed:
    """A function with the agent on an emulator, and the watcher of its folder."""

    def __init__(self, home: Home, lab: Path) -> None:
        running = emulator.start(home, emulator.choose_port(home, 0))
        session = boto3.session.Session("test", "test", region_name="eu-central-1")
        client: Any = session.client  # by a name that is no literal
        config = Config(proxies={}, retries={"total_max_attempts": 1})
        self.lambda_ = client("lambda", endpoint_url=running.endpoint, config=config)
        own = OwnAgent("lab:agent", (lab,))
        with zipfile.ZipFile(home.package_without_agent, "w") as rest:
            rest.writestr("function.py", HANDLER)
        package.put_agent(home, own)
        role = client("iam", endpoint_url=running.endpoint, config=config).create_role(
            RoleName="lab", AssumeRolePolicyDocument=json.dumps({"Version": "2012-10-17", "Statement": []})
        )["Role"]["Arn"]
        self.lambda_.create_function(
            FunctionName="lab",
            Runtime="python3.13",
            Role=role,
            Handler="function.handler",
            Timeout=30,
            Code={"ZipFile": home.package.read_bytes()},
        )
        home.terraform.mkdir()
        home.outputs_file.write_text(json.dumps({"function_names": {"chat": "lab"}, "live_versions": {}}))
        self.said: list[str] = []
        self.watcher = Watcher(home, own, running, "eu-central-1", self.said.append)

    def answer(self) -> Any:
        return json.loads(self.lambda_.invoke(FunctionName="lab")["Payload"].read())


@pytest.fixture
def deployed(home: Home, lab: Path) -> Deployed:
    save(lab, 1, seconds=2)
    return Deployed(home, lab)


def test_a_saved_file_is_live_within_three_seconds_and_a_running_turn_ends_on_the_old_one(
    deployed: Deployed, lab: Path
) -> None:
    with ThreadPoolExecutor(1) as turns:
        running = turns.submit(deployed.answer)
        time.sleep(1)
        save(lab, 2)
        began = time.monotonic()
        assert deployed.watcher.look()
        assert deployed.answer() == 2
        assert time.monotonic() - began < 3
        assert running.result() == 1
    assert [said[:29] for said in deployed.said] == ["Saved: the next turn has it ("]
    assert not deployed.watcher.look()


def test_a_traceback_and_a_debugger_see_the_persons_own_file(deployed: Deployed, lab: Path) -> None:
    (lab / "lab.py").write_text("def agent(dependencies):\n    return {}['the key']\n", encoding="utf-8")
    deployed.watcher.look()
    log = base64.b64decode(deployed.lambda_.invoke(FunctionName="lab", LogType="Tail")["LogResult"]).decode()
    assert f'File "{lab}/lab.py", line 2, in agent\n    return {{}}[' in log


def test_a_mistake_is_said_at_the_prompt_and_fails_the_next_turn(deployed: Deployed, lab: Path) -> None:
    (lab / "lab.py").write_text("def agent(\n", encoding="utf-8")
    assert deployed.watcher.look()
    assert deployed.said == [f"lab:agent: SyntaxError in {lab}/lab.py, line 1: '(' was never closed."]
    assert "was never closed" in json.dumps(deployed.answer())
    save(lab, 3)
    deployed.watcher.look()
    assert deployed.answer() == 3


def test_new_and_deleted_files_count_and_hidden_ones_do_not(deployed: Deployed, lab: Path) -> None:
    (lab / ".lab.py.swp").write_text("half")
    (lab / "__pycache__").mkdir()
    (lab / "__pycache__" / "lab.cpython-311.pyc").write_bytes(b"x")
    assert not deployed.watcher.look()
    (lab / "more.py").write_text("X = 1\n")
    assert deployed.watcher.look()
    (lab / "more.py").unlink()
    assert deployed.watcher.look()
