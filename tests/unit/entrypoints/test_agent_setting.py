"""The agent's setting is checked when a function starts and used when a worker needs the agent."""

import pytest

from adapters.agents.custom_agent import AgentLoadError
from adapters.agents.time_limited_agent import TimeLimitedAgent
from adapters.clocks import SystemClock
from domain.chat import Citation
from domain.ports import ReasoningAgent
from entrypoints.settings import Settings, SettingsInvalid, read_settings
from tests.contract.reasoning_agent import RecordingProgressReporter
from tests.support.deployed import deploy
from tests.support.people import PARKED, alice_and_bob, asking

#: A Bedrock client would look for credentials on the machine and the network.
pytestmark = pytest.mark.usefixtures("fake_credentials")

LEAST = {"ASYNC_CHAT_WORKSPACE": "dev", "ASYNC_CHAT_CHATS_TABLE": "chats", "ASYNC_CHAT_MEMORIES_TABLE": "memories"}
MODEL = "eu.anthropic.claude-sonnet-4-5-20250929-v1:0"
PROFILE = "arn:aws:bedrock:eu-central-1:123456789012:application-inference-profile/a1b2c3"


def settings(**changes: str) -> Settings:
    return read_settings({**LEAST, **{f"ASYNC_CHAT_{name}": value for name, value in changes.items()}})


def agent(**changes: str) -> ReasoningAgent:
    made: ReasoningAgent = deploy(settings=settings(**changes), memories=alice_and_bob()).agent()
    return made


def test_default_agent_is_recall() -> None:
    answer = agent().reason(asking("Where did I park?", asked_at=SystemClock().now()), RecordingProgressReporter())
    assert answer.citations[0].memory_id == PARKED.memory_id


def test_custom_agent_is_time_limited_and_verified() -> None:
    made = agent(AGENT="tests.support.custom_agents:inventing")
    answer = made.reason(asking("Where did I park?", asked_at=SystemClock().now()), RecordingProgressReporter())
    assert isinstance(made, TimeLimitedAgent)
    assert answer.citations == (Citation(PARKED.memory_id, "level 3"),)


def test_custom_agent_that_cannot_be_loaded_fails_with_its_reason() -> None:
    with pytest.raises(AgentLoadError, match="no_such"):
        agent(AGENT="no_such.module:agent")


@pytest.mark.parametrize("model_id", [MODEL, PROFILE, "llama3.2:3b", "Qwen/Qwen2.5-7B-Instruct"])
def test_bedrock_accepts_a_model_id_or_a_profile(model_id: str) -> None:
    assert isinstance(agent(AGENT="bedrock", MODEL_ID=model_id, MODEL_REGION="eu-central-1"), TimeLimitedAgent)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("MODEL_ID", ""),
        ("MODEL_ID", "a model"),
        ("MODEL_REGION", "Frankfurt"),
        ("MODEL_INFERENCE_PROFILE", "a1b2c3"),
        ("MODEL_INFERENCE_PROFILE", "arn:a profile"),
        ("MODEL_TEMPERATURE", "1.5"),
        ("MODEL_TEMPERATURE", "warm"),
        ("MODEL_ROUNDS", "0"),
        ("MODEL_ROUNDS", "31"),
        ("MODEL_MAX_TOKENS", "99"),
        ("MODEL_SECONDS", "-1"),
        ("MODEL_HISTORY_TOKENS", "1e9"),
    ],
)
def test_invalid_model_settings_are_refused_at_the_start(name: str, value: str) -> None:
    with pytest.raises(SettingsInvalid, match=f"ASYNC_CHAT_{name}"):
        settings(**{"AGENT": "bedrock", "MODEL_ID": MODEL, name: value})


@pytest.mark.parametrize(("given", "temperature"), [("", None), ("0", 0), ("0.5", 0.5)])
def test_empty_temperature_is_none(given: str, temperature: float | None) -> None:
    assert settings(AGENT="bedrock", MODEL_ID=MODEL, MODEL_TEMPERATURE=given).model_temperature == temperature


def test_temperature_is_absent_unless_set() -> None:
    assert settings(AGENT="bedrock", MODEL_ID=MODEL).model_temperature is None


@pytest.mark.parametrize("name", ["gpt", "agent.py", "package.module:", ":factory", "a b:c", "package:mod:fn"])
def test_invalid_agent_name_is_refused_at_the_start(name: str) -> None:
    with pytest.raises(SettingsInvalid, match="ASYNC_CHAT_AGENT"):
        settings(AGENT=name)
