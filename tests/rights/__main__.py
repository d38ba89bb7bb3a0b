"""`make rights`: on the embedded AWS with IAM enforced, every right is needed, and no more is.

Every function first does everything with the role that it has; then each action of each statement is taken away in
turn, and something has to fail.
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
    with _watched_stack() as (stack, controls):
        probes, roles = Probes(stack, controls), Roles(stack)
        functions = list(stack.outputs["function_names"])
        unable = [f"{function}: {trouble}" for function in functions if (trouble := probes.complaint(function))]
        if unable:
            _say("With the roles as they are:", *unable)
            return 1
        _say("With the roles as they are, every function does all its work. Without")
        removals, needed = [one for one in roles.removals() if one.action not in NOT_SHOWN_HERE], 0
        for removal in removals:
            with roles.without(removal):
                trouble = probes.complaint(removal.function)
            needed += bool(trouble)
            _say(f"  {removal}: {trouble or 'NOTHING FAILS'}")
    _say(f"{needed}/{len(removals)} rights are needed; not shown here: {', '.join(NOT_SHOWN_HERE)}")
    return int(needed != len(removals))


@contextmanager
def _watched_stack() -> Iterator[tuple[RunningStack, StackControls]]:
    with one_stack() as stack:
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
