"""The agent of an acceptance run: answers as agent `recall` does, and takes as long, or dies, as a memory of the user orders.

It is deployed only in a workspace made for such a run: whoever may store a memory there can end a worker.
"""

import os
from collections.abc import Callable, Collection, Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Final

from adapters.agents.custom_agent import AgentDependencies
from adapters.agents.recall_agent import RecallAgent
from domain.memory import Memory, MemoryUsage
from domain.ports import Clock, MemoryStore, ProgressReporter, ReasoningAgent
from domain.records import Answer, Assignment, MemoryPage, MemoryRecord, MemoryTerms, NeedsInput, Reply

#: A memory that begins with it is an order, which no answer quotes.
ORDER: Final = "acceptance agent: "
TAKE: Final = "take "
#: Take so many seconds without noticing that the turn has ended.
BLOCK: Final = "block "
DIE: Final = "die"
#: Ask which Anna is meant, and wait so many seconds for the answer.
ASK: Final = "ask "
#: A question that the agent answers with its own name, so that a run knows whether it is deployed.
WHO: Final = "acceptance agent, are you there?"
PAUSE: Final = timedelta(seconds=1)


class AcceptanceAgent(ReasoningAgent):
    """Looks for orders once a second, so that it can be told to die in the middle of a turn."""

    def __init__(self, memories: MemoryStore, clock: Clock) -> None:
        self._memories = memories
        self._clock = clock
        self._recall = RecallAgent(_WithoutOrders(memories), clock)

    def reason(self, assignment: Assignment, progress: ProgressReporter) -> Reply:
        if assignment.question == WHO:
            return Answer(f"{ORDER}here.")
        progress.step("Looking for orders")
        began = self._clock.now()
        self._clock.sleep(_ordered(BLOCK, self._orders(assignment.user_id)))
        while self._clock.now() < began + _ordered(TAKE, orders := self._orders(assignment.user_id)):
            if DIE in orders:
                os._exit(1)  # as the out-of-memory killer ends a process
            progress.raise_if_ended()
            self._clock.sleep(PAUSE)
        if waits := [order for order in orders if order.startswith(ASK)]:
            return ask_back(assignment, min(float(order.removeprefix(ASK)) for order in waits))
        return self._recall.reason(assignment, progress)

    def _orders(self, user_id: str) -> list[str]:
        return [memory.text.removeprefix(ORDER) for memory in self._memories.list_all(user_id) if _is_order(memory)]


class AskingAgent(ReasoningAgent):
    """Asks back, after so many seconds of work; what it asks expires after `waits` seconds."""

    def __init__(self, clock: Clock, takes: Callable[[], float], waits: float) -> None:
        self._clock = clock
        self._takes = takes
        self._waits = waits

    def reason(self, assignment: Assignment, progress: ProgressReporter) -> Reply:
        progress.step("Looking for Anna")
        self._clock.sleep(timedelta(seconds=self._takes()))
        progress.raise_if_ended()
        return ask_back(assignment, self._waits)


def ask_back(assignment: Assignment, waits: float) -> Reply:
    """What the agent asks about a question with the name Anna; the answer names what it had kept meanwhile."""
    resumed = assignment.resumed
    if resumed is not None:
        return Answer(f"{resumed.state.decode()} {assignment.question}: 9 May, as note {resumed.version} says.")
    if "Anna" not in assignment.question:
        return Answer("Here.")
    kept = assignment.question.encode()
    return NeedsInput("Which Anna?", ("Anna B.", "Anna K."), timedelta(seconds=waits), kept, version=2)


class _WithoutOrders(MemoryStore):
    """The memories that are no orders."""

    def __init__(self, memories: MemoryStore) -> None:
        self._memories = memories

    def put_many(
        self, user_id: str, memories: Sequence[Memory], terms: MemoryTerms | None = None
    ) -> MemoryRecord | None:
        return self._memories.put_many(user_id, memories, terms)

    def usage(self, user_id: str) -> MemoryUsage:
        return self._memories.usage(user_id)

    def list_all(self, user_id: str) -> tuple[Memory, ...]:
        return _no_orders(self._memories.list_all(user_id))

    def list_page(self, user_id: str, limit: int, before: str | None = None) -> MemoryPage:
        page = self._memories.list_page(user_id, limit, before)
        return replace(page, memories=_no_orders(page.memories))

    def get_many(self, user_id: str, memory_ids: Collection[str]) -> tuple[Memory, ...]:
        return _no_orders(self._memories.get_many(user_id, memory_ids))

    def delete(self, user_id: str, memory_id: str) -> bool:
        return self._memories.delete(user_id, memory_id)


def _ordered(kind: str, orders: Sequence[str]) -> timedelta:
    """The longest time that orders of this kind name; none without one."""
    seconds = [float(order.removeprefix(kind)) for order in orders if order.startswith(kind)]
    return timedelta(seconds=max(seconds, default=0))


def _is_order(memory: Memory) -> bool:
    return memory.text.startswith(ORDER)


def _no_orders(memories: Sequence[Memory]) -> tuple[Memory, ...]:
    return tuple(memory for memory in memories if not _is_order(memory))


def agent(dependencies: AgentDependencies) -> ReasoningAgent:
    return AcceptanceAgent(dependencies.memories, dependencies.clock)


def asks_back(dependencies: AgentDependencies) -> ReasoningAgent:
    """As the variables of a local stack's function say."""
    takes, waits = (float(os.environ[f"ASYNC_CHAT_{name}"]) for name in ("RECALL_DELAY_SECONDS", "TEST_WAITS"))
    return AskingAgent(dependencies.clock, lambda: takes, waits)
