"""An upgrade of a state that is older than the module `service` moves every resource and destroys none."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

from local.home import PROJECT
from tests.e2e.running_stack import RunningStack
from tests.terraform.copy import TerraformCopy

MODULE = "module.service"
#: Where a role's name stands.
NAMES = {"aws_iam_role": "name", "aws_iam_role_policy": "role"}


#: The resources that were there before the module.
OLDER = set(re.findall(r"from = (\S+)", (PROJECT / "terraform" / "moved.tf").read_text(encoding="utf-8")))


def as_before_the_module(state: dict[str, Any]) -> dict[str, Any]:
    """The state as the root alone wrote it: resources without a module, and roles named as their functions."""
    text = json.dumps(state).replace(f"{MODULE}.", "")
    older: dict[str, Any] = json.loads(text)
    older["resources"] = [one for one in older["resources"] if one["mode"] == "data" or _address(one) in OLDER]
    for resource in older["resources"]:
        resource.pop("module", None)
        for instance in resource["instances"]:
            name = NAMES.get(resource["type"])
            if name:
                instance["attributes"][name] = f"async-chat-local-{instance['index_key']}"
    return older


def _address(resource: dict[str, Any]) -> str:
    return f"{resource['type']}.{resource['name']}"


def test_upgrade_of_a_state_from_before_the_module_destroys_nothing(stack: RunningStack, tmp_path: Path) -> None:
    kept = Path("terraform.tfstate.d", "local", "terraform.tfstate")
    state = json.loads((stack.home / "terraform" / kept).read_text(encoding="utf-8"))
    managed = [resource for resource in state["resources"] if resource["mode"] == "managed"]
    assert {resource["module"] for resource in managed} == {MODULE}
    copy = TerraformCopy(tmp_path / "terraform", stack.endpoint)
    (copy.folder / kept).parent.mkdir(parents=True)
    (copy.folder / kept).write_text(json.dumps(as_before_the_module(state)), encoding="utf-8")

    # Without a refresh: the roles of this stack have their present names, those of an older one had others.
    plan = copy.planned("local", "-refresh=false", package_path=str(stack.home / "lambda.zip"))

    every = [change for change in plan["resource_changes"] if change["mode"] == "managed"]
    assert not [change["address"] for change in every if "delete" in change["change"]["actions"]]
    changes = [change for change in every if _address(change) in OLDER]
    planned = {action for change in changes for action in change["change"]["actions"]}
    assert planned <= {"no-op", "update"}
    moved = {change["previous_address"]: change["address"] for change in changes}
    assert moved == {address.removeprefix(f"{MODULE}."): address for address in moved.values()}
    assert len(moved) == sum(len(one["instances"]) for one in managed if _address(one) in OLDER) >= 40
