"""A workspace that publishes versions, on moto: its functions, their versions, and the alias `live`."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import boto3
from moto import mock_aws
from moto.awslambda_simple.models import lambda_simple_backends
from moto.backends import get_backend

from scripts import rollback

REGION = "eu-central-1"
KEYS = ("chat", "edits", "failures", "reads", "worker")
FILE = '{\n  "region": "eu-central-1",\n  "throttle": { "rate": 500, "burst": 1000 }\n}\n'


@contextmanager
def empty_aws() -> Iterator[None]:
    """moto without functions, roles and alarms, also inside of another `mock_aws`, which has its own back afterwards."""
    with mock_aws():
        before = {backend: vars(backend) for backend in _backends()}
        for backend in _backends():
            backend.reset()
        try:
            yield
        finally:
            for backend in _backends():
                backend.reset()
                backend.__dict__ = before.get(backend, vars(backend))


def _backends() -> list[Any]:
    services = [*(get_backend(name) for name in ("cloudwatch", "iam", "lambda")), lambda_simple_backends]
    return [backend for service in services for regions in service.values() for backend in regions.values()]


class Workspace:
    """Functions with two releases; the second is live."""

    def __init__(self, folder: Path, keys: tuple[str, ...]) -> None:
        self.folder = folder
        self.lambda_: Any = boto3.client("lambda", region_name=REGION)
        self.names = {key: f"async-chat-prod-{key}" for key in keys}
        role = boto3.client("iam").create_role(RoleName="role", AssumeRolePolicyDocument="{}")["Role"]["Arn"]
        for key, name in self.names.items():
            self.lambda_.create_function(
                FunctionName=name,
                Runtime="python3.13",
                Role=role,
                Handler="code.handler",
                Code={"ZipFile": _code()},
                Description=f"Async Chat 1.0.0, prod: {key}",
                Publish=True,
            )
            self.lambda_.create_alias(FunctionName=name, Name="live", FunctionVersion="1")
        self.release("1.1.0")
        self.outputs = folder / "outputs.json"
        self.outputs.write_text(
            json.dumps(
                {"workspace": "prod", "region": REGION, "function_names": self.names, "live_versions": self.live()}
            ),
            encoding="utf-8",
        )
        (folder / "prod.json").write_text(FILE, encoding="utf-8")

    def release(self, version: str) -> None:
        for key, name in self.names.items():
            self.lambda_.update_function_configuration(
                FunctionName=name, Description=f"Async Chat {version}, prod: {key}"
            )
            number = self.lambda_.publish_version(FunctionName=name)["Version"]
            self.lambda_.update_alias(FunctionName=name, Name="live", FunctionVersion=number)

    def live(self) -> dict[str, str]:
        return {
            key: self.lambda_.get_alias(FunctionName=name, Name="live")["FunctionVersion"]
            for key, name in self.names.items()
        }

    def rollback(self, *target: str) -> int:
        return rollback.main([f"--outputs={self.outputs}", f"--workspaces={self.folder}", *target])

    @property
    def settings(self) -> dict[str, Any]:
        read: dict[str, Any] = json.loads((self.folder / "prod.json").read_text(encoding="utf-8"))
        return read


def _code() -> bytes:
    stored = io.BytesIO()
    with zipfile.ZipFile(stored, "w") as package:
        package.writestr("code.py", "")
    return stored.getvalue()
