"""Everything that could reach a wrong workspace is refused before any AWS is asked, and its state stays as it is."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from tests.terraform.copy import TerraformCopy

TABLE = "aws_dynamodb_table.chats"
GROUP = "/aws/vendedlogs/async-chat-prod-api"
COMMANDS = {
    "plan": ["plan"],
    "apply": ["apply", "-auto-approve"],
    "destroy": ["destroy", "-auto-approve"],
    "apply with -target": ["apply", "-auto-approve", f"-target={TABLE}"],
    "destroy with -target": ["destroy", "-auto-approve", f"-target={TABLE}"],
    "apply with -refresh-only": ["apply", "-auto-approve", "-refresh-only"],
    "import": ["import", "aws_cloudwatch_log_group.api", GROUP],
}
#: Workspace, and the name that is said aloud.
WRONG = [
    ("prod", ""),
    ("staging", "staging"),
    ("prod", "dev"),
    ("staging", ""),
    ("staging", "prod"),
    ("default", ""),
    ("default", "prod"),
]
ALL_ATTEMPTS = [(*who, command) for who in WRONG for command in COMMANDS]
#: Each takes seconds: production's, and an unknown workspace's worst. `python -m tests workspace-guard` tries all.
USUAL_ATTEMPTS = [*ALL_ATTEMPTS[: len(COMMANDS)], ("staging", "staging", "apply"), ("default", "prod", "destroy")]
ATTEMPTS = [
    pytest.param(*attempt, marks=[] if attempt in USUAL_ATTEMPTS else pytest.mark.full) for attempt in ALL_ATTEMPTS
]

PACKAGE = {"package_path": "tests/mocks/package.txt", "agent": "recall"}
REFUSED = re.compile(r"is not an environment of this project|was confirmed as")

#: Terraform lets an empty state be destroyed unasked: there is nothing to lose.
STATE = {
    "version": 4,
    "terraform_version": "1.11.4",
    "serial": 1,
    "lineage": "00000000-0000-0000-0000-000000000001",
    "resources": [
        {
            "mode": "managed",
            "type": "aws_cloudwatch_log_group",
            "name": "api",
            "provider": 'provider["registry.terraform.io/hashicorp/aws"]',
            "instances": [{"schema_version": 0, "attributes": {"id": GROUP, "name": GROUP}}],
        }
    ],
}


@pytest.fixture(scope="module")
def terraform(tmp_path_factory: pytest.TempPathFactory) -> TerraformCopy:
    copy = TerraformCopy(tmp_path_factory.mktemp("guard") / "terraform")
    for workspace in ("default", "prod", "staging"):
        state_of(copy, workspace).parent.mkdir(parents=True, exist_ok=True)
        state_of(copy, workspace).write_text(json.dumps(STATE))
    return copy


def state_of(copy: TerraformCopy, workspace: str) -> Path:
    kept = copy.folder if workspace == "default" else copy.folder / "terraform.tfstate.d" / workspace
    return kept / "terraform.tfstate"


def attempt(copy: TerraformCopy, workspace: str, said: str, command: str) -> str:
    """What Terraform says, in one line."""
    verb, *rest = COMMANDS[command]
    done = copy.run(workspace, verb, "-no-color", "-input=false", *rest, confirm_workspace=said, **PACKAGE)
    assert done.returncode != 0, done.stdout
    return " ".join(done.stderr.split())


@pytest.mark.parametrize(("workspace", "said", "command"), ATTEMPTS)
def test_a_wrong_workspace_is_out_of_reach(terraform: TerraformCopy, workspace: str, said: str, command: str) -> None:
    before = state_of(terraform, workspace).read_bytes()
    complaint = attempt(terraform, workspace, said, command)
    assert REFUSED.search(complaint), complaint
    assert "STS" not in complaint, "the guard came after the first call to AWS"
    assert state_of(terraform, workspace).read_bytes() == before


def test_a_guarded_workspace_whose_name_is_said_is_let_through(terraform: TerraformCopy) -> None:
    complaint = attempt(terraform, "prod", "prod", "plan")
    assert "STS" in complaint, "only the AWS that is not there should be in the way"
    assert not REFUSED.search(complaint)
