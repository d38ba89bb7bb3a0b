"""The zip as it is deployed, unpacked as Lambda does, and its functions on Lambda's own runtime client."""

from __future__ import annotations

import json
import platform
import subprocess
import sys
import zipfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import pytest

from local.home import PROJECT
from scripts.package import PLATFORMS
from tests.fakes.dynamodb.table import KeyedTable
from tests.fakes.dynamodb.wire import KeyedStore
from tests.runtime.aws import Aws, serving
from tests.support.gateway import http_event
from tests.support.keyed_service import BY_ACTIVITY
from tests.support.lambda_runtime import PYTHON, Function, Running, running

#: As Terraform sets them.
SETTINGS: Final = {
    "ASYNC_CHAT_WORKSPACE": "test",
    "ASYNC_CHAT_VERSION": "1.2.3",
    "ASYNC_CHAT_CHATS_TABLE": "chats",
    "ASYNC_CHAT_MEMORIES_TABLE": "memories",
    "ASYNC_CHAT_WORKER_FUNCTION": "async-chat-test-chat",
}


@pytest.fixture(scope="session")
def package(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The unpacked zip, for this machine's processor and the Python of .local/runtime."""
    subprocess.run([PROJECT / "scripts" / "env", "runtime"], check=True)
    folder = tmp_path_factory.mktemp("var-task")
    command = [sys.executable, str(PROJECT / "scripts" / "package.py"), "--output", str(folder / "lambda.zip")]
    subprocess.run([*command, *_target()], check=True, stdout=subprocess.DEVNULL)
    with zipfile.ZipFile(folder / "lambda.zip") as archive:
        archive.extractall(folder / "task")
    return folder / "task"


def _target() -> list[str]:
    """The build that is deployed, where it runs; otherwise one for this interpreter."""
    version = subprocess.run([PYTHON, "--version"], check=True, capture_output=True, text=True).stdout
    machine = {"aarch64": "arm64"}.get(platform.machine(), platform.machine())
    if sys.platform == "linux" and machine in PLATFORMS and version.startswith("Python 3.13."):
        return ["--architecture", machine]
    return ["--interpreter", str(PYTHON)]


@pytest.fixture
def aws() -> Iterator[Aws]:
    chats, memories = KeyedTable("pk", "sk", BY_ACTIVITY), KeyedTable("user_id", "memory_id")
    with serving(KeyedStore({"chats": chats, "memories": memories})) as served:
        yield served


@dataclass
class Started:
    """A function that runs, and what it has written so far."""

    function: Running
    _log: Path

    def call(self, event: Mapping[str, Any]) -> Any:
        return self.function.invoke(event)[0]

    def lines(self) -> list[str]:
        return self._log.read_text(encoding="utf-8").splitlines()

    def json_lines(self) -> list[dict[str, Any]]:
        """Every line, each of which must be a JSON object."""
        return [json.loads(line) for line in self.lines()]


Start = Callable[..., AbstractContextManager[Started]]


@pytest.fixture
def start(package: Path, aws: Aws, tmp_path: Path) -> Start:
    """Starts a function by the name of its module; further variables by keyword."""

    @contextmanager
    def start(
        module: str, *, program: tuple[str, ...] = ("-m", "awslambdaric"), without: tuple[str, ...] = (), **more: str
    ) -> Iterator[Started]:
        environment = {**SETTINGS, "AWS_ENDPOINT_URL": aws.url, "PYTHONWARNINGS": "error", **more}
        function = Function(package, f"entrypoints.{module}.handler", {}, environment, frozenset(without))
        log = tmp_path / f"{module}.log"
        with running(function, program=program, log=log) as process:
            yield Started(process, log)

    return start


def ask(question: str = "Where did I park?") -> dict[str, Any]:
    """API Gateway's event of an ask."""
    return http_event("POST /memories/chat", body={"question": question})
