"""The example that the docs move over: the 504, the unchanged handler, the custom agent, and both clients."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import util
from types import ModuleType
from typing import Any

import httpx
import pytest

from adapters.agents.custom_agent import AgentDependencies, load_agent
from docs.site.navigation import ROOT
from domain.errors import TurnOver
from domain.ports import ReasoningAgent
from tests.contract.reasoning_agent import ReasoningAgentContract, RecordingProgressReporter
from tests.docs.runners import run_javascript
from tests.e2e.running_stack import RunningStack
from tests.e2e.stack_controls import StackControls
from tests.fakes.clock import FakeClock
from tests.faults.polling.cost import Way, around, cost
from tests.support.people import alice_and_bob, asking

EXAMPLE = ROOT / "examples" / "blocking"
MODULES = ("app", "research", "log_agent")
QUESTION = "When were the panes of the lantern room replaced?"
#: Seconds that a worker's first start takes on the local stack.
COLD_START = 1
#: A client polls by the hint, or holds polls.
WAYS: tuple[Way, ...] = ("hint", "held")
ANSWER = "The glazier came over and replaced both panes of the lantern room. (2 June)"


@pytest.fixture
def folders(monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """Folders as in the zip: `folders("before/function", "unchanged")`. Reading a page takes no time."""
    monkeypatch.setenv("SECONDS_A_PAGE", "0")

    def put_in(*names: str) -> None:
        for name in names:
            monkeypatch.syspath_prepend(str(EXAMPLE / name))

    yield put_in
    for module in MODULES:
        sys.modules.pop(module, None)


def the_agent() -> ReasoningAgent:
    return load_agent("log_agent:agent", AgentDependencies(alice_and_bob(), FakeClock()))


def test_all_pages_together_take_longer_than_the_gateways_timeout(folders: Any) -> None:
    folders("before/function")
    assert 'get("SECONDS_A_PAGE", "4")' in (EXAMPLE / "before/function/research.py").read_text(encoding="utf-8")
    assert len(loaded("before/function/research.py").LOG) * 4 > 30


def test_printed_times_are_those_of_the_poll_hint(folders: Any) -> None:
    """The guide's blocks run with quick pages: their times are compared here, in virtual time."""
    folders("before/function")
    guide = (ROOT / "docs" / "move-your-lambda.md").read_text(encoding="utf-8")
    (step,), (answered,) = (
        map(float, re.findall(rf"^ *([0-9.]+) s  {what}$", guide, re.MULTILINE)) for what in ("Thinking", "answered")
    )
    seconds = len(loaded("before/function/research.py").LOG) * 4.0
    turns = [turn.updates for way in WAYS for turn in cost(way, around(seconds, 0), turns=20).turns]
    assert min(first for first, *_ in turns) <= step <= max(first for first, *_ in turns) + COLD_START
    assert min(last for *_, last in turns) <= answered <= max(last for *_, last in turns) + COLD_START


def test_gateway_timeout_shorter_than_the_function_returns_504(folders: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    folders("before/function")
    monkeypatch.setenv("SECONDS_A_PAGE", "0.05")
    with gateway(seconds=0.2) as address:
        answer = httpx.post(f"{address}/ask", json={"question": QUESTION}, trust_env=False)
    assert (answer.status_code, answer.json()) == (504, {"message": "Endpoint request timed out"})


def test_calling_program_gets_the_answer_within_the_gateways_timeout(folders: Any) -> None:
    folders("before/function")
    with gateway(seconds=20) as address:
        assert loaded("before/client/ask.py").ask(QUESTION, address, "nobody") == ANSWER


def test_page_shows_the_answer_within_the_gateways_timeout(folders: Any) -> None:
    folders("before/function")
    with gateway(seconds=20) as address:
        told = run_javascript((EXAMPLE / "before/client/page.js").read_text(encoding="utf-8"), address, QUESTION)
    assert told["shown"] == [ANSWER]


def test_the_page_with_the_client_shows_steps_and_the_answer() -> None:
    told = run_javascript((EXAMPLE / "after/client/page.js").read_text(encoding="utf-8"))
    assert "Searching" in told["shown"]
    assert told["shown"][-1] == "Level 3, bay 12."


def test_unchanged_handler_answers_as_an_agent(folders: Any) -> None:
    folders("before/function", "unchanged")
    assert the_agent().reason(asking(QUESTION), RecordingProgressReporter()).text == ANSWER


def test_the_program_with_the_client_gets_the_same_answer_from_the_service(
    stack: RunningStack, stack_controls: StackControls, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.syspath_prepend(str(ROOT / "clients" / "python" / "src"))
    stack_controls.configure({"ASYNC_CHAT_AGENT": "log_agent:agent", "SECONDS_A_PAGE": "0.1"})
    user = stack_controls.sign_up("Keeper")
    assert loaded("after/client/ask.py").ask(QUESTION, stack.api_url, user.token) == ANSWER


def test_custom_agent_reports_every_page(folders: Any) -> None:
    folders("after/function")
    watch = RecordingProgressReporter()
    assert the_agent().reason(asking(QUESTION), watch).text == ANSWER
    assert watch.steps[0] == "Reading the page of 3 March"
    assert len(watch.steps) == 10


def test_cancelled_custom_agent_reads_no_further_page(folders: Any) -> None:
    folders("after/function")
    watch = RecordingProgressReporter(ends_at_check=3)
    with pytest.raises(TurnOver):
        the_agent().reason(asking(QUESTION), watch)
    assert len(watch.steps) == 3


class TestTheHandlerUnchanged(ReasoningAgentContract):
    @pytest.fixture
    def agent(self, folders: Any) -> ReasoningAgent:
        folders("before/function", "unchanged")
        return the_agent()


class TestTheAgentOfItsOwn(ReasoningAgentContract):
    @pytest.fixture
    def agent(self, folders: Any) -> ReasoningAgent:
        folders("after/function")
        return the_agent()


@contextmanager
def gateway(seconds: float) -> Iterator[str]:
    """The example's gateway on a free port with this timeout; seconds per page by the environment."""
    command = [sys.executable, str(EXAMPLE / "gateway.py"), "--port", "0", "--seconds", str(seconds)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout
        yield process.stdout.readline().strip().removesuffix("/ask")
        process.terminate()


def loaded(name: str) -> ModuleType:
    """A program of the example."""
    spec = util.spec_from_file_location("program", EXAMPLE / name)
    assert spec
    assert spec.loader
    module = util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module
