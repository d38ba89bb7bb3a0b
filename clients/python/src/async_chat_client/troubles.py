"""Which troubles pass by themselves, and how long to wait before the next attempt."""

from async_chat_client.errors import AsyncChatError, ServiceError, TooManyRequests, TryAgain, Unreachable
from async_chat_client.flows import Timing

FIRST_PAUSE = 0.5
LONGEST_PAUSE = 8.0
SPREAD = 0.1
#: Request timeout, too early, too many requests.
_PASSING = frozenset({408, 425, 429})


def passes(trouble: AsyncChatError) -> bool:
    """Whether the same request may be answered later: not when the service has understood and refused it."""
    if not isinstance(trouble, ServiceError):
        return True
    return trouble.status >= 500 or trouble.status in _PASSING  # noqa: PLR2004  # RFC 9110's classes of status


def surely_undone(trouble: AsyncChatError) -> bool:
    """Whether the failed attempt cannot have taken effect."""
    if isinstance(trouble, Unreachable):
        return not trouble.sent
    return isinstance(trouble, TryAgain | TooManyRequests)


def pause_after(trouble: AsyncChatError, attempts: int, timing: Timing) -> float:
    """Seconds: what the service asks for and a little more, else twice as long each time, spread by chance."""
    wished = trouble.retry_after if isinstance(trouble, ServiceError) else None
    if wished is not None:
        return spread(wished, timing)
    longest = min(LONGEST_PAUSE, FIRST_PAUSE * 2.0 ** min(attempts, 10))
    return longest * (0.5 + timing.chance() / 2)


def spread(seconds: float, timing: Timing) -> float:
    """A little later than `seconds`, so that many clients that began together do not stay together."""
    return seconds * (1 + SPREAD * timing.chance())
