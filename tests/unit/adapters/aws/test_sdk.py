"""The SDK's minimum: checked at init, and what the package's libraries ask for."""

import re
from importlib.metadata import requires

import pytest

from adapters.agents.registry import AGENTS
from adapters.aws import sdk
from adapters.aws.sdk import MINIMUM, SdkTooOld, require_sdk
from entrypoints import container


@pytest.mark.parametrize("version", ["1.42.63", "1.42.64", "1.43.0", "2.0.0", "1.100.1", "1.44.8.dev1"])
def test_newer_sdk_is_accepted(version: str) -> None:
    require_sdk("1.42.63", version)


@pytest.mark.parametrize("version", ["1.42.62", "1.41.99", "1.9.200", "0.99.99"])
def test_older_sdk_is_refused_with_both_versions(version: str) -> None:
    with pytest.raises(SdkTooOld, match=re.escape(f"botocore {version} is older than 1.42.63")):
        require_sdk("1.42.63", version)


@pytest.mark.parametrize(
    ("agent", "minimum"), [("", MINIMUM), ("recall", MINIMUM), ("bedrock", "1.42.63"), ("my.own:agent", MINIMUM)]
)
def test_minimum_is_the_agents_where_an_agent_runs(monkeypatch: pytest.MonkeyPatch, agent: str, minimum: str) -> None:
    monkeypatch.setenv("ASYNC_CHAT_AGENT", agent)
    asked: list[str] = []
    monkeypatch.setattr(sdk, "require_sdk", asked.append)
    container.check_runtime()
    assert asked == [minimum]


def test_minimum_of_agent_bedrock_is_what_pydantic_ai_asks_for() -> None:
    (asked,) = [line for line in requires("pydantic-ai-slim") or [] if re.match(r"boto3\b.*extra == 'bedrock'", line)]
    assert f">={AGENTS['bedrock'].sdk};" in asked
