"""GitHub's workflows: actions are pinned by commit and have least privilege."""

import json
import os
import re
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml  # type: ignore[import-untyped]

from scripts.hcl import TERRAFORM, Module
from tests.architecture.source import MODULE, ROOT

WORKFLOWS = sorted((ROOT / ".github" / "workflows").glob("*.yml"))
#: The steps that all workflows share, with the pinned versions.
TOOLS = ROOT / ".github" / "actions" / "tools" / "action.yml"
each_workflow = pytest.mark.parametrize("workflow", WORKFLOWS, ids=lambda path: path.name)


def jobs(workflow: Path) -> dict[str, Any]:
    found: dict[str, Any] = yaml.safe_load(workflow.read_text())["jobs"]
    return found


def steps(workflow: Path) -> list[dict[str, Any]]:
    return [step for job in jobs(workflow).values() for step in job["steps"]]


def test_workflows_are_apply_check_nightly_and_plan() -> None:
    assert [workflow.name for workflow in WORKFLOWS] == ["apply.yml", "check.yml", "nightly.yml", "plan.yml"]


@pytest.mark.parametrize("file", [*WORKFLOWS, TOOLS], ids=lambda path: path.name)
def test_every_action_is_pinned_by_its_commit_and_says_its_version(file: Path) -> None:
    uses = re.findall(r"uses: (.*)", file.read_text())
    assert uses
    for action in set(uses) - {"./.github/actions/tools"}:
        assert re.fullmatch(r"[\w-]+/[\w-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+", action), action


def test_action_has_the_same_version_everywhere() -> None:
    used = {action for file in [*WORKFLOWS, TOOLS] for action in re.findall(r"uses: (.*)", file.read_text())}
    assert len({action.split("@")[0] for action in used}) == len(used)


@each_workflow
def test_workflow_may_only_read_the_repository(workflow: Path) -> None:
    assert yaml.safe_load(workflow.read_text())["permissions"] == {"contents": "read"}
    for job in jobs(workflow).values():
        permissions = job.get("permissions", {})
        assert permissions.keys() <= {"checks", "contents", "id-token"}
        assert {permissions.get(name, "read") for name in ("checks", "contents")} == {"read"}


@each_workflow
def test_only_jobs_that_sign_in_to_aws_may_get_an_id_token(workflow: Path) -> None:
    for job in jobs(workflow).values():
        signs_in = any("aws-actions/" in step.get("uses", "") for step in job["steps"])
        assert ("id-token" in job.get("permissions", {})) is signs_in


@each_workflow
def test_no_script_contains_an_expression(workflow: Path) -> None:
    for step in steps(workflow):
        assert "${{" not in step.get("run", "")


@each_workflow
def test_no_secret_is_needed(workflow: Path) -> None:
    assert "secrets." not in workflow.read_text()


def test_production_is_applied_by_a_reviewed_environment_on_release_only() -> None:
    text = yaml.safe_load((ROOT / ".github" / "workflows" / "apply.yml").read_text())
    assert text[True] == {"release": {"types": ["published"]}}  # YAML reads `on` as True
    assert text["jobs"]["apply"]["environment"] == "production"


#: Answers as GitHub does, with jq for --jq: the comparison with main, and the runs of each check.
GH = """#!/bin/sh
case "$2" in
  repos/o/r/compare/main...c0ffee) answer='{"status": "STATUS"}' ;;
  *check_name=check) answer='{"check_runs": CHECK}' ;;
  *check_name=scan) answer='{"check_runs": SCAN}' ;;
esac
printf '%s' "$answer" | jq -r "$4"
"""


def runs(*conclusions: str | None, app: str = "github-actions") -> str:
    return json.dumps([{"app": {"slug": app}, "conclusion": conclusion} for conclusion in conclusions])


PASSED = runs("success")


@pytest.mark.parametrize(
    ("status", "check", "scan", "applies"),
    [
        ("identical", PASSED, PASSED, True),
        ("behind", PASSED, PASSED, True),
        ("behind", runs("failure", "success"), PASSED, True),  # run again
        ("ahead", PASSED, PASSED, False),
        ("diverged", PASSED, PASSED, False),
        ("behind", runs(), PASSED, False),
        ("behind", PASSED, runs("failure"), False),
        ("behind", runs(None), PASSED, False),  # still running
        ("behind", runs("skipped"), PASSED, False),
        ("behind", runs("success", app="somebody"), PASSED, False),
    ],
)
def test_release_is_applied_only_when_its_commit_on_main_passed(
    tmp_path: Path, status: str, check: str, scan: str, applies: bool
) -> None:
    found = jobs(ROOT / ".github" / "workflows" / "apply.yml")
    assert (found["plan"]["needs"], found["apply"]["needs"]) == ("checked", "plan")
    [step] = found["checked"]["steps"]
    (tmp_path / "gh").write_text(GH.replace("STATUS", status).replace("CHECK", check).replace("SCAN", scan))
    (tmp_path / "gh").chmod(0o755)
    environment = {"PATH": f"{tmp_path}:{os.environ['PATH']}", "REPOSITORY": "o/r", "COMMIT": "c0ffee"}
    # GitHub's own call of bash.
    done = subprocess.run(["bash", "-e", "-o", "pipefail", "-c", step["run"]], env=environment, check=False)
    assert (done.returncode == 0) is applies


def test_checks_that_a_release_needs_are_jobs_of_the_check() -> None:
    [step] = jobs(ROOT / ".github" / "workflows" / "apply.yml")["checked"]["steps"]
    needed = set(re.findall(r"for name in ([a-z ]+);", step["run"])[0].split())
    assert needed == set(jobs(ROOT / ".github" / "workflows" / "check.yml"))


# ---- what CI plans and applies

DEPLOYING = [ROOT / ".github" / "workflows" / f"{name}.yml" for name in ("plan", "apply")]
each_deploying = pytest.mark.parametrize("workflow", DEPLOYING, ids=lambda path: path.name)


@each_deploying
def test_ci_gives_terraform_no_setting_of_a_workspace(workflow: Path) -> None:
    """They are in terraform/workspaces, which every plan reads, by whomever."""
    text = workflow.read_text()
    assert set(re.findall(r"TF_VAR_(\w+)", text)) == {"confirm_workspace", "app_version"}
    assert not re.search(r"-var\b|-var-file", text)
    for name in re.findall(r"\bvars\.(\w+)", text):
        assert name.lower() not in MODULE.variables


@each_deploying
def test_a_plan_names_the_version(workflow: Path) -> None:
    """A release's own, or the deployed one: else every function would change in every plan."""
    (plan,) = [step["run"] for step in steps(workflow) if step.get("name") == "Plan"]
    version = re.search(r"TF_VAR_app_version=(.+)", plan)
    assert version
    assert version[1] in {'"${RELEASE#v}"', "$(scripts/terraform output -raw app_version || echo 0.0.0)"}
    assert plan.index("app_version") < plan.index("terraform plan")


def test_ci_applies_the_plan_that_the_reviewers_saw() -> None:
    planning, applying = (jobs(DEPLOYING[1])[name]["steps"] for name in ("plan", "apply"))
    scripts = [step.get("run", "") for step in applying]
    (applied,) = [script for script in scripts if "terraform apply" in script]
    assert applied.split()[-1] == "release.tfplan"
    assert "-auto-approve" not in "".join(scripts)
    assert not any("make package" in script or "terraform plan" in script for script in scripts)
    (planned,) = [step["run"] for step in planning if "terraform plan" in step.get("run", "")]
    assert "-out=release.tfplan" in planned
    (kept,) = [step["with"] for step in planning if step.get("uses", "").startswith("actions/upload-artifact@")]
    (fetched,) = [step["with"] for step in applying if step.get("uses", "").startswith("actions/download-artifact@")]
    assert kept["path"].split() == ["terraform/release.tfplan", "build/lambda.zip"]
    assert kept["name"] == fetched["name"]
    assert "environment" not in jobs(DEPLOYING[1])["plan"]


@each_deploying
def test_ci_packages_the_workspaces_agent_and_asks_it_before_the_plan(workflow: Path) -> None:
    scripts = [step.get("run", "") for step in jobs(workflow)["plan"]["steps"]]
    (package,) = [index for index, script in enumerate(scripts) if script.startswith("make package WORKSPACE=")]
    (asked,) = [index for index, script in enumerate(scripts) if "-m local up" in script and "-m local ask" in script]
    (planned,) = [index for index, script in enumerate(scripts) if "terraform plan" in script]
    assert package < asked < planned
    assert "--like" in scripts[asked]


# ---- pinned versions


def tool(action: str) -> dict[str, str]:
    """The inputs that the shared steps give to an action."""
    shared: list[dict[str, Any]] = yaml.safe_load(TOOLS.read_text())["runs"]["steps"]
    [given] = [step["with"] for step in shared if step.get("uses", "").startswith(action)]
    return given  # type: ignore[no-any-return]


def found(pattern: str, file: str) -> str:
    match = re.search(pattern, (ROOT / file).read_text())
    assert match, file
    return match[1]


def test_every_workflow_takes_its_tools_from_the_shared_steps() -> None:
    for workflow in WORKFLOWS:
        used = [step.get("uses", "") for step in steps(workflow)]
        assert "./.github/actions/tools" in used
        assert not [action for action in used if "/setup-" in action]


def test_ci_and_package_use_the_functions_python_version() -> None:
    python = MODULE.resource("aws_lambda_function", "function")["runtime"].removeprefix("python")
    assert tool("actions/setup-python")["python-version"] == python
    assert found(r'"--python", default="([\d.]+)"', "scripts/package.py") == python


def test_ci_uses_the_required_terraform_version() -> None:
    pinned = (ROOT / ".terraform-version").read_text().strip()
    assert re.fullmatch(r"\d+\.\d+\.\d+", pinned)
    assert Module(TERRAFORM).terraform["required_version"] == f"~> {pinned.rpartition('.')[0]}"


def test_ci_uses_the_required_node_version() -> None:
    assert tool("actions/setup-node")["node-version-file"] == ".nvmrc"
    oldest = found(r'"node": ">=(\d+)[.\d]*"', "clients/web/package.json")
    assert int(oldest) <= int((ROOT / ".nvmrc").read_text())
