"""A second model takes over in the same turn when the first one is busy."""

from unittest import mock
from urllib.parse import unquote

import pytest

from adapters.agents.bedrock import agent
from domain.failure_codes import FailureCode
from tests.fakes.bedrock.converse_server import Reply, answers, breaks_off, refused, searches
from tests.support.bedrock_over_http import MODEL, AgentOverHttp, bedrock_over_http

FALLBACK = "eu.amazon.nova-pro-v1:0"
PROFILE = "arn:aws:bedrock:eu-central-1:123456789012:application-inference-profile/a1b2c3"
TAKES_OVER = "The model is busy: another one takes over"
GOOD = answers("Level 3.")
BUSY = {
    "throttled": refused(429, "ThrottlingException"),
    "not ready": refused(429, "ModelNotReadyException"),
    "throttled in the stream": breaks_off("throttlingException"),
}


def asked(bedrock: AgentOverHttp) -> list[str]:
    """The models asked, in order."""
    return [unquote(path).split("/model/")[1].removesuffix("/converse-stream") for path in bedrock.server.paths]


@pytest.mark.parametrize("busy", BUSY.values(), ids=BUSY)
def test_busy_model_is_replaced_at_once(busy: Reply, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(agent, "PAUSES", (600, 600))
    with bedrock_over_http(busy, GOOD, fallback_id=FALLBACK) as bedrock:
        assert bedrock.answer().text == "Level 3."
    assert asked(bedrock) == [MODEL, FALLBACK]
    assert TAKES_OVER in bedrock.progress.steps
    assert bedrock.progress.usage
    begun = f"{MODEL}, " if busy.frames else ""
    assert bedrock.progress.usage.model == f"{begun}{FALLBACK}"


def test_fallback_goes_on_where_the_first_model_was_and_both_are_named() -> None:
    replies = searches("parked"), refused(429, "ThrottlingException"), searches("level"), GOOD
    with bedrock_over_http(*replies, fallback_id=FALLBACK) as bedrock:
        assert bedrock.answer().text == "Level 3."
    assert asked(bedrock) == [MODEL, MODEL, FALLBACK, FALLBACK]
    assert bedrock.server.asked[1]["messages"] == bedrock.server.asked[2]["messages"], "a round was lost or repeated"
    assert bedrock.progress.usage
    assert (bedrock.progress.usage.model, bedrock.progress.usage.requests) == (f"{MODEL}, {FALLBACK}", 3)


def test_application_profile_of_the_fallback_is_called() -> None:
    replies = refused(429, "ThrottlingException"), GOOD
    with bedrock_over_http(*replies, fallback_id=FALLBACK, fallback_inference_profile=PROFILE) as bedrock:
        bedrock.answer()
    assert asked(bedrock) == [MODEL, PROFILE]
    assert bedrock.progress.usage
    assert bedrock.progress.usage.model == PROFILE


def test_two_busy_models_are_waited_for_and_then_reported(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(agent, "PAUSES", (0.001, 600))
    monkeypatch.setattr("adapters.agents.bedrock.agent.random.uniform", mock.Mock(side_effect=[1, 1_000_000]))
    with bedrock_over_http(refused(429, "ThrottlingException"), fallback_id=FALLBACK) as bedrock:
        assert bedrock.failure() == FailureCode.MODEL_BUSY
    assert asked(bedrock) == [MODEL, FALLBACK, FALLBACK]
    assert bedrock.progress.usage is None


def test_other_faults_are_not_another_models_business() -> None:
    with bedrock_over_http(refused(403, "AccessDeniedException"), fallback_id=FALLBACK) as bedrock:
        assert bedrock.failure() == FailureCode.MODEL_DENIED
    with bedrock_over_http(refused(424, "ModelErrorException"), GOOD, fallback_id=FALLBACK) as bedrock:
        bedrock.answer()
    assert asked(bedrock) == [MODEL, MODEL]
