"""The tests' own stack: Terraform applied on a free port, and taken down after the tests."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.e2e.running_stack import RunningStack


@pytest.fixture(scope="session", autouse=True)
def _begun(request: pytest.FixtureRequest) -> Iterator[Future[RunningStack] | None]:
    """Start the stack before the tests that need none: it takes a minute and mostly waits."""
    if not any("stack" in getattr(item, "fixturenames", ()) for item in request.session.items):
        yield None
        return
    with ExitStack() as opened, ThreadPoolExecutor(1) as executor:
        yield executor.submit(opened.enter_context, one_stack())


@pytest.fixture(scope="session")
def stack(_begun: Future[RunningStack] | None) -> Iterator[RunningStack]:
    """The stack of this run, or of this process when tests run in several."""
    if _begun:
        yield _begun.result()
        return
    with one_stack() as stack:
        yield stack


@contextmanager
def one_stack(**settings: object) -> Iterator[RunningStack]:
    """A new stack, or the running one of ASYNC_CHAT_STACK=path/to/stack.json, which is left running."""
    from tests.e2e.running_stack import RunningStack  # imports boto3, which tests without a stack do not need

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
