"""The built-in agents by name, the value of the setting `agent`, and how each is made."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Final, Protocol

from adapters.aws.sdk import MINIMUM

if TYPE_CHECKING:
    from adapters.agents.custom_agent import AgentDependencies
    from domain.ports import ReasoningAgent


class AgentSettings(Protocol):
    """The settings of the built-in agents; entrypoints/settings.py describes them."""

    @property
    def recall_delay_seconds(self) -> float: ...
    @property
    def model_id(self) -> str: ...
    @property
    def model_inference_profile(self) -> str: ...
    @property
    def model_fallback_id(self) -> str: ...
    @property
    def model_fallback_inference_profile(self) -> str: ...
    @property
    def model_region(self) -> str: ...
    @property
    def model_temperature(self) -> float | None: ...
    @property
    def model_rounds(self) -> int: ...
    @property
    def model_max_tokens(self) -> int: ...
    @property
    def model_seconds(self) -> float: ...
    @property
    def model_history_tokens(self) -> int: ...


@dataclass(frozen=True, slots=True)
class BuiltInAgent:
    """`make` imports the agent's module itself, so that only a worker loads it.

    `needs` names the settings that must not be empty. `extra` names the optional dependencies in pyproject.toml that
    the agent imports and the package includes. `sdk` is the oldest botocore that these work with. `searches`: it needs
    the full-text search.
    """

    make: "Callable[[AgentSettings, AgentDependencies], ReasoningAgent]"
    needs: tuple[str, ...] = ()
    extra: str | None = None
    sdk: str = MINIMUM
    searches: bool = False


def _recall(settings: AgentSettings, dependencies: "AgentDependencies") -> "ReasoningAgent":
    from adapters.agents.recall_agent import RecallAgent

    return RecallAgent(dependencies.memories, dependencies.clock, timedelta(seconds=settings.recall_delay_seconds))


def _bedrock(settings: AgentSettings, dependencies: "AgentDependencies") -> "ReasoningAgent":
    from adapters.agents.bedrock.agent import BedrockReasoningAgent
    from adapters.agents.bedrock.model import ModelSettings, bedrock_model

    model_settings = ModelSettings(
        model_id=settings.model_id,
        inference_profile=settings.model_inference_profile,
        fallback_id=settings.model_fallback_id,
        fallback_inference_profile=settings.model_fallback_inference_profile,
        region=settings.model_region,
        temperature=settings.model_temperature,
        rounds=settings.model_rounds,
        max_tokens=settings.model_max_tokens,
        seconds=settings.model_seconds,
        history_tokens=settings.model_history_tokens,
    )
    fallback = bedrock_model(model_settings.fallback) if model_settings.fallback else None
    return BedrockReasoningAgent(
        bedrock_model(model_settings), model_settings, dependencies.memories, dependencies.clock, fallback
    )


AGENTS: Final[Mapping[str, BuiltInAgent]] = {
    "recall": BuiltInAgent(_recall, searches=True),
    # pydantic-ai's own extra of that name asks for this SDK; the package leaves the SDK to the runtime.
    "bedrock": BuiltInAgent(_bedrock, needs=("model_id",), extra="bedrock", sdk="1.42.63", searches=True),
}


def make_agent(name: str, settings: AgentSettings, dependencies: "AgentDependencies") -> "ReasoningAgent":
    """The built-in agent `name`, or a custom agent by `package.module:factory`. Raises `AgentLoadError`."""
    from adapters.agents.custom_agent import load_agent

    built_in = AGENTS.get(name)
    return built_in.make(settings, dependencies) if built_in else load_agent(name, dependencies)


def check_agent(name: str) -> str:
    """Its name, if what the agent needs of the runtime is there. Raises `SearchUnavailable`."""
    if name in AGENTS and AGENTS[name].searches:
        from adapters.search.fts5_index import require_fts5

        require_fts5()
    return name
