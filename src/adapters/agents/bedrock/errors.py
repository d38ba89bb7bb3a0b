"""Maps the model's errors to failure codes, and says which errors are retryable."""

from typing import Final

from pydantic_ai.exceptions import (
    AgentRunError,
    ContentFilterError,
    ModelAPIError,
    ModelConnectionError,
    ModelContextWindowExceededError,
    ModelOverloadedError,
    ModelQuotaExceededError,
    ModelRateLimitError,
    ModelRequestRejectedError,
    ModelServerError,
    ModelUnavailableError,
    OutputTokenLimitExceeded,
    UnexpectedModelBehavior,
    UsageLimitExceeded,
)

from domain.failure_codes import FailureCode

#: Transient errors. The statuses are those of ModelTimeoutException (408) and ModelErrorException (424).
_RETRYABLE: Final = (ModelRateLimitError, ModelUnavailableError, ModelServerError, ModelConnectionError)
_RETRYABLE_STATUSES: Final = frozenset({408, 424})

#: Of the model, not of the request: another model has a quota and machines of its own.
_BUSY: Final = (ModelRateLimitError, ModelUnavailableError)

#: The first matching class is used.
_CODES: Final[tuple[tuple[type[AgentRunError], FailureCode], ...]] = (
    (UsageLimitExceeded, FailureCode.TOO_MANY_ROUNDS),
    (ModelContextWindowExceededError, FailureCode.TOO_MUCH_TO_READ),
    (ModelRateLimitError, FailureCode.MODEL_BUSY),
    (ModelOverloadedError, FailureCode.MODEL_BUSY),
    (ModelQuotaExceededError, FailureCode.MODEL_DENIED),
    (ModelRequestRejectedError, FailureCode.MODEL_DENIED),
    (ModelAPIError, FailureCode.MODEL_UNREACHABLE),
    (ContentFilterError, FailureCode.FILTERED),
    (OutputTokenLimitExceeded, FailureCode.ANSWER_TOO_LONG),
    (UnexpectedModelBehavior, FailureCode.MALFORMED_ANSWER),
)

#: Bedrock's stop reasons of a complete reply. Any other one, also one that Bedrock adds later, is no good end.
#: https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_MessageStopEvent.html
GOOD_STOPS: Final = frozenset({"end_turn", "stop_sequence", "tool_use"})

#: Bedrock's stop reasons that end the turn: another reply would end alike.
STOPS: Final = {
    "refusal": FailureCode.REFUSED,
    "content_filtered": FailureCode.FILTERED,
    "guardrail_intervened": FailureCode.FILTERED,
    "model_context_window_exceeded": FailureCode.TOO_MUCH_TO_READ,
    "max_tokens": FailureCode.ANSWER_TOO_LONG,
}


def is_retryable(error: AgentRunError) -> bool:
    """Whether a retry may succeed."""
    return isinstance(error, _RETRYABLE) or getattr(error, "status_code", None) in _RETRYABLE_STATUSES


def is_busy(error: AgentRunError) -> bool:
    """Whether another model may answer at once."""
    return isinstance(error, _BUSY)


def code_of(error: AgentRunError) -> FailureCode:
    """The failure code for the error."""
    return next((code for kind, code in _CODES if isinstance(error, kind)), FailureCode.AGENT_FAILED)
