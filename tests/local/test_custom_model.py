"""The Bedrock agent over an OpenAI-compatible server behind the embedded AWS: `make run MODEL_URL=...`."""

from collections.abc import Callable

import pytest

from adapters.agents.bedrock.agent import BedrockReasoningAgent
from adapters.agents.bedrock.model import ModelSettings, bedrock_model
from adapters.clocks import SystemClock
from domain.chat import Citation
from domain.records import Answer
from local import emulator
from local.home import Home
from tests.contract.reasoning_agent import RecordingProgressReporter
from tests.fakes.openai_server import Completion, Messages, OpenAiServer, calls, openai_server, says
from tests.support.people import DENTIST, PARKED, alice_and_bob, asking

SETTINGS = ModelSettings("llama3.2:3b", region="eu-central-1", seconds=20)
ANSWER = calls(("answer", {"text": "Level 3.", "citations": [{"memory": "m1", "quote": "level 3, bay 12"}]}))


Ask = Callable[..., Answer]


@pytest.fixture
def ask(home: Home, monkeypatch: pytest.MonkeyPatch, fake_credentials: None) -> Ask:
    """Runs the agent as the owner of the emulator's account."""
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "test")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "test")

    def ask(server: OpenAiServer, watch: RecordingProgressReporter | None = None) -> Answer:
        started = emulator.start(home, emulator.choose_port(home, 0), server.url)
        monkeypatch.setenv("AWS_ENDPOINT_URL_BEDROCK_RUNTIME", started.endpoint)
        agent = BedrockReasoningAgent(bedrock_model(SETTINGS), SETTINGS, alice_and_bob(), SystemClock())
        return agent.reason(
            asking("Where did I park?", asked_at=SystemClock().now()), watch or RecordingProgressReporter()
        )

    return ask


def test_tool_calls_and_results_are_passed_on(ask: Ask) -> None:
    both = calls(("search_memories", {"phrasings": ["parked"]}), ("list_by_tag", {"tag": "health"}))
    with openai_server(both, ANSWER) as server:
        answer = ask(server)
    told = {message["tool_call_id"]: message["content"] for message in server.asked[1]["messages"] if _is_tool(message)}
    assert answer == Answer("Level 3.", (Citation(PARKED.memory_id, "level 3, bay 12"),))
    assert PARKED.text in told["call_0"]
    assert DENTIST.text in told["call_1"]
    assert server.asked[0]["model"] == "llama3.2:3b"


def test_slow_model_without_tools_may_answer_in_plain_text(ask: Ask) -> None:
    watch, words = (
        RecordingProgressReporter(),
        "I found nothing about that in your memories, and I did look for it twice.",
    )
    with openai_server(says(words, seconds=2)) as server:
        assert ask(server, watch) == Answer(words)
    assert watch.drafts


def test_model_is_asked_again_after_a_malformed_tool_call(ask: Ask) -> None:
    def after_the_complaint(told: Messages) -> Completion:
        assert "phrasings" in told[-1]["content"], "the model is not told what was wrong"
        return ANSWER

    with openai_server(calls(("search_memories", {"words": "parked"})), after_the_complaint) as server:
        assert ask(server).text == "Level 3."


def _is_tool(message: dict[str, object]) -> bool:
    return message["role"] == "tool"
