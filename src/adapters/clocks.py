"""The machine's own clock, and time while a request is being answered: the same clock, held to API Gateway's."""

import time
from dataclasses import dataclass
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


@dataclass
class GatewayTime:
    """When API Gateway took the request that is being answered; None while there is none."""

    came_at: datetime | None = None


class GatewayClock(Clock):
    """Any clock, kept between the moment at which a request came and the moment at which it is given up.

    A machine whose clock is behind would show a turn as thinking after its deadline, and one whose clock is ahead
    would end turns that have time left, or give them too much of it.
    """

    def __init__(self, clock: Clock, gateway: GatewayTime) -> None:
        self._clock = clock
        self._gateway = gateway

    def now(self) -> datetime:
        now, came_at = self._clock.now(), self._gateway.came_at
        return now if came_at is None else min(max(now, came_at), came_at + LONGEST_REQUEST)

    def sleep(self, pause: timedelta) -> None:
        self._clock.sleep(pause)
