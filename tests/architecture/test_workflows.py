"""GitHub's workflows: only code that is named by its commit runs, and it may do as little as possible."""

import re
from pathlib import Path
from typing import Any

import pytest
import yaml  # type: ignore[import-untyped]

from tests.architecture.source import ROOT

WORKFLOWS = sorted((ROOT / ".github" / "workflows").glob("*.yml"))
OF_WORKFLOWS = pytest.mark.parametrize("workflow", WORKFLOWS, ids=lambda path: path.name)


def jobs(workflow: Path) -> dict[str, Any]:
    found: dict[str, Any] = yaml.safe_load(workflow.read_text())["jobs"]
    return found


def steps(workflow: Path) -> list[dict[str, Any]]:
    return [step for job in jobs(workflow).values() for step in job["steps"]]


def test_there_is_one_for_each_occasion() -> None:
    assert [workflow.name for workflow in WORKFLOWS] == ["apply.yml", "check.yml", "plan.yml"]


@OF_WORKFLOWS
def test_every_action_is_pinned_by_its_commit_and_says_its_version(workflow: Path) -> None:
    uses = re.findall(r"uses: (.*)", workflow.read_text())
    assert uses
    for action in uses:
        assert re.fullmatch(r"[\w-]+/[\w-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+", action), action


def test_an_action_is_the_same_everywhere() -> None:
    used = {action for workflow in WORKFLOWS for action in re.findall(r"uses: (.*)", workflow.read_text())}
    assert len({action.split("@")[0] for action in used}) == len(used)


@OF_WORKFLOWS
def test_a_workflow_reads_the_repository_and_no_more(workflow: Path) -> None:
    assert yaml.safe_load(workflow.read_text())["permissions"] == {"contents": "read"}
    for job in jobs(workflow).values():
        assert job.get("permissions", {}).keys() <= {"contents", "id-token"}
        assert job.get("permissions", {}).get("contents", "read") == "read"


@OF_WORKFLOWS
def test_a_token_for_aws_comes_with_an_action_that_needs_it(workflow: Path) -> None:
    for job in jobs(workflow).values():
        signs_in = any("aws-actions/" in step.get("uses", "") for step in job["steps"])
        assert ("id-token" in job.get("permissions", {})) is signs_in


@OF_WORKFLOWS
def test_no_words_of_strangers_are_put_into_a_script(workflow: Path) -> None:
    for step in steps(workflow):
        assert "${{" not in step.get("run", "")


@OF_WORKFLOWS
def test_no_secret_is_needed(workflow: Path) -> None:
    assert "secrets." not in workflow.read_text()


def test_production_is_applied_by_a_reviewed_environment_on_release_only() -> None:
    text = yaml.safe_load((ROOT / ".github" / "workflows" / "apply.yml").read_text())
    assert text[True] == {"release": {"types": ["published"]}}  # YAML reads `on` as a truth
    assert text["jobs"]["apply"]["environment"] == "production"


def test_ci_runs_the_terraform_that_the_lock_file_was_made_for() -> None:
    versions = {
        step["with"]["terraform_version"]
        for w in WORKFLOWS
        for step in steps(w)
        if "terraform_version" in step.get("with", {})
    }
    assert versions == {"1.11.4"}
