"""When a turn's deadline is by our own clock, whatever our wall clock says."""

from datetime import datetime, timedelta

from async_chat_client._models import TurnState
from async_chat_client._replies import date_of
from async_chat_client._sansio import Reply, Timing


class Deadline:
    """Follows the deadline of the turn that the polls show; a retry brings a new one."""

    def __init__(self, timing: Timing) -> None:
        self._timing = timing
        self._told: datetime | None = None
        self.at: float | None = None

    def follow(self, turn: TurnState, reply: Reply) -> None:
        """Take over what a poll tells; counted once for each deadline, so that waiting does not put it off."""
        if turn.deadline != self._told:
            self._told = turn.deadline
            self.at = self._timing.now() + _remaining(turn, reply) / timedelta(seconds=1)


def _remaining(turn: TurnState, reply: Reply) -> timedelta:
    """From the service's times alone. Without a `Date` that fits them, the turn counts as just asked."""
    length = turn.deadline - turn.asked_at
    date = date_of(reply)
    elapsed = date - turn.asked_at if date else timedelta(0)
    return length - elapsed if timedelta(0) <= elapsed <= length else length
