"""Subprocesses of the stack."""

from __future__ import annotations

import os
import signal
import subprocess
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path

from local.failure import StackFailure
from local.home import PROJECT

#: Terraform finishes the resources that it has begun, and saves its state, before it lets go of the state's lock. On a
#: busy machine that took longer than half a minute.
STOP_TIMEOUT_SECONDS = 120


def follow(
    command: Iterable[str | Path],
    environment: Mapping[str, str],
    log: Path,
    on_line: Callable[[str], None] | None = None,
) -> int:
    """Run a command, write its output to `log`, pass on its lines; returns the exit code.

    The command gets its own process group, so that Ctrl-C reaches it once, from here, and it can end in order.
    """
    log.parent.mkdir(parents=True, exist_ok=True)
    with (
        log.open("w", encoding="utf-8") as kept,
        subprocess.Popen(
            [str(part) for part in command],
            cwd=PROJECT,
            env=dict(environment),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        ) as process,
    ):
        assert process.stdout is not None
        try:
            for line in process.stdout:
                kept.write(line)
                if on_line:
                    on_line(line)
            return process.wait()
        except BaseException:
            _end(process)
            raise


def _end(process: subprocess.Popen[str]) -> None:
    os.killpg(process.pid, signal.SIGINT)
    try:
        process.communicate(timeout=STOP_TIMEOUT_SECONDS)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)


def run(command: Iterable[str | Path], log: Path, what: str) -> None:
    """Run a command that must succeed; the failure holds its output."""
    if follow(command, os.environ, log) != 0:
        raise StackFailure(f"{what} failed:\n{log.read_text(encoding='utf-8').strip()}")
