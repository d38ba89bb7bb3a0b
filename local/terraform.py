"""The project's own Terraform, applied to the embedded AWS in workspace `local`."""

from __future__ import annotations

import json
import os
import platform
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from local.commands import follow
from local.failure import StackFailure
from local.home import PROJECT, Home
from local.progress import Report

TERRAFORM = PROJECT / "scripts" / "terraform"
SOURCE = PROJECT / "terraform"
WORKSPACE = "local"

# The user's settings for other accounts and working folders.
FOREIGN = re.compile(r"AWS_|TF_VAR_|TF_WORKSPACE|TF_DATA_DIR|TF_CLI_ARGS$|TF_CLI_ARGS_(plan|apply|output)|TF_LOG")

# Not text: see _object.
EXPRESSION = re.compile(r'[\[{"]|(true|false|null|-?\d+(\.\d+)?)$')

# AWS errors for a resource that exists but is not in the Terraform state, or the reverse.
MISFIT = re.compile(r"AlreadyExists|already exists|ResourceInUse|ResourceConflict|NotFoundException|NoSuchEntity")


def initialise(home: Home) -> None:
    """Initialise Terraform and its provider. Needs no AWS, so a missing program is reported before anything starts."""
    _mirror_folder(home)
    log = home.terraform / "init.log"
    command: list[str | Path] = [TERRAFORM, "init", "-input=false", "-lockfile=readonly", "-no-color"]
    if follow(command, _environment(home), log) != 0:
        raise StackFailure(log.read_text(encoding="utf-8").strip().splitlines()[-1])


def apply(home: Home, endpoint: str, settings: Mapping[str, str], report: Report) -> dict[str, Any]:
    """Apply terraform/ to the embedded AWS; returns the outputs."""
    overrides = {"architecture": architecture(), **settings}
    version = overrides.pop("app_version", "0.0.0")
    variables = {"package_path": str(home.package), "app_version": version, "overrides": _object(overrides)}
    progress = _ApplyProgress(report)
    command: list[str | Path] = [TERRAFORM, "apply", "-json", "-input=false", "-auto-approve"]
    command += [f"-var={name}={value}" for name, value in variables.items()]
    environment = {**_environment(home), "AWS_ENDPOINT_URL": endpoint}
    if follow(command, environment, home.terraform / "apply.log", progress.read) != 0:
        raise StackFailure(_complaint(home, progress.errors))
    home.outputs_file.write_text(json.dumps(progress.outputs, indent=2) + "\n", encoding="utf-8")
    return progress.outputs


def literal(value: object) -> str:
    """A value in Terraform's language: JSON, without template sequences, which Terraform would evaluate."""
    return json.dumps(value).replace("${", "$${").replace("%{", "%%{")


def _environment(home: Home) -> dict[str, str]:
    """The user's environment without what is meant for real accounts."""
    return {
        **{name: value for name, value in os.environ.items() if not FOREIGN.match(name)},
        "AWS_ACCESS_KEY_ID": "test",
        "AWS_SECRET_ACCESS_KEY": "test",
        "AWS_CONFIG_FILE": os.devnull,
        "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
        "AWS_EC2_METADATA_DISABLED": "true",
        "TF_WORKSPACE": WORKSPACE,
        "ASYNC_CHAT_TERRAFORM_FOLDER": str(home.terraform),
        "TF_IN_AUTOMATION": "1",
        "CHECKPOINT_DISABLE": "1",
    }


def _mirror_folder(home: Home) -> None:
    """A folder of symbolic links to the project's Terraform, for this stack's own state and working data.

    A state file of another workspace and a backend.tf are left out.
    """
    home.terraform.mkdir(parents=True, exist_ok=True)
    for old in [entry for entry in home.terraform.iterdir() if entry.is_symlink()]:
        old.unlink()
    for entry in [*SOURCE.glob("[!.]*"), SOURCE / ".terraform.lock.hcl"]:
        if entry.name not in {"backend.tf", "terraform.tfstate.d"}:
            (home.terraform / entry.name).symlink_to(entry)


def _object(settings: Mapping[str, str]) -> str:
    """In Terraform's syntax. A value that is no number, boolean, null, list, object or quoted text is text."""
    values = (f"{name} = {value if EXPRESSION.match(value) else literal(value)}" for name, value in settings.items())
    return f"{{ {', '.join(values)} }}"


def architecture() -> str:
    return "arm64" if platform.machine().lower() in {"arm64", "aarch64"} else "x86_64"


def _complaint(home: Home, errors: list[str]) -> str:
    log = home.terraform / "apply.log"
    if any(MISFIT.search(error) for error in errors):
        return (
            f"The state in {home.folder} is inconsistent: `make reset` starts over, "
            f"without its chats (Terraform's log: {log})."
        )
    first = errors[0] if errors else "no reason given"
    more = f" and {len(errors) - 1} more" if len(errors) > 1 else ""
    return f"Terraform failed to apply: {first}{more} (full log: {log})"


class _ApplyProgress:
    """Reads the output of `terraform apply -json` line by line."""

    def __init__(self, report: Report) -> None:
        self.outputs: dict[str, Any] = {}
        self.errors: list[str] = []
        self._report = report
        self._done = 0

    def read(self, line: str) -> None:
        try:
            event = json.loads(line)
        except ValueError:
            self.errors.append(line.strip())
            return
        kind = event.get("type")
        if kind == "change_summary" and event["changes"]["operation"] == "plan":
            changes = event["changes"]
            counts = f"{changes['add']} to add, {changes['change']} to change, {changes['remove']} to remove"
            self._report(f"Terraform: {counts}")
        elif kind == "apply_complete":
            self._done += 1
            if self._done % 20 == 0:
                self._report(f"Terraform: {self._done} done")
        elif kind == "diagnostic" and event["@level"] == "error":
            diagnostic = event["diagnostic"]
            self.errors.append(" ".join(f"{diagnostic['summary']}: {diagnostic.get('detail', '')}".split()))
        elif kind == "outputs":
            self.outputs = {name: output.get("value") for name, output in event["outputs"].items()}
