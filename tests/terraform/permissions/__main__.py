"""`python -m tests permissions` proves least privilege on the embedded AWS with IAM enforced.

With its role as it is, every function must be able to do all its work. Then each action of each statement is removed in
turn, and a probe must fail. The chat function is tried twice: as its own worker, and with a dedicated worker. The role of
the operators is proved likewise, by their commands, and the role that plans pull requests, by plans of all workspaces;
there each call that reads people's data must be refused.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager

from tests.e2e.running_stack import RunningStack
from tests.e2e.stack_controls import StackControls
from tests.e2e.stack_fixture import one_stack
from tests.terraform.permissions import plan_role
from tests.terraform.permissions.probes import Probes
from tests.terraform.permissions.removals import Roles

#: AWS checks these against the log group's ARN with `:*` behind it, as the roles name it; the embedded AWS without.
NOT_CHECKED = ("logs:CreateLogStream", "logs:PutLogEvents")


def main() -> int:
    """1 when a function cannot do its work, or when a permission is not needed."""
    _say("Without a dedicated worker:")
    together = _excessive(["chat", "reads", "waits", "search", "edits", "failures"])
    _say("With a dedicated worker:")
    apart = _excessive(["chat", "worker"], dedicated_worker=True)
    _say("Operators:")
    trusted = f'{{ trusted = ["arn:aws:iam::{plan_role.ACCOUNT}:root"], read_chats = true }}'
    operators = _excessive(["operators"], max_concurrent_turns=20, operators=trusted)
    _say(f"not checked on the embedded AWS: {', '.join(NOT_CHECKED)}")
    _say("The role that plans pull requests:")
    return int(together or apart or operators or _plan_role_fails())


def _plan_role_fails() -> bool:
    """Whether a plan fails with the role, reads data, or has a permission that it does not need."""
    with plan_role.plan_role() as role:
        for workspace in plan_role.WORKSPACES:
            if failure := role.plan_failure(workspace):
                _say(f"  a plan of {workspace} fails: {failure}")
                return True
        _say(f"With the role as it is, plans of {', '.join(plan_role.WORKSPACES)} pass. After the removal of")
        removals, needed = [one for one in role.actions() if one[1] not in plan_role.NOT_CHECKED], 0
        for statement, action in removals:
            with role.without(statement, action):
                failure = role.plan_failure("prod")
            needed += bool(failure)
            _say(f"  {statement:16} {action}: {'a plan of prod fails' if failure else 'NOTHING FAILS'}")
        _say(
            f"{needed}/{len(removals)} permissions are needed; not checked: {', '.join(sorted(plan_role.NOT_CHECKED))}"
        )
        permitted = role.permitted_data_calls()
        with role.allowed_everything():
            possible = role.permitted_data_calls()
        _say(f"{len(possible) - len(permitted)}/{len(plan_role.DATA_CALLS)} data calls are refused {permitted or ''}")
        # The second list: what IAM does not refuse to a role that may do everything, or the refusals would prove nothing.
        return bool(permitted) or needed != len(removals) or len(possible) != len(plan_role.DATA_CALLS)


def _excessive(functions: list[str], **settings: object) -> bool:
    """Whether one of these functions has a permission that it does not need, or lacks one."""
    with _stack_with_controls(**settings) as (stack, controls):
        probes, roles = Probes(stack, controls), Roles(stack)
        unable = [f"{function}: {failure}" for function in functions if (failure := probes.failure(function))]
        if unable:
            _say("Failures with the roles as they are:", *unable)
            return True
        _say("With the roles as they are, every function does all its work. After the removal of")
        removals, needed = [one for one in roles.removals(functions) if one.action not in NOT_CHECKED], 0
        for removal in removals:
            with roles.without(removal):
                failure = probes.failure(removal.function)
            needed += bool(failure)
            _say(f"  {removal}: {failure or 'NOTHING FAILS'}")
    _say(f"{needed}/{len(removals)} permissions are needed")
    return needed != len(removals)


@contextmanager
def _stack_with_controls(**settings: object) -> Iterator[tuple[RunningStack, StackControls]]:
    with one_stack(**settings) as stack:
        controls = StackControls(stack)
        try:
            yield stack, controls
        finally:
            controls.restore()


def _say(*lines: str) -> None:
    for line in lines:
        sys.stdout.write(f"{time.strftime('%H:%M:%S')} {line}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
