"""A plain function as an agent: what happened on this day in other years."""

from adapters.agents.custom_agent import AgentDependencies, Reason
from domain.chat import Citation
from domain.ports import ProgressReporter
from domain.records import Answer, Assignment


def agent(dependencies: AgentDependencies) -> Reason:
    """The factory that ASYNC_CHAT_AGENT=on_this_day:agent names."""

    def reason(assignment: Assignment, progress: ProgressReporter) -> Answer:
        today = assignment.asked_at
        progress.step(f"Looking for other memories of {today:%d %B}")
        found = [
            memory
            for memory in dependencies.memories.list_all(assignment.user_id)
            if f"{memory.occurred_at:%m-%d}" == f"{today:%m-%d}" and memory.occurred_at.year != today.year
        ]
        if not found:
            return Answer(f"You noted nothing on {today:%d %B} in other years.")
        lines = [f"- {memory.occurred_at:%Y}: {memory.text}" for memory in found]
        progress.draft("\n".join(lines))
        return Answer("\n".join(lines), tuple(Citation(memory.memory_id, memory.text) for memory in found))

    return reason
