"""A plain function as an agent: what happened on this day in other years."""

from adapters.agents.custom_agent import AgentDependencies, Reason
from adapters.time_zones import asked_at, local_time_of
from domain.chat import Citation
from domain.ports import ProgressReporter
from domain.records import Answer, Assignment


def agent(dependencies: AgentDependencies) -> Reason:
    """The factory that ASYNC_CHAT_AGENT=on_this_day:agent names."""

    def reason(assignment: Assignment, progress: ProgressReporter) -> Answer:
        today = asked_at(assignment)
        progress.step(f"Looking for other memories of {today:%d %B}")
        memories = dependencies.memories.list_all(assignment.user_id)
        days = [(local_time_of(memory, today.tzinfo), memory) for memory in memories]
        found = [
            (day, memory)
            for day, memory in days
            if (day.month, day.day) == (today.month, today.day) and day.year != today.year
        ]
        if not found:
            return Answer(f"You noted nothing on {today:%d %B} in other years.")
        lines = [f"- {day:%Y}: {memory.text}" for day, memory in found]
        progress.draft("\n".join(lines))
        return Answer("\n".join(lines), tuple(Citation(memory.memory_id, memory.text) for _, memory in found))

    return reason
