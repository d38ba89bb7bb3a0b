"""A stack of the tests' own: the applied Terraform on a free port, taken down when the tests are done."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.e2e.running_stack import RunningStack


@pytest.fixture(scope="session")
def stack() -> Iterator[RunningStack]:
    """The stack of this run."""
    with one_stack() as stack:
        yield stack


@contextmanager
def one_stack(**settings: object) -> Iterator[RunningStack]:
    """ASYNC_CHAT_STACK=path/to/stack.json uses a stack that runs already, with its settings, and leaves it running."""
    from tests.e2e.running_stack import RunningStack  # not for tests that need no stack: it imports boto3

    given = os.environ.get("ASYNC_CHAT_STACK")
    if given:
        yield RunningStack(Path(given).resolve().parent)
        return
    with tempfile.TemporaryDirectory(prefix="async-chat-e2e-") as folder:
        stack = RunningStack(Path(folder))
        try:
            stack.up(**settings)
            yield stack
        finally:
            stack.down()
