"""A deployed workspace as Terraform's outputs describe it, for the tools that look at one."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import boto3

PROJECT = Path(__file__).resolve().parent.parent


class Deployed:
    """Takes credentials as boto3 does: from the environment or a profile."""

    def __init__(self, outputs: dict[str, Any]) -> None:
        self._outputs = outputs

    @classmethod
    def read(cls, outputs: Path | None) -> Deployed:
        """From a file with the outputs, plain or as `terraform output -json` has them; else from Terraform itself."""
        text = outputs.read_text(encoding="utf-8") if outputs else _ask_terraform()
        found = json.loads(text)
        if not found:
            sys.exit("This workspace has no outputs: it is not applied.")
        plain = {name: one["value"] if isinstance(one, dict) and "value" in one else one for name, one in found.items()}
        return cls(plain)

    def __getitem__(self, name: str) -> Any:
        return self._outputs[name]

    def client(self, service: str) -> Any:
        """A boto3 client in the workspace's region."""
        return boto3.client(service, region_name=self["region"])  # type: ignore[call-overload]

    def running_code(self) -> dict[str, str]:
        """The hash of the code that is called, by function: of the version in use, where versions are published."""
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
        sys.exit(f"Terraform does not give the outputs of {workspace}:\n{done.stderr.strip()}")
    return done.stdout
