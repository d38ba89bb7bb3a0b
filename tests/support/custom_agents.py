"""Factories to name in ASYNC_CHAT_AGENT, right and wrong ones."""

import asyncio

from adapters.agents.custom_agent import AgentDependencies, AsyncReason, Reason
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


def waiting(_dependencies: AgentDependencies) -> AsyncReason:
    """Keeps a lock, as a client keeps its connections: it belongs to the loop that first waited for it."""
    lock = asyncio.Lock()

    async def reason(assignment: Assignment, progress: ProgressReporter) -> Answer:
        progress.step("Waiting")
        async with lock:
            helper = asyncio.create_task(_waits_for(lock))
            await asyncio.sleep(0)
            helper.cancel()
        left_behind = asyncio.create_task(asyncio.sleep(3600))
        await asyncio.sleep(0)
        progress.draft(f"{assignment.question}...")
        assert not left_behind.done()
        return Answer(f"You asked: {assignment.question}")

    return reason


async def _waits_for(lock: asyncio.Lock) -> None:
    async with lock:
        pass


def nothing(_dependencies: AgentDependencies) -> None:
    return None


NO_FUNCTION = 7
