"""What the Bedrock agent reports of the tokens that Bedrock counted."""

import pytest

from domain.chat import Usage
from domain.errors import TurnOver
from domain.failure_codes import FailureCode
from tests.fakes.bedrock.converse_server import Reply, answers, refused, says, searches
from tests.fakes.bedrock.event_stream import event
from tests.support.bedrock_over_http import MODEL, bedrock_over_http

APPLICATION = "arn:aws:bedrock:eu-central-1:123456789012:application-inference-profile/a1b2c3"


def counting(reply: Reply, **usage: int) -> Reply:
    """The reply with these counts in its last event."""
    counted = {"usage": {"totalTokens": 0, **usage}, "metrics": {"latencyMs": 900}}
    return Reply([*reply.frames[:-1], event("metadata", counted)], reply.pause)


#: Bedrock's `inputTokens` leave out what it read from the cache or wrote to it.
FIRST = counting(
    searches("parked"), inputTokens=20, outputTokens=60, cacheReadInputTokens=0, cacheWriteInputTokens=1_400
)
SECOND = counting(
    answers("Level 3."), inputTokens=30, outputTokens=40, cacheReadInputTokens=1_400, cacheWriteInputTokens=700
)


def test_tokens_of_all_requests_are_reported() -> None:
    with bedrock_over_http(FIRST, SECOND) as bedrock:
        bedrock.answer()
    assert bedrock.progress.usage == Usage(MODEL, 2, 20 + 1_400 + 30 + 1_400 + 700, 1_400, 100)


def test_model_without_a_cache_reports_no_cached_tokens() -> None:
    with bedrock_over_http(searches("parked"), says("Level 3.")) as bedrock:
        bedrock.answer()
    assert bedrock.progress.usage == Usage(MODEL, 2, 2_400, 0, 160)


def test_application_profile_is_named_since_it_is_what_is_billed() -> None:
    with bedrock_over_http(answers("Level 3."), inference_profile=APPLICATION) as bedrock:
        bedrock.answer()
    assert bedrock.progress.usage
    assert bedrock.progress.usage.model == APPLICATION


def test_failed_answer_reports_what_it_used() -> None:
    with bedrock_over_http(FIRST, refused(403, "AccessDeniedException")) as bedrock:
        assert bedrock.failure() == FailureCode.MODEL_DENIED
    assert bedrock.progress.usage
    assert bedrock.progress.usage.output_tokens == 60


def test_replies_that_are_asked_again_are_counted() -> None:
    with bedrock_over_http(says("Lev", stop="malformed_model_output")) as bedrock:
        assert bedrock.failure() == FailureCode.MALFORMED_ANSWER
    assert bedrock.progress.usage == Usage(MODEL, 3, 3_600, 0, 240)


def test_cancelled_answer_reports_the_replies_before() -> None:
    with bedrock_over_http(FIRST, answers("word " * 200, pause=0.2)) as bedrock:
        bedrock.progress.ends_at_check = 6
        with pytest.raises(TurnOver):
            bedrock.answer()
    assert bedrock.progress.usage
    assert bedrock.progress.usage.output_tokens == 60


def test_model_that_was_never_reached_reports_nothing() -> None:
    with bedrock_over_http(refused(403, "AccessDeniedException")) as bedrock:
        assert bedrock.failure() == FailureCode.MODEL_DENIED
    assert bedrock.progress.usage is None
