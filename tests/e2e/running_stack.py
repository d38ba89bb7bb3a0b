"""The stack that the end-to-end tests run against."""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import boto3
from botocore.config import Config

from local import emulator
from local.home import PROJECT, Home

#: Agents that tests select by a setting: broken ones, and the one that the docs move over.
IN_THE_ZIP = (
    PROJECT / "tests" / "e2e" / "in_the_zip",
    PROJECT / "tests" / "acceptance" / "in_the_zip",
    PROJECT / "examples" / "blocking" / "before" / "function",
    PROJECT / "examples" / "blocking" / "unchanged",
)


@dataclass(frozen=True)
class User:
    """A signed-in demo user."""

    name: str
    sub: str
    token: str


class RunningStack:
    """Reads all facts from the stack's folder each time, so that they are right after a restart."""

    def __init__(self, home: Path) -> None:
        self.home = home

    @property
    def api_url(self) -> str:
        return str(self._described["api_url"])

    @property
    def region(self) -> str:
        return str(self._described["region"])

    @property
    def users(self) -> dict[str, User]:
        return {user["name"]: User(**user) for user in self._described["users"]}

    @property
    def endpoint(self) -> str:
        running = emulator.running(Home(self.home))
        assert running, "the embedded AWS does not run"
        return running.endpoint

    @property
    def outputs(self) -> dict[str, Any]:
        """Terraform's outputs: function_names, table_names, failures_queue_url, ..."""
        outputs: dict[str, Any] = json.loads(Home(self.home).outputs_file.read_text(encoding="utf-8"))
        return outputs

    def client(self, service: str) -> Any:
        """A boto3 client of the embedded AWS with all permissions."""
        session = boto3.session.Session("test", "test", region_name=self.region)
        config = Config(proxies={}, retries={"total_max_attempts": 1})
        return session.client(service, endpoint_url=self.endpoint, config=config)  # type: ignore[call-overload]

    def up(self, **settings: object) -> None:
        """Start it; on a running one, apply Terraform again with these variables, the others at their defaults."""
        options = [
            f"--set={name}={str(value).lower() if isinstance(value, bool) else value}"
            for name, value in settings.items()
        ]
        extras = [f"--extra={folder}" for folder in IN_THE_ZIP]
        self._local("up", "--port", "0", *extras, *options)

    def down(self) -> None:
        """Stop it and keep its state."""
        self._local("down")

    def restart(self) -> None:
        self.down()
        self.up()

    @property
    def _described(self) -> dict[str, Any]:
        described: dict[str, Any] = json.loads(Home(self.home).stack_file.read_text(encoding="utf-8"))
        return described

    def _local(self, *arguments: str) -> None:
        command = [sys.executable, "-m", "local", *arguments, "--home", str(self.home)]
        done = subprocess.run(command, cwd=PROJECT, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stdout + done.stderr
