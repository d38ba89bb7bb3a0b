"""Adaptive polling: when the app should poll again, from what the service knows about the turn.

Polls are frequent around the expected end of the answer and rare before it. An agent that usually takes a minute is
polled ten times in that minute, and its answer shows about a second after it was saved. Waits are whole seconds, as
`Retry-After` is; only the last one before the deadline is exact.
"""

from datetime import datetime, timedelta
from math import ceil
from typing import Final

from domain.chat import Chat, Turn

#: At the start, in case the agent is faster than usual.
BRISK: Final = timedelta(seconds=2)
BRISK_UNTIL: Final = timedelta(seconds=5)
#: The longest wait while the agent shows steps.
LONGEST: Final = timedelta(seconds=14)
#: The longest wait while a draft grows: the answer may come earlier than usual.
DRAFTING: Final = timedelta(seconds=6)
#: Around the expected end; shorter for an agent that usually needs less than `QUICK`.
CLOSE: Final = timedelta(seconds=2)
CLOSE_TO_QUICK: Final = timedelta(seconds=1)
QUICK: Final = timedelta(seconds=10)
#: The answer is expected from this share of the expected duration on.
EARLY: Final = 0.92
#: After the expected end each wait is this share of the delay so far.
LATENESS_SHARE: Final = 0.4
SHORTEST: Final = timedelta(milliseconds=100)

#: After an ask, when nothing is known about its turn yet.
FIRST_POLL: Final = BRISK
#: After a refusal because the store or the worker could not be reached.
RETRY_WHEN_UNREACHABLE: Final = timedelta(seconds=2)
_BUSY_FOR: Final = (timedelta(seconds=1), timedelta(seconds=5))


def retry_when_busy(until_deadline: timedelta) -> timedelta:
    """How long to wait after a refusal because turns are thinking, given the time until the first one's deadline.

    A chat or a slot is usually free long before that deadline.
    """
    shortest, longest = _BUSY_FOR
    return max(shortest, min(until_deadline, longest))


def poll_after(chat: Chat, now: datetime, expected_duration: timedelta) -> timedelta | None:
    """How long to wait before the next poll; None when the turn has ended.

    `expected_duration` is how long an agent usually reasons; a chat that has an answer goes by that one instead.
    """
    if not chat.turn.thinking:
        return None
    wait = _whole_seconds(_wait(chat.turn, now, chat.last_duration or expected_duration))
    return max(SHORTEST, min(wait, chat.turn.deadline - now))


def _wait(turn: Turn, now: datetime, expected_duration: timedelta) -> timedelta:
    elapsed = now - (turn.started_at or turn.asked_at)
    sparse = BRISK if elapsed < BRISK_UNTIL else min(elapsed, LONGEST)
    if turn.started_at is None:
        return sparse
    until_expected = expected_duration * EARLY - elapsed
    if until_expected > timedelta(0):
        return min(sparse, until_expected, LONGEST if turn.draft is None else DRAFTING)
    close = CLOSE_TO_QUICK if expected_duration < QUICK else CLOSE
    return min(max(close, (elapsed - expected_duration) * LATENESS_SHARE), LONGEST)


def _whole_seconds(wait: timedelta) -> timedelta:
    return timedelta(seconds=max(1, ceil(wait.total_seconds())))
