"""Which errors are worth a retry, and how long to back off."""

from async_chat_client._sansio import Timing
from async_chat_client.errors import AsyncChatError, ServiceError, TooManyRequests, TryAgain, Unreachable

FIRST_PAUSE = 0.5
LONGEST_PAUSE = 8.0
JITTER = 0.1
#: Request timeout, too early, too many requests.
_RETRYABLE = frozenset({408, 425, 429})


def is_retryable(error: AsyncChatError) -> bool:
    """Whether the same request may succeed later: not after the service has understood and refused it."""
    if not isinstance(error, ServiceError):
        return True
    return error.status >= 500 or error.status in _RETRYABLE  # noqa: PLR2004  # RFC 9110's classes of status


def had_no_effect(error: AsyncChatError) -> bool:
    """Whether the failed attempt cannot have taken effect."""
    if isinstance(error, Unreachable):
        return not error.sent
    return isinstance(error, TryAgain | TooManyRequests)


def may_have_effect(error: AsyncChatError) -> bool:
    """Whether the failed attempt may have stored something. After `TryAgain`, a question may stand there unanswered."""
    return is_retryable(error) and (isinstance(error, TryAgain) or not had_no_effect(error))


def backoff(error: AsyncChatError, attempts: int, timing: Timing) -> float:
    """Seconds to wait: `Retry-After` with jitter, else exponential backoff with jitter."""
    wished = error.retry_after if isinstance(error, ServiceError) else None
    if wished is not None:
        return with_jitter(wished, timing)
    longest = min(LONGEST_PAUSE, FIRST_PAUSE * 2.0 ** min(attempts, 10))
    return longest * (0.5 + timing.rng() / 2)


def with_jitter(seconds: float, timing: Timing) -> float:
    """Up to a tenth longer than `seconds`, so that clients that started together do not poll together."""
    return seconds * (1 + JITTER * timing.rng())
