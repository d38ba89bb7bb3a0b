"""Runs a handler on Lambda's runtime client, and continues it twice from where SnapStart takes its snapshot.

A fork is as near to a restored snapshot as one machine gets: both copies have all of the memory, open files and sockets
of one process. Python reseeds `random` after a fork, and nothing does so after a restore: the copies undo it.

Prints one JSON line about the snapshot, and one about each copy after its hooks have run.
"""

import json
import os
import random
import sys
from contextlib import suppress
from pathlib import Path

from awslambdaric import bootstrap, lambda_runtime_hooks_runner
from awslambdaric.lambda_runtime_client import LambdaRuntimeClient

COPIES = 2


def sockets() -> list[str]:
    """The open sockets of this process, as Linux names them."""
    found = []
    for link in Path("/proc/self/fd").iterdir():
        with suppress(FileNotFoundError):  # the one of this very listing
            found.append(str(link.readlink()))
    return sorted(target for target in found if target.startswith("socket:"))


def tell(**facts: object) -> None:
    # One write, line end included: two processes share the stream.
    os.write(1, f"{json.dumps(facts)}\n".encode())


def continue_twice(_: LambdaRuntimeClient) -> None:
    """In place of the call that Lambda answers once the copy is restored. Returns in each copy, never in the original."""
    tell(
        modules=sorted(name for name in sys.modules if name.startswith(("adapters.", "pydantic_ai"))), sockets=sockets()
    )
    state = random.getstate()
    copies = []
    for _number in range(COPIES):
        copy = os.fork()
        if copy == 0:
            random.setstate(state)
            return
        copies.append(copy)
    tell(copies=copies)
    for copy in copies:
        os.waitpid(copy, 0)
    sys.exit(0)


def run_hooks() -> None:
    if os.environ.get("HOOKS") != "none":
        after_restore()
    tell(drawn=random.random(), pid=os.getpid())


after_restore = lambda_runtime_hooks_runner.run_after_restore
lambda_runtime_hooks_runner.run_after_restore = run_hooks
LambdaRuntimeClient.restore_next = continue_twice
bootstrap.run(sys.argv[1], LambdaRuntimeClient(os.environ["AWS_LAMBDA_RUNTIME_API"]))
