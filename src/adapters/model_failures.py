"""What the model's faults mean to the user, and which of them a second try may mend."""

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
    RunTimedOut,
    UnexpectedModelBehavior,
    UsageLimitExceeded,
)

from domain.chat import FailureCode

#: Over in a moment, perhaps.
PASSING: Final = (ModelRateLimitError, ModelUnavailableError, ModelServerError, ModelConnectionError)

#: The first class that fits counts.
_CODES: Final[tuple[tuple[type[AgentRunError], FailureCode], ...]] = (
    (RunTimedOut, FailureCode.TIMED_OUT),
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

#: Why Bedrock says that a reply ended, where that is no reason to go on.
STOPS: Final = {
    "refusal": FailureCode.REFUSED,
    "content_filtered": FailureCode.FILTERED,
    "guardrail_intervened": FailureCode.FILTERED,
    "model_context_window_exceeded": FailureCode.TOO_MUCH_TO_READ,
    "max_tokens": FailureCode.ANSWER_TOO_LONG,
}


def code_of(error: AgentRunError) -> FailureCode:
    """The failure's name."""
    return next((code for kind, code in _CODES if isinstance(error, kind)), FailureCode.AGENT_FAILED)
