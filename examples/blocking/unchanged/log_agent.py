"""The handler as it is, in the place of an agent."""

from app import handler

from adapters.agents.custom_agent import AgentDependencies
from adapters.agents.legacy_handler_agent import LegacyHandlerAgent


def agent(dependencies: AgentDependencies) -> LegacyHandlerAgent:
    """What ASYNC_CHAT_AGENT=log_agent:agent calls."""
    return LegacyHandlerAgent(handler, dependencies.clock)
