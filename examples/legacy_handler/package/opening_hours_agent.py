"""The handler as an agent: all that there is to write."""

from opening_hours import handler

from adapters.agents.custom_agent import AgentParts
from adapters.agents.legacy_handler_agent import LegacyHandlerAgent


def agent(parts: AgentParts) -> LegacyHandlerAgent:
    """What ASYNC_CHAT_AGENT=opening_hours_agent:agent calls."""
    return LegacyHandlerAgent(handler, parts.clock)
