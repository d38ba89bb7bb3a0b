"""The running stack conforms to openapi.json: no 5xx and no undocumented response, also along its links.

Run by `python -m tests schemathesis`, and by `make test`. Schemathesis lives in an environment of its own.
"""

from __future__ import annotations

import os
import re
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from local.home import PROJECT
from tests.e2e.running_stack import RunningStack
from tests.e2e.stack_controls import StackControls

PROGRAM = PROJECT / ".local" / "schemathesis" / "venv" / "bin" / "st"
SETTINGS = Path(__file__).parent / "schemathesis.toml"
#: The same requests every time, unless another seed is set.
SEED = os.environ.get("SEED", "2026")
FIGURES = re.compile(r"(?:\d+ generated.*|API Links: .*|Tested: .*)")


def test_every_response_is_documented(
    stack: RunningStack, stack_controls: StackControls, tmp_path: Path, figure: Callable[[str], None]
) -> None:
    if not PROGRAM.exists():
        pytest.skip("Schemathesis is not installed: scripts/env schemathesis.")
    stack_controls.restore()
    token = stack_controls.sign_up("Nosy").token
    target = [str(PROJECT / "openapi.json"), "--url", stack.api_url, "--header", f"Authorization: Bearer {token}"]
    done = subprocess.run(
        [PROGRAM, "--config-file", SETTINGS, "run", *target, "--seed", SEED],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    for line in FIGURES.findall(done.stdout):
        figure(f"Schemathesis, seed {SEED}: {line}")
    assert done.returncode == 0, done.stdout + done.stderr
