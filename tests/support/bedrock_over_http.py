"""The Bedrock agent with a real botocore client that talks to a server on loopback."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any
from unittest import mock

from adapters.agents.bedrock.agent import BedrockReasoningAgent
from adapters.agents.bedrock.model import ModelSettings, bedrock_model
from adapters.clocks import SystemClock
from domain.errors import AgentFailed
from domain.ports import MemoryStore
from domain.records import Answer
from tests.contract.reasoning_agent import RecordingProgressReporter
from tests.fakes.bedrock.converse_server import ConverseServer, Reply, converse_server
from tests.support.people import alice_and_bob, asking

MODEL = "eu.anthropic.claude-sonnet-4-5-20250929-v1:0"


@dataclass
class AgentOverHttp:
    """The agent and the server that plays the model."""

    server: ConverseServer
    agent: BedrockReasoningAgent
    progress: RecordingProgressReporter

    def answer(self, question: str = "Where did I park?") -> Answer:
        # Asked now: the agent's time limit uses the machine's clock.
        return self.agent.reason(asking(question, asked_at=SystemClock().now()), self.progress)

    def failure(self) -> str:
        try:
            answer = self.answer()
        except AgentFailed as failed:
            return failed.code
        raise AssertionError(f"answered: {answer}")


@contextmanager
def bedrock_over_http(
    *replies: Reply, seconds: float = 20, memories: MemoryStore | None = None, **changes: Any
) -> Iterator[AgentOverHttp]:
    """`changes` are those of the model's settings."""
    settings = replace(ModelSettings(MODEL, region="eu-central-1"), seconds=seconds, **changes)
    with converse_server(*replies) as server:
        with mock.patch.dict("os.environ", {"AWS_ENDPOINT_URL_BEDROCK_RUNTIME": server.url}):
            model = bedrock_model(settings)
            fallback = bedrock_model(settings.fallback) if settings.fallback else None
        agent = BedrockReasoningAgent(model, settings, memories or alice_and_bob(), SystemClock(), fallback)
        yield AgentOverHttp(server, agent, RecordingProgressReporter())
