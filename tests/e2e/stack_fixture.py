"""A stack of the tests' own: the applied Terraform on a free port, taken down when the tests are done."""

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
    """A stack takes a minute to start and mostly waits: begun first, it is there after the tests that need none."""
    if not any("stack" in getattr(item, "fixturenames", ()) for item in request.session.items):
        yield None
        return
    with ExitStack() as opened, ThreadPoolExecutor(1) as executor:
        yield executor.submit(opened.enter_context, one_stack())


@pytest.fixture(scope="session")
def stack(_begun: Future[RunningStack] | None) -> Iterator[RunningStack]:
    """The stack of this run, or of this process where tests run in several."""
    if _begun:
        yield _begun.result()
        return
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
