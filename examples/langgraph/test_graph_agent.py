"""The LangGraph example, in the environment that `python -m tests examples` makes for it."""

import pytest

from adapters.agents.custom_agent import AgentDependencies, load_agent
from domain.ports import ReasoningAgent
from tests.contract.reasoning_agent import ReasoningAgentContract, RecordingProgressReporter
from tests.fakes.clock import FakeClock
from tests.support.people import CANARY, PARKED, alice_and_bob, asking


class TestGraphAgent(ReasoningAgentContract):
    @pytest.fixture
    def agent(self) -> ReasoningAgent:
        return load_agent("graph_agent:agent", AgentDependencies(alice_and_bob(), FakeClock()))

    def test_it_finds_and_cites_the_memory(self, agent: ReasoningAgent) -> None:
        answer = agent.reason(asking("Where did I park?"), RecordingProgressReporter())
        assert answer.citations[0].memory_id == PARKED.memory_id
        assert CANARY not in answer.text

    def test_it_looks_again_in_other_words_when_too_little_was_found(self, agent: ReasoningAgent) -> None:
        progress = RecordingProgressReporter()
        agent.reason(asking("Which gp did I meet?"), progress)
        assert sum(step.startswith("Searching") for step in progress.steps) >= 2
