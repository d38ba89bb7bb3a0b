"""This service's agents keep the contract of agents."""

from datetime import timedelta

import pytest

from adapters.agents.recall_agent import RecallAgent
from adapters.agents.time_limited_agent import TimeLimitedAgent
from adapters.clocks import SystemClock
from domain.memory import Memory
from domain.ports import ReasoningAgent
from domain.records import Assignment
from tests.contract.reasoning_agent import ReasoningAgentContract, RecordingProgressReporter
from tests.fakes.agent import PacedAgent
from tests.fakes.clock import NOON, FakeClock
from tests.fakes.memory_store import InMemoryMemoryStore

CAR = (
    "Parked the car on level 3, bay 12. The lift was broken again.",
    "The car is at the garage until Thursday.",
    "Dinner with Clara at the Thai place.",
)


def memories_of_alice_and_bob() -> InMemoryMemoryStore:
    memories = InMemoryMemoryStore()
    memories.put_many(
        "alice", [Memory(f"01KA{number:022d}", text, NOON - timedelta(days=number)) for number, text in enumerate(CAR)]
    )
    memories.put_many("bob", [Memory("01KB0000000000000000000001", "Parked the car in Bob's secret street.", NOON)])
    return memories


class TestRecallAgent(ReasoningAgentContract):
    @pytest.fixture
    def agent(self) -> ReasoningAgent:
        return RecallAgent(memories_of_alice_and_bob(), FakeClock(), delay=timedelta(seconds=5))

    def test_citations_quote_the_users_own_memories(self, agent: ReasoningAgent, assignment: Assignment) -> None:
        answer = agent.reason(assignment, RecordingProgressReporter())
        own = {memory.memory_id: memory.text for memory in memories_of_alice_and_bob().list_all("alice")}
        assert answer.citations
        assert all(citation.quote in own[citation.memory_id] for citation in answer.citations)
        assert all(citation.quote in answer.text for citation in answer.citations)
        assert "Bob" not in answer.text

    def test_progress_shows_steps_and_growing_drafts(self, agent: ReasoningAgent, assignment: Assignment) -> None:
        answer = agent.reason(assignment, progress := RecordingProgressReporter())
        assert progress.steps[0].startswith("Searching 3 memories")
        assert progress.drafts[-1] == answer.text
        assert all(answer.text.startswith(draft) for draft in progress.drafts)

    def test_thinking_takes_the_configured_time(self, assignment: Assignment) -> None:
        clock = FakeClock()
        agent = RecallAgent(memories_of_alice_and_bob(), clock, delay=timedelta(seconds=56))
        agent.reason(assignment, RecordingProgressReporter())
        assert timedelta(seconds=55) < clock.now() - NOON < timedelta(seconds=57)


class TestTimeLimitedAgent(ReasoningAgentContract):
    @pytest.fixture
    def assignment(self) -> Assignment:
        now = SystemClock().now()
        return Assignment("alice", "Where did I park the car?", (), now, now + timedelta(seconds=60))

    @pytest.fixture
    def agent(self) -> ReasoningAgent:
        return TimeLimitedAgent(RecallAgent(memories_of_alice_and_bob(), FakeClock()), SystemClock())


class TestPacedAgent(ReasoningAgentContract):
    @pytest.fixture
    def agent(self) -> ReasoningAgent:
        return PacedAgent(FakeClock(), takes=timedelta(seconds=5))
