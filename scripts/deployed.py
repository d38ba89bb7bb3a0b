"""A deployed workspace, as Terraform's outputs describe it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import boto3

from local import emulator
from local.aws import DIRECT, session
from local.home import Home

PROJECT = Path(__file__).resolve().parent.parent


class Deployed:
    """Uses boto3's credentials: from the environment or a profile. With an `endpoint`: the embedded AWS's."""

    def __init__(self, outputs: dict[str, Any], endpoint: str | None = None) -> None:
        self._outputs = outputs
        self._endpoint = endpoint

    @classmethod
    def read(cls, outputs: Path | None) -> Deployed:
        """From a file, plain or in the form of `terraform output -json`; by default from `terraform output`."""
        text = outputs.read_text(encoding="utf-8") if outputs else _ask_terraform()
        found = json.loads(text)
        if not found:
            sys.exit("This workspace has no outputs: it has not been applied.")
        plain = {name: one["value"] if isinstance(one, dict) and "value" in one else one for name, one in found.items()}
        return cls(plain)

    @classmethod
    def current(cls, outputs: Path | None) -> Deployed:
        """As `read`; but where neither a file nor TF_WORKSPACE names a workspace, the local stack."""
        if outputs or "TF_WORKSPACE" in os.environ:
            return cls.read(outputs)
        home = Home(Path(os.environ.get("ASYNC_CHAT_HOME") or PROJECT / ".local").resolve())
        running = emulator.running(home)
        if running is None:
            sys.exit("The local stack is not running: start it with `make up`, or name a workspace in TF_WORKSPACE.")
        return cls(json.loads(home.outputs_file.read_text(encoding="utf-8")), running.endpoint)

    def __getitem__(self, name: str) -> Any:
        return self._outputs[name]

    def client(self, service: str) -> Any:
        if self._endpoint:
            return session(self["region"]).client(service, endpoint_url=self._endpoint, config=DIRECT)  # type: ignore[call-overload]
        return boto3.client(service, region_name=self["region"])  # type: ignore[call-overload]

    def invoke(self, function: str, event: object) -> Any:
        """What the function answers, its live version where versions are published."""
        qualifier = {"Qualifier": "live"} if self["live_versions"] else {}
        name = self["function_names"][function]
        reply = self.client("lambda").invoke(FunctionName=name, Payload=json.dumps(event), **qualifier)
        answer = json.loads(reply["Payload"].read())
        if "FunctionError" in reply:
            sys.exit(f"{name}: {answer.get('errorMessage', reply['FunctionError'])}")
        return answer

    def running_code(self) -> dict[str, str]:
        """The code hash of each function: of the live version, where versions are published."""
        lambda_ = self.client("lambda")
        qualifier = {"Qualifier": "live"} if self["live_versions"] else {}
        return {
            key: str(lambda_.get_function_configuration(FunctionName=name, **qualifier)["CodeSha256"])
            for key, name in self["function_names"].items()
        }


def _ask_terraform() -> str:
    workspace = os.environ.get("TF_WORKSPACE", "the selected workspace")
    command = [str(PROJECT / "scripts" / "terraform"), "output", "-json", "-no-color"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        sys.exit(f"Terraform could not read the outputs of {workspace}:\n{done.stderr.strip()}")
    return done.stdout
