"""A turn's deadline on the monotonic clock, so that a wrong wall clock does not matter."""

from datetime import datetime, timedelta

from async_chat_client._models import TurnState
from async_chat_client._replies import date_of
from async_chat_client._sansio import Reply, Timing


class Deadline:
    """Follows the deadline in the polls' turn. A retry brings a new one."""

    def __init__(self, timing: Timing) -> None:
        self._timing = timing
        self._told: datetime | None = None
        self.at: float | None = None

    def follow(self, turn: TurnState, reply: Reply) -> None:
        """Take the deadline from a poll. Each deadline is converted once: a later conversion would postpone it."""
        if turn.deadline != self._told:
            self._told = turn.deadline
            self.at = self._timing.now() + _remaining(turn, reply) / timedelta(seconds=1)


def _remaining(turn: TurnState, reply: Reply) -> timedelta:
    """Uses the service's times only. If the `Date` header is missing or implausible, the turn counts as just begun."""
    length = turn.deadline - turn.asked_at
    date = date_of(reply)
    elapsed = date - turn.asked_at if date else timedelta(0)
    return length - elapsed if timedelta(0) <= elapsed <= length else length
