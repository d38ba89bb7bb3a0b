"""A copy of the project's Terraform for tests to change and to run, with a shared provider folder."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

from local.home import PROJECT

SOURCE = PROJECT / "terraform"
#: Where `make check` installs the provider.
PROVIDERS = PROJECT / ".local" / "check"


class TerraformCopy:
    """A copy with a state of its own. It uses the embedded AWS at `endpoint`; by default no AWS is reachable."""

    def __init__(self, folder: Path, endpoint: str = "http://127.0.0.1:9") -> None:
        self.folder = folder
        self.endpoint = endpoint
        assert PROVIDERS.exists(), "the provider is missing: `make check` installs it"
        kept = shutil.ignore_patterns("terraform.tfstate*", "backend.tf", ".terraform", "*.tfplan", "state-bucket")
        shutil.copytree(SOURCE, folder, ignore=kept)

    def run(self, workspace: str, *arguments: str, **variables: str) -> subprocess.CompletedProcess[str]:
        """Runs Terraform in that workspace; does not check its exit code."""
        command = [str(PROJECT / "scripts" / "terraform"), *arguments]
        variables = {f"TF_VAR_{name}": value for name, value in variables.items()}
        return subprocess.run(
            command,
            env={**self.surroundings(workspace), **variables},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
        )

    def surroundings(self, workspace: str) -> dict[str, str]:
        """The environment without the user's own AWS and Terraform variables, and with those of this copy."""
        inherited = {name: value for name, value in os.environ.items() if not name.startswith(("TF_VAR_", "AWS_"))}
        return {
            **inherited,
            "TF_WORKSPACE": workspace,
            "TF_DATA_DIR": str(PROVIDERS),
            "TF_IN_AUTOMATION": "1",
            "CHECKPOINT_DISABLE": "1",
            "ASYNC_CHAT_TERRAFORM_FOLDER": str(self.folder),
            "AWS_ENDPOINT_URL": self.endpoint,
            "AWS_ACCESS_KEY_ID": "test",  # known to the embedded AWS alone
            "AWS_SECRET_ACCESS_KEY": "test",
            "AWS_MAX_ATTEMPTS": "1",
            "AWS_EC2_METADATA_DISABLED": "true",
        }
