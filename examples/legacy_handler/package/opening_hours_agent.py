"""The handler as an agent: all that there is to write."""

from opening_hours import handler

from adapters.agents.custom_agent import AgentDependencies
from adapters.agents.legacy_handler_agent import LegacyHandlerAgent


def agent(dependencies: AgentDependencies) -> LegacyHandlerAgent:
    """What ASYNC_CHAT_AGENT=opening_hours_agent:agent calls."""
    return LegacyHandlerAgent(handler, dependencies.clock)
