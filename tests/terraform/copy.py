"""A copy of the project's Terraform for tests to change and to run, with a shared provider folder."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from pathlib import Path
from typing import Any

from local.home import PROJECT

SOURCE = PROJECT / "terraform"
SERVICE = "modules/service"
BUCKET = "state-bucket"
CONSUMER = "../examples/terraform_consumer"
#: Where `make terraform-init` and `make test-terraform` install the provider, by folder beside or in terraform/.
PROVIDERS = {
    "": PROJECT / ".local" / "check",
    SERVICE: PROJECT / ".local" / "check-service",
    BUCKET: PROJECT / ".local" / "check-bucket",
    CONSUMER: PROJECT / ".local" / "check-consumer",
}
#: What a copy leaves out.
IGNORED = shutil.ignore_patterns("terraform.tfstate*", "backend.tf", ".terraform", "*.tfplan")
REGION = "eu-central-1"


class TerraformCopy:
    """A copy with a state of its own; when `deployable`, its workspaces have a region and a model.

    It uses the embedded AWS at `endpoint`; by default no AWS is reachable.
    """

    def __init__(self, folder: Path, endpoint: str = "http://127.0.0.1:9", *, deployable: bool = True) -> None:
        self.folder = folder
        self.endpoint = endpoint
        assert PROVIDERS[""].exists(), "the provider is missing: `make terraform-init`"
        shutil.copytree(SOURCE, folder, ignore=IGNORED)
        if deployable:
            self.make_deployable()

    def make_deployable(self) -> None:
        """Gives the workspaces what the project's files leave to whoever deploys."""
        for name in ("pr", "dev", "prod"):
            self.configure(name, region=REGION, model={"id": "some.model-v1:0"})

    def configure(self, workspace: str, **settings: object) -> None:
        """Changes settings in the workspace's file."""
        file = self.folder / "workspaces" / f"{workspace}.json"
        changed = {**json.loads(file.read_text(encoding="utf-8")), **settings}
        file.write_text(json.dumps(changed, indent=2), encoding="utf-8")

    def planned(self, workspace: str, *options: str, **variables: str) -> dict[str, Any]:
        """The plan, in Terraform's JSON."""
        done = self.run(workspace, "plan", "-input=false", "-no-color", "-out=planned", *options, **variables)
        assert done.returncode == 0, done.stdout + done.stderr
        shown: dict[str, Any] = json.loads(self.run(workspace, "show", "-json", "planned").stdout)
        return shown

    def test_service(self, *options: str) -> subprocess.CompletedProcess[str]:
        """Runs the module's tests."""
        return self.run_in(SERVICE, "default", "test", "-no-color", *options)

    def run(self, workspace: str, *arguments: str, **variables: str) -> subprocess.CompletedProcess[str]:
        """Runs Terraform in that workspace; does not check its exit code."""
        return self.run_in("", workspace, *arguments, **variables)

    def run_in(
        self, folder: str, workspace: str, *arguments: str, **variables: str
    ) -> subprocess.CompletedProcess[str]:
        """The same in another folder of PROVIDERS."""
        command = [str(PROJECT / "scripts" / "terraform"), *arguments]
        variables = {f"TF_VAR_{name}": value for name, value in variables.items()}
        return subprocess.run(
            command,
            env={**self.surroundings(workspace, folder), **variables},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
        )

    def surroundings(self, workspace: str, folder: str = "") -> dict[str, str]:
        """The environment without the user's own AWS and Terraform variables, and with those of this copy."""
        inherited = {name: value for name, value in os.environ.items() if not name.startswith(("TF_VAR_", "AWS_"))}
        return {
            **inherited,
            "TF_WORKSPACE": workspace,
            "TF_DATA_DIR": str(PROVIDERS[folder]),
            "TF_IN_AUTOMATION": "1",
            "CHECKPOINT_DISABLE": "1",
            "ASYNC_CHAT_TERRAFORM_FOLDER": str(self.folder / folder),
            "AWS_ENDPOINT_URL": self.endpoint,
            "AWS_ACCESS_KEY_ID": "test",  # known to the embedded AWS alone
            "AWS_SECRET_ACCESS_KEY": "test",
            "AWS_MAX_ATTEMPTS": "1",
            "AWS_EC2_METADATA_DISABLED": "true",
        }
