"""Killing the workers of a running stack, to see what becomes of their turns."""

from __future__ import annotations

import json
import os
import signal
import subprocess

from local.failure import StackFailure
from local.home import Home


def crash(home: Home) -> int:
    """SIGKILL for every process of the chat function, as when it runs out of memory; says how many there were."""
    pids = workers(home)
    for pid in pids:
        os.kill(pid, signal.SIGKILL)
    return len(pids)


def workers(home: Home) -> list[int]:
    """The processes of the chat function, at work or ready, by their ids."""
    if not home.outputs_file.exists():
        raise StackFailure("The stack is not running: start it with `make up` or `make run`.")
    name = json.loads(home.outputs_file.read_text(encoding="utf-8"))["function_names"]["chat"]
    # The embedded AWS starts each process from a folder that it names after the function.
    prefix = f"{home.folder}/aws/tmp/ministack-lambda-{name}-"
    listed = subprocess.run(["ps", "-axwwo", "pid=,args="], capture_output=True, text=True, check=True).stdout
    return [int(line.split()[0]) for line in listed.splitlines() if prefix in line]
