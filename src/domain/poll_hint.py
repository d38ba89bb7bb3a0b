"""Adaptive polling: when the app should poll again, and whether that poll is worth holding.

Hints follow what happens: they are short while steps or a draft come and around the expected end, and at most five
seconds where nothing moves and no answer is likely yet. A client that can hold a poll does so where news is likely,
and polls rarely before. Waits are whole seconds, as `Retry-After` is; only the last one before the deadline is exact.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from math import ceil
from typing import Final

from domain.chat import Chat, Turn
from domain.usual_durations import NEVER, ExpectedDuration

#: At the start, while steps come, and around the expected end.
BRISK: Final = timedelta(seconds=2)
BRISK_UNTIL: Final = timedelta(seconds=3)
#: While a draft begins to grow, and around the expected end of an agent that usually needs less than `QUICK`.
LIVELY: Final = timedelta(seconds=1)
QUICK: Final = timedelta(seconds=10)
#: Two steps that are not older, or one that has just come, show that the agent goes on.
MOVING_FOR: Final = timedelta(seconds=5)
#: While a draft grows: a second more for each so many characters, which its reader has to read meanwhile.
DRAFT_READ: Final = 150
LONGEST_IN_DRAFT: Final = timedelta(seconds=3)
#: The longest wait of a client that only polls.
LONGEST: Final = timedelta(seconds=5)
#: The longest wait of a client that will hold, as long as nothing has moved and no answer is likely.
LONGEST_BEFORE_HOLD: Final = timedelta(seconds=14)
#: The share of the time so far, where nothing is known of how long it takes, and of the delay after the expected end.
UNKNOWN_SHARE: Final = 0.035
LATENESS_SHARE: Final = 0.4
SHORTEST: Final = timedelta(milliseconds=100)

#: After an ask, when nothing is known about its turn yet.
FIRST_POLL: Final = BRISK
#: After a refusal because the store or the worker could not be reached.
RETRY_WHEN_UNREACHABLE: Final = timedelta(seconds=2)
_BUSY_FOR: Final = (timedelta(seconds=1), timedelta(seconds=5))


@dataclass(frozen=True, slots=True)
class PollHint:
    """How long to wait before the next poll; None when there is nothing to wait for. `hold`: hold that poll."""

    after: timedelta | None
    hold: bool = False

    @property
    def hold_now(self) -> bool:
        """News is likely at once."""
        return self.hold and not self.after


NOTHING_TO_WAIT_FOR: Final = PollHint(None)


def retry_when_busy(until_deadline: timedelta) -> timedelta:
    """How long to wait after a refusal because turns are thinking, given the time until the first one's deadline.

    A chat or a slot is usually free long before that deadline.
    """
    shortest, longest = _BUSY_FOR
    return max(shortest, min(until_deadline, longest))


def poll_hint(
    chat: Chat, now: datetime, expected: ExpectedDuration, *, can_hold: bool = False, held: bool = False
) -> PollHint:
    """When to poll next. `can_hold`: client and service can hold a poll.

    `held`: this is asked by a held poll. The next one is too, even where it is not worth holding yet: the process that
    answers held polls has shown the most ends, and knows best from when on it is.
    """
    turn = chat.turn
    if not turn.thinking:
        return NOTHING_TO_WAIT_FOR
    if can_hold:
        hint = _before_hold(turn, now, expected)
        return PollHint(hint.after, hold=hint.hold or held)
    return PollHint(_in_time(_whole_seconds(_wait(turn, now, expected)), turn, now))


def _wait(turn: Turn, now: datetime, expected: ExpectedDuration) -> timedelta:
    elapsed = _elapsed(turn, now)
    if turn.draft is not None:
        return after_draft(turn.draft)
    close = LIVELY if expected.usual < QUICK and expected.earliest else BRISK
    if elapsed < expected.earliest:
        sparse = BRISK if elapsed < BRISK_UNTIL or _just_moved(turn, now) else LONGEST
        return min(sparse, max(close, expected.earliest - elapsed))
    if _just_moved(turn, now):
        return close
    slow = elapsed * UNKNOWN_SHARE if expected.earliest == NEVER else (elapsed - expected.usual) * LATENESS_SHARE
    return min(max(close, slow), LONGEST)


def _before_hold(turn: Turn, now: datetime, expected: ExpectedDuration) -> PollHint:
    """Hold at once where news is likely. Before that poll rarely, and not beyond the time from which it is."""
    elapsed = _elapsed(turn, now)
    if turn.draft is not None or _moving(turn, now) or elapsed >= expected.earliest:
        return PollHint(NEVER, hold=True)
    sparse = min(max(BRISK, 2 * elapsed), LONGEST if turn.progress else LONGEST_BEFORE_HOLD)
    until_likely = expected.earliest - elapsed
    return PollHint(_in_time(min(sparse, until_likely), turn, now), hold=until_likely <= sparse)


def after_draft(draft: str) -> timedelta:
    """How long to wait for more of a draft."""
    return min(LIVELY + timedelta(seconds=len(draft) // DRAFT_READ), LONGEST_IN_DRAFT)


def _elapsed(turn: Turn, now: datetime) -> timedelta:
    return now - (turn.started_at or turn.asked_at)


def _just_moved(turn: Turn, now: datetime) -> bool:
    return _moving(turn, now) or (bool(turn.progress) and now - turn.progress[-1].at < BRISK)


def _moving(turn: Turn, now: datetime) -> bool:
    """Whether two steps came lately. One alone does not make another likely."""
    return len(turn.progress) > 1 and now - turn.progress[-2].at < MOVING_FOR


def _in_time(wait: timedelta, turn: Turn, now: datetime) -> timedelta:
    return max(SHORTEST, min(wait, turn.deadline - now))


def _whole_seconds(wait: timedelta) -> timedelta:
    return timedelta(seconds=max(1, ceil(wait.total_seconds())))
