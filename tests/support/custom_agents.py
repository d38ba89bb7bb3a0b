"""Factories to name in ASYNC_CHAT_AGENT, right and wrong ones."""

from adapters.agents.custom_agent import AgentDependencies, Reason
from domain.chat import Citation
from domain.ports import ProgressReporter, ReasoningAgent
from domain.records import Answer, Assignment
from tests.support.people import PARKED


class CountingAgent(ReasoningAgent):
    def __init__(self, dependencies: AgentDependencies) -> None:
        self._memories = dependencies.memories

    def reason(self, assignment: Assignment, progress: ProgressReporter) -> Answer:
        progress.step("Counting")
        return Answer(f"You have {len(self._memories.list_all(assignment.user_id))} memories.")


def counting(dependencies: AgentDependencies) -> ReasoningAgent:
    return CountingAgent(dependencies)


def echo(_dependencies: AgentDependencies) -> Reason:
    return lambda assignment, progress: Answer(f"You asked: {assignment.question}")


def inventing(_dependencies: AgentDependencies) -> Reason:
    true, invented = Citation(PARKED.memory_id, "level 3"), Citation(PARKED.memory_id, "level 4")
    return lambda assignment, progress: Answer("There.", (true, invented))


def nothing(_dependencies: AgentDependencies) -> None:
    return None


NO_FUNCTION = 7
