"""Removes one action of one statement from a deployed role, and restores it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from tests.e2e.running_stack import RunningStack

POLICY = "least-privilege"


@dataclass(frozen=True)
class Removal:
    """One action of one statement of one function's role."""

    function: str
    statement: str
    action: str

    def __str__(self) -> str:
        return f"{self.function:9} {self.statement:16} {self.action}"


class Roles:
    """The roles of a running stack."""

    def __init__(self, stack: RunningStack) -> None:
        self._iam = stack.client("iam")
        self._names: dict[str, str] = {
            **stack.outputs["role_names"],
            "operators": stack.outputs["operators_role_name"],
        }

    def removals(self, functions: list[str]) -> list[Removal]:
        """All that can be removed from these functions' roles."""
        return [
            Removal(function, statement["Sid"], action)
            for function in functions
            for statement in self._policy(function)["Statement"]
            for action in statement["Action"]
        ]

    @contextmanager
    def without(self, removal: Removal) -> Iterator[None]:
        """Within the block the role lacks the action."""
        kept = self._policy(removal.function)
        try:
            self._put(removal.function, reduced(kept, removal.statement, removal.action))
            yield
        finally:
            self._put(removal.function, kept)

    def _policy(self, function: str) -> dict[str, Any]:
        found = self._iam.get_role_policy(RoleName=self._names[function], PolicyName=POLICY)
        policy: dict[str, Any] = found["PolicyDocument"]
        return policy

    def _put(self, function: str, policy: dict[str, Any]) -> None:
        document = json.dumps(policy)
        self._iam.put_role_policy(RoleName=self._names[function], PolicyName=POLICY, PolicyDocument=document)


def reduced(policy: dict[str, Any], sid: str, action: str) -> dict[str, Any]:
    """The policy without this action of this statement."""
    statements = []
    for statement in policy["Statement"]:
        gone = {action} if statement["Sid"] == sid else set()
        actions = [kept for kept in statement["Action"] if kept not in gone]
        if actions:
            statements.append({**statement, "Action": actions})
    return {**policy, "Statement": statements}
