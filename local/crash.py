"""Kill the workers of a running stack, to see how their turns end."""

from __future__ import annotations

import json
import os
import signal
import subprocess

from local.failure import StackFailure
from local.home import Home


def crash(home: Home) -> int:
    """Send SIGKILL to every worker, as the out-of-memory killer does. Returns their number."""
    pids = workers(home)
    for pid in pids:
        os.kill(pid, signal.SIGKILL)
    return len(pids)


def workers(home: Home) -> list[int]:
    """The process ids of the chat function's workers, busy or idle."""
    if not home.outputs_file.exists():
        raise StackFailure("The stack is not running: start it with `make up` or `make run`.")
    name = json.loads(home.outputs_file.read_text(encoding="utf-8"))["function_names"]["chat"]
    # The emulator starts each process in a folder that it names after the function.
    prefix = f"{home.folder}/aws/tmp/ministack-lambda-{name}-"
    listed = subprocess.run(["ps", "-axwwo", "pid=,args="], capture_output=True, text=True, check=True).stdout
    return [int(line.split()[0]) for line in listed.splitlines() if prefix in line]
