"""Scanners over Terraform, plan, code and dependencies, in the environment that `python -m tests scan` makes.

The plans are production's and dev's, on an embedded AWS: they resolve the locals that hide values from a scan of the
source.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

from local import emulator
from local.home import PROJECT
from scripts.hcl import TERRAFORM
from scripts.plan_review import policies

PROGRAMS = PROJECT / ".local" / "scan" / "venv" / "bin"
CODE = ["src", "scripts", "local", "clients/python/src"]

#: Without downloads or telemetry.
CHECKOV = [str(PROGRAMS / "checkov"), "--framework", "terraform", "terraform_plan", "--compact", "--skip-download"]

#: Any model, so that its permission is among the policies.
MODEL = {"id": "amazon.nova-lite-v1:0"}

#: A trust policy names no resource, and in a key policy "*" is the key itself: parliament calls both mistakes.
UNKNOWN_TO_PARLIAMENT = {"AWS::IAM::AssumeRolePolicyDocument", "AWS::KMS::Key"}

#: A check and its resource.
Finding = tuple[str, str]


def scan_terraform() -> bool:
    """checkov finds nothing in the source and in the plan of prod, and would find what the skip comments name.

    parliament finds nothing in the IAM policies of prod and dev.
    """
    with emulator.in_a_folder_of_its_own("scan") as (folder, running):
        copy, bare = _copy(folder / "terraform"), _copy(folder / "without-skips")
        _without_skips(bare)
        source = _checkov("-d", str(copy))
        prod = _plan(copy, running.endpoint, "prod", agent="recall")
        dev = _plan(copy, running.endpoint, "dev", agent="bedrock", model=MODEL)
        plan = folder / "plan.json"
        plan.write_text(prod, encoding="utf-8")
        planned = _checkov("-f", str(plan), "--repo-root-for-plan-enrichment", str(copy))
        # Some fail by a value that only the plan knows, which without its source has no skip comments.
        unexcused = _checkov("-d", str(bare))[0] | _checkov("-f", str(plan))[0]
    return all(
        [
            _verdict("checkov, source", *source),
            _verdict("checkov, plan of prod", *planned),
            _all_needed(source[1] | planned[1], unexcused),
            lint_policies("prod", json.loads(prod)),
            lint_policies("dev", json.loads(dev)),
        ]
    )


def lint_policies(workspace: str, plan: dict[str, Any]) -> bool:
    """parliament over a plan's policies: do AWS's actions, resources and conditions fit each other?"""
    known = [policy for policy in policies(plan) if policy.document and policy.kind.guards not in UNKNOWN_TO_PARLIAMENT]
    mistakes = [f"{policy.address} {mistake}" for policy in known for mistake in _mistakes(policy.document or "")]
    print(f"parliament, {len(known)} policies of {workspace}: {len(mistakes)} mistakes")
    for mistake in mistakes:
        print(f"  {mistake}")
    return bool(known) and not mistakes


def _mistakes(document: str) -> list[str]:
    command = [str(PROGRAMS / "parliament"), "--json", "--string", document]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.stderr.strip():
        sys.exit(f"parliament did not run: {done.stderr}")
    found = [json.loads(line) for line in done.stdout.splitlines()]
    return [f"{one['issue']}: {one['detail']}" for one in found if not _is_excused(one)]


def _is_excused(finding: dict[str, Any]) -> bool:
    """InvokeModel takes one of nine kinds of models; parliament wants one of each."""
    return finding["issue"] == "RESOURCE_MISMATCH" and all(
        missing["action"].startswith("bedrock:InvokeModel") for missing in finding["detail"]
    )


def scan_code() -> bool:
    """Bandit from medium severity on. ruff's S rules cover the rest, with a reason for each exception."""
    done = subprocess.run([str(PROGRAMS / "bandit"), "-q", "-ll", "-r", *CODE], cwd=PROJECT, check=False)
    print(f"bandit: {'nothing found' if done.returncode == 0 else 'see above'}")
    return done.returncode == 0


def scan_dependencies(*, strict: bool) -> bool:
    """pip-audit over the zip's dependencies. With `strict` a package that could not be looked up is a failure."""
    carried = ["--requirement", "requirements/agents.txt"]
    command = [str(PROGRAMS / "pip-audit"), "--disable-pip", "--require-hashes", "--format", "json", *carried]
    done = subprocess.run(command, cwd=PROJECT, capture_output=True, text=True, check=False)
    try:
        packages = json.loads(done.stdout)["dependencies"]
    except ValueError:
        print(f"pip-audit: NOT DONE: {done.stderr.strip().splitlines()[-1]}")
        return not strict
    looked_at = [package for package in packages if "skip_reason" not in package]
    faulty = [package["name"] for package in looked_at if package["vulns"]]
    print(
        f"pip-audit: {len(looked_at)} of {len(packages)} packages looked at, {len(faulty)} with known faults {faulty}"
    )
    return not faulty and (len(looked_at) == len(packages) or not strict)


def _checkov(*what: str) -> tuple[set[Finding], set[Finding]]:
    """Failed and skipped checks."""
    done = subprocess.run([*CHECKOV, "-o", "json", *what], capture_output=True, text=True, check=False)
    try:
        reports = json.loads(done.stdout)
    except ValueError:
        sys.exit(f"checkov did not run: {done.stderr[-2000:] or done.stdout[-2000:]}")
    results = [report["results"] for report in (reports if isinstance(reports, list) else [reports])]
    return _findings(results, "failed_checks"), _findings(results, "skipped_checks")


def _findings(results: list[dict[str, list[dict[str, str]]]], kind: str) -> set[Finding]:
    return {(one["check_id"], one["resource"]) for result in results for one in result[kind]}


def _verdict(what: str, failed: set[Finding], skipped: set[Finding]) -> bool:
    print(f"{what}: {len(failed)} failed, {len(skipped)} skipped with a reason")
    for check, resource in sorted(failed):
        print(f"  {check} {resource}")
    return not failed


def _all_needed(skipped: set[Finding], unexcused: set[Finding]) -> bool:
    print(f"checkov, without the skips: {len(unexcused)} failed")
    for check, resource in sorted(skipped - unexcused):
        print(f"  {check} {resource} does not fail: remove its skip")
    return skipped <= unexcused


def _copy(folder: Path) -> Path:
    kept = shutil.ignore_patterns("terraform.tfstate*", "backend.tf", ".terraform")
    shutil.copytree(TERRAFORM, folder, ignore=kept)
    return folder


def _without_skips(folder: Path) -> None:
    for file in folder.rglob("*.tf"):
        text = file.read_text(encoding="utf-8")
        file.write_text(re.sub(r"#checkov:skip=\S.*", "", text), encoding="utf-8")


def _plan(folder: Path, endpoint: str, workspace: str, **changes: object) -> str:
    (account,) = json.loads((folder / "workspaces" / "prod.json").read_text(encoding="utf-8"))["account_ids"]
    file = folder / "workspaces" / f"{workspace}.json"
    settings = json.loads(file.read_text(encoding="utf-8"))
    # The embedded AWS has no Service Quotas to read the concurrency from.
    file.write_text(
        json.dumps({**settings, "region": "eu-central-1", "account_concurrency": 1000, **changes}), encoding="utf-8"
    )
    surroundings = {
        **{name: value for name, value in os.environ.items() if not name.startswith(("AWS_", "TF_VAR_"))},
        "ASYNC_CHAT_TERRAFORM_FOLDER": str(folder),
        "AWS_ENDPOINT_URL": endpoint,
        "AWS_ACCESS_KEY_ID": account,  # the embedded AWS takes an account's number for its key
        "AWS_SECRET_ACCESS_KEY": "test",
        "TF_WORKSPACE": workspace,
        "TF_VAR_confirm_workspace": workspace,
        "TF_VAR_package_path": "modules/service/tests/mocks/package.txt",
    }

    def terraform(*arguments: str) -> str:
        command = [str(PROJECT / "scripts" / "terraform"), *arguments]
        done = subprocess.run(command, env=surroundings, capture_output=True, text=True, check=False)
        if done.returncode != 0:
            sys.exit(f"terraform {arguments[0]} failed: {done.stderr}")
        return done.stdout

    terraform("init", "-input=false", "-lockfile=readonly", "-no-color")
    # Until the key exists its ARN is unknown, and what it encrypts looks unencrypted in the plan.
    terraform("apply", "-auto-approve", "-input=false", "-no-color", "-target=module.service.aws_kms_key.data")
    terraform("plan", "-input=false", "-no-color", f"-out={workspace}.tfplan")
    return terraform("show", "-json", f"{workspace}.tfplan")


def main(arguments: list[str]) -> int:
    """Returns 1 when a scanner finds something."""
    parser = argparse.ArgumentParser(prog="python -m tests scan", description=__doc__)
    parser.add_argument("--strict", action="store_true", help="fail when a package could not be looked up")
    strict = parser.parse_args(arguments).strict
    return 0 if all([scan_code(), scan_dependencies(strict=strict), scan_terraform()]) else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
