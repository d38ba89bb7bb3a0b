"""Lambda's runtime API for one function: sends events to a real `awslambdaric`, receives responses, takes the time."""

import json
import os
import socket
import subprocess
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from local.home import PROJECT
from tests.support.http_messages import Message, response, take_message

PYTHON: Final = PROJECT / ".local" / "runtime" / "venv" / "bin" / "python"
SECONDS: Final = 60


class FunctionBroke(Exception):
    """The function responded with an error, or ended without a response."""


@dataclass(frozen=True)
class Function:
    """An unpacked package, its handler, the event to handle, and its environment besides Lambda's variables.

    `without` names variables of Lambda's that this function does not get.
    """

    folder: Path
    handler: str
    event: Mapping[str, Any]
    environment: Mapping[str, str]
    without: frozenset[str] = frozenset()


@dataclass
class Running:
    """A started function with its own runtime API."""

    function: Function
    process: subprocess.Popen[bytes]
    began: float
    _listening: socket.socket
    _connection: socket.socket | None = None

    def invoke(self, event: Mapping[str, Any] | None = None) -> tuple[Any, float]:
        """The function's response to this event or its usual one, and the time when it arrived."""
        event = self.function.event if event is None else event
        asked = self._next_request()
        if not asked.path_or_status.endswith("/invocation/next"):
            raise FunctionBroke(asked.body.decode())
        self._send(200, json.dumps(event).encode(), _invocation())
        answered = self._next_request()
        moment = time.perf_counter()
        self._send(202, b"{}", {})
        if not answered.path_or_status.endswith("/response"):
            raise FunctionBroke(answered.body.decode())
        return json.loads(answered.body), moment

    def _next_request(self) -> Message:
        received = bytearray()
        while True:
            if self._connection is None:
                self._connection, _ = self._listening.accept()
                self._connection.settimeout(SECONDS)
            data = self._connection.recv(65536)
            if not data:
                self._connection.close()
                self._connection, received = None, bytearray()
                continue
            received += data
            if (request := take_message(received)) is not None:
                return request

    def _send(self, status: int, body: bytes, headers: Mapping[str, str]) -> None:
        assert self._connection is not None
        self._connection.sendall(response(status, body, {"Content-Type": "application/json", **headers}))

    def peak_memory(self) -> int:
        """Peak memory in KiB, as Linux reports it."""
        status = Path(f"/proc/{self.process.pid}/status").read_text(encoding="utf-8")
        return int(status.partition("VmHWM:")[2].split()[0])

    def processor_time(self) -> float:
        """Processor time so far, in seconds."""
        # Linux's clockid of clock_getcpuclockid(3), which Python does not expose.
        return time.clock_gettime((~self.process.pid << 3) | 2)

    def copy(self) -> "Running":
        """The runtime API of a copy of the process, made by a fork: the next that connects is served apart."""
        return Running(self.function, self.process, self.began, self._listening)

    def end(self) -> None:
        """Kill it: an idle function has nothing to clean up."""
        self.process.kill()
        self.process.wait()
        if self._connection is not None:
            self._connection.close()


@contextmanager
def running(
    function: Function, *, program: tuple[str, ...] = ("-m", "awslambdaric"), log: Path | None = None
) -> Iterator[Running]:
    """The function on Lambda's own runtime client, with only its own environment; its output goes to `log`.

    `program` runs in the client's Python, and gets the handler as its argument.
    """
    with socket.create_server(("127.0.0.1", 0)) as listening:
        listening.settimeout(SECONDS)
        environment = _environment(function, listening.getsockname()[1])
        command = [str(PYTHON), *program, function.handler]
        with (log or Path(os.devnull)).open("wb") as output:
            began = time.perf_counter()
            process = subprocess.Popen(
                command, cwd=function.folder, env=environment, stdout=output, stderr=subprocess.STDOUT
            )
        started = Running(function, process, began, listening)
        try:
            yield started
        finally:
            started.end()


def _environment(function: Function, port: int) -> dict[str, str]:
    name = function.handler.split(".")[-2]
    environment = {
        "PATH": os.defpath,
        "LANG": "en_US.UTF-8",
        "AWS_LAMBDA_RUNTIME_API": f"127.0.0.1:{port}",
        "AWS_EXECUTION_ENV": "AWS_Lambda_python3.13",
        "AWS_LAMBDA_FUNCTION_NAME": f"async-chat-bench-{name}",
        "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": "512",
        "AWS_LAMBDA_FUNCTION_VERSION": "$LATEST",
        "AWS_LAMBDA_LOG_FORMAT": "JSON",
        "AWS_LAMBDA_LOG_LEVEL": "INFO",
        "AWS_REGION": "eu-central-1",
        "AWS_DEFAULT_REGION": "eu-central-1",
        "AWS_ACCESS_KEY_ID": "bench",
        "AWS_SECRET_ACCESS_KEY": "bench",
        "AWS_SESSION_TOKEN": "bench",
        "LAMBDA_TASK_ROOT": str(function.folder),
        "PYTHONPATH": str(function.folder),
        **function.environment,
    }
    return {name: value for name, value in environment.items() if name not in function.without}


def _invocation() -> dict[str, str]:
    return {
        "Lambda-Runtime-Aws-Request-Id": "8476a536-e9f4-11e8-9739-2dfe598c3fcd",
        "Lambda-Runtime-Deadline-Ms": str(round((time.time() + 90) * 1000)),
        "Lambda-Runtime-Invoked-Function-Arn": "arn:aws:lambda:eu-central-1:123456789012:function:async-chat-bench",
        "Lambda-Runtime-Trace-Id": "Root=1-5bef4de7-ad49b0e87f6ef6c87fc2e700;Parent=9a9197af755a6419;Sampled=0",
    }
