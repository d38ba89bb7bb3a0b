"""Loading a custom agent by its name."""

import pytest

from adapters.agents.custom_agent import AgentDependencies, AgentLoadError, load_agent
from domain.ports import ReasoningAgent
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
