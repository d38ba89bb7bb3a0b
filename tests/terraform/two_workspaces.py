"""`python -m tests two-workspaces`: two workspaces on one embedded AWS are applied, tested, planned again and destroyed in turn.

The first has almost all switches on, the second none. Destroying one must not change the other.
"""

from __future__ import annotations

import json
import secrets
import subprocess
import sys
import time
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from local import emulator
from local.home import PROJECT
from local.people import sign_in
from tests.terraform.copy import TerraformCopy

SWITCHES: Final = [
    "alarms",
    "customer_key",
    "dashboard",
    "dedicated_worker",
    "hosted_sign_in",
    "point_in_time_recovery",
    "published",
    "tracing",
]
KEY: Final = "module.service.aws_kms_key.data[0]"
WORKSPACES: Final = {"dev": dict.fromkeys(SWITCHES, True), "pr-7": {}}

#: What the embedded AWS reads back differently, so that a second plan would change it again.
EXCEPTIONS: Final = {
    "aws_apigatewayv2_api": "read back without its type of addresses",
    "aws_cloudwatch_metric_alarm": "read back without actions, dimensions and description",
}


class Workspaces:
    """Both workspaces, by name."""

    def __init__(self, copy: TerraformCopy, package: Path) -> None:
        self._copy = copy
        self._package = package

    def apply(self, workspace: str) -> None:
        self._run(workspace, "apply", "-auto-approve")

    def changes(self, workspace: str) -> set[str]:
        """Addresses of the resources that another apply would change."""
        plan = f"{workspace}.tfplan"
        self._run(workspace, "plan", f"-out={plan}")
        shown = json.loads(self._copy.run(workspace, "show", "-json", plan).stdout)
        return {
            change["address"]
            for change in shown["resource_changes"]
            if change["change"]["actions"] not in (["no-op"], ["read"])
        }

    def kept(self, workspace: str) -> set[str]:
        """Addresses in the state."""
        return set(self._copy.run(workspace, "state", "list").stdout.split())

    def smoke(self, workspace: str) -> str:
        """Runs `python -m scripts.smoke` with a signed-in user's token."""
        outputs = self._copy.folder / f"{workspace}.json"
        outputs.write_text(self._copy.run(workspace, "output", "-json").stdout, encoding="utf-8")
        found = {name: one["value"] for name, one in json.loads(outputs.read_text(encoding="utf-8")).items()}
        endpoint = self._copy.endpoint
        pool = found["region"], found["user_pool_id"], found["user_pool_client_id"]
        alice, *_ = sign_in(endpoint, *pool, f"Aa1-{secrets.token_urlsafe(24)}")
        options = [f"--outputs={outputs}", f"--package={self._package}"]
        done = subprocess.run(
            [
                sys.executable,
                "-m",
                "scripts.smoke",
                *options,
                f"--api-url={endpoint}/_aws/execute-api/{found['api_id']}",
            ],
            cwd=PROJECT,
            env={**self._copy.surroundings(workspace), "ASYNC_CHAT_TOKEN": alice.token},
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout.splitlines()[-1]

    def destroy(self, workspace: str) -> None:
        self._run(workspace, "destroy", "-auto-approve")

    def keep_key(self, workspace: str) -> None:
        """Takes the key out of the state, as docs/deploy.md says: without that, it stops `destroy`."""
        refused = self._copy.run(workspace, "destroy", "-auto-approve", "-no-color", **self._variables(workspace))
        assert refused.returncode != 0
        assert "Instance cannot be destroyed" in refused.stderr, refused.stderr
        done = self._copy.run(workspace, "state", "rm", KEY)
        assert done.returncode == 0, done.stderr

    def _run(self, workspace: str, verb: str, *options: str) -> None:
        done = self._copy.run(
            workspace,
            verb,
            "-no-color",
            "-input=false",
            *options,
            **self._variables(workspace),
        )
        assert done.returncode == 0, done.stderr

    def _variables(self, workspace: str) -> dict[str, str]:
        overrides = json.dumps({"agent": "recall", **WORKSPACES[workspace]})
        return {"package_path": str(self._package), "overrides": overrides}


def main() -> int:
    with _workspaces() as workspaces:
        for name in WORKSPACES:
            workspaces.apply(name)
            _say(f"{name}: applied, {len(workspaces.kept(name))} resources")
            _say(f"{name}: {workspaces.smoke(name)}")
        _expect_no_changes(workspaces, "dev", excepted=EXCEPTIONS)
        _expect_no_changes(workspaces, "pr-7", excepted=EXCEPTIONS.keys() - {"aws_cloudwatch_metric_alarm"})
        workspaces.destroy("pr-7")
        assert not workspaces.kept("pr-7"), workspaces.kept("pr-7")
        _say("pr-7: destroyed")
        _expect_no_changes(workspaces, "dev", excepted=EXCEPTIONS)
        workspaces.keep_key("dev")
        workspaces.destroy("dev")
        assert not workspaces.kept("dev"), workspaces.kept("dev")
        _say("dev: destroyed")
    return 0


def _expect_no_changes(workspaces: Workspaces, name: str, excepted: Collection[str] = ()) -> None:
    changed = workspaces.changes(name)
    kinds = {address.split(".")[2] for address in changed}
    assert kinds == set(excepted), f"{name}: a second plan would change {sorted(changed)}"
    _say(f"{name}: a second plan changes nothing" + (f" but {len(changed)} {', '.join(kinds)}" if kinds else ""))


@contextmanager
def _workspaces() -> Iterator[Workspaces]:
    with emulator.in_a_folder_of_its_own("workspaces") as (folder, running):
        copy = TerraformCopy(folder / "terraform", running.endpoint)
        yield Workspaces(copy, package_for(folder / "lambda.zip"))


def package_for(package: Path, *extras: Path) -> Path:
    """Builds it for the interpreter that the embedded AWS runs functions on."""
    command = [sys.executable, "scripts/package.py", f"--output={package}", f"--interpreter={emulator.PYTHON}"]
    command += ["--without-agents", *(f"--extra={extra}" for extra in extras)]
    subprocess.run(command, cwd=PROJECT, check=True, stdout=subprocess.DEVNULL)
    return package


def _say(line: str) -> None:
    sys.stdout.write(f"{time.strftime('%H:%M:%S')} {line}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
