"""Loading a custom agent by its name."""

import asyncio
import time
from dataclasses import replace
from datetime import timedelta

import pytest

from adapters.agents.custom_agent import AgentDependencies, AgentLoadError, FunctionAgent, load_agent
from adapters.agents.time_limited_agent import TimeLimitedAgent
from adapters.clocks import SystemClock
from domain.errors import AgentFailed
from domain.ports import ProgressReporter, ReasoningAgent
from domain.records import Answer, Assignment
from tests.contract.reasoning_agent import ReasoningAgentContract, RecordingProgressReporter
from tests.fakes.clock import FakeClock
from tests.support.people import alice_and_bob, asking


def loaded(name: str) -> ReasoningAgent:
    return load_agent(name, AgentDependencies(alice_and_bob(), FakeClock()))


def answer_of(name: str) -> str:
    return loaded(name).reason(asking("Where did I park?"), RecordingProgressReporter()).text


def test_a_factory_may_make_an_agent() -> None:
    assert answer_of("tests.support.custom_agents:counting") == "You have 5 memories."


def test_a_factory_may_make_a_plain_function() -> None:
    assert answer_of("tests.support.custom_agents:echo") == "You asked: Where did I park?"


@pytest.mark.parametrize(
    ("name", "complaint"),
    [
        ("tests.support.no_such_module:agent", "no_such_module"),
        ("tests.support.custom_agents:no_such_factory", "no_such_factory"),
        ("tests.support.custom_agents:NO_FUNCTION", "is no function"),
        ("tests.support.custom_agents:nothing", "made a NoneType"),
    ],
)
def test_name_that_makes_no_agent_is_refused_with_its_reason(name: str, complaint: str) -> None:
    with pytest.raises(AgentLoadError, match=complaint):
        loaded(name)


class TestCountingAgent(ReasoningAgentContract):
    @pytest.fixture
    def agent(self) -> ReasoningAgent:
        return loaded("tests.support.custom_agents:counting")


class TestPlainFunction(ReasoningAgentContract):
    @pytest.fixture
    def agent(self) -> ReasoningAgent:
        return loaded("tests.support.custom_agents:echo")


class TestAsyncFunction(ReasoningAgentContract):
    @pytest.fixture
    def agent(self) -> ReasoningAgent:
        return loaded("tests.support.custom_agents:waiting")


def test_an_async_agent_leaves_no_task_behind() -> None:
    agent = loaded("tests.support.custom_agents:waiting")
    before = time.monotonic()
    agent.reason(asking("Where?"), RecordingProgressReporter())
    assert time.monotonic() - before < 1


def test_an_async_agent_is_stopped_at_its_time_limit() -> None:
    async def sleeps(_assignment: Assignment, _progress: ProgressReporter) -> Answer:
        await asyncio.sleep(3600)
        raise AssertionError

    clock = SystemClock()
    agent = TimeLimitedAgent(FunctionAgent(sleeps), clock)
    for _ in range(2):  # its loop is usable afterwards
        assignment = replace(asking("Where?"), answer_by=clock.now() + timedelta(seconds=0.2))
        with pytest.raises(AgentFailed) as failed:
            agent.reason(assignment, RecordingProgressReporter())
        assert failed.value.code == "timed_out"
