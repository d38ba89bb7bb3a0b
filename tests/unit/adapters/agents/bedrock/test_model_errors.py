"""Errors of the model: transient ones are retried while there is time, others fail with a code."""

import time
from dataclasses import replace
from unittest import mock

import pytest
from botocore.session import Session

from adapters.agents.bedrock import agent
from adapters.agents.bedrock.agent import BedrockReasoningAgent
from adapters.agents.bedrock.errors import GOOD_STOPS, STOPS
from adapters.agents.time_limited_agent import TimeLimitedAgent
from adapters.clocks import SystemClock
from domain.errors import AgentFailed, TurnOver
from domain.failure_codes import FailureCode
from entrypoints.schemas.poll import FAILURES
from tests.fakes.bedrock.converse_server import (
    Reply,
    answers,
    breaks_off,
    refused,
    says,
    searches,
    stream,
    text,
    tool_use,
)
from tests.fakes.bedrock.event_stream import event
from tests.support.bedrock_over_http import bedrock_over_http
from tests.support.people import asking

GOOD = answers("You parked on level 3, bay 12.")

TRANSIENT = {
    "throttled": refused(429, "ThrottlingException"),
    "unavailable": refused(503, "ServiceUnavailableException"),
    "model not ready": refused(429, "ModelNotReadyException"),
    "server error": refused(500, "InternalServerException"),
    "model error": refused(424, "ModelErrorException"),
    "model timeout": refused(408, "ModelTimeoutException"),
    "throttled in the stream": breaks_off("throttlingException"),
    "server error in the stream": breaks_off("internalServerException"),
    "model error in the stream": breaks_off("modelStreamErrorException"),
}


@pytest.mark.parametrize("fault", TRANSIENT.values(), ids=TRANSIENT)
def test_transient_error_is_retried(fault: Reply) -> None:
    with bedrock_over_http(searches("parked"), fault, GOOD) as bedrock:
        assert bedrock.answer().text.startswith("You parked")
    assert len(bedrock.server.asked) == 3
    assert bedrock.server.asked[1]["messages"] == bedrock.server.asked[2]["messages"], "a round was lost or repeated"
    assert "Waiting for the model" in bedrock.progress.steps


@pytest.mark.parametrize(
    ("fault", "code"),
    [
        (refused(429, "ThrottlingException"), FailureCode.MODEL_BUSY),
        (breaks_off("throttlingException"), FailureCode.MODEL_BUSY),
        (refused(500, "InternalServerException"), FailureCode.MODEL_UNREACHABLE),
    ],
)
def test_lasting_error_is_reported_when_there_is_no_time_for_another_retry(
    fault: Reply, code: FailureCode, monkeypatch: pytest.MonkeyPatch
) -> None:
    # The pause before the second retry exceeds the time limit, also on a busy machine.
    monkeypatch.setattr(agent, "PAUSES", (0.001, 600))
    monkeypatch.setattr("adapters.agents.bedrock.agent.random.uniform", mock.Mock(side_effect=[1, 1_000_000]))
    with bedrock_over_http(fault) as bedrock:
        assert bedrock.failure() == code
    assert len(bedrock.server.asked) == 2


CONTEXT = "Input is too long for requested model."
PERMANENT = {
    "not permitted": (refused(403, "AccessDeniedException"), FailureCode.MODEL_DENIED),
    "no such model": (refused(404, "ResourceNotFoundException"), FailureCode.MODEL_DENIED),
    "wrong model id": (
        refused(400, "ValidationException", "The provided model identifier is invalid."),
        FailureCode.MODEL_DENIED,
    ),
    "quota used up": (refused(400, "ServiceQuotaExceededException"), FailureCode.MODEL_DENIED),
    "too long": (refused(400, "ValidationException", CONTEXT), FailureCode.TOO_MUCH_TO_READ),
    "window exceeded": (says("You pa", stop="model_context_window_exceeded"), FailureCode.TOO_MUCH_TO_READ),
    "refusal": (says("I won't.", stop="refusal"), FailureCode.REFUSED),
    "refusal without text": (stream(stop="refusal"), FailureCode.REFUSED),
    "content filter": (says("[filtered]", stop="content_filtered"), FailureCode.FILTERED),
    "guardrail": (says("Sorry, blocked.", stop="guardrail_intervened"), FailureCode.FILTERED),
    "cut off": (says("You parked on", stop="max_tokens"), FailureCode.ANSWER_TOO_LONG),
    "tool call cut off": (
        stream(tool_use(0, "answer", '{"text": "You par'), stop="max_tokens"),
        FailureCode.ANSWER_TOO_LONG,
    ),
}


@pytest.mark.parametrize(("reply", "code"), PERMANENT.values(), ids=PERMANENT)
def test_permanent_error_is_not_retried(reply: Reply, code: FailureCode) -> None:
    with bedrock_over_http(reply) as bedrock:
        assert bedrock.failure() == code
    assert len(bedrock.server.asked) == 1


def test_empty_answer_is_retried_twice_and_then_fails() -> None:
    with bedrock_over_http(stream(stop="end_turn")) as bedrock:
        assert bedrock.failure() == FailureCode.EMPTY_ANSWER
    assert len(bedrock.server.asked) == 3


#: Ends of a reply that nobody listed as good.
NO_GOOD_ENDS = {
    "malformed output": says("Lev", stop="malformed_model_output"),
    "malformed tool use": stream(tool_use(0, "answer", '{"text": "Lev'), stop="malformed_tool_use"),
    "malformed tool use that can be read": stream(tool_use(0, "answer", '{"text": "Lev"}'), stop="malformed_tool_use"),
    "a reason that Bedrock adds later": says("Lev", stop="paused_for_thought"),
    "an empty reason": says("Lev", stop=""),
    "no reason": Reply([event("messageStart", {"role": "assistant"}), *text(0, "Lev")]),
}


@pytest.mark.parametrize("reply", NO_GOOD_ENDS.values(), ids=NO_GOOD_ENDS)
def test_reply_without_a_good_end_is_asked_again_and_then_malformed(reply: Reply) -> None:
    with bedrock_over_http(reply, GOOD) as bedrock:
        assert bedrock.answer().text.startswith("You parked")
    with bedrock_over_http(reply) as bedrock:
        assert bedrock.failure() == FailureCode.MALFORMED_ANSWER
    assert len(bedrock.server.asked) == 3


@pytest.mark.parametrize("stop", sorted(GOOD_STOPS))
def test_reply_with_a_good_end_is_the_answer(stop: str) -> None:
    with bedrock_over_http(says("Level 3.", stop=stop)) as bedrock:
        assert bedrock.answer().text == "Level 3."


def test_every_stop_reason_of_bedrock_is_known() -> None:
    reasons = Session().get_service_model("bedrock-runtime").shape_for("StopReason").enum  # type: ignore[attr-defined]
    assert {*GOOD_STOPS, *STOPS} - {*reasons} == {"refusal"}, "only Anthropic's own is not among Bedrock's"
    assert {*reasons} - {*GOOD_STOPS, *STOPS} == {"malformed_model_output", "malformed_tool_use"}


def test_response_that_is_no_event_stream_fails_with_a_code() -> None:
    with bedrock_over_http(Reply([b"<html>Bad gateway</html>" * 3]), seconds=1) as bedrock:
        assert bedrock.failure() in {FailureCode.MODEL_UNREACHABLE, FailureCode.MALFORMED_ANSWER}


def test_stream_without_an_end_event_is_retried() -> None:
    with bedrock_over_http(Reply([event("messageStart", {"role": "assistant"})]), GOOD) as bedrock:
        assert bedrock.answer().text.startswith("You parked")


def test_unreachable_model_is_reported_as_model_unreachable(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(agent, "PAUSES", (600, 600))  # no time for a retry
    with bedrock_over_http(GOOD) as bedrock:
        pass  # the server has stopped
    assert bedrock.failure() == FailureCode.MODEL_UNREACHABLE


@pytest.mark.parametrize("closes", [False, True], ids=["kept alive", "connection is closed"])
def test_slow_stream_times_out_within_the_time_limit(closes: bool) -> None:
    start = time.monotonic()
    with bedrock_over_http(replace(answers("word " * 200, pause=0.2), closes=closes), seconds=1) as bedrock:
        assert bedrock.failure() == FailureCode.TIMED_OUT
    assert time.monotonic() - start < 3


@pytest.mark.parametrize("closes", [False, True], ids=["kept alive", "connection is closed"])
def test_silent_model_is_abandoned_soon_after_the_user_cancels(closes: bool) -> None:
    start = time.monotonic()
    with bedrock_over_http(replace(answers("word " * 200, pause=20), closes=closes)) as bedrock:
        bedrock.progress.ends_at_check = 3
        with pytest.raises(TurnOver):
            bedrock.answer()
    assert time.monotonic() - start < 3


def test_time_limited_agent_stops_a_model_that_ignores_its_own_limit() -> None:
    start = time.monotonic()
    with bedrock_over_http(answers("word " * 200, pause=20)) as bedrock:
        limited = TimeLimitedAgent(bedrock.agent, SystemClock())
        soon = asking("Where did I park?", asked_at=SystemClock().now(), seconds=1)
        with (
            mock.patch.object(BedrockReasoningAgent, "_seconds", return_value=60),
            pytest.raises(AgentFailed) as failed,
        ):
            limited.reason(soon, bedrock.progress)
    assert failed.value.code == FailureCode.TIMED_OUT
    assert time.monotonic() - start < 5


def test_each_failure_code_has_a_message_for_users() -> None:
    assert set(FAILURES) == set(FailureCode)
    assert all(message.endswith(".") and len(message) > 20 for message in FAILURES.values())
