"""The handler as it is, in the place of an agent."""

from app import handler

from adapters.legacy_handler_agent import LegacyHandlerAgent
from adapters.own_agent import AgentParts


def agent(parts: AgentParts) -> LegacyHandlerAgent:
    """What ASYNC_CHAT_AGENT=log_agent:agent calls."""
    return LegacyHandlerAgent(handler, parts.clock)
