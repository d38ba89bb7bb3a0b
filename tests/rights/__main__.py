"""`python -m tests permissions`: on the embedded AWS with IAM enforced, every right is needed, and no more is.

Every function first does everything with the role that it has; then each action of each statement is taken away in
turn, and something has to fail. The functions that ask and reason go through this twice: as one, and as two.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager

from tests.e2e.running_stack import RunningStack
from tests.e2e.stack_controls import StackControls
from tests.e2e.stack_fixture import one_stack
from tests.rights.probes import Probes
from tests.rights.removals import Roles

#: AWS checks these against the log group's ARN with `:*` behind it, as the roles name it; the embedded AWS without.
NOT_SHOWN_HERE = ("logs:CreateLogStream", "logs:PutLogEvents")


def main() -> int:
    """1 when a function cannot do its work, or when some right is not needed."""
    _say("One function asks and reasons.")
    together = _superfluous(["chat", "reads", "edits", "failures"])
    _say("A dedicated worker reasons.")
    apart = _superfluous(["chat", "worker"], overrides="{dedicated_worker=true}")
    _say(f"not shown here: {', '.join(NOT_SHOWN_HERE)}")
    return int(together or apart)


def _superfluous(functions: list[str], **settings: object) -> bool:
    """Whether one of these functions has a right that it does not need, or lacks one."""
    with _watched_stack(**settings) as (stack, controls):
        probes, roles = Probes(stack, controls), Roles(stack)
        unable = [f"{function}: {trouble}" for function in functions if (trouble := probes.complaint(function))]
        if unable:
            _say("With the roles as they are:", *unable)
            return True
        _say("With the roles as they are, every function does all its work. Without")
        removals, needed = [one for one in roles.removals(functions) if one.action not in NOT_SHOWN_HERE], 0
        for removal in removals:
            with roles.without(removal):
                trouble = probes.complaint(removal.function)
            needed += bool(trouble)
            _say(f"  {removal}: {trouble or 'NOTHING FAILS'}")
    _say(f"{needed}/{len(removals)} rights are needed")
    return needed != len(removals)


@contextmanager
def _watched_stack(**settings: object) -> Iterator[tuple[RunningStack, StackControls]]:
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
