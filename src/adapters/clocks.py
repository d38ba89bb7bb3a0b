"""The system clock, and a clock for the duration of a request that is bounded by API Gateway's time."""

import time
from datetime import UTC, datetime, timedelta
from typing import Final

from domain.ports import Clock

#: API Gateway's integration timeout: a request is answered before that, or not at all.
LONGEST_REQUEST: Final = timedelta(seconds=30)


class SystemClock(Clock):
    """UTC in whole milliseconds, as the store keeps them, so that a time survives a round trip."""

    def now(self) -> datetime:
        now = datetime.now(UTC)
        return now.replace(microsecond=now.microsecond // 1000 * 1000)

    def sleep(self, pause: timedelta) -> None:
        time.sleep(pause.total_seconds())


class RequestClock(Clock):
    """Clamps `clock` between API Gateway's time of the request and its integration timeout, against clock skew.

    A machine whose clock is behind would show a turn as thinking after its deadline. A machine whose clock is ahead
    would end turns too early, or set deadlines too late. A function answers one request at a time. A pause counts from
    the request's time on, so that a held poll ends at the deadline whatever its machine's clock says.
    """

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._received_at: datetime | None = None
        self._paused = timedelta(0)

    def begin(self, received_at: datetime | None) -> None:
        """Start a request that API Gateway received at `received_at`; None for an event from elsewhere."""
        self._received_at = received_at
        self._paused = timedelta(0)

    def now(self) -> datetime:
        now, received_at = self._clock.now(), self._received_at
        if received_at is None:
            return now
        return min(max(now, received_at + self._paused), received_at + LONGEST_REQUEST)

    def sleep(self, pause: timedelta) -> None:
        self._clock.sleep(pause)
        self._paused += pause
