"""The same research as an agent of its own: the user sees each page, and can stop it between two."""

from research import research

from adapters.agents.custom_agent import AgentDependencies, Reason
from domain.ports import ProgressReporter
from domain.records import Answer, Assignment


def agent(dependencies: AgentDependencies) -> Reason:
    """What ASYNC_CHAT_AGENT=log_agent:agent calls."""

    def reason(assignment: Assignment, progress: ProgressReporter) -> Answer:
        return Answer(research(assignment.question, report=progress.step))

    return reason
