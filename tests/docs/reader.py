"""A reader of the docs who types their commands, in a folder that looks like a clone with a stack."""

from __future__ import annotations

import contextlib
import os
import secrets
import signal
import socket
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Final

from docs.site.navigation import ROOT
from tests.docs import not_executed
from tests.docs.stand_in import PROGRAMS
from tests.e2e.running_stack import RunningStack

#: The parts of a clone; the reader changes none of them.
LINKED: Final = (".venv", "clients", "examples", "local", "tests", "src", "docs", "openapi.json")
SECONDS: Final = 90


class Reader:
    """Types into bash. Stand-ins first on the path keep the machine unchanged."""

    def __init__(self, folder: Path, stack: RunningStack) -> None:
        self._stack = stack
        self.folder = folder
        self.programs = folder / "programs"
        self.skipped = folder / "not_executed"
        self.gateway_port = _free_port()
        self._stack_home = stack.home
        self._settle()

    def type(self, script: str) -> subprocess.CompletedProcess[str]:
        """Run it in bash; processes that it leaves running are ended with it."""
        with tempfile.TemporaryFile(
            "w+", encoding="utf-8"
        ) as output:  # not a pipe, which remaining processes would hold open
            process = subprocess.Popen(
                ["bash", "-euo", "pipefail", "-c", self._filled_in(script)],
                cwd=self.folder / "clone",
                env=self._surroundings(),
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
            try:
                code = process.wait(SECONDS)
            finally:
                _end_group(process.pid)
                process.wait()
            output.seek(0)
            return subprocess.CompletedProcess(script, code, output.read())

    def not_executed(self) -> set[str]:
        """Commands that were not executed, as program and command."""
        return set(self.skipped.read_text(encoding="utf-8").splitlines()) if self.skipped.exists() else set()

    def _filled_in(self, script: str) -> str:
        for placeholder, value in {
            **not_executed.INSTEAD,
            "<12 digits>": "000000000000",
            "<bucket>": "a-bucket",
            "<region>": "eu-central-1",
            "<model or inference profile>": "a-model",
            "<a Bedrock model of your account>": "a-model",
            "--username ada": f"--username ada-{secrets.token_hex(4)}",  # the docs may be read on the same stack again
            "sleep 5\n": "sleep 10\n",  # the emulator is slower on a busy machine
            "gateway.py &": f"gateway.py --port {self.gateway_port} >/dev/null &",
            "127.0.0.1:8480": f"127.0.0.1:{self.gateway_port}",
        }.items():
            script = script.replace(placeholder, value)
        return script

    def _settle(self) -> None:
        clone = self.folder / "clone"
        (clone / ".local").mkdir(parents=True)
        (clone / ".local" / "stack.json").symlink_to(self._stack_home / "stack.json")
        for name in LINKED:
            (clone / name).symlink_to(ROOT / name)
        (clone / "terraform").mkdir()
        (clone / "terraform" / "backend.tf.example").write_bytes((ROOT / "terraform/backend.tf.example").read_bytes())
        for name in PROGRAMS:
            _write_program(self.programs / name, name)
        _write_program(clone / "scripts" / "terraform", "terraform")
        (clone / "diary.jsonl").write_text('{"text": "The spare key is under the third pot."}\n', encoding="utf-8")
        (clone / "question.txt").write_text("Where is the spare key?\n", encoding="utf-8")

    def _surroundings(self) -> dict[str, str]:
        # The reader's make must not become a part of the `make test` that runs this.
        others = ("AWS_", "TF_", "ASYNC_CHAT", "MAKE", "MFLAGS")
        kept = {name: value for name, value in os.environ.items() if not name.startswith(others)}
        return {
            **kept,
            "PATH": os.pathsep.join([str(self.programs), os.environ["PATH"]]),
            "HOME": str(self.folder),
            "XDG_CONFIG_HOME": str(self.folder / "config"),
            "PYTHONPATH": os.pathsep.join([str(ROOT), str(ROOT / "clients/python/src")]),
            "NO_COLOR": "1",
            "ASYNC_CHAT_HOME": str(self._stack_home),
            "API": self._stack.api_url,
            "TOKEN": self._stack.users["alice"].token,
            "ASYNC_CHAT_NOT_EXECUTED": str(self.skipped),
            "ASYNC_CHAT_READERS_PROGRAMS": str(self.programs),
        }


def _write_program(file: Path, name: str) -> None:
    file.parent.mkdir(exist_ok=True)
    file.write_text(f'#!/bin/sh\nexec {sys.executable} -m tests.docs.stand_in {name} "$@"\n', encoding="utf-8")
    file.chmod(0o755)


def _free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


def _end_group(group: int) -> None:
    with contextlib.suppress(ProcessLookupError):
        os.killpg(group, signal.SIGTERM)
