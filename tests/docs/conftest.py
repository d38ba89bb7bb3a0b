"""The reader of the docs, on the stack that all tests share."""

from __future__ import annotations

import subprocess
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor

import pytest

from docs.site.navigation import ROOT
from tests.docs.blocks import Block
from tests.docs.reader import Reader
from tests.docs.runners import REFERENCE, Reading
from tests.e2e.running_stack import RunningStack
from tests.e2e.stack_controls import StackControls

#: Blocks that are only compared with files or earlier output.
NEEDS_NO_AGENT = {"json", "text", "diff", "mermaid", "hcl"}
#: The agent that blocks assume, where it is not `recall` without a delay: by page, or by a word in the block.
AGENTS = {
    "docs/move-your-lambda.md": {"ASYNC_CHAT_AGENT": "log_agent:agent", "SECONDS_A_PAGE": "0.1"},
    REFERENCE: {"ASYNC_CHAT_RECALL_DELAY_SECONDS": "1"},  # a turn that is cancelled must be thinking
    "'{status, poll_after_ms}'": {"ASYNC_CHAT_RECALL_DELAY_SECONDS": "20"},  # shown while it is thinking
    "kill-workers": {"ASYNC_CHAT_RECALL_DELAY_SECONDS": "20"},
}


@pytest.fixture(scope="session", autouse=True)
def site_build() -> Iterator[Future[subprocess.CompletedProcess[str]]]:
    """Starts first, and builds while the reader waits for answers."""
    with ThreadPoolExecutor() as executor:
        yield executor.submit(subprocess.run, ["make", "docs"], cwd=ROOT, capture_output=True, text=True, check=False)


@pytest.fixture(scope="session")
def reading(
    request: pytest.FixtureRequest, stack: RunningStack, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Reading]:
    with ThreadPoolExecutor() as executor:
        reading = Reading(stack, Reader(tmp_path_factory.mktemp("reader"), stack), executor)
        wanted = {item.name for item in request.session.items}
        reading.begin_what_takes_long(lambda block: f"test_a_block[{block}]" in wanted)
        yield reading


@pytest.fixture
def agent_of(stack_controls: StackControls) -> Callable[[Block], None]:
    """Configure the agent that a block assumes. The stack's own fixture restores the default."""

    def switch(block: Block) -> None:
        if block.language not in NEEDS_NO_AGENT:
            wanted = [agent for key, agent in AGENTS.items() if key == block.page or key in block.text]
            stack_controls.configure(wanted[0] if wanted else {})

    return switch
