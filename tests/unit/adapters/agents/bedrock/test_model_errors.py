"""What goes wrong on the model's side: tried again while there is time, and then a failure with a name."""

import time
from dataclasses import replace
from unittest import mock

import pytest

from adapters.agents.bedrock import agent
from adapters.agents.bedrock.agent import BedrockReasoningAgent
from adapters.agents.time_limited_agent import TimeLimitedAgent
from adapters.clocks import SystemClock
from domain.errors import AgentFailed, TurnOver
from domain.failure_codes import FailureCode
from entrypoints.schemas.poll import FAILURES
from tests.fakes.bedrock.converse_server import Reply, answers, breaks_off, refused, says, searches, stream, tool_use
from tests.fakes.bedrock.event_stream import event
from tests.support.bedrock_over_http import wired
from tests.support.people import asking

GOOD = answers("You parked on level 3, bay 12.")

PASSING = {
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


@pytest.mark.parametrize("fault", PASSING.values(), ids=PASSING)
def test_a_fault_of_the_moment_is_tried_again(fault: Reply) -> None:
    with wired(searches("parked"), fault, GOOD) as bedrock:
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
def test_a_fault_that_stays_is_reported_when_there_is_no_time_for_another_retry(
    fault: Reply, code: FailureCode, monkeypatch: pytest.MonkeyPatch
) -> None:
    # The pause before the second retry is longer than all the time there is, however busy this machine may be.
    monkeypatch.setattr(agent, "PAUSES", (0.001, 600))
    monkeypatch.setattr("adapters.agents.bedrock.agent.random.uniform", mock.Mock(side_effect=[1, 1_000_000]))
    with wired(fault) as bedrock:
        assert bedrock.failure() == code
    assert len(bedrock.server.asked) == 2


CONTEXT = "Input is too long for requested model."
FINAL = {
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
    "refusal without a word": (stream(stop="refusal"), FailureCode.REFUSED),
    "content filter": (says("[filtered]", stop="content_filtered"), FailureCode.FILTERED),
    "guardrail": (says("Sorry, blocked.", stop="guardrail_intervened"), FailureCode.FILTERED),
    "cut off": (says("You parked on", stop="max_tokens"), FailureCode.ANSWER_TOO_LONG),
    "tool call cut off": (
        stream(tool_use(0, "answer", '{"text": "You par'), stop="max_tokens"),
        FailureCode.ANSWER_TOO_LONG,
    ),
}


@pytest.mark.parametrize(("reply", "code"), FINAL.values(), ids=FINAL)
def test_permanent_error_is_not_retried(reply: Reply, code: FailureCode) -> None:
    with wired(reply) as bedrock:
        assert bedrock.failure() == code
    assert len(bedrock.server.asked) == 1


def test_a_model_with_nothing_to_say_is_asked_again_and_then_given_up() -> None:
    with wired(stream(stop="end_turn")) as bedrock:
        assert bedrock.failure() == FailureCode.EMPTY_ANSWER
    assert len(bedrock.server.asked) == 3


def test_a_stream_that_is_none_is_a_failure_with_a_name() -> None:
    with wired(Reply([b"<html>Bad gateway</html>" * 3]), seconds=1) as bedrock:
        assert bedrock.failure() in {FailureCode.MODEL_UNREACHABLE, FailureCode.MALFORMED_ANSWER}


def test_a_stream_that_just_ends_is_tried_again() -> None:
    with wired(Reply([event("messageStart", {"role": "assistant"})]), GOOD) as bedrock:
        assert bedrock.answer().text.startswith("You parked")


def test_unreachable_model_is_reported_as_model_unreachable(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(agent, "PAUSES", (600, 600))  # no time for a retry
    with wired(GOOD) as bedrock:
        pass  # the server is gone
    assert bedrock.failure() == FailureCode.MODEL_UNREACHABLE


@pytest.mark.parametrize("closes", [False, True], ids=["kept alive", "a connection that cannot be shut"])
def test_slow_tokens_beyond_the_time_are_a_failure_in_time(closes: bool) -> None:
    start = time.monotonic()
    with wired(replace(answers("word " * 200, pause=0.2), closes=closes), seconds=1) as bedrock:
        assert bedrock.failure() == FailureCode.TIMED_OUT
    assert time.monotonic() - start < 3


@pytest.mark.parametrize("closes", [False, True], ids=["kept alive", "a connection that cannot be shut"])
def test_a_silent_model_is_left_as_soon_as_the_user_has_cancelled(closes: bool) -> None:
    start = time.monotonic()
    with wired(replace(answers("word " * 200, pause=20), closes=closes)) as bedrock:
        bedrock.progress.over_at = 3
        with pytest.raises(TurnOver):
            bedrock.answer()
    assert time.monotonic() - start < 3


def test_the_alarm_ends_a_model_that_has_lost_its_sense_of_time() -> None:
    start = time.monotonic()
    with wired(answers("word " * 200, pause=20)) as bedrock:
        alarmed = TimeLimitedAgent(bedrock.agent, SystemClock())
        soon = asking("Where did I park?", asked_at=SystemClock().now(), seconds=1)
        with (
            mock.patch.object(BedrockReasoningAgent, "_seconds", return_value=60),
            pytest.raises(AgentFailed) as failed,
        ):
            alarmed.reason(soon, bedrock.progress)
    assert failed.value.code == FailureCode.TIMED_OUT
    assert time.monotonic() - start < 5


def test_each_failure_has_a_sentence_for_a_person() -> None:
    assert set(FAILURES) == set(FailureCode)
    assert all(sentence.endswith(".") and len(sentence) > 20 for sentence in FAILURES.values())
