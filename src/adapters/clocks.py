"""The machine's own clock, and time while a request is being answered: the same clock, held to API Gateway's."""

import time
from datetime import UTC, datetime, timedelta
from typing import Final

from domain.ports import Clock

#: API Gateway waits no longer for an answer: whatever is done for a request is done before that.
LONGEST_REQUEST: Final = timedelta(seconds=30)


class SystemClock(Clock):
    """UTC in whole milliseconds, as the store keeps them: what is written equals what is read back."""

    def now(self) -> datetime:
        now = datetime.now(UTC)
        return now.replace(microsecond=now.microsecond // 1000 * 1000)

    def sleep(self, pause: timedelta) -> None:
        time.sleep(pause.total_seconds())


class RequestClock(Clock):
    """A clock, kept between the moment at which API Gateway took a request and the moment at which it gives it up.

    A machine whose clock is behind would show a turn as thinking after its deadline, and one whose clock is ahead
    would end turns that have time left, or give them too much of it. A function answers one request at a time.
    """

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._received_at: datetime | None = None

    def begin(self, received_at: datetime | None) -> None:
        """From here on the request that was received at this time is answered; None for what came another way."""
        self._received_at = received_at

    def now(self) -> datetime:
        now, received_at = self._clock.now(), self._received_at
        return now if received_at is None else min(max(now, received_at), received_at + LONGEST_REQUEST)

    def sleep(self, pause: timedelta) -> None:
        self._clock.sleep(pause)
