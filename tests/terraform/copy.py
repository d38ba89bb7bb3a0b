"""A copy of the project's Terraform, to change and to run, beside a shared folder of providers."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

from local.home import PROJECT

SOURCE = PROJECT / "terraform"
#: Where `make check` has put the provider.
PROVIDERS = PROJECT / ".local" / "check"


class TerraformCopy:
    """Its own files and its own state; the embedded AWS at `endpoint`, or else no AWS within reach."""

    def __init__(self, folder: Path, endpoint: str = "http://127.0.0.1:9") -> None:
        self.folder = folder
        self.endpoint = endpoint
        assert PROVIDERS.exists(), "the provider is not here yet: make check fetches it"
        kept = shutil.ignore_patterns("terraform.tfstate*", "backend.tf", ".terraform", "*.tfplan", "state-bucket")
        shutil.copytree(SOURCE, folder, ignore=kept)

    def run(self, workspace: str, *arguments: str, **variables: str) -> subprocess.CompletedProcess[str]:
        """Terraform in that workspace, whatever comes of it."""
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
        """The person's environment without what is theirs, and with what leads here."""
        persons_own = {name: value for name, value in os.environ.items() if not name.startswith(("TF_VAR_", "AWS_"))}
        return {
            **persons_own,
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
