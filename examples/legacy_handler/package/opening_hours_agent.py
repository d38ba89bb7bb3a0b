"""Runs the unchanged Lambda handler as an agent."""

from opening_hours import handler

from adapters.agents.custom_agent import AgentDependencies
from adapters.agents.legacy_handler_agent import LegacyHandlerAgent


def agent(dependencies: AgentDependencies) -> LegacyHandlerAgent:
    """The factory that ASYNC_CHAT_AGENT=opening_hours_agent:agent names."""
    return LegacyHandlerAgent(handler, dependencies.clock)
