"""The same research as a custom agent: the user sees each step, and can stop it between two."""

from research import research

from adapters.agents.custom_agent import AgentDependencies, Reason
from domain.ports import ProgressReporter
from domain.records import Answer, Assignment


def agent(dependencies: AgentDependencies) -> Reason:
    """The factory that ASYNC_CHAT_AGENT=log_agent:agent names."""

    def reason(assignment: Assignment, progress: ProgressReporter) -> Answer:
        return Answer(research(assignment.question, report=progress.step))

    return reason
