"""The handler as an agent: all that there is to write."""

from opening_hours import handler

from adapters.legacy_handler_agent import LegacyHandlerAgent
from adapters.own_agent import AgentParts


def agent(parts: AgentParts) -> LegacyHandlerAgent:
    """What ASYNC_CHAT_AGENT=opening_hours_agent:agent calls."""
    return LegacyHandlerAgent(handler, parts.clock)
