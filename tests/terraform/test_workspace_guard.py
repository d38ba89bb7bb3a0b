"""Every command on a wrong workspace is rejected before the first call to AWS, and the state does not change."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from tests.terraform.copy import TerraformCopy

TABLE = "module.service.aws_dynamodb_table.chats"
GROUP = "/aws/vendedlogs/async-chat-prod-api"
COMMANDS = {
    "plan": ["plan"],
    "apply": ["apply", "-auto-approve"],
    "destroy": ["destroy", "-auto-approve"],
    "apply with -target": ["apply", "-auto-approve", f"-target={TABLE}"],
    "destroy with -target": ["destroy", "-auto-approve", f"-target={TABLE}"],
    "apply with -refresh-only": ["apply", "-auto-approve", "-refresh-only"],
    "import": ["import", "module.service.aws_cloudwatch_log_group.api", GROUP],
}
#: The selected workspace, and the value of confirm_workspace.
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

PACKAGE = {"package_path": "modules/service/tests/mocks/package.txt"}
REFUSED = re.compile(r"is not an environment of this project|was confirmed as")

#: Not empty: Terraform accepts `destroy` of an empty state, where there is nothing to lose.
STATE = {
    "version": 4,
    "terraform_version": "1.11.4",
    "serial": 1,
    "lineage": "00000000-0000-0000-0000-000000000001",
    "resources": [
        {
            "module": "module.service",
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


def attempt(copy: TerraformCopy, workspace: str, confirmed: str, command: str) -> str:
    """Terraform's error, in one line."""
    verb, *rest = COMMANDS[command]
    done = copy.run(workspace, verb, "-no-color", "-input=false", *rest, confirm_workspace=confirmed, **PACKAGE)
    assert done.returncode != 0, done.stdout
    return " ".join(done.stderr.split())


@pytest.mark.parametrize(("workspace", "confirmed", "command"), ATTEMPTS)
def test_a_command_on_a_wrong_workspace_is_rejected(
    terraform: TerraformCopy, workspace: str, confirmed: str, command: str
) -> None:
    before = state_of(terraform, workspace).read_bytes()
    error = attempt(terraform, workspace, confirmed, command)
    assert REFUSED.search(error), error
    assert "STS" not in error, "the guard came after the first call to AWS"
    assert state_of(terraform, workspace).read_bytes() == before


def test_a_protected_workspace_is_accepted_when_its_name_is_confirmed(terraform: TerraformCopy) -> None:
    error = attempt(terraform, "prod", "prod", "plan")
    assert "STS" in error, "only the unreachable AWS may make it fail"
    assert not REFUSED.search(error)
