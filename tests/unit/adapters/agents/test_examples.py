"""The example agents that need no further packages, loaded by name, keep the contract of agents."""

from datetime import timedelta
from pathlib import Path

import pytest

from adapters.agents.custom_agent import AgentDependencies, load_agent
from domain.chat import Citation
from domain.ports import ReasoningAgent
from tests.contract.reasoning_agent import ReasoningAgentContract, RecordingProgressReporter
from tests.fakes.clock import FakeClock
from tests.support.people import alice_and_bob, asking, memory
from tests.support.story import ALICE

EXAMPLES = Path(__file__).parents[4] / "examples"


@pytest.fixture(autouse=True)
def _in_the_zip(monkeypatch: pytest.MonkeyPatch) -> None:
    for example in ("plain_function", "legacy_handler"):
        monkeypatch.syspath_prepend(str(EXAMPLES / example / "package"))


def example(name: str) -> ReasoningAgent:
    memories = alice_and_bob()
    memories.put_many(ALICE, [memory(40, "Planted the fig tree.", days_ago=365)])
    return load_agent(name, AgentDependencies(memories, FakeClock()))


class TestPlainFunction(ReasoningAgentContract):
    @pytest.fixture
    def agent(self) -> ReasoningAgent:
        return example("on_this_day:agent")

    def test_answer_lists_this_day_in_other_years(self, agent: ReasoningAgent) -> None:
        answer = agent.reason(asking("What was today?"), RecordingProgressReporter())
        assert answer.text == "- 2025: Planted the fig tree."
        assert answer.citations == (Citation("01KA0000000000000000000040", "Planted the fig tree."),)

    def test_answer_says_when_no_year_has_a_memory(self, agent: ReasoningAgent) -> None:
        later = asking("What was today?", asked_at=asking("").asked_at + timedelta(days=3))
        assert (
            agent.reason(later, RecordingProgressReporter()).text == "You noted nothing on 26 November in other years."
        )


class TestLegacyHandler(ReasoningAgentContract):
    @pytest.fixture
    def agent(self) -> ReasoningAgent:
        return example("opening_hours_agent:agent")

    def test_handler_answers_as_behind_api_gateway(self, agent: ReasoningAgent) -> None:
        answer = agent.reason(asking("When is the POOL open?"), RecordingProgressReporter())
        assert answer.text.startswith("The pool is open from 6:30")
